package domain

import (
	"slices"
	"testing"
	"time"
)

func TestHolders(t *testing.T) {
	usd := func(n int64) Money { return Money{Amount: n, Currency: "usd"} }
	sold := func() Facts {
		return Facts{Purchase: PurchaseState{ID: "sale", Status: Successful, Email: "zoe@example.com", Price: usd(900), CreatedAt: t0}}
	}
	overdue := func(m *MembershipState) { m.Status, m.Outstanding.GraceEndsAt = PastDue, t0.AddDate(0, 0, 5) }
	member := func(mod func(*MembershipState)) Facts {
		m, _, err := NewMembership(Start{
			ID: "m", SellerID: "ana", ProductID: "club", PurchaseID: "sale", Recurrence: Monthly,
			Terms: Terms{Unit: 900, Currency: "usd"}, Seats: 1, Collected: 900, At: t0,
		})
		if err != nil {
			t.Fatal(err)
		}
		f := sold()
		f.Purchase.MembershipID, f.Membership = "m", m.State()
		mod(&f.Membership)
		return f
	}
	with := func(f Facts, mod func(*PurchaseState)) Facts { mod(&f.Purchase); return f }
	refunded := func(p *PurchaseState) { p.Refunded, p.RefundedAt = 900, t0 }
	gift := func(p *PurchaseState) { p.GiftOf, p.Email, p.Price = "giver's", "ben@example.com", usd(0) }
	giver := PurchaseState{ID: "giver's", Status: Successful, GiftGiven: true, Price: usd(900), CreatedAt: t0}
	back := giver
	refunded(&back)
	kept, won, disputed, revoked := back, giver, giver, giver
	kept.AccessKept = true
	disputed.DisputedAt = t0
	won.DisputedAt, won.DisputeWonAt = t0, t0.Add(time.Hour)
	revoked.RevokedAt = t0
	seats := []Seat{
		{ID: "s1", Email: "Ann@example.com", Status: SeatActive, CreatedAt: t0},
		{ID: "s2", Email: "bob@example.com", Status: SeatInvited, CreatedAt: t0},
		{ID: "s3", Email: "cat@example.com", Status: SeatRevoked, CreatedAt: t0},
		{ID: "s4", Email: "dan@example.com", Status: SeatActive, CreatedAt: t0.Add(time.Hour)},
	}
	team := with(member(func(*MembershipState) {}), func(p *PurchaseState) { p.Multiseat = true })
	dan := func(email string) bool { return email == "dan@example.com" }
	for _, tt := range []struct {
		name    string
		f       Facts
		payer   PurchaseState
		blocked func(string) bool
		after   time.Duration
		want    []string
	}{
		{name: "its buyer", f: sold(), want: []string{"zoe@example.com"}},
		{name: "nobody while the payment is on its way", f: with(sold(), func(p *PurchaseState) { p.Status = Pending })},
		{name: "nobody once it was refunded", f: with(sold(), refunded)},
		{name: "its buyer once a part was refunded", f: with(sold(), func(p *PurchaseState) { p.Refunded, p.RefundedAt = 899, t0 }), want: []string{"zoe@example.com"}},
		{name: "its buyer, if the refund left access as it is", f: with(sold(), func(p *PurchaseState) { refunded(p); p.AccessKept = true }), want: []string{"zoe@example.com"}},
		{name: "nobody while it is disputed", f: with(sold(), func(p *PurchaseState) { p.DisputedAt = t0 })},
		{name: "its buyer once the dispute is won", f: with(sold(), func(p *PurchaseState) { p.DisputedAt, p.DisputeWonAt = t0, t0 }), want: []string{"zoe@example.com"}},
		{name: "nobody once access was taken away", f: with(sold(), func(p *PurchaseState) { p.RevokedAt = t0 })},
		{name: "nobody while the license is disabled", f: Facts{Purchase: sold().Purchase, License: LicenseState{DisabledAt: t0}}},
		{name: "nobody once it was forgotten who bought it", f: with(sold(), func(p *PurchaseState) { p.ErasedAt = t0 })},
		{name: "nobody who is blocked", f: sold(), blocked: func(string) bool { return true }},
		{name: "not who gave it", f: with(sold(), func(p *PurchaseState) { p.GiftGiven = true })},
		{name: "who received it", f: with(sold(), gift), payer: giver, want: []string{"ben@example.com"}},
		{name: "nobody, if the giver's money went back", f: with(sold(), gift), payer: back},
		{name: "who received it, if that left access as it is", f: with(sold(), gift), payer: kept, want: []string{"ben@example.com"}},
		{name: "nobody, while the giver's payment is disputed", f: with(sold(), gift), payer: disputed},
		{name: "who received it, once that is won", f: with(sold(), gift), payer: won, want: []string{"ben@example.com"}},
		{name: "nobody, if the bundle was revoked", f: with(sold(), func(p *PurchaseState) { p.BundleOf, p.Price = "giver's", usd(0) }), payer: revoked},
		{name: "who sits in its seats", f: team, want: []string{"ann@example.com", "dan@example.com"}},
		{name: "who sits in its seats and is not blocked", f: team, blocked: dan, want: []string{"ann@example.com"}},
		{name: "nobody in its seats, once the money went back", f: with(team, refunded)},
		{name: "a member", f: member(func(*MembershipState) {}), want: []string{"zoe@example.com"}},
		{name: "a member who cancelled, until the period ends", f: member(func(m *MembershipState) {
			m.Status, m.CancelRequestedAt, m.CancelledAt = CancelScheduled, t0, t0.AddDate(0, 1, 0)
		}), after: 24 * time.Hour, want: []string{"zoe@example.com"}},
		{name: "no member whose membership has ended", f: member(func(m *MembershipState) { m.Status, m.CancelledAt, m.DeactivatedAt = Ended, t0, t0 }), after: time.Hour},
		{name: "no member whose period was given back", f: member(func(m *MembershipState) { m.GivenBack = 900 })},
		{name: "a member of whose period a part was given back", f: member(func(m *MembershipState) { m.GivenBack = 899 }), want: []string{"zoe@example.com"}},
		{name: "a member whose period was given back, and access left as it is", f: with(member(func(m *MembershipState) { m.GivenBack = 900 }), func(p *PurchaseState) { p.AccessKept = true }), want: []string{"zoe@example.com"}},
		{name: "a member whose payment failed, in the days of grace", f: member(overdue), after: time.Hour, want: []string{"zoe@example.com"}},
		{name: "a member in a free trial", f: member(func(m *MembershipState) { m.Status, m.Cycle, m.FreeTrialEndsAt = Trialing, 0, t0.AddDate(0, 0, 7) }), want: []string{"zoe@example.com"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, h := range Holders(tt.f, tt.payer, seats, tt.blocked, t0.Add(tt.after)) {
				got = append(got, h.Email)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	h := Holders(team, PurchaseState{}, seats, nil, t0)
	same(t, "the seat", h[1], Holder{"s4", "dan@example.com", t0.Add(time.Hour)})
}
