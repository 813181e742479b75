package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// attachmentKind brings the claims of a product in line with its attachments.
const attachmentKind = "attachment"

// Where many are concerned, all but the first few come one after the other, at
// the pace that services bear: who buys meanwhile does not wait behind them.
const (
	atOnce = 10
	apart  = 400 * time.Millisecond
)

// attachmentJob is made where those of before may be concerned.
func attachmentJob(id domain.JobID, row ports.Event) (ports.Job, bool) {
	var (
		made    domain.AttachmentMade
		changed domain.AttachmentChanged
		removed domain.AttachmentRemoved
		what    string
	)
	switch {
	case read(row, &made):
		if !made.All {
			return ports.Job{}, false
		}
		what = "sales " + string(made.ProductID)
	case read(row, &changed):
		what = "claims " + string(changed.ProductID)
		if changed.All {
			what = "sales " + string(changed.ProductID)
		}
	case read(row, &removed):
		what = "claims " + string(removed.ProductID)
	default:
		return ports.Job{}, false
	}
	return jobOf(attachmentKind, what, id, row, 0), true
}

// attachment goes through the sales of a product, or only through those that
// have claims, each in a transaction of its own.
func (w *Worker) attachment(ctx context.Context, j ports.Job) ports.Done {
	seller, n := domain.SellerID(j.Lane), 0
	each := func(id domain.PurchaseID) error {
		n++
		_, err := w.reclaim(ctx, seller, id, time.Duration(max(0, n-atOnce))*apart)
		return err
	}
	var err error
	if product, ok := strings.CutPrefix(j.Payload, "sales "); ok {
		err = w.eachSale(ctx, seller, ports.PurchaseQuery{ProductID: domain.ProductID(product)}, func(p domain.PurchaseState) error { return each(p.ID) })
	} else {
		product, _ := strings.CutPrefix(j.Payload, "claims ")
		err = w.eachClaim(ctx, seller, ports.ClaimQuery{ProductID: domain.ProductID(product)}, func(c domain.Claim) error { return each(c.PurchaseID) })
	}
	if err != nil && !errors.Is(err, domain.ErrPurchaseNotFound) {
		return w.failed(j, err)
	}
	return ports.Done{Job: j}
}

// eachClaim calls fn for every claim, a page at a time.
func (c *core) eachClaim(ctx context.Context, seller domain.SellerID, q ports.ClaimQuery, fn func(domain.Claim) error) error {
	return each(Paged(func(after ports.Cursor, limit int) ([]domain.Claim, error) {
		return load(ctx, c, seller, func(ctx context.Context, tx ports.Tx) ([]domain.Claim, error) {
			q.After, q.Limit = after, limit
			return tx.Claims.List(ctx, q)
		})
	}, func(claim domain.Claim) ports.Cursor { return placeOf(claim.CreatedAt, claim.ID) }), fn)
}
