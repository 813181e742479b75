package sqlitestore

import (
	"context"
	"reflect"
	"runtime"
	"strings"
	"time"

	"github.com/usherhq/usher/adapters/sqlrepo"
)

// turn is a closure that waits for the writer's connection, and then has it.
type turn struct {
	ctx  context.Context
	fn   any           // whose name is logged if it takes long
	lent chan *loan    // the connection
	back chan error    // what became of the closure; the connection is given back
	done chan error    // what became of the transaction, or of the wait for it
	gone chan struct{} // closed when the caller no longer waits for its turn
}

func newTurn(ctx context.Context, fn any) *turn {
	return &turn{ctx, fn, make(chan *loan), make(chan error, 1), make(chan error, 1), make(chan struct{})}
}

// run waits for its turn and runs fn, on the caller's goroutine. Once fn has
// run, the caller's context is not asked any more: it learns what became of
// its writes. A panic or runtime.Goexit in fn gives the connection back, is
// rolled back, and goes on.
func (t *turn) run(inner context.Context, fn func(context.Context, sqlrepo.Conn) error) (err error) {
	var l *loan
	select {
	case l = <-t.lent:
	case err := <-t.done:
		return err
	case <-t.ctx.Done():
		close(t.gone)
		return t.ctx.Err()
	}
	outcome := errReturn
	defer func() {
		l.end()
		t.back <- outcome
		if fate := <-t.done; err == nil {
			err = fate
		}
	}()
	if err = fn(inner, l); err == nil {
		err = t.ctx.Err()
	}
	outcome = err
	return err
}

// name is the closure's, for the log.
func (t *turn) name() string {
	if f := runtime.FuncForPC(reflect.ValueOf(t.fn).Pointer()); f != nil {
		return strings.TrimSuffix(f.Name(), "-fm") // which a method has that is used as a value
	}
	return "unknown"
}

// lend lends the connection to t and to those who wait behind it. It returns
// all who took part.
func (w *writer) lend(g *group, t *turn) (had []*turn) {
	start := time.Now()
	for ; t != nil; t = poll(w.turns) {
		had = append(had, t)
		w.lendTo(g, t)
		if g.fate() != nil || len(had) == mostTurns || time.Since(start) > w.lendFor {
			break
		}
	}
	return had
}

// lendTo lends the connection to one closure, behind a savepoint: it fails
// alone, unless the whole transaction is lost with it.
func (w *writer) lendTo(g *group, t *turn) {
	if g.control("SAVEPOINT turn") != nil {
		return
	}
	select {
	case t.lent <- g.loan(t.ctx):
		if w.wait(t) != nil {
			g.control("ROLLBACK TO turn")
		}
	case <-t.gone:
	}
	g.control("RELEASE turn")
}

// wait waits for the connection to come back.
func (w *writer) wait(t *turn) error {
	start := time.Now()
	long := time.NewTimer(heldLong)
	defer long.Stop()
	select {
	case outcome := <-t.back:
		return outcome
	case <-long.C: // said now, in case it never comes back
		w.log.Warn("a closure holds the database's one writer", "closure", t.name())
	}
	outcome := <-t.back
	w.log.Warn("a closure held the database's one writer", "closure", t.name(), "held", time.Since(start))
	return outcome
}
