package sqlrepo

import (
	"context"
	"strconv"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// The rows of usher_meta that hold charges, each with a time in microseconds:
// somebody asked for it, or the database is a copy that was made to be kept and
// must not charge what the original has charged since.
const (
	HeldRow   = "held"
	BackupRow = "backup"
)

const (
	holdRead = `SELECT key, value FROM usher_meta WHERE key IN ('` + HeldRow + `', '` + BackupRow + `')`
	holdMake = `INSERT INTO usher_meta (key, value) VALUES ('` + HeldRow + `', $1) ON CONFLICT (key) DO NOTHING`
	holdLift = `DELETE FROM usher_meta WHERE key IN ('` + HeldRow + `', '` + BackupRow + `')`
)

// Held returns why charges are held; see [ports.Holder].
func Held(ctx context.Context, c Conn) (h ports.Hold, held bool, err error) {
	type row struct{ key, value string }
	scan := func(rows Rows) (r row, err error) { return r, rows.Scan(&r.key, &r.value) }
	all, err := many(ctx, c, scan, holdRead)
	for _, r := range all {
		if at := MicrosOf(r.value); r.key == HeldRow {
			h.Since = at
		} else {
			h.Backup = at
		}
	}
	return h, len(all) > 0, err
}

// Hold holds charges from real on; see [ports.Holder].
func Hold(ctx context.Context, c Conn, real time.Time) error {
	_, err := c.Exec(ctx, holdMake, TextOf(real))
	return err
}

// Lift ends the hold; see [ports.Holder].
func Lift(ctx context.Context, c Conn) error {
	_, err := c.Exec(ctx, holdLift)
	return err
}

// TextOf is a time in a column of texts.
func TextOf(at time.Time) string { return strconv.FormatInt(domain.Instant(at).UnixMicro(), 10) }

// MicrosOf reads it. What is no time is the beginning of all: a row that holds
// charges holds them, whatever it says.
func MicrosOf(text string) time.Time {
	n, _ := strconv.ParseInt(text, 10, 64)
	return time.UnixMicro(n).UTC()
}
