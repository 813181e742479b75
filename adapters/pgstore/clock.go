package pgstore

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
)

// TestClock returns where the test clock stands; see [ports.Store]. A database
// that was made without one never has one, and is not asked.
func (s *Store) TestClock(ctx context.Context) (at time.Time, ok bool, err error) {
	if s.inside(ctx) {
		return time.Time{}, false, domain.ErrNested
	}
	if !s.test {
		return time.Time{}, false, ctx.Err()
	}
	at, err = looked(ctx, s, sqlrepo.TestClock)
	return at, err == nil, err
}

// MoveTestClock moves the test clock forward; see [ports.Store].
func (s *Store) MoveTestClock(ctx context.Context, to time.Time) error {
	return s.write(ctx, readCommitted, func(ctx context.Context, c sqlrepo.Conn) error {
		return sqlrepo.MoveTestClock(ctx, c, to)
	})
}

// setClock gives a database that is being made its test clock, or none.
func setClock(ctx context.Context, tx pgx.Tx, at time.Time) error {
	if at.IsZero() {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO usher_meta (key, value) VALUES ('test_clock', $1)`, strconv.FormatInt(at.UnixMicro(), 10))
	return err
}

// noClock refuses to put a test clock where real time has gone by.
func noClock() error {
	e := *domain.ErrNoTestClock
	e.Msg = "the database was made without a test clock and cannot be given one: make another database for tests"
	return &e
}
