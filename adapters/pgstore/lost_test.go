package pgstore

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/pgtest"
)

// wire is the way to the server, which can be cut at the next COMMIT.
type wire struct {
	cut  atomic.Int32 // how
	down atomic.Bool  // nobody gets through any more
	then func()       // what happens once it is cut; nil: nothing
}

const (
	whole  = iota
	before // the server never sees it
	after  // the server has done it
	lastly // the same, and nobody gets through afterwards
)

type cutConn struct {
	net.Conn
	w *wire
}

var errCut = errors.New("the wire is cut")

// Write passes on what is sent, up to the COMMIT at which the wire is cut.
func (c cutConn) Write(b []byte) (int, error) {
	if !bytes.Contains(b, []byte("COMMIT\x00")) {
		return c.Conn.Write(b)
	}
	how := c.w.cut.Swap(whole)
	if how == whole {
		return c.Conn.Write(b)
	}
	c.w.down.Store(how == lastly)
	if how != before {
		if _, err := c.Conn.Write(b); err != nil {
			return 0, err
		}
		if _, err := c.Conn.Read(make([]byte, 1)); err != nil { // the server's answer
			return 0, err
		}
	}
	_ = c.Conn.Close()
	if c.w.then != nil {
		c.w.then()
	}
	return 0, errCut
}

// over makes a store whose connections go over a wire.
func over(t *testing.T, url string, w *wire) *Store {
	t.Helper()
	c, err := pgxpool.ParseConfig(url)
	must(t, err)
	dial := c.ConnConfig.DialFunc
	c.ConnConfig.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if w.down.Load() {
			return nil, errCut
		}
		conn, err := dial(ctx, network, addr)
		return cutConn{conn, w}, err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), c)
	must(t, err)
	t.Cleanup(pool.Close)
	s, err := New(t.Context(), pool, &Options{Keyring: ring(t, 'a')})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// A connection that breaks at COMMIT: what the server has kept succeeded, what
// it has not is run again, and what nobody can tell is neither.
func TestTheConnectionBreaksAtTheCommit(t *testing.T) {
	url := empty(t)
	plain, products := shop(t, url, Options{})
	p := products[0].ID
	for _, c := range []struct {
		what       string
		how        int32
		runs       int
		ok, raised bool
	}{
		{"before the server sees it", before, 2, true, true},
		{"after the server did it", after, 1, true, true},
		{"for good", lastly, 1, false, true},
	} {
		t.Run(c.what, func(t *testing.T) {
			soon(t, &fateFor, 100*time.Millisecond)
			w := &wire{}
			s := over(t, url, w)
			was, runs := priceOf(t, plain, p), 0
			w.cut.Store(c.how)
			err := s.Update(t.Context(), ports.Seller(ana.ID), func(ctx context.Context, tx ports.Tx) error {
				runs++
				return raise(p)(ctx, tx)
			})
			if c.ok != (err == nil) || err != nil && !(errors.Is(err, domain.ErrUnavailable) && errors.Is(err, errUnknown)) {
				t.Errorf("got %v", err)
			}
			if runs != c.runs {
				t.Errorf("%d runs, want %d", runs, c.runs)
			}
			if got := priceOf(t, plain, p); (got == was+1) != c.raised {
				t.Errorf("the price went from %d to %d", was, got)
			}
			if err != nil && err.Error() == domain.ErrUnavailable.Error() {
				t.Errorf("%q: but it was done", err)
			}
		})
	}
}

// A server that has crashed gives the number of a transaction that was lost to
// another one: what became of that is not what became of the first.
func TestTheServerCrashesAtTheCommit(t *testing.T) {
	c := pgtest.Own(t, pgtest.Options{Fsync: true})
	plain, products := shop(t, c.URL("postgres"), Options{})
	for _, crash := range []struct {
		what string
		how  func(t *testing.T)
	}{
		{"and is started again", func(t *testing.T) {
			c.Crash()
			must(t, c.Start(t.Context()))
		}},
		{"and recovers by itself", func(t *testing.T) {
			var pid int
			must(t, plain.pool.QueryRow(t.Context(), "SELECT pg_backend_pid()").Scan(&pid))
			server, err := os.FindProcess(pid)
			must(t, err)
			must(t, server.Kill())
		}},
	} {
		t.Run(crash.what, func(t *testing.T) {
			w := &wire{then: func() {
				crash.how(t)
				for kept := 0; kept < 5; { // each takes a number
					err := plain.Update(t.Context(), ports.Seller(ana.ID), raise(products[1].ID))
					if err == nil {
						kept++
					} else if !errors.Is(err, domain.ErrUnavailable) {
						t.Error(err)
						return
					}
				}
			}}
			was := priceOf(t, plain, products[0].ID)
			s := over(t, c.URL("postgres"), w)
			w.cut.Store(before)
			err := s.Update(t.Context(), ports.Seller(ana.ID), raise(products[0].ID))
			if raised := priceOf(t, plain, products[0].ID) > was; raised != (err == nil) {
				t.Errorf("raised: %t, and the answer is %v", raised, err)
			}
		})
	}
}
