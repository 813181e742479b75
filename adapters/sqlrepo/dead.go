package sqlrepo

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const (
	deadJobs  = `SELECT id, kind, lane, key, payload, due_at, fence, nudge, tries, why, dead_at FROM usher_jobs WHERE dead_at IS NOT NULL`
	deadOrder = ` ORDER BY due_at DESC, id DESC LIMIT $1`
)

// Dead returns up to limit jobs that were given up, of that lane or, if it is
// empty, of all: the latest to fall due first.
func Dead(ctx context.Context, c Conn, lane string, limit int) ([]ports.DeadJob, error) {
	if lane == "" {
		return many(ctx, c, scanDead, deadJobs+deadOrder, most(limit))
	}
	return many(ctx, c, scanDead, deadJobs+` AND lane = $2`+deadOrder, most(limit), lane)
}

func scanDead(rows Rows) (d ports.DeadJob, err error) {
	j := &d.Job
	err = rows.Scan((*string)(&j.ID), &j.Kind, &j.Lane, &j.Key, &j.Payload, Time(&j.DueAt), &j.Fence, &j.Nudge, &j.Tries, &d.Why, Time(&d.DeadAt))
	return d, err
}

// A dead job whose key another one has taken gives way to it.
const (
	isDead = ` WHERE id = $1 AND dead_at IS NOT NULL`
	heir   = `SELECT 1 FROM usher_jobs o WHERE o.key = usher_jobs.key AND o.key <> '' AND o.dead_at IS NULL`

	revive  = `UPDATE usher_jobs SET dead_at = NULL, due_at = $2, tries = 0, why = ''` + isDead + ` AND NOT EXISTS (` + heir + `)`
	inherit = `UPDATE usher_jobs SET nudge = nudge + 1, due_at = CASE WHEN $2 < due_at THEN $2 ELSE due_at END
		WHERE dead_at IS NULL AND key <> '' AND key = (SELECT o.key FROM usher_jobs o WHERE o.id = $1)`
	unearth = `DELETE FROM usher_jobs` + isDead
)

// Revive makes a dead job due at now, with no tries; if its key is taken, the
// job that has it is nudged instead. A job that is not dead, or not of that
// lane, is [domain.ErrJobNotFound]; an empty lane is any.
func Revive(ctx context.Context, c Conn, lane string, id domain.JobID, now time.Time) error {
	all, err := many(ctx, c, scanDead, deadJobs+` AND id = $1`, string(id))
	switch {
	case err != nil:
		return err
	case len(all) == 0, lane != "" && all[0].Lane != lane:
		return domain.ErrJobNotFound
	}
	n, err := c.Exec(ctx, revive, string(id), now)
	if err != nil || n > 0 {
		return err
	}
	if _, err := c.Exec(ctx, inherit, string(id), now); err != nil {
		return err
	}
	return change(ctx, c, domain.ErrJobNotFound, unearth, string(id))
}
