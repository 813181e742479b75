package app

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const (
	productEndedKind  = "product_ended" // ends the memberships of a deleted product
	productEndedSlice = 100

	// A sale that was being paid for may still begin a membership: its buyer has
	// 23 hours to confirm.
	productEndedAgain = 25 * time.Hour
)

func productEndedTask(id domain.ProductID) string { return productEndedKind + ":" + string(id) }

// productEndedJob is the job that a deletion asks for: one for each product.
func productEndedJob(id domain.JobID, row ports.Event) (ports.Job, bool) {
	var e domain.ProductDeleted
	ok := read(row, &e)
	j := jobOf(productEndedKind, string(e.ProductID), id, row, 0)
	j.DueAt = e.At.Add(domain.UndeleteWithin)
	return j, ok
}

// endProduct ends, for a turn, the memberships of a product whose deletion can
// no longer be taken back, those that somebody else charges too. How far it has
// come is kept with each slice; whoever began meanwhile is ended by a second
// pass, a day later.
func (w *Worker) endProduct(ctx context.Context, j ports.Job) ports.Done {
	for over := after(jobTurn); ; {
		next, err := w.endProductSlice(ctx, domain.SellerID(j.Lane), domain.ProductID(j.Payload))
		switch {
		case errors.Is(err, domain.ErrProductNotFound), err == nil && next.IsZero():
			return ports.Done{Job: j}
		case err != nil:
			return w.failed(j, err)
		case next.After(w.at()) || over():
			return ports.Done{Job: j, Outcome: ports.Again, At: next}
		}
	}
}

// endProductSlice looks at one slice of the seller's memberships. It says when
// the next is due: zero if there is none.
func (w *Worker) endProductSlice(ctx context.Context, seller domain.SellerID, id domain.ProductID) (next time.Time, err error) {
	at := w.at()
	var product domain.Product
	var task ports.Task
	some, err := load(ctx, w.core, seller, func(ctx context.Context, tx ports.Tx) (_ []domain.MembershipState, err error) {
		if product, err = tx.Products.ByID(ctx, id); err != nil {
			return nil, err
		}
		task, err = tx.Progress.ByID(ctx, productEndedTask(id))
		if errors.Is(err, domain.ErrProgressNotFound) {
			task, err = ports.Task{ID: productEndedTask(id), StartedAt: product.DeletedAt}, nil
		}
		if err != nil {
			return nil, err
		}
		return tx.Memberships.List(ctx, task.Cursor, productEndedSlice)
	})
	switch final := product.DeletedAt.Add(domain.UndeleteWithin); {
	case err != nil, product.DeletedAt.IsZero():
		return time.Time{}, err
	case at.Before(final): // taken back, and deleted again
		return final, nil
	case !task.FinishedAt.IsZero() && at.Before(task.FinishedAt.Add(productEndedAgain)):
		return task.FinishedAt.Add(productEndedAgain), nil
	}
	for _, m := range some {
		task.Cursor = ports.Cursor{At: m.CreatedAt, ID: string(m.ID)}
		if m.ProductID != id || !m.Live() {
			continue
		}
		_, err := (&Memberships{w.core}).EndNow(ctx, seller, m.ID, domain.SellerActor)
		switch {
		case err == nil:
			task.Done++
		case !errors.Is(err, domain.ErrNotActive): // it has ended meanwhile
			return time.Time{}, err
		}
	}
	next = at
	if len(some) < productEndedSlice {
		next = time.Time{}
		if task.FinishedAt.IsZero() {
			next = at.Add(productEndedAgain)
		}
		task.FinishedAt, task.Cursor = at, ports.Cursor{}
	}
	return next, w.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error { return tx.Progress.Put(ctx, task) })
}
