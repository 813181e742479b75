package domain

import (
	"testing"
	"time"
)

func TestMembershipRecord_Adopt(t *testing.T) {
	record := MembershipRecord{
		ID: "m", SellerID: "ana", ProductID: "club", PurchaseID: "sale", Recurrence: Monthly,
		StartedAt: april(1).Add(250 * time.Millisecond), CreatedAt: april(1).AddDate(0, -3, 0),
	}
	sale := PurchaseState{Quantity: 4, Price: Money{4000, "usd"}, Variants: ChosenVariants("plus", "other")}
	type R = MembershipRecord
	for _, tt := range []struct {
		name string
		rec  func(*R)
		sale func(*PurchaseState)
		want func(*MembershipState)
	}{
		{"one that goes on", nil, nil, func(*MembershipState) {}},
		{"one without tiers", nil, func(p *PurchaseState) { p.Variants = "" }, func(s *MembershipState) { s.Terms.Tier = "" }},
		{"a sale of no quantity is one seat", nil, func(p *PurchaseState) { p.Quantity = 0 }, func(s *MembershipState) { s.Seats, s.Terms.Unit = 1, 4000 }},
		{"a price that the seats do not divide", nil, func(p *PurchaseState) { p.Price.Amount = 4001 }, func(s *MembershipState) {
			s.Terms.Unit, s.Terms.Discount = 1001, Discount{Kind: PerMembership, Value: 3}
		}},
		{"a free one", nil, func(p *PurchaseState) { p.Price.Amount = 0 }, func(s *MembershipState) { s.Terms.Unit = 0 }},
		{"a trial that runs", func(r *R) { r.FreeTrialEndsAt = april(15) }, nil, func(s *MembershipState) {
			s.Status, s.Cycle, s.AnchorAt, s.FreeTrialEndsAt = Trialing, 0, april(15), april(15)
		}},
		{"a trial that ran", func(r *R) { r.FreeTrialEndsAt = april(1).AddDate(0, -1, 0) }, nil, func(s *MembershipState) {
			s.FreeTrialEndsAt = april(1).AddDate(0, -1, 0)
		}},
		{"a fixed number of instalments", func(r *R) { r.Charges, r.Installments = 6, true }, nil, func(s *MembershipState) {
			s.Charges, s.Installments = 6, true
		}},
		{"one that will end", func(r *R) { r.CancelRequestedAt, r.CancelledBy, r.CancelledAt = april(2), Buyer, may(1) }, nil, func(s *MembershipState) {
			s.Status, s.CancelRequestedAt, s.CancelledBy, s.CancelledAt = CancelScheduled, april(2), Buyer, may(1)
		}},
		{"one that failed", func(r *R) { r.FailedAt = april(9) }, nil, func(s *MembershipState) {
			s.Status, s.EndReason, s.FailedAt, s.DeactivatedAt = Ended, PaidNoMore, april(9), april(9)
		}},
		{"one that was completed", func(r *R) { r.EndedAt = april(9) }, nil, func(s *MembershipState) {
			s.Status, s.EndReason, s.EndedAt, s.DeactivatedAt = Ended, Completed, april(9), april(9)
		}},
		{"one that ended twice stopped with the first", func(r *R) { r.EndedAt, r.FailedAt = april(9), april(8) }, nil, func(s *MembershipState) {
			s.Status, s.EndReason, s.EndedAt, s.FailedAt, s.DeactivatedAt = Ended, PaidNoMore, april(9), april(8), april(8)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, p := record, sale
			if tt.rec != nil {
				tt.rec(&r)
			}
			if tt.sale != nil {
				tt.sale(&p)
			}
			want := MembershipState{
				ID: "m", SellerID: "ana", ProductID: "club", PurchaseID: "sale", Version: 1, Status: Active, AnchorAt: april(1),
				Recurrence: Monthly, Cycle: 1, Terms: Terms{Tier: "plus", Unit: 1000, Currency: "usd"}, Seats: 4, Elsewhere: true, CreatedAt: record.CreatedAt,
			}
			tt.want(&want)
			got := r.Adopt(p)
			want.LastAt = got.LastAt
			same(t, "state", got, want)
			if err := got.Check(); err != nil {
				t.Error(err)
			}
			same(t, "price", got.Price(), p.Price)
		})
	}
	t.Run("no command happens before the period that it begins with", func(t *testing.T) {
		s := record.Adopt(sale)
		s.Elsewhere = false // as if we charged it from now on
		m := RestoreMembership(s)
		q, err := m.Quote(AskSeats(5), Limits{}, april(1).AddDate(0, 0, -9))
		if err != nil || q.DueNow.Amount > 1000 {
			t.Errorf("a seat costs %v (%v), more than its price", q.DueNow, err)
		}
	})
	t.Run("a scheduled end that has passed is over for a reader", func(t *testing.T) {
		r := record
		r.CancelledAt = april(20)
		s := r.Adopt(sale)
		same(t, "before", s.AccessAt(april(20).Add(-time.Second)), true)
		same(t, "at it", s.AccessAt(april(20)), false)
	})
}
