package sqlitestore

import (
	"context"
	"time"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Dispatch turns events into jobs; see [ports.Queue].
func (s *Store) Dispatch(ctx context.Context, n int, plan ports.Plan) (int, error) {
	return written(ctx, s, plan, func(ctx context.Context, c sqlrepo.Conn) (int, error) {
		return sqlrepo.Dispatch(ctx, c, n, plan, s.real())
	})
}

// Enqueue adds jobs; see [ports.Queue].
func (s *Store) Enqueue(ctx context.Context, jobs ...ports.Job) error {
	return s.write(ctx, s.Enqueue, func(ctx context.Context, c sqlrepo.Conn) error {
		return sqlrepo.Enqueue(ctx, c, jobs...)
	})
}

// Claim leases jobs; see [ports.Queue].
func (s *Store) Claim(ctx context.Context, now time.Time, kinds []string, lease time.Duration, n int) ([]ports.Job, error) {
	return written(ctx, s, s.Claim, func(ctx context.Context, c sqlrepo.Conn) ([]ports.Job, error) {
		return sqlrepo.Claim(ctx, c, now, s.real(), kinds, lease, n)
	})
}

// Finish ends claims; see [ports.Queue].
func (s *Store) Finish(ctx context.Context, done ...ports.Done) error {
	return s.write(ctx, s.Finish, func(ctx context.Context, c sqlrepo.Conn) error {
		return sqlrepo.Finish(ctx, c, done...)
	})
}

// Lease takes a lease; see [ports.Queue].
func (s *Store) Lease(ctx context.Context, name string, fence int64, d time.Duration) (int64, bool, error) {
	type leased struct {
		fence int64
		ok    bool
	}
	got, err := written(ctx, s, s.Lease, func(ctx context.Context, c sqlrepo.Conn) (l leased, err error) {
		l.fence, l.ok, err = sqlrepo.Lease(ctx, c, name, fence, s.real(), d)
		return l, err
	})
	return got.fence, got.ok, err
}

// written is write for what has a result, which counts only once it is durable.
func written[T any](ctx context.Context, s *Store, what any, fn func(context.Context, sqlrepo.Conn) (T, error)) (T, error) {
	var got, none T
	err := s.write(ctx, what, func(ctx context.Context, c sqlrepo.Conn) (err error) {
		got, err = fn(ctx, c)
		return err
	})
	if err != nil {
		return none, err
	}
	return got, nil
}

// real is the time by which leases end: the machine's, whatever business time is.
func (s *Store) real() time.Time { return domain.Instant(s.now()) }
