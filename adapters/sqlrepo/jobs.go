package sqlrepo

import (
	"context"
	"fmt"
	"strings"
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

// firstOf is the first live job of a kind. That this has a name lets the partial
// index be used, which those who claim in a lane must not be tempted by.
const firstOf = `SELECT (SELECT j.due_at FROM usher_jobs j WHERE j.dead_at IS NULL AND j.kind = %s AND j.kind <> '' ORDER BY j.due_at, j.id LIMIT 1) AS at`

// NextDue returns the earliest due time of a job of these kinds, leased or not.
// Each kind is asked for its own first: while charges are held, a million jobs of
// another kind may be due before it.
func NextDue(ctx context.Context, c Conn, kinds []string) (time.Time, bool, error) {
	if len(kinds) == 0 {
		return time.Time{}, false, nil
	}
	firsts := make([]string, len(kinds))
	for i := range kinds {
		firsts[i] = fmt.Sprintf(firstOf, params(1+i, 1))
	}
	scan := func(rows Rows) (at time.Time, err error) { return at, rows.Scan(Time(&at)) }
	all, err := many(ctx, c, scan, `SELECT f.at FROM (`+strings.Join(firsts, ` UNION ALL `)+`) AS f WHERE f.at IS NOT NULL ORDER BY f.at LIMIT 1`, texts(kinds...)...)
	if err != nil || len(all) == 0 {
		return time.Time{}, false, err
	}
	return all[0], true, nil
}
