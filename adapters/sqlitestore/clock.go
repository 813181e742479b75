package sqlitestore

import (
	"context"
	"database/sql"
	"strconv"
	"time"

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
	err = s.read(ctx, "", func(ctx context.Context, c sqlrepo.Conn) (err error) {
		at, err = sqlrepo.TestClock(ctx, c)
		return err
	})
	if err != nil {
		return time.Time{}, false, err
	}
	return at, true, nil
}

// MoveTestClock moves the test clock forward; see [ports.Store].
func (s *Store) MoveTestClock(ctx context.Context, to time.Time) error {
	return s.write(ctx, s.MoveTestClock, func(ctx context.Context, c sqlrepo.Conn) error {
		return sqlrepo.MoveTestClock(ctx, c, to)
	})
}

// setClock gives a database that is being made its test clock, or none: what an
// opening that was cut off has left is gone.
func setClock(ctx context.Context, db *sql.DB, at time.Time) error {
	if at.IsZero() {
		_, err := db.ExecContext(ctx, `DELETE FROM usher_meta WHERE key = 'test_clock'`)
		return err
	}
	_, err := db.ExecContext(ctx, `INSERT INTO usher_meta (key, value) VALUES ('test_clock', $1)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, strconv.FormatInt(at.UnixMicro(), 10))
	return err
}

// noClock refuses to put a test clock where real time has gone by.
func noClock(path string) error {
	e := *domain.ErrNoTestClock
	e.Msg = path + " was made without a test clock and cannot be given one: make another database for tests"
	return &e
}
