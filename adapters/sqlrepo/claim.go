package sqlrepo

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/usherhq/usher/ports"
)

// free chooses what is alive, due at $2, and in nobody's hands at the real time $1.
const free = ` dead_at IS NULL AND due_at <= $2 AND (leased_until IS NULL OR leased_until <= $1)`

// lanes steps from lane to lane over an index, so its cost is in the number of
// lanes and not in what waits in them. With heads it reads the first free job of
// each lane, the longest due first; the kinds go in between.
const (
	lanes = `WITH RECURSIVE lanes (lane) AS (
		SELECT (SELECT j.lane FROM usher_jobs j WHERE j.dead_at IS NULL ORDER BY j.lane LIMIT 1)
		UNION ALL
		SELECT (SELECT j.lane FROM usher_jobs j WHERE j.dead_at IS NULL AND j.lane > lanes.lane ORDER BY j.lane LIMIT 1)
		FROM lanes WHERE lanes.lane IS NOT NULL)
	SELECT h.lane, h.due_at, h.id FROM lanes CROSS JOIN usher_jobs h
	WHERE h.id = (SELECT j.id FROM usher_jobs j WHERE` + free + ` AND j.lane = lanes.lane AND j.kind IN (`
	heads = `) ORDER BY j.due_at, j.id LIMIT 1) ORDER BY h.due_at, h.id LIMIT $3`
)

// candidates are the first free jobs of one lane.
const candidates = `SELECT lane, due_at, id FROM usher_jobs WHERE` + free + ` AND lane = $4 AND kind IN (`

// take leases what was chosen, as far as nobody else did meanwhile.
const (
	take  = `UPDATE usher_jobs SET leased_until = $3, fence = fence + 1, tries = tries + 1 WHERE` + free + ` AND id IN (`
	taken = `) RETURNING id, kind, lane, key, payload, due_at, fence, nudge, tries`
)

// Locking is a [Conn] of a database that locks single rows. What SkipLocked
// returns ends a SELECT that locks the rows that it finds, without those that
// somebody else has locked.
type Locking interface {
	Conn
	SkipLocked() string
}

func skipLocked(c Conn) string {
	if l, ok := c.(Locking); ok {
		return l.SkipLocked()
	}
	return ""
}

// Claim leases up to n jobs of these kinds that are due at now and that nobody
// holds at the real time, the longest due first, and at most a quarter of n
// from one lane.
func Claim(ctx context.Context, c Conn, now, real time.Time, kinds []string, lease time.Duration, n int) ([]ports.Job, error) {
	if n < 1 || len(kinds) == 0 {
		return nil, nil
	}
	ids, err := choose(ctx, c, now, real, texts(kinds...), n)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	all, err := many(ctx, c, scanJob, take+params(4, len(ids))+taken, append([]any{real, now, real.Add(lease)}, ids...)...)
	slices.SortFunc(all, func(a, b ports.Job) int { return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID)) })
	return all, err
}

// waiting is a free job.
type waiting struct {
	lane  string
	since time.Time
	id    string
}

func scanWaiting(rows Rows) (w waiting, err error) {
	return w, rows.Scan(&w.lane, Time(&w.since), &w.id)
}

func longest(a, b waiting) int { return cmp.Or(a.since.Compare(b.since), cmp.Compare(a.id, b.id)) }

// choose returns the ids of what Claim leases. It looks into one lane after the
// other until none that is left can have anything longer due; n lanes are
// enough, since the head of each is chosen before what comes after it.
func choose(ctx context.Context, c Conn, now, real time.Time, kinds []any, n int) ([]any, error) {
	in := params(4, len(kinds))
	all, err := many(ctx, c, scanWaiting, lanes+in+heads, append([]any{real, now, n}, kinds...)...)
	if err != nil {
		return nil, err
	}
	var best []waiting
	for _, head := range all {
		if len(best) == n && longest(head, best[n-1]) > 0 {
			break
		}
		some, err := many(ctx, c, scanWaiting, candidates+params(5, len(kinds))+`) ORDER BY due_at, id LIMIT $3`+skipLocked(c),
			append([]any{real, now, max(1, n/4), head.lane}, kinds...)...)
		if err != nil {
			return nil, err
		}
		best = append(best, some...)
		slices.SortFunc(best, longest)
		best = best[:min(n, len(best))]
	}
	ids := make([]any, len(best))
	for i, w := range best {
		ids[i] = w.id
	}
	return ids, nil
}

func scanJob(rows Rows) (j ports.Job, err error) {
	err = rows.Scan((*string)(&j.ID), &j.Kind, &j.Lane, &j.Key, &j.Payload, Time(&j.DueAt), &j.Fence, &j.Nudge, &j.Tries)
	return j, err
}
