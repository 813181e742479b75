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

// A line is what waits of one kind in one lane. lines steps from one to the next over an
// index, so its cost is in the number of lines and not in what waits in them, nor
// in what waits of kinds that are not asked for. With heads it reads the first
// free job of each line, the longest due first; the kinds go in between.
const (
	lines = `WITH RECURSIVE lines (lane, kind) AS (
		SELECT j.lane, j.kind FROM usher_jobs j WHERE j.id = (
			SELECT f.id FROM usher_jobs f WHERE f.dead_at IS NULL ORDER BY f.lane, f.kind, f.due_at, f.id LIMIT 1)
		UNION ALL
		SELECT j.lane, j.kind FROM lines CROSS JOIN usher_jobs j WHERE j.id = COALESCE((
			SELECT f.id FROM usher_jobs f WHERE f.dead_at IS NULL AND f.lane = lines.lane AND f.kind > lines.kind
			ORDER BY f.kind, f.due_at, f.id LIMIT 1), (
			SELECT f.id FROM usher_jobs f WHERE f.dead_at IS NULL AND f.lane > lines.lane
			ORDER BY f.lane, f.kind, f.due_at, f.id LIMIT 1)))
	SELECT h.lane, h.kind, h.due_at, h.id FROM lines CROSS JOIN usher_jobs h
	WHERE lines.kind IN (`
	heads = `) AND h.id = (SELECT f.id FROM usher_jobs f WHERE` + free + ` AND f.lane = lines.lane AND f.kind = lines.kind
		ORDER BY f.due_at, f.id LIMIT 1) ORDER BY h.due_at, h.id LIMIT $3`
)

// candidates are the first free jobs of one line.
const candidates = `SELECT lane, kind, due_at, id FROM usher_jobs WHERE` + free + ` AND lane = $4 AND kind = $5 ORDER BY due_at, id LIMIT $3`

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
	lane, kind string
	since      time.Time
	id         string
}

func scanWaiting(rows Rows) (w waiting, err error) {
	return w, rows.Scan(&w.lane, &w.kind, Time(&w.since), &w.id)
}

func longest(a, b waiting) int { return cmp.Or(a.since.Compare(b.since), cmp.Compare(a.id, b.id)) }

// choose returns the ids of what Claim leases. It looks into one line after the
// other until none that is left can have anything longer due. The heads of n
// lanes are enough, and so are as many lines as n lanes can have of these kinds:
// the head of each is chosen before what comes after it.
func choose(ctx context.Context, c Conn, now, real time.Time, kinds []any, n int) ([]any, error) {
	all, err := many(ctx, c, scanWaiting, lines+params(4, len(kinds))+heads, append([]any{real, now, n * len(kinds)}, kinds...)...)
	if err != nil {
		return nil, err
	}
	most := max(1, n/4) // of one lane
	var best []waiting
	for _, head := range all {
		if len(best) == n && longest(head, best[n-1]) > 0 {
			break
		}
		some, err := many(ctx, c, scanWaiting, candidates+skipLocked(c), real, now, most, head.lane, head.kind)
		if err != nil {
			return nil, err
		}
		best = append(best, some...)
		slices.SortFunc(best, longest)
		had := map[string]int{}
		best = slices.DeleteFunc(best, func(w waiting) bool {
			had[w.lane]++
			return had[w.lane] > most
		})
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
