package domain

import (
	"math"
	"testing"
	"time"
)

// TestChange_orderOfChecks begins with a membership and a request that break
// every rule at once, mends them one by one, and meets the refusals in their
// order.
func TestChange_orderOfChecks(t *testing.T) {
	end := may(1)
	s := live(t, assigned(4), fixedTo(12)).m.State()
	s.InFlight = InFlight{PaymentID: "y", Kind: ChangePayment, Target: Target{Seats: 6}, PricedAt: april(2), Due: 1, ExpiresAt: end.AddDate(1, 0, 0)}
	s.Status, s.EndReason, s.DeactivatedAt = Ended, Cancelled, april(3)
	at := end
	ask := tier("plus", 2000).so(0)
	l := Limits{MostSeats: 4, Limited: true, TierRoom: 3}

	for _, step := range []struct {
		want error
		mend func()
	}{
		{ErrNotActive, func() {
			s.Status, s.EndReason, s.DeactivatedAt = PastDue, "", time.Time{}
			s.Outstanding = Outstanding{Amount: 1, Attempts: 1, DueAt: april(1), GraceEndsAt: may(9)}
		}},
		{ErrPaymentOverdue, func() {
			s.Outstanding, s.Status, s.CancelledAt = Outstanding{}, CancelScheduled, may(9)
		}},
		{ErrCancelScheduled, func() { s.Status, s.CancelledAt = Active, time.Time{} }},
		{ErrRenewalInProgress, func() { at = end.Add(-time.Second) }},
		{ErrFixedLength, func() { s.Charges, s.Installments = 0, true }},
		{ErrFixedLength, func() { s.Installments = false }},
		{ErrChangeInProgress, func() { s.InFlight = InFlight{} }},
		{ErrBelowMinimumSeats, func() { ask.Seats = 6 }},
		{ErrAboveMaximumSeats, func() { l.MostSeats = 6 }},
		{ErrTierCapacity, func() { l.TierRoom, ask.Seats = 6, 3 }},
		{ErrSeatsAssigned, func() { s.Assigned = 3 }},
		{ErrMixedDirection, func() { ask = every(Yearly, 1) }},
		{ErrCreditExceedsCharge, func() { ask = AskSeats(6) }},
		{nil, nil},
	} {
		if step.want == ErrCreditExceedsCharge {
			at = april(2)
		}
		_, err := RestoreMembership(s).Quote(ask, l, at)
		if step.want == nil {
			if err != nil {
				t.Errorf("all is mended, but: %v", err)
			}
			return
		}
		if CodeOf(err) != CodeOf(step.want) {
			t.Fatalf("got %v, want %v", err, step.want)
		}
		step.mend()
	}
}

func TestChange_bounds(t *testing.T) {
	for _, tt := range []struct {
		name string
		of   func(*MembershipState)
		l    Limits
		ask  Request
		want error
	}{
		{"no seat at all", asItIs, Limits{}, AskSeats(0), ErrBelowMinimumSeats},
		{"fewer than none", asItIs, Limits{}, AskSeats(-3), ErrBelowMinimumSeats},
		{"the free seats alone", freeSeats(2), Limits{}, AskSeats(2), ErrBelowMinimumSeats},
		{"one paid seat beside the free ones", freeSeats(2), Limits{}, AskSeats(3), nil},
		{"the fewest an int can say", freeSeats(1), Limits{}, AskSeats(math.MinInt), ErrBelowMinimumSeats},
		{"more than any membership has", priceOf(0), Limits{}, AskSeats(1<<30 + 1), ErrAboveMaximumSeats},
		{"the most an int can say", priceOf(0), Limits{}, AskSeats(math.MaxInt), ErrAboveMaximumSeats},
		{"as many as are sold", asItIs, Limits{MostSeats: 8}, AskSeats(8), nil},
		{"one more than is sold", asItIs, Limits{MostSeats: 8}, AskSeats(9), ErrAboveMaximumSeats},
		{"one more than is sold, the free ones counted", freeSeats(2), Limits{MostSeats: 8}, AskSeats(9), ErrAboveMaximumSeats},
		{"fewer, but still more than is sold today", asItIs, Limits{MostSeats: 3}, AskSeats(4), nil},
		{"a dearer tier of more seats than is sold today", asItIs, Limits{MostSeats: 3}, tier("plus", 2000), nil},
		{"as many as the tier has", asItIs, Limits{Limited: true, TierRoom: 8}, AskSeats(8), nil},
		{"one more than the tier has", asItIs, Limits{Limited: true, TierRoom: 8}, AskSeats(9), ErrTierCapacity},
		{"a tier without room for those that are held", asItIs, Limits{Limited: true, TierRoom: 4}, tier("plus", 2000), ErrTierCapacity},
		{"a cheaper tier without room", asItIs, Limits{Limited: true, TierRoom: 4}, tier("basic", 500), ErrTierCapacity},
		{"the own tier is full: the seats that are held stay", asItIs, Limits{Limited: true, TierRoom: 0}, every(Yearly, 90000), nil},
		{"the own tier is full: fewer seats are no trouble", asItIs, Limits{Limited: true, TierRoom: 0}, AskSeats(4), nil},
		{"fewer than are assigned", assigned(4), Limits{}, AskSeats(3), ErrSeatsAssigned},
		{"as many as are assigned", assigned(4), Limits{}, AskSeats(4), nil},
		{"the free seats count for those", func(s *MembershipState) { s.Assigned, s.Complimentary = 6, 2 }, Limits{}, AskSeats(6), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := live(t, tt.of).m.Quote(tt.ask, tt.l, april(16))
			if (err == nil) != (tt.want == nil) || tt.want != nil && CodeOf(err) != CodeOf(tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// asItIs changes nothing.
func asItIs(*MembershipState) {}

// TestChange_atTheEndOfThePeriod: until the renewal has run nothing can be
// asked for, whether it costs money or not.
func TestChange_atTheEndOfThePeriod(t *testing.T) {
	for name, r := range map[string]Request{"more seats": AskSeats(6), "fewer seats": AskSeats(4), "nothing": {}, "another tier": tier("plus", 2000), "a longer recurrence": every(Yearly, 1)} {
		t.Run(name, func(t *testing.T) {
			f := live(t)
			f.refusal(ErrRenewalInProgress, func() (Outcome, error) { return f.try(r, may(1)) })
			if _, err := f.m.Quote(r, Limits{}, may(1).Add(-time.Second)); err != nil && CodeOf(err) != "credit_exceeds_charge" {
				t.Errorf("a second before: %v", err)
			}
		})
	}
	t.Run("free seats", func(t *testing.T) {
		f := live(t)
		f.refusal(ErrRenewalInProgress, func() (Outcome, error) { return f.m.GrantSeats(1, Limits{}, may(1)) })
	})
	t.Run("a free plan is renewed first", func(t *testing.T) {
		f := live(t, priceOf(0))
		same(t, "result", f.ask(AskSeats(6), may(1)).Result, Applied)
		f.happened("membership.renewed", "membership.changed")
		same(t, "cycle", f.m.State().Cycle, 2)
	})
}
