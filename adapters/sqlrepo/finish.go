package sqlrepo

import (
	"context"
	"time"

	"github.com/usherhq/usher/ports"
)

// A claim is the row's own as long as the row has its fence and was not freed.
// nudge tells whether a wake-up came after it; then the row stays and is due
// when that, or the claim, said, whichever is earlier.
const (
	claimed = ` WHERE id = $1 AND fence = $2 AND leased_until IS NOT NULL AND dead_at IS NULL`

	finish = `DELETE FROM usher_jobs` + claimed + ` AND nudge = $3`
	bury   = `UPDATE usher_jobs SET leased_until = NULL, dead_at = coalesce($4, due_at), why = $5` + claimed + ` AND nudge = $3`
	rerun  = `UPDATE usher_jobs SET leased_until = NULL, tries = 0` + claimed
	unbury = `UPDATE usher_jobs SET leased_until = NULL` + claimed
	later  = `UPDATE usher_jobs SET leased_until = NULL, due_at = CASE WHEN nudge <> $3 AND due_at < $4 THEN due_at ELSE $4 END`
	again  = later + `, tries = CASE WHEN tries > 0 THEN tries - 1 ELSE 0 END` + claimed
	retry  = later + `, why = $5` + claimed
)

// Finish ends claims. One that a later claim has overtaken, or that was ended
// before, changes nothing.
func Finish(ctx context.Context, c Conn, done ...ports.Done) error {
	for _, d := range done {
		if err := end(ctx, c, d); err != nil {
			return err
		}
	}
	return nil
}

func end(ctx context.Context, c Conn, d ports.Done) error {
	claim := []any{string(d.Job.ID), d.Job.Fence}
	seen := append(claim, d.Job.Nudge)
	var n int64
	var err error
	woken := rerun
	switch d.Outcome {
	case ports.Again:
		_, err = c.Exec(ctx, again, append(seen, d.At)...)
		return err
	case ports.Retry:
		_, err = c.Exec(ctx, retry, append(seen, d.At, d.Why)...)
		return err
	case ports.Dead:
		woken = unbury
		n, err = c.Exec(ctx, bury, append(seen, d.At, d.Why)...)
	default:
		n, err = c.Exec(ctx, finish, seen...)
	}
	if err != nil || n > 0 {
		return err
	}
	_, err = c.Exec(ctx, woken, claim...) // nudged meanwhile: it runs once more, at once
	return err
}

// A lease is taken if it ran out, or by whoever has its fence.
const takeLease = `INSERT INTO usher_leases (name, fence, until) VALUES ($1, 1, $2)
	ON CONFLICT (name) DO UPDATE SET until = excluded.until,
		fence = CASE WHEN usher_leases.fence = $3 THEN usher_leases.fence ELSE usher_leases.fence + 1 END
	WHERE usher_leases.until <= $4 OR usher_leases.fence = $3
	RETURNING fence`

// Lease takes the lease of that name until d after the real time. Keeping it
// keeps its fence; whoever takes it next gets a higher one.
func Lease(ctx context.Context, c Conn, name string, fence int64, real time.Time, d time.Duration) (int64, bool, error) {
	scan := func(rows Rows) (f int64, err error) { return f, rows.Scan(&f) }
	all, err := many(ctx, c, scan, takeLease, name, real.Add(d), fence, real)
	if err != nil || len(all) == 0 {
		return 0, false, err
	}
	return all[0], true, nil
}
