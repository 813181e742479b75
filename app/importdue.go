package app

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const (
	importDueKind  = "import_due" // makes the jobs of what came by import
	importDueSlice = 1000
)

// importDueJob is the job that an import asks for: what came with it has no
// events of its own.
func importDueJob(id domain.JobID, row ports.Event) (ports.Job, bool) {
	var e domain.RecordsImported
	ok := read(row, &e)
	return jobOf(importDueKind, e.Source, id, row, 0), ok
}

// importDue makes, for a turn, the jobs of all that a seller has and somebody
// has to look at; those that are there already are as they were. How far it has
// come is kept after each slice: one that was lost is done again.
func (w *Worker) importDue(ctx context.Context, j ports.Job) ports.Done {
	over := after(jobTurn)
	for _, list := range []struct {
		of   string
		read func(context.Context, ports.Tx, ports.Cursor) ([]looked, error)
	}{{membershipKind, dueMemberships}, {paymentKind, openPayments}, {refundKind, openRefunds}} {
		task := ports.Task{ID: importDueKind + ":" + list.of + ":" + j.Payload}
		for more := true; more; {
			var err error
			if more, err = w.importDueOf(ctx, domain.SellerID(j.Lane), task, list.of, list.read); err != nil {
				return w.failed(j, err)
			}
			if more && over() {
				return ports.Done{Job: j, Outcome: ports.Again, At: w.at()}
			}
		}
	}
	return ports.Done{Job: j}
}

// looked is a thing at its place in a list, and when somebody has to look at it:
// zero for never.
type looked struct {
	id string
	at time.Time // of the place
	on time.Time
}

// importDueOf makes the jobs of one slice, and says whether there is more.
func (w *Worker) importDueOf(ctx context.Context, seller domain.SellerID, task ports.Task, kind string, read func(context.Context, ports.Tx, ports.Cursor) ([]looked, error)) (more bool, err error) {
	at := w.at()
	slice, err := load(ctx, w.core, seller, func(ctx context.Context, tx ports.Tx) ([]looked, error) {
		was, err := tx.Progress.ByID(ctx, task.ID)
		switch {
		case errors.Is(err, domain.ErrProgressNotFound):
			task.StartedAt = at
		case err != nil:
			return nil, err
		case !was.FinishedAt.IsZero():
			task = was
			return nil, nil
		default:
			task = was
		}
		return read(ctx, tx, task.Cursor)
	})
	if err != nil || !task.FinishedAt.IsZero() {
		return false, err
	}
	var jobs []ports.Job
	for _, l := range slice {
		task.Cursor = ports.Cursor{At: l.at, ID: l.id}
		if !l.on.IsZero() {
			j := jobOf(kind, l.id, domain.JobID(w.newID(at)), ports.Event{SellerID: seller, At: l.on}, 0)
			jobs = append(jobs, j)
		}
	}
	if err := w.store.Enqueue(ctx, jobs...); err != nil {
		return false, err
	}
	task.Done += int64(len(slice))
	if more = len(slice) == importDueSlice; !more {
		task.FinishedAt = at
	}
	return more, w.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error { return tx.Progress.Put(ctx, task) })
}

func dueMemberships(ctx context.Context, tx ports.Tx, after ports.Cursor) ([]looked, error) {
	all, err := tx.Memberships.List(ctx, after, importDueSlice)
	var some []looked
	for _, m := range all {
		some = append(some, looked{string(m.ID), m.CreatedAt, lookAt(m)})
	}
	return some, err
}

func openPayments(ctx context.Context, tx ports.Tx, after ports.Cursor) ([]looked, error) {
	all, err := tx.Payments.List(ctx, after, importDueSlice)
	var some []looked
	for _, p := range all {
		l := looked{id: string(p.ID), at: p.CreatedAt}
		if p.Kind == domain.SalePayment && p.Open() && !p.Elsewhere {
			l.on = p.CreatedAt.Add(leastWait)
		}
		some = append(some, l)
	}
	return some, err
}

func openRefunds(ctx context.Context, tx ports.Tx, after ports.Cursor) ([]looked, error) {
	all, err := tx.Refunds.List(ctx, after, importDueSlice)
	var some []looked
	for _, r := range all {
		l := looked{id: string(r.ID), at: r.CreatedAt}
		if r.Open() {
			l.on = r.CreatedAt.Add(leastWait)
		}
		some = append(some, l)
	}
	return some, err
}
