package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// dump writes down all that a seller has, with uses and stamps, as text that
// can be compared.
func (w *world) dump(t *testing.T, seller domain.SellerID) string {
	t.Helper()
	var b strings.Builder
	var keys []domain.LicenseKey
	lines := func(what string, things any) { fmt.Fprintf(&b, "%s: %+v\n", what, things) }
	err := w.View(t.Context(), ports.Seller(seller), func(ctx context.Context, tx ports.Tx) error {
		b.Reset()
		keys = nil
		s, err := tx.Sellers.ByID(ctx, seller)
		lines("seller", s)
		products, err2 := tx.Products.List(ctx, ports.Cursor{}, 1000)
		errs := []error{err, err2}
		for _, p := range products {
			variants, err := tx.Variants.ByProduct(ctx, p.ID)
			lines("product", p)
			lines("variants", variants)
			errs = append(errs, err)
		}
		purchases, err := tx.Purchases.List(ctx, ports.PurchaseQuery{})
		lines("purchases", purchases)
		memberships, err2 := tx.Memberships.List(ctx, ports.Cursor{}, 1000)
		lines("memberships", memberships)
		licenses, err3 := tx.Licenses.List(ctx, ports.Cursor{}, 1000)
		lines("licences", licenses)
		tokens, err4 := tx.Tokens.List(ctx, ports.Cursor{}, 1000)
		lines("tokens", tokens)
		payments, err6 := tx.Payments.List(ctx, ports.Cursor{}, 1000)
		lines("payments", payments)
		refunds, err7 := tx.Refunds.List(ctx, ports.Cursor{}, 1000)
		lines("refunds", refunds)
		disputes, err8 := tx.Disputes.List(ctx, ports.Cursor{}, 1000)
		lines("disputes", disputes)
		seats, err9 := tx.Seats.List(ctx, ports.Cursor{}, 1000)
		lines("seats", seats)
		mails, err10 := tx.Mails.List(ctx, ports.Cursor{}, 1000)
		lines("mails", mails)
		err11 := dumpCommunities(ctx, tx, products, lines)
		err12 := dumpWebhooks(ctx, tx, lines)
		task, err5 := tx.Progress.ByID(ctx, taskID)
		lines("task", task)
		if errors.Is(err5, domain.ErrProgressNotFound) {
			err5 = nil
		}
		for _, l := range licenses {
			keys = append(keys, l.License.Key)
		}
		return errors.Join(append(errs, err, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11, err12)...)
	})
	must(t, err)
	for _, k := range keys {
		lines("facts", w.holders(t, domain.Lookup{Key: k}))
	}
	return b.String()
}

const taskID = "the task that dumps know"
