package pgstore

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
)

// loan is a connection in the hands of a closure, until that returns.
type loan struct {
	conn  *pgx.Conn
	own   context.Context // the closure's own, which ends statements beside that of each
	reads bool            // writes are refused here: the server would end the transaction

	mu   sync.Mutex
	over bool
	lost error // what ended the transaction, as the driver said it; it takes nothing any more
	open []*rows
}

var _ sqlrepo.Conn = (*loan)(nil)

// SkipLocked is what a SELECT that locks its rows ends with, so that who claims
// jobs never waits for another who does.
func (l *loan) SkipLocked() string { return " FOR UPDATE SKIP LOCKED" }

// Exec runs a statement for its effect.
func (l *loan) Exec(ctx context.Context, q string, args ...any) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reads {
		return 0, domain.ErrReadOnly
	}
	ctx, done, err := l.may(ctx, args)
	if err != nil {
		return 0, err
	}
	defer done()
	tag, err := l.conn.Exec(ctx, q, nulls(args)...)
	return tag.RowsAffected(), l.note(ctx, err)
}

// Query runs a statement for its rows.
func (l *loan) Query(ctx context.Context, q string, args ...any) (sqlrepo.Rows, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ctx, done, err := l.may(ctx, args)
	if err != nil {
		return nil, err
	}
	r, err := l.conn.Query(ctx, q, nulls(args)...)
	if err != nil {
		done()
		return nil, l.note(ctx, err)
	}
	out := &rows{Rows: r, l: l, ctx: ctx, done: done}
	l.open = append(l.open, out)
	return out, nil
}

// may returns the context for the driver, which must be done with, or why the
// statement may not be run. Text that PostgreSQL does not keep would end the
// transaction.
func (l *loan) may(ctx context.Context, args []any) (_ context.Context, done func(), err error) {
	if l.over {
		return nil, nil, errOver
	}
	for _, c := range []context.Context{ctx, l.own} {
		if err := c.Err(); err != nil {
			return nil, nil, err
		}
	}
	if l.lost != nil {
		return nil, nil, classify(l.lost, l.conn.IsClosed())
	}
	for _, a := range args {
		if s, ok := a.(string); ok && !domain.Storable(s) {
			return nil, nil, domain.ErrInvalid.Because(errText)
		}
	}
	if ctx == l.own {
		return ctx, func() {}, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(l.own, cancel)
	return ctx, func() { stop(); cancel() }, nil
}

var errText = errors.New("text with a NUL character, or that is not valid UTF-8")

// note remembers what ended the transaction, and gives an error its meaning.
func (l *loan) note(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if _, server := errors.AsType[*pgconn.PgError](err); l.lost == nil && (server || l.conn.IsClosed()) {
		l.lost = err
	}
	if code(err) == "" && ctx.Err() != nil {
		return ctx.Err()
	}
	return classify(err, l.conn.IsClosed())
}

// end takes the connection away: whatever the closure left running uses it no
// more, and what it left open is closed. It returns what ended the transaction,
// if something did.
func (l *loan) end() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	for _, r := range l.open {
		r.shut()
	}
	l.open = nil
	return l.lost
}

// rows is a result. Whoever ends the loan may close it while it is being read,
// so each step holds the loan.
type rows struct {
	pgx.Rows
	l      *loan
	ctx    context.Context
	done   func()
	closed bool
}

// Next prepares the next row, and reports whether there is one.
func (r *rows) Next() bool {
	r.l.mu.Lock()
	defer r.l.mu.Unlock()
	if r.closed {
		return false
	}
	if r.Rows.Next() {
		return true
	}
	r.shut()
	return false
}

// Scan reads the row.
func (r *rows) Scan(dest ...any) error {
	r.l.mu.Lock()
	defer r.l.mu.Unlock()
	if r.closed {
		return errOver
	}
	return r.Rows.Scan(dest...)
}

// Err returns what ended the rows before their end.
func (r *rows) Err() error {
	r.l.mu.Lock()
	defer r.l.mu.Unlock()
	if r.l.over {
		return errOver
	}
	return r.l.note(r.ctx, r.Rows.Err())
}

// Close ends the rows. Twice is once.
func (r *rows) Close() {
	r.l.mu.Lock()
	defer r.l.mu.Unlock()
	r.shut()
	r.l.open = slices.DeleteFunc(r.l.open, func(o *rows) bool { return o == r })
}

// shut ends the rows; the loan is held.
func (r *rows) shut() {
	if r.closed {
		return
	}
	r.closed = true
	r.Rows.Close()
	_ = r.l.note(r.ctx, r.Rows.Err())
	r.done()
}

// nulls returns args with NULL for the zero time.
func nulls(args []any) []any {
	never := func(a any) bool { t, ok := a.(time.Time); return ok && t.IsZero() }
	if !slices.ContainsFunc(args, never) {
		return args
	}
	args = slices.Clone(args)
	for i, a := range args {
		if never(a) {
			args[i] = nil
		}
	}
	return args
}
