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

// What waits is counted through the partial indexes of what waits, no further than
// a limit. Each row of the answer is a sort, a kind, a count and since when.
const (
	dueOf = `SELECT 'job' AS sort, %[1]s AS kind, COUNT(*) AS n, MIN(j.due_at) AS since FROM
		(SELECT due_at FROM usher_jobs WHERE dead_at IS NULL AND kind = %[1]s AND kind <> '' AND due_at <= $1 ORDER BY due_at, id LIMIT $2) AS j`
	otherWaiting = `SELECT 'event' AS sort, '' AS kind, COUNT(*) AS n, MIN(e.at) AS since FROM
		(SELECT at FROM usher_events WHERE dispatched_at IS NULL ORDER BY seq LIMIT $2) AS e
	UNION ALL SELECT 'dead', '', COUNT(*), MIN(d.due_at) FROM
		(SELECT due_at FROM usher_jobs WHERE dead_at IS NOT NULL ORDER BY due_at, id LIMIT $2) AS d
	UNION ALL SELECT 'delivery', '', COUNT(*), $1 FROM
		(SELECT webhook_id FROM usher_deliveries WHERE status = 'waiting' ORDER BY webhook_id, subject, seq, id LIMIT $2) AS w`
)

// Backlog counts what waits; see [ports.Queue].
func Backlog(ctx context.Context, c Conn, now time.Time, kinds []string, most int) (ports.Backlog, error) {
	b := ports.Backlog{Due: map[string]ports.Waiting{}}
	asked := otherWaiting
	for i := range kinds {
		asked += ` UNION ALL ` + fmt.Sprintf(dueOf, params(3+i, 1))
	}
	type row struct {
		sort, kind string
		ports.Waiting
	}
	all, err := many(ctx, c, func(rows Rows) (r row, err error) {
		return r, rows.Scan(&r.sort, &r.kind, &r.Count, Time(&r.Since))
	}, asked, append([]any{now, most}, texts(kinds...)...)...)
	if err != nil {
		return ports.Backlog{}, err
	}
	for _, r := range all {
		switch {
		case r.sort == "dead":
			b.Dead = r.Count
		case r.sort == "delivery":
			b.Deliveries = r.Count
		case r.Count == 0:
		case r.sort == "event":
			b.Events = r.Waiting
		default:
			b.Due[r.kind] = r.Waiting
		}
	}
	return b, nil
}

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
