package domain

import (
	"testing"
	"time"
)

// A payment that its buyer does not confirm is given up by whoever comes next.
func TestInFlight_unconfirmed(t *testing.T) {
	begin := func(t *testing.T, at time.Time) *life {
		f := live(t)
		f.ask(AskSeats(3), april(2))
		same(t, "result", f.answered(confirming, at)(f.try(AskSeats(8), at)).Result, AwaitsAction)
		f.events = nil
		f.refusal(ErrChangeInProgress, func() (Outcome, error) { return f.try(AskSeats(7), at) })
		return f
	}
	t.Run("by a worker", func(t *testing.T) {
		f := begin(t, april(16))
		same(t, "a second before", f.do(f.m.Renew("z", 0, april(16).Add(23*time.Hour-time.Second))).Voided, "")
		o := f.do(f.m.Renew("z", 0, april(16).Add(23*time.Hour)))
		same(t, "given up", o.Voided, "pay2")
		same(t, "result", o.Result, NotDue)
		f.happened("membership.change_declined")
		same(t, "pending", f.m.State().Pending.Seats, 3)
		same(t, "seats", f.m.State().Seats, 5)
	})
	t.Run("by one who looks whether grace is over", func(t *testing.T) {
		f := begin(t, april(16))
		o := f.do(f.m.Expire(april(17)))
		same(t, "given up", o.Voided, "pay2")
		same(t, "result", o.Result, NotDue)
	})
	t.Run("by another change", func(t *testing.T) {
		f := begin(t, april(16))
		o := f.do(f.try(AskSeats(7), april(17)))
		same(t, "given up", o.Voided, "pay2")
		same(t, "result", o.Result, Unanswered)
	})
	t.Run("by the end of the period, which is what was pending", func(t *testing.T) {
		f := begin(t, may(1).Add(-time.Hour))
		o := f.do(f.m.Renew("z", 0, may(1)))
		same(t, "given up", o.Voided, "pay2")
		same(t, "to be paid", o.Payment.State().Amount, Money{3000, "usd"})
	})
	t.Run("not before, and it can be confirmed until then", func(t *testing.T) {
		f := live(t)
		o, err := f.try(AskSeats(8), april(16))
		f.answered(confirming, april(16))(o, err)
		same(t, "result", f.settle(*o.Payment, paying, april(16).Add(23*time.Hour-time.Second)).Result, Applied)
		f.takes(1500)
	})
	t.Run("a renewal is tried again, and grace is not longer for it", func(t *testing.T) {
		f := live(t)
		f.renew(confirming, may(1))
		o := f.do(f.m.Renew(f.id(), 0, may(2)))
		same(t, "given up", o.Voided, "pay1")
		same(t, "the next key", o.Payment.State().Key, "mbr/m/renew/2/2")
		f.settle(*o.Payment, confirming, may(2))
		same(t, "grace", f.m.State().Outstanding.GraceEndsAt, may(6))
		same(t, "result", f.do(f.m.Expire(may(6))).Result, EndedThen)
		same(t, "failed", f.m.State().FailedAt, may(6))
	})
	t.Run("a restart is given up too", func(t *testing.T) {
		f := live(t, endedBy(Buyer, Cancelled))
		f.answered(confirming, may(3))(f.m.Restart(Buyer, Request{}, f.l, "r", "k", may(3)))
		o := f.do(f.m.Restart(Buyer, Request{}, f.l, "q", "l", may(4)))
		same(t, "given up", o.Voided, "r")
		same(t, "the second", o.Payment.State().ID, "q")
	})
	t.Run("and a success that comes later is given back", func(t *testing.T) {
		f := live(t)
		o, err := f.try(AskSeats(8), april(16))
		f.answered(confirming, april(16))(o, err)
		f.do(f.m.Expire(april(18)))
		p := *o.Payment
		if _, err := p.Void(april(18)); err != nil {
			t.Fatal(err)
		}
		same(t, "unwanted", f.settle(p, paying, april(19)).Unwanted, true)
		same(t, "seats", f.m.State().Seats, 5)
	})
}

// What has no answer may have been paid: it is never given up by itself, and
// until somebody knows, nothing else that costs money begins.
func TestInFlight_unanswered(t *testing.T) {
	t.Run("a change", func(t *testing.T) {
		f := live(t)
		p := *f.do(f.try(AskSeats(8), april(16))).Payment
		f.refusal(ErrChangeInProgress, func() (Outcome, error) { return f.try(AskSeats(9), april(25)) })
		was := f.m.State()
		o := f.do(f.m.Renew("z", 0, may(3)))
		same(t, "at the end of the period", o.Result, Unanswered)
		same(t, "given up", o.Voided, "")
		same(t, "state", f.m.State(), was)
		f.refusal(ErrRenewalInProgress, func() (Outcome, error) { return f.try(AskSeats(9), may(3)) })
		f.settle(p, paying, may(4))
		f.takes(1500)
		f.renew(paying, may(4))
		f.takes(8000)
	})
	t.Run("a change of a free plan holds its boundary", func(t *testing.T) {
		f := live(t, priceOf(0))
		p := *f.do(f.try(tier("paid", 1000), april(30))).Payment
		same(t, "a reader", f.m.State().CaughtUp(may(3)).Cycle, 1)
		same(t, "result", f.settle(p, paying, may(3)).Result, AppliedNewPeriod)
		same(t, "anchor", f.m.State().AnchorAt, april(30))
	})
	t.Run("a renewal is of the period it was priced in, however late its answer", func(t *testing.T) {
		june := may(31).AddDate(0, 0, 1)
		f := live(t)
		p := *f.do(f.m.Renew("y", 0, may(1))).Payment
		o := f.settle(p, paying, june.AddDate(0, 0, 2))
		same(t, "result", o.Result, Renewed)
		same(t, "skipped", o.Skipped, 0)
		same(t, "period", f.m.State().Period(), Period{may(1), june})
		f.renew(paying, june.AddDate(0, 0, 2))
		f.takes(10000)

		f = live(t)
		p = *f.do(f.m.Renew("y", 0, may(1))).Payment
		f.settle(p, declining, june.AddDate(0, 0, 2))
		same(t, "failed", f.m.State().FailedAt, may(6))
	})
	t.Run("a retry holds grace", func(t *testing.T) {
		f := live(t, overdue)
		p := *f.do(f.m.Renew("y", 0, may(2))).Payment
		same(t, "after grace", f.do(f.m.Expire(may(9))).Result, NotDue)
		same(t, "access", f.m.State().AccessAt(may(9)), true)
		f.settle(p, declining, may(9))
		same(t, "failed", f.m.State().FailedAt, may(6))
	})
	t.Run("a restart", func(t *testing.T) {
		f := live(t, endedBy(Buyer, Cancelled))
		f.do(f.m.Restart(Buyer, Request{}, f.l, "r", "k", may(3)))
		f.refusal(ErrChangeInProgress, func() (Outcome, error) { return f.m.Restart(Buyer, Request{}, f.l, "q", "l", may(9)) })
		same(t, "a worker", f.do(f.m.Renew("z", 0, may(9))).Result, NotDue)
	})
}

// Seats that are assigned while the buyer pays for fewer go again: the earliest
// assigned stay.
func TestInFlight_assignedMeanwhile(t *testing.T) {
	f := live(t, overdue)
	p := *f.do(f.m.PayNow(AskSeats(2), f.l, "y", "k", may(3))).Payment
	for range 3 {
		f.do(f.m.Assign(may(3)))
	}
	f.settle(p, paying, may(3))
	same(t, "assigned", f.m.State().Assigned, 2)
	f.happened("membership.changed", "membership.seats_short", "membership.recovered")
}
