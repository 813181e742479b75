package app

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const (
	pastSalesKind  = "past_sales" // makes keys for the sales of before
	pastSalesSlice = 200
	pastSalesAgain = time.Minute
	jobTurn        = 2 * time.Second // how long one job works before it lets others
)

func pastSalesTask(id domain.ProductID) string { return pastSalesKind + ":" + string(id) }

// pastSalesJob is the job that an event asks for: one for each product.
func pastSalesJob(id domain.JobID, row ports.Event) (ports.Job, bool) {
	var e domain.LicensingEnabled
	ok := read(row, &e)
	return jobOf(pastSalesKind, string(e.ProductID), id, row, 0), ok
}

// PastSales returns how far the keys for a product's past sales are:
// [domain.ErrProgressNotFound] if its licensing was never switched on.
func (c *Catalog) PastSales(ctx context.Context, seller domain.SellerID, id domain.ProductID) (ports.Task, error) {
	return load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) (ports.Task, error) {
		return tx.Progress.ByID(ctx, pastSalesTask(id))
	})
}

// countPast counts the past sales before the switch: it is an estimate, so it
// is not part of the transaction that switches.
func (c *Catalog) countPast(ctx context.Context, seller domain.SellerID, id domain.ProductID) (int64, error) {
	return load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) (int64, error) {
		return tx.Purchases.CountUnlicensed(ctx, id)
	})
}

// pastSales works on one product's past sales for a turn. The first pass keeps
// its cursor with each slice, so that a crash or another process goes on where
// it stopped; the second, a minute later, looks for what slipped past it.
func (w *Worker) pastSales(ctx context.Context, j ports.Job) ports.Done {
	id, seller := domain.ProductID(j.Payload), domain.SellerID(j.Lane)
	again := func(at time.Time) ports.Done { return ports.Done{Job: j, Outcome: ports.Again, At: at} }
	var second ports.Cursor
	for over := after(jobTurn); ; {
		pass, more, err := w.pastSalesSlice(ctx, seller, id, &second)
		switch {
		case errors.Is(err, domain.ErrProductNotFound), errors.Is(err, domain.ErrProgressNotFound):
			return ports.Done{Job: j}
		case err != nil:
			return w.failed(j, err)
		case !more && pass == 1:
			return again(w.at().Add(pastSalesAgain))
		case !more:
			return ports.Done{Job: j}
		case pass == 1 && over():
			return again(w.at())
		}
	}
}

// pastSalesSlice makes the keys of one slice. It says which pass the work is in
// and whether there is more of it.
func (w *Worker) pastSalesSlice(ctx context.Context, seller domain.SellerID, id domain.ProductID, second *ports.Cursor) (pass int, more bool, err error) {
	at := w.at()
	next := *second
	err = w.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		product, err := tx.Products.ByID(ctx, id)
		if err != nil {
			return err
		}
		task, err := tx.Progress.ByID(ctx, pastSalesTask(id))
		if err != nil {
			return err
		}
		pass, next = 2, *second
		from := *second
		if task.FinishedAt.IsZero() {
			pass, from = 1, task.Cursor
		}
		var sales []domain.PurchaseState
		if product.Licensed { // switched off meanwhile: nothing more to do
			if sales, err = tx.Purchases.Unlicensed(ctx, id, from, pastSalesSlice); err != nil {
				return err
			}
		}
		more = len(sales) == pastSalesSlice
		made := int64(0)
		for _, p := range sales {
			from = ports.Cursor{At: p.CreatedAt, ID: string(p.ID)}
			if !domain.EarnsLicenseLater(product, p) {
				continue
			}
			if _, _, err := w.issue(ctx, tx, p, at); errors.Is(err, domain.ErrLicenseExists) {
				continue
			} else if err != nil {
				return err
			}
			made++
		}
		if pass == 2 {
			next = from
			return nil
		}
		task.Done, task.Cursor = task.Done+made, from
		if more {
			return tx.Progress.Put(ctx, task)
		}
		task.FinishedAt = at
		if err := tx.Progress.Put(ctx, task); err != nil {
			return err
		}
		return w.emit(ctx, tx, at, domain.PastSalesLicensed{ProductID: id, Licenses: task.Done, At: at})
	})
	*second = next
	return pass, more, err
}
