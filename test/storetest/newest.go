package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var newestTests = tests{
	"Sales":             newestSales,
	"SalesByQuery":      newestSalesByQuery,
	"Renewals":          newestRenewals,
	"RenewalsByQuery":   newestRenewalsByQuery,
	"Memberships":       newestMemberships,
	"Sold":              newestSold,
	"Uses":              newestUses,
	"OfWhatNobodyKeeps": newestUnstorable,
}

// newest lists everything that a query finds, in slices.
func newest[T any](t *testing.T, w *world, q ports.SaleQuery, size int, list func(context.Context, ports.Tx, ports.SaleQuery) ([]T, error), place func(T) ports.Cursor) (ids []string) {
	t.Helper()
	for q.Limit = size; ; {
		some := read(t, w, w.of, func(ctx context.Context, tx ports.Tx) ([]T, error) { return list(ctx, tx, q) })
		if len(some) > size {
			t.Fatalf("%d of at most %d were listed", len(some), size)
		}
		for _, v := range some {
			q.Before = place(v)
			ids = append(ids, q.Before.ID)
		}
		if len(some) < size {
			return ids
		}
	}
}

func salesNewest(ctx context.Context, tx ports.Tx, q ports.SaleQuery) ([]domain.PurchaseState, error) {
	return tx.Purchases.Newest(ctx, q)
}

func saleAt(p domain.PurchaseState) ports.Cursor {
	return ports.Cursor{At: p.CreatedAt, ID: string(p.ID)}
}

func renewalsNewest(ctx context.Context, tx ports.Tx, q ports.SaleQuery) ([]domain.PaymentState, error) {
	return tx.Payments.Renewals(ctx, q)
}

func renewalAt(p domain.PaymentState) ports.Cursor {
	return ports.Cursor{At: p.CreatedAt, ID: string(p.ID)}
}

func (w *world) wantNewest(t *testing.T, what string, q ports.SaleQuery, want ...domain.PurchaseState) {
	t.Helper()
	var ids []string
	for _, p := range want {
		ids = append(ids, string(p.ID))
	}
	for _, size := range []int{1, 3, 100} {
		if got := newest(t, w, q, size, salesNewest, saleAt); !slices.Equal(got, ids) {
			t.Errorf("%s, in slices of %d: listed are %q, want %q", what, size, got, ids)
		}
	}
}

// newestSales has sales of every status, half of them made at one instant: then
// the bytes of their ids tell which comes first.
func newestSales(t *testing.T, w *world) {
	p := w.product(t)
	var want []domain.PurchaseState
	for i, id := range fixture.OddIDs() {
		s := fixture.Purchase(p, func(s *domain.PurchaseState) {
			s.ID, s.CreatedAt = domain.PurchaseID(id), fixture.T0.Add(time.Duration(max(0, i-4))*time.Microsecond)
			if i%3 == 2 {
				s.Status = domain.Trial
			}
		})
		want = append(want, s)
	}
	slices.Reverse(want)
	purchaseAggregate.put(t, w, want...)
	for _, status := range []domain.PurchaseStatus{domain.Pending, domain.Failed, domain.Test, domain.GiftReceived, domain.Preordered, domain.Imported} {
		fixture.Fill(t, w, fixture.Purchase(p, func(s *domain.PurchaseState) { s.Status = status }))
	}
	theirs := fixture.Product(w.bob)
	fixture.Fill(t, w, theirs, fixture.Purchase(theirs))
	w.wantNewest(t, "all", ports.SaleQuery{}, want...)
}

func newestSalesByQuery(t *testing.T, w *world) {
	one, two := w.product(t), w.product(t)
	var all []domain.PurchaseState
	for i := range 6 {
		all = append(all, fixture.Purchase([]domain.Product{one, two}[i%2], func(s *domain.PurchaseState) {
			s.CreatedAt, s.Email, s.FullName = fixture.T0.AddDate(0, 0, i), []string{"ann@example.com", "bo@example.com", "bo@example.com"}[i%3], "bo@example.com"
		}))
	}
	fixture.Fill(t, w, all[0], all[1], all[2], all[3], all[4], all[5])
	at := func(i int) ports.Cursor { return ports.Cursor{At: fixture.T0.AddDate(0, 0, i)} }
	w.wantNewest(t, "of a product", ports.SaleQuery{ProductID: two.ID}, all[5], all[3], all[1])
	w.wantNewest(t, "of nobody's product", ports.SaleQuery{ProductID: "x"})
	w.wantNewest(t, "of an address", ports.SaleQuery{Email: "ann@example.com"}, all[3], all[0])
	w.wantNewest(t, "of an address and a product", ports.SaleQuery{Email: "bo@example.com", ProductID: one.ID}, all[4], all[2])
	w.wantNewest(t, "of nobody's address", ports.SaleQuery{Email: "bo"})
	w.wantNewest(t, "from an instant on", ports.SaleQuery{From: at(4).At}, all[5], all[4])
	w.wantNewest(t, "before an instant", ports.SaleQuery{Before: at(2)}, all[1], all[0])
	w.wantNewest(t, "between two", ports.SaleQuery{From: at(1).At, Before: at(3)}, all[2], all[1])
}

// renewing makes a membership with so many renewals, a day apart from T0 on, and
// payments that are none.
func (w *world) renewing(t *testing.T, n int, mods ...func(*domain.PurchaseState)) (sale domain.PurchaseState, renewals []domain.PaymentState) {
	t.Helper()
	product := fixture.Product(w.ana, fixture.Renewable)
	sale, m := fixture.Renewal(product, mods...)
	fixture.Fill(t, w, product, sale, m)
	for i := range n {
		p := fixture.PaymentOf(m, domain.RenewalPayment, i+2, paid(i))
		renewals = append(renewals, p)
		fixture.Fill(t, w, p)
	}
	fixture.Fill(t, w, fixture.PaymentOf(m, domain.RenewalPayment, n+2, func(p *domain.PaymentState) { p.Status = domain.NotPaid }),
		fixture.PaymentOf(m, domain.ChangePayment, n+1, paid(1)), fixture.PaymentOf(m, domain.SalePayment, 1, paid(1)))
	return sale, renewals
}

func paid(day int) func(*domain.PaymentState) {
	return func(p *domain.PaymentState) {
		p.CreatedAt = fixture.T0.AddDate(0, 0, day)
		p.Status, p.PaidAt = domain.Paid, p.CreatedAt
	}
}

func (w *world) wantRenewals(t *testing.T, what string, q ports.SaleQuery, want ...domain.PaymentState) {
	t.Helper()
	var ids []string
	for _, p := range want {
		ids = append(ids, string(p.ID))
	}
	for _, size := range []int{1, 3, 100} {
		if got := newest(t, w, q, size, renewalsNewest, renewalAt); !slices.Equal(got, ids) {
			t.Errorf("%s, in slices of %d: listed are %q, want %q", what, size, got, ids)
		}
	}
}

func newestRenewals(t *testing.T, w *world) {
	_, all := w.renewing(t, 3)
	w.wantRenewals(t, "all", ports.SaleQuery{}, all[2], all[1], all[0])
	theirs := fixture.Product(w.bob, fixture.Renewable)
	sale, m := fixture.Renewal(theirs)
	fixture.Fill(t, w, theirs, sale, m, fixture.PaymentOf(m, domain.RenewalPayment, 2, paid(1)))
	w.wantRenewals(t, "beside bob's", ports.SaleQuery{}, all[2], all[1], all[0])
}

func newestRenewalsByQuery(t *testing.T, w *world) {
	ann, anns := w.renewing(t, 3, func(s *domain.PurchaseState) { s.Email = "ann@example.com" })
	_, bos := w.renewing(t, 2, func(s *domain.PurchaseState) { s.Email, s.FullName = "bo@example.com", "ann@example.com" })
	day := func(i int) time.Time { return fixture.T0.AddDate(0, 0, i) }
	w.wantRenewals(t, "of a product", ports.SaleQuery{ProductID: ann.ProductID}, anns[2], anns[1], anns[0])
	w.wantRenewals(t, "of an address", ports.SaleQuery{Email: "bo@example.com"}, bos[1], bos[0])
	w.wantRenewals(t, "of an address and another product", ports.SaleQuery{Email: "bo@example.com", ProductID: ann.ProductID})
	w.wantRenewals(t, "between two instants", ports.SaleQuery{ProductID: ann.ProductID, From: day(1), Before: ports.Cursor{At: day(2)}}, anns[1])
}

func newestMemberships(t *testing.T, w *world) {
	product := fixture.Product(w.ana, fixture.Renewable)
	fixture.Fill(t, w, product)
	var all []domain.MembershipState // two of one instant stand by their ids, whichever was made first
	for i := range 5 {
		sale, m := fixture.Renewal(product)
		m.CreatedAt = fixture.T0.AddDate(0, 0, i/2)
		if i == 3 {
			m.Status, m.EndReason, m.EndedAt = domain.Ended, domain.Cancelled, fixture.T0
		} else {
			all = append(all, m)
		}
		fixture.Fill(t, w, sale, m)
	}
	w.renewing(t, 0)
	slices.SortFunc(all, func(a, b domain.MembershipState) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	var want []string
	for _, m := range all {
		want = append(want, string(m.ID))
	}
	for _, size := range []int{1, 2, 100} {
		got := newest(t, w, ports.SaleQuery{}, size, func(ctx context.Context, tx ports.Tx, q ports.SaleQuery) ([]domain.MembershipState, error) {
			return tx.Memberships.Newest(ctx, product.ID, q.Before, q.Limit)
		}, func(m domain.MembershipState) ports.Cursor { return ports.Cursor{At: m.CreatedAt, ID: string(m.ID)} })
		if !slices.Equal(got, want) {
			t.Errorf("in slices of %d: listed are %q, want %q", size, got, want)
		}
	}
}

// newestSold has a sale whose price has moved, of which a part was given back, a
// renewal of which a part was, a trial and a sale that failed.
func newestSold(t *testing.T, w *world) {
	sale, renewals := w.renewing(t, 1, func(s *domain.PurchaseState) {
		s.Original, s.Price.Amount = domain.Money{Amount: 500, Currency: s.Price.Currency}, 700
		s.Refunded, s.RefundedAt = 200, fixture.T0
	})
	change(t, w, renewals[0], func(p *domain.PaymentState) { p.Refunded = 1 })
	product := read(t, w, w.of, func(ctx context.Context, tx ports.Tx) (domain.Product, error) {
		return tx.Products.ByID(ctx, sale.ProductID)
	})
	for _, status := range []domain.PurchaseStatus{domain.Trial, domain.Failed, domain.Imported} {
		fixture.Fill(t, w, fixture.Purchase(product, func(s *domain.PurchaseState) { s.Status = status }))
	}
	w.sale(t, w.product(t))
	got := read(t, w, w.of, func(ctx context.Context, tx ports.Tx) (ports.Sold, error) { return tx.Purchases.Sold(ctx, product.ID) })
	if want := (ports.Sold{Sales: 2, Amount: 300 + renewals[0].Amount.Amount - 1}); got != want {
		t.Errorf("sold is %+v, want %+v", got, want)
	}
}

// change keeps a payment that has become another.
func change(t *testing.T, w *world, p domain.PaymentState, mod func(*domain.PaymentState)) {
	t.Helper()
	mod(&p)
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error { return tx.Payments.Save(ctx, domain.RestorePayment(p)) })
}

func newestUses(t *testing.T, w *world) {
	sale := fixture.Purchase(w.product(t))
	l := fixture.License(sale)
	fixture.Fill(t, w, sale, ports.CountedLicense{License: l, Uses: 7})
	if got := read(t, w, w.of, func(ctx context.Context, tx ports.Tx) (int64, error) { return tx.Licenses.Uses(ctx, l.ID) }); got != 7 {
		t.Errorf("the uses are %d, want 7", got)
	}
}

func newestUnstorable(t *testing.T, w *world) {
	w.renewing(t, 1)
	for _, s := range append(fixture.Unstorable(), "x") {
		what := fmt.Sprintf("of %q", s)
		w.wantNewest(t, what, ports.SaleQuery{Email: s})
		w.wantNewest(t, what, ports.SaleQuery{ProductID: domain.ProductID(s)})
		w.wantRenewals(t, what, ports.SaleQuery{Email: s})
	}
}
