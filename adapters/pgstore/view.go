package pgstore

import (
	"context"
	"sync"
	"time"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// viewFor is the longest that a read may last. A snapshot that is held keeps
// the rows that are counted on from being cleaned up.
var viewFor = 5 * time.Second

// View runs fn on a snapshot; see [ports.Store].
func (s *Store) View(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	return s.read(ctx, func(own context.Context) error {
		return s.viewOn(own, func(ctx context.Context, c sqlrepo.Conn) error {
			return fn(ctx, sqlrepo.Tx(c, who, s.keys))
		})
	})
}

// Facts returns the facts of every holder of a key; see [ports.Store].
func (s *Store) Facts(ctx context.Context, what domain.Lookup) ([]domain.Facts, error) {
	return looked(ctx, s, func(ctx context.Context, c sqlrepo.Conn) ([]domain.Facts, error) {
		return sqlrepo.Facts(ctx, c, s.keys, what)
	})
}

// NextDue returns the earliest due time of a job; see [ports.Queue].
func (s *Store) NextDue(ctx context.Context, kinds []string) (time.Time, bool, error) {
	type due struct {
		at time.Time
		ok bool
	}
	got, err := looked(ctx, s, func(ctx context.Context, c sqlrepo.Conn) (d due, err error) {
		d.at, d.ok, err = sqlrepo.NextDue(ctx, c, kinds)
		return d, err
	})
	return got.at, got.ok, err
}

// Backlog counts what waits; see [ports.Queue].
func (s *Store) Backlog(ctx context.Context, now time.Time, kinds []string, most int) (ports.Backlog, error) {
	return looked(ctx, s, func(ctx context.Context, c sqlrepo.Conn) (ports.Backlog, error) {
		return sqlrepo.Backlog(ctx, c, now, kinds, most)
	})
}

// read runs fn with a context that ends after five seconds.
func (s *Store) read(ctx context.Context, fn func(own context.Context) error) error {
	if s.inside(ctx) {
		return domain.ErrNested
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.gate.enter(); err != nil {
		return err
	}
	defer s.gate.leave()
	own, cancel := context.WithTimeoutCause(ctx, viewFor, errLong)
	defer cancel()
	err := fn(own)
	if own.Err() == nil || err != nil && !cut(err) {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return domain.ErrUnavailable.Because(context.Cause(own))
}

// viewOn runs fn in a transaction that reads. When own ends, so does the
// snapshot, whatever fn is doing.
func (s *Store) viewOn(own context.Context, fn func(context.Context, sqlrepo.Conn) error) error {
	t, err := s.begin(own, snapshot)
	if err != nil {
		return err
	}
	own = s.mark(own)
	l := t.loan(own, true)
	end := sync.OnceFunc(func() {
		l.end()
		t.rollback()
	})
	stop := context.AfterFunc(own, end)
	defer func() { // also after a panic
		stop()
		end()
	}()
	return fn(own, l)
}

// looked runs one statement that reads, outside of all transactions.
func looked[T any](ctx context.Context, s *Store, fn func(context.Context, sqlrepo.Conn) (T, error)) (T, error) {
	var got, none T
	err := s.read(ctx, func(own context.Context) error {
		conn, err := s.acquire(own)
		if err != nil {
			return err
		}
		defer conn.Release()
		l := &loan{conn: conn.Conn(), own: own, reads: true}
		defer l.end()
		got, err = fn(own, l)
		return err
	})
	if err != nil {
		return none, err
	}
	return got, nil
}
