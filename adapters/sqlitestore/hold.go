package sqlitestore

import (
	"context"
	"strconv"
	"time"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/ports"
)

var _ ports.Holder = (*Store)(nil)

// The rows of usher_meta that hold charges, each with a time in microseconds:
// a copy that was made to be kept must not charge what the original has charged
// since.
const (
	holdRow   = "held"
	backupRow = "backup"
)

const holdRead = `SELECT key, value FROM usher_meta WHERE key IN ('` + holdRow + `', '` + backupRow + `')`

// Held returns why charges are held; see [ports.Holder].
func (s *Store) Held(ctx context.Context) (h ports.Hold, held bool, err error) {
	err = s.read(ctx, "", func(ctx context.Context, c sqlrepo.Conn) (err error) {
		h, held, err = readHold(ctx, c)
		return err
	})
	if err != nil {
		return ports.Hold{}, false, err
	}
	return h, held, nil
}

func readHold(ctx context.Context, c sqlrepo.Conn) (h ports.Hold, held bool, err error) {
	rows, err := c.Query(ctx, holdRead)
	if err != nil {
		return h, false, err
	}
	defer rows.Close()
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return h, false, err
		}
		at := microsOf(value)
		if held = true; key == holdRow {
			h.Since = at
		} else {
			h.Backup = at
		}
	}
	return h, held, rows.Err()
}

// Hold holds charges; see [ports.Holder].
func (s *Store) Hold(ctx context.Context) error {
	return s.write(ctx, s.Hold, func(ctx context.Context, c sqlrepo.Conn) error {
		_, err := c.Exec(ctx, `INSERT INTO usher_meta (key, value) VALUES ('`+holdRow+`', $1) ON CONFLICT (key) DO NOTHING`, textOf(s.now()))
		return err
	})
}

// Lift ends the hold; see [ports.Holder].
func (s *Store) Lift(ctx context.Context) error {
	return s.write(ctx, s.Lift, func(ctx context.Context, c sqlrepo.Conn) error {
		_, err := c.Exec(ctx, `DELETE FROM usher_meta WHERE key IN ('`+holdRow+`', '`+backupRow+`')`)
		return err
	})
}

// textOf is a time in a column of texts.
func textOf(at time.Time) string { return strconv.FormatInt(at.UnixMicro(), 10) }

// microsOf reads it. What is no time is the beginning of all: a row that holds
// charges holds them, whatever it says.
func microsOf(text string) time.Time {
	n, _ := strconv.ParseInt(text, 10, 64)
	return time.UnixMicro(n).UTC()
}
