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
	pastSalesSlice = 200          // what is looked at, and so what gets a key, at once
	pastSalesTold  = 10_000
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
// is not part of the transaction that switches. Among more than 10,000 sales
// nobody is kept waiting for it, and it is 0: unknown.
func (c *Catalog) countPast(ctx context.Context, seller domain.SellerID, id domain.ProductID) (int64, error) {
	const atOnce = 1000
	var from ports.Cursor
	past := 0
	for range pastSalesTold / atOnce {
		found, next, err := c.unlicensed(ctx, seller, id, from, atOnce)
		if past += len(found); err != nil || next == (ports.Cursor{}) {
			return int64(past), err
		}
		from = next
	}
	return 0, nil
}

// unlicensed is [ports.Purchases.Unlicensed].
func (c *core) unlicensed(ctx context.Context, seller domain.SellerID, id domain.ProductID, after ports.Cursor, limit int) (found []domain.PurchaseID, next ports.Cursor, err error) {
	err = c.store.View(ctx, ports.Seller(seller), func(ctx context.Context, tx ports.Tx) (err error) {
		found, next, err = tx.Purchases.Unlicensed(ctx, id, after, limit)
		return err
	})
	return found, next, err
}

// pastSales works on one product's past sales for a turn. Its cursor is kept
// with what was done, so that a crash or another process goes on where it
// stopped. There are two passes: the second, a minute later, looks for what
// slipped past the first.
func (w *Worker) pastSales(ctx context.Context, j ports.Job) ports.Done {
	id, seller := domain.ProductID(j.Payload), domain.SellerID(j.Lane)
	again := func(at time.Time) ports.Done { return ports.Done{Job: j, Outcome: ports.Again, At: at} }
	for over := after(jobTurn); ; {
		s, err := w.seekPastSales(ctx, seller, id, over)
		if err == nil {
			err = w.licensePastSales(ctx, seller, id, &s)
		}
		switch {
		case errors.Is(err, domain.ErrProductNotFound), errors.Is(err, domain.ErrProgressNotFound):
			return ports.Done{Job: j}
		case err != nil:
			return w.failed(j, err)
		case s.more && over():
			return again(w.at())
		case !s.more && s.first():
			return again(w.at().Add(pastSalesAgain))
		case !s.more:
			return ports.Done{Job: j}
		}
	}
}

// pastSlice is what of a product's past sales was looked at together.
type pastSlice struct {
	task  ports.Task // as it was before
	found []domain.PurchaseID
	next  ports.Cursor // where the pass goes on; zero: nothing is left of it
	more  bool         // the pass goes on
}

func (s pastSlice) first() bool { return s.task.FinishedAt.IsZero() }

// seekPastSales looks from where the work stands for the next sales without a
// licence: not in the transaction that writes, since it may pass a million others.
func (w *Worker) seekPastSales(ctx context.Context, seller domain.SellerID, id domain.ProductID, over func() bool) (s pastSlice, err error) {
	s.task, err = load(ctx, w.core, seller, func(ctx context.Context, tx ports.Tx) (ports.Task, error) {
		return tx.Progress.ByID(ctx, pastSalesTask(id))
	})
	s.next = s.task.Cursor
	for more := true; more && err == nil; more = len(s.found) == 0 && s.next != (ports.Cursor{}) && !over() {
		s.found, s.next, err = w.unlicensed(ctx, seller, id, s.next, pastSalesSlice)
	}
	return s, err
}

// licensePastSales makes the keys of a slice, and keeps how far the pass is.
func (w *Worker) licensePastSales(ctx context.Context, seller domain.SellerID, id domain.ProductID, s *pastSlice) error {
	at := w.at()
	return w.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		product, err := tx.Products.ByID(ctx, id)
		if err != nil {
			return err
		}
		task, err := tx.Progress.ByID(ctx, pastSalesTask(id))
		if err != nil {
			return err
		}
		if s.more = true; task != s.task { // somebody else was faster, or it was switched on anew
			return nil
		}
		made := int64(0)
		if task.Cursor = s.next; product.Licensed {
			made, err = w.issueLater(ctx, tx, product, s.found, at)
		} else { // it was switched off meanwhile: nothing more to do
			task.Cursor = ports.Cursor{}
		}
		if err != nil {
			return err
		}
		s.more = task.Cursor != (ports.Cursor{})
		if s.first() {
			task.Done += made
		}
		if s.more || !s.first() {
			return tx.Progress.Put(ctx, task)
		}
		task.FinishedAt = at
		if err := tx.Progress.Put(ctx, task); err != nil {
			return err
		}
		return w.emit(ctx, tx, at, domain.PastSalesLicensed{ProductID: id, Licenses: task.Done, At: at})
	})
}

// issueLater makes the keys of those sales that earn one and have none yet.
func (w *Worker) issueLater(ctx context.Context, tx ports.Tx, product domain.Product, sales []domain.PurchaseID, at time.Time) (made int64, err error) {
	for _, id := range sales {
		p, err := tx.Purchases.ByID(ctx, id)
		if err != nil {
			return 0, err
		}
		if !domain.EarnsLicenseLater(product, p.State()) {
			continue
		}
		if _, _, err := w.issue(ctx, tx, p.State(), at); errors.Is(err, domain.ErrLicenseExists) {
			continue
		} else if err != nil {
			return 0, err
		}
		made++
	}
	return made, nil
}
