package storetest

import (
	"context"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var membershipAggregate = aggregate[domain.Membership]{
	notFound: domain.ErrMembershipNotFound,
	bare:     bareMembership,
	full:     bareMembership,
	byID: func(ctx context.Context, tx ports.Tx, m domain.Membership) (domain.Membership, error) {
		return tx.Memberships.ByID(ctx, m.ID)
	},
	insert: func(ctx context.Context, tx ports.Tx, m domain.Membership) error {
		return tx.Memberships.Insert(ctx, m)
	},
	save: func(ctx context.Context, tx ports.Tx, m domain.Membership) error { return tx.Memberships.Save(ctx, m) },
	list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.Membership, error) {
		return tx.Memberships.List(ctx, after, limit)
	},
}

// bareMembership makes a membership whose sale is in the store.
func bareMembership(t *testing.T, w *world) domain.Membership {
	s, m := fixture.Renewal(w.product(t, fixture.Renewable))
	fixture.Fill(t, w, s)
	return m
}

var membershipTests = membershipAggregate.tests(tests{
	"EveryRecurrence":        membershipEveryRecurrence,
	"EveryActor":             membershipEveryActor,
	"ItsSaleIsNeeded":        membershipNeedsSale,
	"AnEndMayLieInTheFuture": membershipFutureEnd,
})

func membershipEveryRecurrence(t *testing.T, w *world) {
	for _, r := range domain.Recurrences() {
		m := bareMembership(t, w)
		m.Recurrence = r
		fixture.Fill(t, w, m)
		membershipAggregate.wantStored(t, w, string(r), m)
	}
}

func membershipEveryActor(t *testing.T, w *world) {
	for _, by := range []domain.Actor{"", domain.Buyer, domain.SellerActor, domain.Admin} {
		m := bareMembership(t, w)
		m.CancelledBy = by
		fixture.Fill(t, w, m)
		membershipAggregate.wantStored(t, w, "cancelled by "+string(by), m)
	}
}

func membershipFutureEnd(t *testing.T, w *world) {
	m := bareMembership(t, w)
	m.CancelledAt = fixture.T0.AddDate(100, 0, 0)
	fixture.Fill(t, w, m)
	membershipAggregate.wantStored(t, w, "cancelled in a hundred years", m)
}

func membershipNeedsSale(t *testing.T, w *world) {
	mine, theirs := bareMembership(t, w), fixture.Product(w.bob)
	sale := fixture.Purchase(theirs)
	fixture.Fill(t, w, theirs, sale)
	for what, tt := range map[string]struct {
		change func(*domain.Membership)
		want   *domain.Error
	}{
		"an unknown product":  {func(m *domain.Membership) { m.ProductID = "x" }, domain.ErrProductNotFound},
		"bob's product":       {func(m *domain.Membership) { m.ProductID = theirs.ID }, domain.ErrProductNotFound},
		"an unknown purchase": {func(m *domain.Membership) { m.PurchaseID = "x" }, domain.ErrPurchaseNotFound},
		"bob's purchase":      {func(m *domain.Membership) { m.PurchaseID = sale.ID }, domain.ErrPurchaseNotFound},
	} {
		m := mine
		m.ID = domain.MembershipID(fixture.ID())
		tt.change(&m)
		err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error { return tx.Memberships.Insert(ctx, m) })
		wantErr(t, "of "+what, err, tt.want)
	}
}
