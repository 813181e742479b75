package pgstore

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
)

// rerunFor is how long a closure is run again and again, if others are in its
// way.
var rerunFor = 5 * time.Second

// again says that a transaction was lost to others and may be run again. It is
// never seen outside.
type again struct{ cause error }

func (a *again) Error() string { return a.cause.Error() }

// write runs fn in a transaction until it goes through, fails by itself, or has
// taken too long.
func (s *Store) write(ctx context.Context, how string, fn func(context.Context, sqlrepo.Conn) error) error {
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
	start := time.Now()
	for try := 1; ; try++ {
		err := s.writeOnce(ctx, how, try, fn)
		lost, ok := errors.AsType[*again](err)
		if !ok {
			return err
		}
		pause := backOff(try)
		if time.Since(start)+pause > rerunFor {
			return domain.ErrUnavailable.Because(lost.cause)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// backOff is a pause before the next try, not the same for all who met: up to a
// millisecond more for each try, and never more than twenty.
func backOff(try int) time.Duration {
	return time.Duration(rand.Int64N(int64(min(try, 20)) * int64(time.Millisecond)))
}

// writeOnce runs fn in one transaction. A panic or runtime.Goexit in fn ends
// the transaction and goes on.
func (s *Store) writeOnce(ctx context.Context, how string, try int, fn func(context.Context, sqlrepo.Conn) error) error {
	t, err := s.begin(ctx, how)
	if err != nil {
		return err
	}
	own := s.mark(ctx)
	l := t.loan(own, false)
	kept := false
	defer func() {
		if !kept {
			l.end()
			t.rollback()
		}
	}()
	err = fn(own, l)
	lost := l.end()
	switch {
	case lost != nil && rerunnable(lost, try): // whatever fn made of it
		return &again{lost}
	case err != nil:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case lost != nil: // fn did not mind, but its writes are gone
		return classify(lost, t.conn.Conn().IsClosed())
	}
	kept = true
	err = t.commit()
	if errors.Is(err, errAborted) || rerunnable(err, try) {
		return &again{err}
	}
	return classify(err, false)
}

// written is write for what has a result, which counts only once it is durable.
func written[T any](ctx context.Context, s *Store, fn func(context.Context, sqlrepo.Conn) (T, error)) (T, error) {
	var got, none T
	err := s.write(ctx, readCommitted, func(ctx context.Context, c sqlrepo.Conn) (err error) {
		got, err = fn(ctx, c)
		return err
	})
	if err != nil {
		return none, err
	}
	return got, nil
}
