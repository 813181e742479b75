package pgstore

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Within returns a store that works in a transaction of the caller's, on the
// database of s: what it writes is there once the caller commits, and gone if he
// rolls back. Any isolation will do, and any search path.
//
// Update runs its closure once, behind a savepoint: a refusal undoes the closure
// and leaves the transaction alive. What it loads by a key stays locked until
// the transaction ends, so that others who are about to change the same thing
// wait; keep the transaction short. What PostgreSQL refuses as a deadlock or a
// serialization failure is [domain.ErrUnavailable], with its code inside, and
// the transaction is the caller's to run again.
//
// View reads what the transaction sees. Count counts in it: who counts on that
// licence meanwhile, or shares a statement with one who does, waits for its end,
// and is turned away after two seconds. Two promises
// of [ports.Store] are the caller's to keep now: nothing is durable before he
// commits, and READ COMMITTED is no snapshot.
//
// The methods of [ports.Queue] and MoveTestClock are refused with
// [domain.ErrEffectsWithin]. Like tx, the store is for one goroutine at a time,
// and useless when tx is over.
func (s *Store) Within(tx pgx.Tx) ports.Store { return within{s, tx} }

type within struct {
	s  *Store
	tx pgx.Tx
}

// locking is a loan whose loads keep others away.
type locking struct{ *loan }

// LoadLock is what a SELECT of things to be changed ends with. It leaves alone
// who only points at them.
func (locking) LoadLock() string { return " FOR NO KEY UPDATE" }

var _ sqlrepo.LockingLoads = locking{}

// Update runs fn behind a savepoint.
func (w within) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	return w.behind(ctx, false, func(ctx context.Context, l *loan) error {
		return fn(ctx, sqlrepo.Tx(locking{l}, who, w.s.keys))
	})
}

// View runs fn, which cannot write.
func (w within) View(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	return w.behind(ctx, true, func(ctx context.Context, l *loan) error {
		return fn(ctx, sqlrepo.Tx(l, who, w.s.keys))
	})
}

// Facts returns the facts of every holder of a key.
func (w within) Facts(ctx context.Context, what domain.Lookup) (all []domain.Facts, err error) {
	err = w.behind(ctx, true, func(ctx context.Context, l *loan) (err error) {
		all, err = sqlrepo.Facts(ctx, l, w.s.keys, what)
		return err
	})
	return all, err
}

// Count adds to the uses of a licence.
func (w within) Count(ctx context.Context, seen domain.Seen, n int) (uses int64, err error) {
	if !domain.Storable(string(seen.LicenseID)) || !domain.Storable(string(seen.ProductID)) {
		return 0, domain.ErrMoved
	}
	err = w.behind(ctx, n == 0, func(ctx context.Context, l *loan) (err error) {
		uses, err = sqlrepo.Count(ctx, l, seen, n)
		return err
	})
	return uses, err
}

// TestClock returns where the test clock stands.
func (w within) TestClock(ctx context.Context) (at time.Time, ok bool, err error) {
	if !w.s.test && !w.s.inside(ctx) {
		return time.Time{}, false, ctx.Err()
	}
	err = w.behind(ctx, true, func(ctx context.Context, l *loan) (err error) {
		at, err = sqlrepo.TestClock(ctx, l)
		return err
	})
	return at, err == nil, err
}

// How usher enters a caller's transaction and leaves it. Its tables are found
// whatever the search path is, which is put back afterwards; going back to the
// savepoint does that too.
const (
	enter = `SAVEPOINT usher; SELECT pg_catalog.set_config('usher.path', pg_catalog.current_setting('search_path'), true), pg_catalog.set_config('search_path', `
	leave = `SELECT pg_catalog.set_config('search_path', pg_catalog.current_setting('usher.path'), true); RELEASE usher`
	back  = `ROLLBACK TO usher; RELEASE usher`
)

// behind runs fn behind a savepoint. A panic or runtime.Goexit in fn undoes what
// it did and goes on.
func (w within) behind(ctx context.Context, reads bool, fn func(context.Context, *loan) error) error {
	if w.s.inside(ctx) {
		return domain.ErrNested
	}
	if err := w.do(ctx, enter+w.s.home+", true)"); err != nil {
		return err
	}
	conn := w.tx.Conn()
	l := &loan{conn: conn, own: w.s.mark(ctx), reads: reads}
	kept := false
	defer func() {
		if l.end(); !kept && !conn.IsClosed() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackFor)
			defer cancel()
			_ = w.do(ctx, back)
		}
	}()
	err := fn(l.own, l)
	lost := l.end()
	switch {
	case lost != nil && (err == nil || rerunnable(lost, 1)): // whatever fn made of it
		return classify(lost, conn.IsClosed())
	case err != nil:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	err = w.do(ctx, leave)
	kept = err == nil
	return err
}

// do runs statements in the transaction, if that is not over.
func (w within) do(ctx context.Context, statements string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := w.tx.Exec(ctx, statements, pgx.QueryExecModeSimpleProtocol)
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return classify(err, false)
}

// refuse is the answer of what makes no sense in a transaction of the caller's.
func (w within) refuse(ctx context.Context) error {
	if w.s.inside(ctx) {
		return domain.ErrNested
	}
	return domain.ErrEffectsWithin
}

// Dispatch is refused: who turns events into jobs commits by himself.
func (w within) Dispatch(ctx context.Context, _ int, _ ports.Plan) (int, error) {
	return 0, w.refuse(ctx)
}

// Enqueue is refused: two who enqueue one key would wait for each other.
func (w within) Enqueue(ctx context.Context, _ ...ports.Job) error { return w.refuse(ctx) }

// Claim is refused: what is worked at would be undone with the caller's work.
func (w within) Claim(ctx context.Context, _ time.Time, _ []string, _ time.Duration, _ int) ([]ports.Job, error) {
	return nil, w.refuse(ctx)
}

// Finish is refused, as Claim is.
func (w within) Finish(ctx context.Context, _ ...ports.Done) error { return w.refuse(ctx) }

// Dead is refused, as Revive is.
func (w within) Dead(ctx context.Context, _ string, _ int) ([]ports.DeadJob, error) {
	return nil, w.refuse(ctx)
}

// Revive is refused, as Enqueue is.
func (w within) Revive(ctx context.Context, _ string, _ domain.JobID, _ time.Time) error {
	return w.refuse(ctx)
}

// NextDue is refused: nothing is done here when it falls due.
func (w within) NextDue(ctx context.Context, _ []string) (time.Time, bool, error) {
	return time.Time{}, false, w.refuse(ctx)
}

// Backlog is refused: what waits is not of one transaction.
func (w within) Backlog(ctx context.Context, _ time.Time, _ []string, _ int) (ports.Backlog, error) {
	return ports.Backlog{}, w.refuse(ctx)
}

// Lease is refused: nobody would see it before it is over.
func (w within) Lease(ctx context.Context, _ string, _ int64, _ time.Duration) (int64, bool, error) {
	return 0, false, w.refuse(ctx)
}

// MoveTestClock is refused: everybody else's clock would wait.
func (w within) MoveTestClock(ctx context.Context, _ time.Time) error { return w.refuse(ctx) }
