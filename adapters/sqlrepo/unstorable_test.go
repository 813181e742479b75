package sqlrepo

import (
	"context"
	"errors"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// choking stands for a database that fails on text that it cannot keep, and
// takes the transaction with it.
type choking struct{ t *testing.T }

func (c choking) Exec(context.Context, string, ...any) (int64, error) {
	c.t.Error("the database was asked")
	return 0, errors.New("invalid text")
}

func (c choking) Query(context.Context, string, ...any) (Rows, error) {
	c.t.Error("the database was asked")
	return nil, errors.New("invalid text")
}

func TestWhatNoStoreKeepsIsNotAskedFor(t *testing.T) {
	c, k := choking{t}, ring(t, 1)
	for _, s := range []string{"\x00", "a\x00b", "\xff", "a\xc3"} {
		ctx, tx := t.Context(), Tx(c, ports.Seller("ana"), k)
		asks := map[string]func() (any, error){
			"a product":            func() (any, error) { return tx.Products.ByID(ctx, domain.ProductID(s)) },
			"a purchase":           func() (any, error) { return tx.Purchases.ByID(ctx, domain.PurchaseID(s)) },
			"a membership":         func() (any, error) { return tx.Memberships.ByID(ctx, domain.MembershipID(s)) },
			"a payment":            func() (any, error) { return tx.Payments.ByID(ctx, domain.PaymentID(s)) },
			"a refund":             func() (any, error) { return tx.Refunds.ByID(ctx, domain.RefundID(s)) },
			"a dispute":            func() (any, error) { return tx.Disputes.ByID(ctx, domain.DisputeID(s)) },
			"a seat":               func() (any, error) { return tx.Seats.ByID(ctx, domain.SeatID(s)) },
			"a licence":            func() (any, error) { return tx.Licenses.ByID(ctx, domain.LicenseID(s)) },
			"a licence of a seat":  func() (any, error) { return tx.Licenses.ByPurchase(ctx, "p", domain.SeatID(s)) },
			"a token":              func() (any, error) { return tx.Tokens.ByID(ctx, domain.TokenID(s)) },
			"a connection":         func() (any, error) { return tx.Connections.ByID(ctx, domain.ConnectionID(s)) },
			"a token of one":       func() (any, error) { return tx.Connections.Secret(ctx, domain.ConnectionID(s)) },
			"an attachment":        func() (any, error) { return tx.Attachments.ByID(ctx, domain.AttachmentID(s)) },
			"a claim":              func() (any, error) { return tx.Claims.ByID(ctx, domain.ClaimID(s)) },
			"a grant":              func() (any, error) { return tx.Grants.ByID(ctx, domain.GrantID(s)) },
			"a grant of somebody":  func() (any, error) { return tx.Grants.BySubject(ctx, "c", domain.Subject(s)) },
			"a task":               func() (any, error) { return tx.Progress.ByID(ctx, s) },
			"a count of a licence": func() (any, error) { return Count(ctx, c, domain.Seen{LicenseID: domain.LicenseID(s)}, 1) },
			"a count of a product": func() (any, error) { return Count(ctx, c, domain.Seen{ProductID: domain.ProductID(s)}, 0) },
		}
		for what, ask := range asks {
			if _, err := ask(); domain.KindOf(err) != domain.NotFound && !errors.Is(err, domain.ErrMoved) {
				t.Errorf("%s %q: got %v, want not found", what, s, err)
			}
		}
		lists := map[string]func() (int, error){
			"a key": func() (int, error) {
				all, err := Facts(ctx, c, k, domain.Lookup{Key: domain.LicenseKey(s)})
				return len(all), err
			},
			"a key of a product": func() (int, error) {
				all, err := Facts(ctx, c, k, domain.Lookup{Key: "key", ProductID: domain.ProductID(s)})
				return len(all), err
			},
			"a word": func() (int, error) {
				all, err := tx.Purchases.List(ctx, ports.PurchaseQuery{Terms: []string{s}})
				return len(all), err
			},
			"sales of an address": func() (int, error) {
				all, err := tx.Purchases.List(ctx, ports.PurchaseQuery{Email: s, Terms: []string{"a"}})
				return len(all), err
			},
			"a community": func() (int, error) {
				all, err := Tx(c, ports.System, k).Connections.ByRemote(ctx, domain.Discord, s)
				return len(all), err
			},
			"attachments of a product": func() (int, error) {
				all, err := tx.Attachments.ByProduct(ctx, domain.ProductID(s))
				return len(all), err
			},
			"attachments of a connection": func() (int, error) {
				all, err := tx.Attachments.ByConnection(ctx, domain.ConnectionID(s))
				return len(all), err
			},
			"claims of a sale": func() (int, error) {
				all, err := tx.Claims.ByPurchase(ctx, domain.PurchaseID(s))
				return len(all), err
			},
			"claims about somebody": func() (int, error) {
				all, err := tx.Claims.Touching(ctx, "c", domain.Subject(s))
				return len(all), err
			},
			"claims of an address": func() (int, error) {
				all, err := tx.Claims.ByEmail(ctx, s)
				return len(all), err
			},
			"claims of a product": func() (int, error) {
				all, err := tx.Claims.List(ctx, ports.ClaimQuery{ProductID: domain.ProductID(s)})
				return len(all), err
			},
			"grants": func() (int, error) {
				all, err := tx.Grants.List(ctx, domain.ConnectionID(s), ports.Cursor{}, 10)
				return len(all), err
			},
			"a block": func() (int, error) {
				has, err := tx.Blocks.Has(ctx, s)
				if has {
					return 1, err
				}
				return 0, err
			},
			"seats of a tier": func() (int, error) { return tx.Memberships.SeatsIn(ctx, domain.VariantID(s), "m") },
			"variants": func() (int, error) {
				all, err := tx.Variants.ByProduct(ctx, domain.ProductID(s))
				return len(all), err
			},
			"payments": func() (int, error) {
				all, err := tx.Payments.ByPurchase(ctx, domain.PurchaseID(s))
				return len(all), err
			},
			"refunds": func() (int, error) {
				all, err := tx.Refunds.ByPayment(ctx, domain.PaymentID(s))
				return len(all), err
			},
			"disputes": func() (int, error) {
				all, err := tx.Disputes.ByPayment(ctx, domain.PaymentID(s))
				return len(all), err
			},
			"seats": func() (int, error) {
				all, err := tx.Seats.ByPurchase(ctx, domain.PurchaseID(s))
				return len(all), err
			},
			"unlicensed sales": func() (int, error) {
				found, _, err := tx.Purchases.Unlicensed(ctx, domain.ProductID(s), ports.Cursor{}, 10)
				return len(found), err
			},
			"products after it": func() (int, error) {
				all, err := tx.Products.List(ctx, ports.Cursor{At: t0, ID: s}, 1)
				return len(all), err
			},
		}
		for what, list := range lists {
			if n, err := list(); n != 0 || err != nil {
				t.Errorf("%s %q: %d found, %v", what, s, n, err)
			}
		}
	}
}
