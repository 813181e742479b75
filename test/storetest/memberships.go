package storetest

import (
	"context"
	"math"
	"reflect"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var membershipAggregate = aggregate[domain.MembershipState]{
	notFound: domain.ErrMembershipNotFound,
	bare:     bareMembership,
	full:     bareMembership,
	byID: func(ctx context.Context, tx ports.Tx, s domain.MembershipState) (domain.MembershipState, error) {
		m, err := tx.Memberships.ByID(ctx, s.ID)
		if err != nil {
			return domain.MembershipState{}, err
		}
		return m.State(), nil
	},
	insert: func(ctx context.Context, tx ports.Tx, s domain.MembershipState) error {
		return insertMembership(s)(ctx, tx)
	},
	save: func(ctx context.Context, tx ports.Tx, s domain.MembershipState) error {
		return saveMembership(s)(ctx, tx)
	},
	list: func(ctx context.Context, tx ports.Tx, after ports.Cursor, limit int) ([]domain.MembershipState, error) {
		return tx.Memberships.List(ctx, after, limit)
	},
}

// storedMembership makes a membership, with its sale, and keeps both.
func storedMembership(t *testing.T, w *world) domain.MembershipState {
	t.Helper()
	m := bareMembership(t, w)
	fixture.Fill(t, w, m)
	return m
}

// bareMembership makes a membership whose sale is in the store.
func bareMembership(t *testing.T, w *world) domain.MembershipState {
	s, m := fixture.Renewal(w.product(t, fixture.Renewable))
	fixture.Fill(t, w, s)
	return m
}

var membershipTests = membershipAggregate.tests(tests{
	"EveryRecurrence":        membershipEveryRecurrence,
	"EveryActor":             membershipEveryActor,
	"ItsSaleIsNeeded":        membershipNeedsSale,
	"AnEndMayLieInTheFuture": membershipFutureEnd,
	"EveryStatus":            membershipEveryStatus,
	"EveryDiscount":          membershipEveryDiscount,
	"LargeLedgers":           membershipLedgers,
	"LargeNumbers":           membershipLargest,
	"NoAlias":                membershipNoAlias,
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
		change func(*domain.MembershipState)
		want   *domain.Error
	}{
		"an unknown product":  {func(m *domain.MembershipState) { m.ProductID = "x" }, domain.ErrProductNotFound},
		"bob's product":       {func(m *domain.MembershipState) { m.ProductID = theirs.ID }, domain.ErrProductNotFound},
		"an unknown purchase": {func(m *domain.MembershipState) { m.PurchaseID = "x" }, domain.ErrPurchaseNotFound},
		"bob's purchase":      {func(m *domain.MembershipState) { m.PurchaseID = sale.ID }, domain.ErrPurchaseNotFound},
	} {
		m := mine
		m.ID = domain.MembershipID(fixture.ID())
		tt.change(&m)
		w.refuses(t, "of "+what, insertMembership(m), tt.want)
	}
}

// membershipEveryStatus has every field set, and no two of one type alike: what
// is mixed up shows.
func membershipEveryStatus(t *testing.T, w *world) {
	statuses := []domain.MembershipStatus{domain.Trialing, domain.Active, domain.CancelScheduled, domain.PastDue, domain.Ended}
	reasons := []domain.EndReason{domain.Cancelled, domain.PaidNoMore, domain.Completed, domain.Revoked, domain.Chargeback}
	kinds := []domain.PaymentKind{domain.RenewalPayment, domain.ChangePayment, domain.RestartPayment}
	often := domain.Recurrences()
	for i, status := range statuses {
		m := bareMembership(t, w)
		m.Status, m.Before, m.EndReason = status, statuses[(i+1)%5], reasons[i]
		m.Recurrence, m.Pending.Recurrence, m.Notice.Recurrence, m.InFlight.Target.Recurrence = often[i], often[(i+1)%5], often[(i+2)%5], often[(i+3)%5]
		m.InFlight.Kind = kinds[i%3]
		m = fixture.Distinct(m)
		fixture.Fill(t, w, m)
		membershipAggregate.wantStored(t, w, string(status), m)

		bare := bareMembership(t, w)
		bare.Status = status
		fixture.Fill(t, w, bare)
		membershipAggregate.wantStored(t, w, "merely "+string(status), bare)
	}
}

func membershipEveryDiscount(t *testing.T, w *world) {
	for _, kind := range []domain.DiscountKind{"", domain.Percent, domain.PerSeat, domain.PerMembership} {
		m := bareMembership(t, w)
		m.Terms.Discount = domain.Discount{Kind: kind, Value: 33, Cycles: 7}
		fixture.Fill(t, w, m)
		membershipAggregate.wantStored(t, w, "discount "+string(kind), m)
	}
}

// membershipLedgers: not a bit of 128 is lost, in either direction.
func membershipLedgers(t *testing.T, w *world) {
	const all = math.MaxUint64
	for _, owed := range []domain.Exact{
		{}, {Lo: 1}, {Lo: 1 << 53}, {Lo: 1<<53 + 1}, {Lo: 1<<63 - 1}, {Lo: 1 << 63}, {Lo: all}, {Hi: 1}, {Hi: 1, Lo: all}, {Hi: 1 << 62, Lo: 1 << 63},
		{Hi: 1 << 63}, {Hi: 1 << 63, Lo: 1}, {Hi: all, Lo: all - 1}, {Hi: all, Lo: all},
	} {
		m := bareMembership(t, w)
		m.Ledger = domain.Ledger{Owed: owed, Settled: math.MaxInt64}
		fixture.Fill(t, w, m)
		membershipAggregate.wantStored(t, w, "owed "+owed.String(), m)
		m.Ledger.Owed = domain.Exact{Hi: owed.Lo, Lo: owed.Hi}
		w.update(t, w.of, saveMembership(m))
		membershipAggregate.wantStored(t, w, "saved: owed "+m.Ledger.Owed.String(), m)
	}
}

// membershipLargest has the largest number in every field of 64 bits.
func membershipLargest(t *testing.T, w *world) {
	m := bareMembership(t, w)
	v := reflect.ValueOf(&m).Elem()
	for _, path := range fieldsOf[domain.MembershipState](func(t reflect.Type) bool { return t.Kind() == reflect.Int64 }) {
		v.FieldByIndex(path).SetInt(math.MaxInt64)
	}
	fixture.Fill(t, w, m)
	membershipAggregate.wantStored(t, w, "the largest numbers", m)
}

// membershipNoAlias: what the caller holds and what the store holds are two.
func membershipNoAlias(t *testing.T, w *world) {
	want := bareMembership(t, w)
	cancel := func(m *domain.Membership) {
		if _, err := m.Cancel(domain.Buyer, want.AnchorAt); err != nil || m.State() == want {
			t.Error("nothing was cancelled", err)
		}
	}
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
		held := domain.RestoreMembership(want)
		err := tx.Memberships.Insert(ctx, held)
		cancel(held)
		return err
	})
	membershipAggregate.wantStored(t, w, "after the inserted one changed", want)
	cancel(read(t, w, w.of, func(ctx context.Context, tx ports.Tx) (*domain.Membership, error) {
		return tx.Memberships.ByID(ctx, want.ID)
	}))
	membershipAggregate.wantStored(t, w, "after a loaded one changed", want)
}
