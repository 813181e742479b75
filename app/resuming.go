package app

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const resumeKind = "resume" // lets go on what waited for a connection

func resumeJob(id domain.JobID, row ports.Event) (ports.Job, bool) {
	var e domain.ConnectionResumed
	ok := read(row, &e)
	return jobOf(resumeKind, string(e.ConnectionID), id, row, 0), ok
}

// resume has everybody looked at who is not where they should be, since nothing
// could be asked of their community for a while.
func (w *Worker) resume(ctx context.Context, j ports.Job) ports.Done {
	seller, n := domain.SellerID(j.Lane), 0
	conn, err := (&Communities{w.core}).Get(ctx, seller, domain.ConnectionID(j.Payload))
	if errors.Is(err, domain.ErrConnectionNotFound) || err == nil && (conn.Paused() || !conn.ClosedAt.IsZero()) {
		return ports.Done{Job: j}
	}
	if err == nil {
		err = w.eachGrant(ctx, conn, func(g domain.GrantState) error {
			claims, err := load(ctx, w.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.Claim, error) {
				return tx.Claims.Touching(ctx, conn.ID, g.Subject)
			})
			g.Party = "" // what stood in the way may be mended with it
			if err != nil || len(domain.Plan(domain.WantFor(conn, g, claims), g, domain.Presence{})) == 0 {
				return err
			}
			n++
			return w.tryAgain(ctx, conn, g.ID, time.Duration(max(0, n-atOnce))*apart, w.at())
		})
	}
	if err != nil {
		return w.failed(j, err)
	}
	return ports.Done{Job: j}
}
