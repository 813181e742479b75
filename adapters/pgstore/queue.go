package pgstore

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// oneDispatcher lets one in at a time: whoever waited sees what the other one
// left, and no event of a subject overtakes an earlier one. The number is
// nobody else's in this database.
const oneDispatcher = `SELECT pg_advisory_xact_lock(8387229101465219433) IS NULL`

// Dispatch turns events into jobs; see [ports.Queue].
func (s *Store) Dispatch(ctx context.Context, n int, plan ports.Plan) (int, error) {
	work := false
	noted := func(events []ports.Event, told []domain.Webhook) ([]ports.Job, []domain.Delivery) {
		jobs, tell := plan(events, told)
		work = len(jobs) > 0
		return jobs, tell
	}
	read, err := written(ctx, s, func(ctx context.Context, c sqlrepo.Conn) (int, error) {
		var waited bool
		if err := row(ctx, c, &waited, oneDispatcher); err != nil {
			return 0, err
		}
		real, err := s.real(ctx, c)
		if err != nil {
			return 0, err
		}
		return sqlrepo.Dispatch(ctx, c, n, noted, real)
	})
	if err == nil && work {
		s.bell.told()
	}
	return read, err
}

// Enqueue adds jobs; see [ports.Queue].
func (s *Store) Enqueue(ctx context.Context, jobs ...ports.Job) error {
	err := s.write(ctx, readCommitted, func(ctx context.Context, c sqlrepo.Conn) error {
		return sqlrepo.Enqueue(ctx, c, jobs...)
	})
	if err == nil && len(jobs) > 0 {
		s.bell.told()
	}
	return err
}

// Claim leases jobs; see [ports.Queue].
func (s *Store) Claim(ctx context.Context, now time.Time, kinds []string, lease time.Duration, n int) ([]ports.Job, error) {
	return written(ctx, s, func(ctx context.Context, c sqlrepo.Conn) ([]ports.Job, error) {
		real, err := s.real(ctx, c)
		if err != nil {
			return nil, err
		}
		return sqlrepo.Claim(ctx, c, now, real, kinds, lease, n)
	})
}

// Finish ends claims; see [ports.Queue].
func (s *Store) Finish(ctx context.Context, done ...ports.Done) error {
	return s.write(ctx, readCommitted, func(ctx context.Context, c sqlrepo.Conn) error {
		return sqlrepo.Finish(ctx, c, done...)
	})
}

// Dead returns jobs that were given up; see [ports.Queue].
func (s *Store) Dead(ctx context.Context, lane string, limit int) ([]ports.DeadJob, error) {
	return looked(ctx, s, func(ctx context.Context, c sqlrepo.Conn) ([]ports.DeadJob, error) {
		return sqlrepo.Dead(ctx, c, lane, limit)
	})
}

// Revive makes a dead job due again; see [ports.Queue].
func (s *Store) Revive(ctx context.Context, lane string, id domain.JobID, now time.Time) error {
	err := s.write(ctx, readCommitted, func(ctx context.Context, c sqlrepo.Conn) error {
		return sqlrepo.Revive(ctx, c, lane, id, now)
	})
	if err == nil {
		s.bell.told()
	}
	return err
}

// Lease takes a lease; see [ports.Queue].
func (s *Store) Lease(ctx context.Context, name string, fence int64, d time.Duration) (int64, bool, error) {
	type leased struct {
		fence int64
		ok    bool
	}
	got, err := written(ctx, s, func(ctx context.Context, c sqlrepo.Conn) (l leased, err error) {
		real, err := s.real(ctx, c)
		if err != nil {
			return l, err
		}
		l.fence, l.ok, err = sqlrepo.Lease(ctx, c, name, fence, real, d)
		return l, err
	})
	return got.fence, got.ok, err
}

// real is the time by which leases end, whatever business time is: the
// database's, which is the same for all processes.
func (s *Store) real(ctx context.Context, c sqlrepo.Conn) (at time.Time, err error) {
	if s.now != nil {
		return domain.Instant(s.now()), nil
	}
	err = row(ctx, c, sqlrepo.Time(&at), `SELECT clock_timestamp()`)
	return at, err
}

// row reads the one value of a query.
func row(ctx context.Context, c sqlrepo.Conn, dest any, q string) error {
	rows, err := c.Query(ctx, q)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return errors.New("the database answered nothing")
	}
	return rows.Scan(dest)
}
