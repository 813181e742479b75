package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// here and elsewhere stand for two tiers in the rows of membershipSeatsIn.
const here, elsewhere = domain.VariantID("here"), domain.VariantID("elsewhere")

// inTier puts five seats and two free ones in a tier.
func inTier(tier domain.VariantID, mods ...func(*domain.MembershipState)) func(*domain.MembershipState) {
	return func(m *domain.MembershipState) {
		m.Terms.Tier, m.Seats, m.Complimentary = tier, 5, 2
		for _, mod := range mods {
			mod(m)
		}
	}
}

func standing(s domain.MembershipStatus) func(*domain.MembershipState) {
	return func(m *domain.MembershipState) { m.Status = s }
}

// paying has a payment in flight that brings so many seats of a tier.
func paying(kind domain.PaymentKind, tier domain.VariantID, seats int) func(*domain.MembershipState) {
	return func(m *domain.MembershipState) {
		m.InFlight = domain.InFlight{
			PaymentID: domain.PaymentID(fixture.ID()), Kind: kind, PricedAt: m.AnchorAt, Due: 1,
			Target: domain.Target{Seats: seats, Tier: tier, Recurrence: m.Recurrence, Unit: 1},
		}
	}
}

func seatsIn(tier domain.VariantID, except domain.MembershipID) func(context.Context, ports.Tx) (int, error) {
	return func(ctx context.Context, tx ports.Tx) (int, error) { return tx.Memberships.SeatsIn(ctx, tier, except) }
}

func (w *world) wantSeatsIn(t *testing.T, what string, tier domain.VariantID, except domain.MembershipID, want int) {
	t.Helper()
	if got := read(t, w, w.of, seatsIn(tier, except)); got != want {
		t.Errorf("%s: %d seats of tier %q, want %d", what, got, tier, want)
	}
}

var tierTests = tests{
	"EachCounts":     membershipSeatsIn,
	"EachSaleCounts": saleSeatsIn,
	"ASaleGoesOn":    saleSeatsGoOn,
	"TogetherAndNot": membershipSeatsTogether,
	"OfNoTier":       membershipSeatsOfNone,
}

func membershipSeatsIn(t *testing.T, w *world) {
	for _, tt := range []struct {
		name string
		mod  func(*domain.MembershipState)
		want int
	}{
		{"one in a trial", inTier(here, standing(domain.Trialing)), 7},
		{"an active one", inTier(here), 7},
		{"one that is cancelled at its end", inTier(here, standing(domain.CancelScheduled)), 7},
		{"one that is past due", inTier(here, standing(domain.PastDue)), 7},
		{"one that ended", inTier(here, standing(domain.Ended)), 0},
		{"one of another tier", inTier(elsewhere), 0},
		{"one without a tier", inTier(""), 0},
		{"more seats in flight", inTier(here, paying(domain.ChangePayment, here, 8)), 10},
		{"fewer seats in flight", inTier(here, paying(domain.ChangePayment, here, 3)), 7},
		{"as many seats in flight", inTier(here, paying(domain.ChangePayment, here, 5)), 7},
		{"a renewal in flight", inTier(here, paying(domain.RenewalPayment, here, 5)), 7},
		{"an overdue one that pays for more seats", inTier(here, standing(domain.PastDue), paying(domain.RenewalPayment, here, 6)), 8},
		{"one on its way here with as many seats", inTier(elsewhere, paying(domain.ChangePayment, here, 5)), 7},
		{"one on its way here with fewer seats than it has there", inTier(elsewhere, paying(domain.ChangePayment, here, 4)), 6},
		{"one without a tier on its way here", inTier("", paying(domain.ChangePayment, here, 5)), 7},
		{"one on its way to another tier", inTier(here, paying(domain.ChangePayment, elsewhere, 9)), 7},
		{"one on its way between two others", inTier(elsewhere, paying(domain.ChangePayment, "third", 9)), 0},
		{"one that ended and restarts", inTier(here, standing(domain.Ended), paying(domain.RestartPayment, here, 4)), 6},
		{"one that ended and restarts in another tier", inTier(here, standing(domain.Ended), paying(domain.RestartPayment, elsewhere, 4)), 0},
		{"one of another tier that ended and restarts here", inTier(elsewhere, standing(domain.Ended), paying(domain.RestartPayment, here, 4)), 6},
		{"more seats that wait for the next period", inTier(here, func(m *domain.MembershipState) { m.Pending.Seats = 9 }), 7},
		{"a move that waits for the next period", inTier(elsewhere, func(m *domain.MembershipState) { m.Pending.Tier, m.Pending.Priced = here, true }), 0},
	} {
		m := bareMembership(t, w)
		tt.mod(&m)
		own := domain.VariantID(fixture.ID()) // a tier for each row
		for _, tier := range []*domain.VariantID{&m.Terms.Tier, &m.InFlight.Target.Tier, &m.Pending.Tier} {
			if *tier == here {
				*tier = own
			}
		}
		fixture.Fill(t, w, m)
		w.wantSeatsIn(t, tt.name, own, "", tt.want)
		w.wantSeatsIn(t, tt.name+", and it is not asked about", own, m.ID, 0)
		if got := m.SeatsIn(own); got != tt.want {
			t.Errorf("%s: the domain says %d, want %d", tt.name, got, tt.want)
		}

		m.InFlight, m.Status = domain.InFlight{}, domain.Ended
		w.update(t, w.of, saveMembership(m))
		w.wantSeatsIn(t, tt.name+", and ended since", own, "", 0)
	}
}

// membershipSeatsTogether: what many take up is added, also of several
// products; what is another seller's is not.
func membershipSeatsTogether(t *testing.T, w *world) {
	put := func(mod func(*domain.MembershipState)) domain.MembershipState {
		m := bareMembership(t, w)
		mod(&m)
		fixture.Fill(t, w, m)
		return m
	}
	first := put(inTier(here))                                                 // 7
	second := put(inTier(here, paying(domain.ChangePayment, here, 8)))         // 10
	third := put(inTier(elsewhere, paying(domain.ChangePayment, here, 1<<20))) // 2 + 1<<20
	put(inTier(here, standing(domain.Ended)))
	const all = 7 + 10 + 2 + 1<<20

	sale, theirs := fixture.Renewal(fixture.Product(w.bob, fixture.Renewable))
	inTier(here)(&theirs)
	product := fixture.Product(w.bob, fixture.Renewable)
	sale.ProductID, theirs.ProductID = product.ID, product.ID
	fixture.Fill(t, w, product, sale, theirs)

	w.wantSeatsIn(t, "of all", here, "", all)
	w.wantSeatsIn(t, "of all but the first", here, first.ID, all-7)
	w.wantSeatsIn(t, "of all but the one with more in flight", here, second.ID, all-10)
	w.wantSeatsIn(t, "of all but the one on its way here", here, third.ID, 17)
	w.wantSeatsIn(t, "of all but bob's", here, theirs.ID, all)
	w.wantSeatsIn(t, "where one comes from", elsewhere, "", 7)
	if got := read(t, w, ports.Seller(w.bob.ID), seatsIn(here, "")); got != 7 {
		t.Errorf("bob's: %d, want 7", got)
	}
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
		more := first
		more.Seats = 6
		if err := tx.Memberships.Save(ctx, domain.RestoreMembership(more)); err != nil {
			return err
		}
		got, err := tx.Memberships.SeatsIn(ctx, here, "")
		if got != all+1 {
			t.Errorf("after a save in the same transaction: %d, want %d", got, all+1)
		}
		return err
	})
}

func membershipSeatsOfNone(t *testing.T, w *world) {
	inNone := bareMembership(t, w)
	inTier("")(&inNone)
	fixture.Fill(t, w, inNone)
	for _, id := range append(fixture.Unstorable(), "", fixture.ID()) {
		w.wantSeatsIn(t, "of what is no tier", domain.VariantID(id), "", 0)
	}
	inOne := bareMembership(t, w)
	inTier(here)(&inOne)
	fixture.Fill(t, w, inOne)
	for _, id := range append(fixture.Unstorable(), fixture.ID()) {
		w.wantSeatsIn(t, "of all but an unknown one", here, domain.MembershipID(id), 7)
	}
}

// bySale makes the payment of a sale that begins with four seats in a tier.
func bySale(t *testing.T, w *world, tier domain.VariantID, mods ...func(*domain.PaymentState)) domain.PaymentState {
	sale, _ := fixture.Renewal(w.product(t, fixture.Renewable))
	sale.MembershipID = ""
	fixture.Fill(t, w, sale)
	p := intended(fixture.Payment(sale))
	p.Target = domain.Target{Seats: 4, Tier: tier, Recurrence: domain.Monthly, Unit: 1}
	for _, mod := range mods {
		mod(&p)
	}
	return p
}

func being(s domain.PaymentStatus) func(*domain.PaymentState) {
	return func(p *domain.PaymentState) { p.Status = s }
}

// saleSeatsIn: a sale holds its seats until its payment has an answer.
func saleSeatsIn(t *testing.T, w *world) {
	for _, tt := range []struct {
		name string
		mod  func(*domain.PaymentState)
		want int
	}{
		{"one that is intended", being(domain.Intended), 4},
		{"one that was sent", being(domain.Sent), 4},
		{"one that waits for its buyer", being(domain.NeedsAction), 4},
		{"one that was paid", being(domain.Paid), 0},
		{"one that was declined", being(domain.NotPaid), 0},
		{"one that was given up", being(domain.Voided), 0},
		{"one of another tier", func(p *domain.PaymentState) { p.Target.Tier = elsewhere }, 0},
		{"one without a tier", func(p *domain.PaymentState) { p.Target.Tier = "" }, 0},
		{"a renewal", func(p *domain.PaymentState) { p.Kind = domain.RenewalPayment }, 0},
		{"a change", func(p *domain.PaymentState) { p.Kind = domain.ChangePayment }, 0},
		{"a restart", func(p *domain.PaymentState) { p.Kind = domain.RestartPayment }, 0},
		{"one with a membership", func(p *domain.PaymentState) { p.MembershipID = "m" }, 4},
		{"one of many seats", func(p *domain.PaymentState) { p.Target.Seats = 1 << 20 }, 1 << 20},
	} {
		own := domain.VariantID(fixture.ID()) // a tier for each row
		p := bySale(t, w, own, tt.mod)
		fixture.Fill(t, w, p)
		w.wantSeatsIn(t, tt.name, own, "", tt.want)
		w.wantSeatsIn(t, tt.name+", but for a membership", own, "m", tt.want)
		if got := p.SeatsIn(own); got != tt.want {
			t.Errorf("%s: the domain says %d, want %d", tt.name, got, tt.want)
		}
		bobs := read(t, w, ports.Seller(w.bob.ID), seatsIn(own, ""))
		if bobs != 0 {
			t.Errorf("%s: bob is told of %d", tt.name, bobs)
		}
	}
}

// saleSeatsGoOn: from the intent to the membership nobody else gets the seats,
// and they count once.
func saleSeatsGoOn(t *testing.T, w *world) {
	p, other := bySale(t, w, here), bySale(t, w, here)
	fixture.Fill(t, w, p, other)
	step := func(what string, want int, do ...call) {
		t.Helper()
		w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
			for _, do := range do {
				if err := do(ctx, tx); err != nil {
					return err
				}
			}
			got, err := tx.Memberships.SeatsIn(ctx, here, "")
			if got != want {
				t.Errorf("%s, inside the transaction: %d seats, want %d", what, got, want)
			}
			return err
		})
		w.wantSeatsIn(t, what, here, "", want)
	}
	step("intended", 8)
	p.Status = domain.Sent
	step("sent", 8, savePayment(p))
	p.Status = domain.NeedsAction
	step("waiting for the buyer", 8, savePayment(p))

	boom := errors.New("boom")
	lost := p
	lost.Status = domain.NotPaid
	err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error { return errors.Join(savePayment(lost)(ctx, tx), boom) })
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want boom", err)
	}
	step("after an answer that was rolled back", 8)

	sale := read(t, w, w.of, func(ctx context.Context, tx ports.Tx) (*domain.Purchase, error) {
		return tx.Purchases.ByID(ctx, p.PurchaseID)
	})
	m := fixture.Membership(sale.State())
	m.Terms.Tier, m.Seats = here, 4
	p.Status, p.MembershipID = domain.Paid, m.ID
	step("paid", 8, savePayment(p), insertMembership(m))
	paymentAggregate.wantStored(t, w, "with its membership", p)
	w.wantSeatsIn(t, "but for the membership", here, m.ID, 4)
	other.Target.Tier = elsewhere
	step("the other elsewhere", 4, savePayment(other))
	w.wantSeatsIn(t, "the other", elsewhere, "", 4)
	other.Status = domain.NotPaid
	step("the other declined", 4, savePayment(other))
	w.wantSeatsIn(t, "the other, declined", elsewhere, "", 0)
}
