package sqlrepo

import (
	"context"
	"strconv"
	"time"

	"github.com/usherhq/usher/domain"
)

// The test clock is a number in a column of texts.
const (
	clockRead = `SELECT value FROM usher_meta WHERE key = 'test_clock'`
	clockMove = `UPDATE usher_meta SET value = $1 WHERE key = 'test_clock' AND CAST(value AS BIGINT) < $2`
)

// TestClock returns where the test clock stands, or [domain.ErrNoTestClock].
func TestClock(ctx context.Context, c Conn) (time.Time, error) {
	scan := func(rows Rows) (at time.Time, err error) {
		var value string
		if err := rows.Scan(&value); err != nil {
			return at, err
		}
		micros, err := strconv.ParseInt(value, 10, 64)
		return time.UnixMicro(micros).UTC(), err
	}
	return one(ctx, c, scan, domain.ErrNoTestClock, clockRead)
}

// MoveTestClock moves it forward, and leaves it where it is if it is later
// already.
func MoveTestClock(ctx context.Context, c Conn, to time.Time) error {
	micros := domain.Instant(to).UnixMicro()
	n, err := c.Exec(ctx, clockMove, strconv.FormatInt(micros, 10), micros)
	if err != nil || n > 0 {
		return err
	}
	_, err = TestClock(ctx, c)
	return err
}
