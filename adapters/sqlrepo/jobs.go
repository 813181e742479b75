package sqlrepo

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// A live job that has the key is nudged, whatever its id; its lease is left
// alone. Otherwise an id that is there makes no row.
const enqueue = `INSERT INTO usher_jobs (id, kind, lane, key, payload, due_at) SELECT $1, $2, $3, $4, $5, $6
	WHERE NOT EXISTS (SELECT 1 FROM usher_jobs o WHERE o.id = $1)
		OR EXISTS (SELECT 1 FROM usher_jobs o WHERE o.key = $4 AND o.key <> '' AND o.dead_at IS NULL)
	ON CONFLICT (key) WHERE dead_at IS NULL AND key <> '' DO UPDATE SET nudge = usher_jobs.nudge + 1,
		due_at = CASE WHEN excluded.due_at < usher_jobs.due_at THEN excluded.due_at ELSE usher_jobs.due_at END`

// Enqueue adds jobs, or nudges those whose key is there; jobs without a key
// have none in common. An id that another job has is [domain.ErrExists].
func Enqueue(ctx context.Context, c Conn, jobs ...ports.Job) error {
	for _, j := range jobs {
		err := change(ctx, c, domain.ErrExists, enqueue, string(j.ID), j.Kind, j.Lane, j.Key, j.Payload, j.DueAt)
		if err != nil {
			return err
		}
	}
	return nil
}

// NextDue returns the earliest due time of a job of these kinds, leased or not.
func NextDue(ctx context.Context, c Conn, kinds []string) (time.Time, bool, error) {
	if len(kinds) == 0 {
		return time.Time{}, false, nil
	}
	scan := func(rows Rows) (at time.Time, err error) { return at, rows.Scan(Time(&at)) }
	all, err := many(ctx, c, scan, `SELECT due_at FROM usher_jobs WHERE dead_at IS NULL AND kind IN (`+params(1, len(kinds))+`)
		ORDER BY due_at, id LIMIT 1`, texts(kinds...)...)
	if err != nil || len(all) == 0 {
		return time.Time{}, false, err
	}
	return all[0], true, nil
}
