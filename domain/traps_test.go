package domain

import (
	"testing"
	"time"
)

// TestTraps are mistakes that other systems made with somebody's money or
// seats. Each name says what does not happen here.
func TestTraps(t *testing.T) {
	june := may(31).AddDate(0, 0, 1)
	for name, trap := range map[string]func(*testing.T){
		"an anchor on the 31st does not drift after February or a late payment": func(t *testing.T) {
			f := live(t, func(s *MembershipState) {
				s.AnchorAt, s.LastAt, s.CreatedAt = day(t, "2026-01-31"), day(t, "2026-01-31"), day(t, "2026-01-31")
			})
			f.renew(paying, day(t, "2026-02-28"))
			same(t, "after February", f.m.State().Period().EndAt, day(t, "2026-03-31"))
			f.renew(declining, day(t, "2026-03-31"))
			f.renew(paying, day(t, "2026-04-03"))
			same(t, "after a payment that was late", f.m.State().Period().EndAt, day(t, "2026-04-30"))
			f.renew(paying, day(t, "2026-05-02"))
			same(t, "after a worker that was late", f.m.State().Period().EndAt, day(t, "2026-05-31"))
		},
		"another tier of the same price costs nothing and moves no date": func(t *testing.T) {
			f := live(t)
			was := f.m.State().Period()
			f.ask(tier("other", 1000), april(20))
			f.takes(0)
			same(t, "period", f.m.State().Period(), was)
		},
		"a small difference is not raised to the least that is collected": func(t *testing.T) {
			f := live(t, priceOf(500))
			f.l.LeastCharge = 99
			f.ask(AskSeats(6), april(28))
			f.takes(0)
			f.renew(paying, may(1))
			f.takes(3050)
		},
		"the direction of a change is not told by its sums": func(t *testing.T) {
			f := live(t)
			for _, r := range []Request{tier("basic", 600).so(9), tier("basic", 600).so(6), tier("plus", 2000).so(2), tier("plus", 2000).so(4)} {
				f.refusal(ErrMixedDirection, func() (Outcome, error) { return f.try(r, april(16)) })
			}
			f = live(t, yearlyAt(10000))
			same(t, "a month of more seats than a year has money for", f.ask(every(Monthly, 99000), april(16)).Result, Scheduled)
			f.takes(0)
		},
		"one added seat does not re-price the others": func(t *testing.T) {
			f := live(t)
			// The list price is 20.00 by now; nobody asks the member to pay it.
			f.ask(AskSeats(6), april(16))
			f.takes(500)
			f.next(6, 6000, may(1))
		},
		"going to a free tier does not give up the time that is paid": func(t *testing.T) {
			f := live(t)
			f.ask(tier("free", 0), april(2))
			same(t, "tier until the end", f.m.State().Terms.Tier, "standard")
			same(t, "result at the end", f.renew(paying, may(1)).Result, RenewedFree)
			same(t, "tier afterwards", f.m.State().Terms.Tier, "free")
		},
		"a seller's new price keeps the seats, and a buyer's pending decrease": func(t *testing.T) {
			f := live(t)
			f.ask(AskSeats(4), april(2))
			f.do(f.m.AnnouncePrice(1400, may(1), april(3)))
			f.do(f.m.NoticeSent(april(3)))
			f.next(4, 5600, may(1))
			f.ask(AskSeats(3), april(4))
			f.renew(paying, may(1))
			f.takes(4200)
			same(t, "seats", f.m.State().Seats, 3)
		},
		"a bank confirmation that fails leaves everything as it was": func(t *testing.T) {
			f := live(t)
			f.ask(tier("basic", 600).so(3), april(2))
			was := f.m.State()
			o := f.do(f.try(AskSeats(8), april(16)))
			p := *o.Payment
			f.settle(p, Answer{Status: NeedsAction}, april(16))
			same(t, "seats that can be used before it is confirmed", f.m.State().Assignable(), 3)
			f.settle(p, declining, april(17))
			same(t, "state", f.m.State(), was)
		},
		"nothing is in force when the processor is asked, and what is asked is written down": func(t *testing.T) {
			f := live(t)
			before := f.m.State()
			o := f.do(f.try(AskSeats(8), april(16)))
			s := f.m.State()
			same(t, "written down", s.InFlight, InFlight{
				PaymentID: o.Payment.State().ID, Kind: ChangePayment, PricedAt: april(16), Due: 1500,
				Target: Target{Seats: 8, Tier: "standard", Recurrence: Monthly, Unit: 1000, EndsSeats: true},
			})
			s.InFlight = InFlight{}
			same(t, "in force", s, before)
		},
		"more seats use up no discounted cycle": func(t *testing.T) {
			f := live(t, seatsOf(1), func(s *MembershipState) { s.Terms.Discount = Discount{Percent, 50, 2} })
			f.ask(AskSeats(2), april(16))
			f.takes(250)
			f.renew(paying, may(1))
			f.takes(1000)
			f.renew(paying, june)
			f.takes(2000)
		},
		"a change of plan cannot take seats that the tier has not": func(t *testing.T) {
			f := live(t)
			f.l = Limits{Limited: true, TierRoom: 4}
			f.refusal(ErrTierCapacity, func() (Outcome, error) { return f.try(tier("plus", 2000), april(16)) })
			f.refusal(ErrTierCapacity, func() (Outcome, error) { return f.try(AskSeats(6), april(16)) })
		},
		"a tier that changes later is told when it does": func(t *testing.T) {
			f := live(t)
			f.ask(tier("basic", 600), april(2))
			f.happened("membership.change_scheduled")
			f.renew(declining, may(1))
			from, to := Holding{5, "standard", Monthly, 1000}, Holding{5, "basic", Monthly, 600}
			same(t, "what changed", f.events[1], Event(MembershipChanged{"m", "sale", from, to, may(1), true}))
			f.happened("membership.change_applied", "membership.changed", "membership.renewal_failed")
		},
		"the price of all seats is no multiple of a divided one": func(t *testing.T) {
			s := MembershipRecord{ID: "m", SellerID: "ana", ProductID: "club", PurchaseID: "sale", Recurrence: Monthly, StartedAt: april(1), CreatedAt: april(1)}.
				Adopt(PurchaseState{Quantity: 3, Price: Money{1000, "usd"}})
			same(t, "10.00 for three seats", s.Price().Amount, int64(1000))
			same(t, "at the renewal too", next(s).Amount.Amount, int64(1000))
		},
		"what will be refused has no price shown first": func(t *testing.T) {
			f := live(t, fixedTo(4))
			_, err := f.m.Quote(AskSeats(6), Limits{}, april(16))
			wantError(t, err, "fixed_length_no_plan_change", "")
		},
		"a cancellation in the future cuts nobody off": func(t *testing.T) {
			f := live(t)
			f.do(f.m.Cancel(Buyer, april(2)))
			same(t, "cancelled", f.m.State().CancelledAt, may(1))
			same(t, "access", f.m.State().AccessAt(may(1).Add(-time.Second)), true)
			f.do(f.m.Assign(april(20)))
			same(t, "access at the end", f.m.State().AccessAt(may(1)), false)
		},
		"no month is skipped and none overflows": func(t *testing.T) {
			for i, want := range []string{"2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30"} {
				same(t, "from 31 May", Boundary(day(t, "2026-05-31"), i), day(t, want))
			}
			same(t, "February", Boundary(day(t, "2026-01-30"), 1), day(t, "2026-02-28"))
		},
		"a discount on the whole is not taken off the difference": func(t *testing.T) {
			f := live(t, seatsOf(1), priceOf(5000), func(s *MembershipState) { s.Terms.Discount = Discount{Kind: PerMembership, Value: 1000} })
			f.ask(AskSeats(2), april(1))
			f.takes(5000)
			f.next(2, 9000, may(1))
		},
		"a pending tier survives more seats": func(t *testing.T) {
			f := live(t, seatsOf(4))
			f.ask(tier("basic", 600), april(6))
			f.ask(AskSeats(6), april(16))
			f.takes(1000)
			f.renew(paying, may(1))
			f.takes(3600)
			same(t, "tier", f.m.State().Terms.Tier, "basic")
		},
		"who leaves for a longer period is credited every seat": func(t *testing.T) {
			f := live(t)
			f.ask(AskSeats(10), april(1))
			f.takes(5000)
			o := f.ask(every(Yearly, 10000), april(16))
			same(t, "what is taken", o.Result, AppliedNewPeriod)
			f.takes(95000)
		},
		"seats added to a year are not free until its end": func(t *testing.T) {
			f := live(t, yearlyAt(12000), seatsOf(1))
			f.ask(AskSeats(5), april(1))
			f.takes(48000)
			f.renew(declining, april(1).AddDate(1, 0, 0))
			f.do(f.m.Expire(april(1).AddDate(1, 0, 5)))
			same(t, "status", f.m.State().Status, Ended)
		},
		"many seats are one command and one payment": func(t *testing.T) {
			f := live(t)
			f.ask(AskSeats(45), april(16))
			f.takes(20000)
			same(t, "payments", f.tries, 1)
		},
		"what is shown is what is charged, with what is carried": func(t *testing.T) {
			f := live(t, priceOf(500))
			f.l.LeastCharge = 50
			f.ask(AskSeats(6), april(29))
			q, err := f.m.Quote(AskSeats(9), f.l, april(29))
			if err != nil {
				t.Fatal(err)
			}
			f.answered(paying, april(29))(f.m.Change(q, f.l, "y", "k", april(29)))
			f.takes(q.DueNow.Amount)
			shown := q.NextAmount.Amount
			f.renew(paying, may(1))
			f.takes(shown)
		},
		"a second try of a client does not pay twice": func(t *testing.T) {
			f := live(t)
			q, _ := f.m.Quote(AskSeats(8), f.l, april(16))
			o := f.do(f.m.Change(q, f.l, "y", "k", april(16)))
			f.refusal(ErrChangeInProgress, func() (Outcome, error) { return f.m.Change(q, f.l, "z", "k", april(16)) })
			f.settle(*o.Payment, paying, april(16))
			f.refusal(ErrQuoteStale, func() (Outcome, error) { return f.m.Change(q, f.l, "z", "k", april(16)) })
			same(t, "the seats that are there", f.ask(AskSeats(8), april(16)).Result, NoChange)
			f.takes(1500)
		},
		"a dearer tier leaves no cancellation behind, and no tier that was pending": func(t *testing.T) {
			f := live(t)
			f.do(f.m.Cancel(Buyer, april(2)))
			f.refusal(ErrCancelScheduled, func() (Outcome, error) { return f.try(tier("plus", 2000), april(3)) })
			f.do(f.m.Uncancel(Buyer, april(3)))
			f.ask(tier("basic", 600), april(3))
			f.ask(tier("plus", 2000), april(4))
			f.renew(paying, may(1))
			same(t, "tier", f.m.State().Terms.Tier, "plus")
			same(t, "status", f.m.State().Status, Active)
		},
		"a clock change is worth no money": func(t *testing.T) {
			f := live(t, seatsOf(1), func(s *MembershipState) {
				s.AnchorAt, s.LastAt, s.CreatedAt = day(t, "2026-03-01"), day(t, "2026-03-01"), day(t, "2026-03-01")
			})
			f.ask(AskSeats(32), day(t, "2026-03-29"))
			f.takes(3000) // 31 seats for 3 days of 31
		},
		"a short period is measured from its own start": func(t *testing.T) {
			f := live(t, seatsOf(1), priceOf(2800), func(s *MembershipState) {
				s.AnchorAt, s.LastAt, s.CreatedAt = day(t, "2026-01-31"), day(t, "2026-01-31"), day(t, "2026-01-31")
			})
			f.ask(AskSeats(2), day(t, "2026-02-14"))
			f.takes(1400)
			f = live(t, seatsOf(1), func(s *MembershipState) { s.Recurrence, s.Terms.Unit = Quarterly, 9100 })
			f.ask(AskSeats(2), day(t, "2026-05-20"))
			f.takes(4200) // 42 days of 91
		},
		"the credit is of what was paid": func(t *testing.T) {
			f := live(t, func(s *MembershipState) { s.Terms.Discount = Discount{Percent, 50, 1} })
			o := f.ask(every(Yearly, 10000), april(16))
			same(t, "result", o.Result, AppliedNewPeriod)
			f.takes(48750) // half a month of five seats at 5.00
			f = live(t)
			f.do(f.m.RefundPeriod(0, april(5)))
			q, err := f.m.Quote(every(Yearly, 10000), f.l, april(16))
			if err != nil || q.Credit != 0 || q.DueNow.Amount != 50000 {
				t.Errorf("what was refunded is credited: %+v (%v)", q, err)
			}
			f = live(t)
			f.do(f.try(AskSeats(9), april(2)))
			f.refusal(ErrChangeInProgress, func() (Outcome, error) { return f.try(every(Yearly, 10000), april(2)) })
		},
		"no day has a rounded price": func(t *testing.T) {
			f := live(t, seatsOf(1), priceOf(5000), func(s *MembershipState) {
				s.AnchorAt, s.LastAt, s.CreatedAt = day(t, "2025-01-01"), day(t, "2025-01-01"), day(t, "2025-01-01")
			})
			f.ask(AskSeats(2), day(t, "2025-01-17"))
			f.takes(2419)
		},
		"assigning and giving up seats meet on one number": func(t *testing.T) {
			f := live(t, assigned(4))
			f.ask(AskSeats(4), april(16))
			f.refusal(ErrNoSeatAvailable, func() (Outcome, error) { return f.m.Assign(april(16)) })
			f = live(t, assigned(4))
			f.do(f.m.Assign(april(16)))
			f.refusal(ErrSeatsAssigned, func() (Outcome, error) { return f.try(AskSeats(4), april(16)) })
		},
		"there is no second payment before the first is answered": func(t *testing.T) {
			f := live(t)
			f.do(f.try(AskSeats(6), april(16)))
			for range 5 {
				f.refusal(ErrChangeInProgress, func() (Outcome, error) { return f.try(AskSeats(7), april(16)) })
			}
		},
		"up, down and up again to seats that are paid costs nothing": func(t *testing.T) {
			f := live(t)
			f.ask(AskSeats(8), april(16))
			f.takes(1500)
			f.ask(AskSeats(2), april(17))
			same(t, "seats until the end", f.m.State().SeatsNow(), 8)
			f.ask(AskSeats(8), april(20))
			f.takes(0)
			f.next(8, 8000, may(1))
		},
	} {
		t.Run(name, trap)
	}
}
