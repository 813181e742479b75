package sqlitestore

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/usherhq/usher/adapters/sqlrepo"
)

// loan is a connection in the hands of a closure, until that returns. It keeps
// one rule for all: contexts are asked between statements. Whether they also
// reach the driver is the lender's to say.
type loan struct {
	line *line
	own  context.Context   // the closure's own, asked beside that of each statement
	cut  bool              // a context that ends cuts a statement off: not on the writer
	fate func() error      // refuses all further statements, if there is a reason
	note func(error) error // told of each error, and gives it its meaning; nil stays nil

	mu   sync.Mutex
	over bool
	open []*rows
}

var _ sqlrepo.Conn = (*loan)(nil)

// Exec runs a statement for its effect.
func (l *loan) Exec(ctx context.Context, q string, args ...any) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ctx, err := l.may(ctx)
	if err != nil {
		return 0, err
	}
	n, err := l.line.exec(ctx, q, micros(args)...)
	return n, l.note(err)
}

// Query runs a statement for its rows.
func (l *loan) Query(ctx context.Context, q string, args ...any) (sqlrepo.Rows, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ctx, err := l.may(ctx)
	if err != nil {
		return nil, err
	}
	r, err := l.line.query(ctx, l.note, q, micros(args)...)
	if err != nil {
		return nil, l.note(err)
	}
	l.open = append(l.open, r)
	return r, nil
}

// may returns the context for the driver, or why nothing may be run.
func (l *loan) may(ctx context.Context) (context.Context, error) {
	if l.over {
		return nil, errOver
	}
	for _, c := range []context.Context{ctx, l.own} {
		if err := c.Err(); err != nil {
			return nil, err
		}
	}
	if err := l.fate(); err != nil {
		return nil, err
	}
	if !l.cut {
		ctx = context.Background()
	}
	return ctx, nil
}

// end takes the connection away: whatever the closure left running uses it no
// more, and what it left open is closed, since an open result would keep its
// snapshot beyond the transaction.
func (l *loan) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	for _, r := range l.open {
		r.Close()
	}
}

// micros returns args with times as SQLite keeps them, which has no type for
// them: the microseconds since 1970, and NULL for the zero time.
func micros(args []any) []any {
	isTime := func(a any) bool { _, ok := a.(time.Time); return ok }
	if !slices.ContainsFunc(args, isTime) {
		return args
	}
	args = slices.Clone(args)
	for i, a := range args {
		if t, ok := a.(time.Time); ok {
			if args[i] = nil; !t.IsZero() {
				args[i] = t.UnixMicro()
			}
		}
	}
	return args
}
