package domain

import "testing"

// TestChange_table asks a membership of five seats at 10.00 for something on
// 16 April, in the exact middle of its month, and says what that comes to.
func TestChange_table(t *testing.T) {
	quarterly := func(s *MembershipState) { s.Recurrence, s.Terms.Unit = Quarterly, 2700 }
	for _, tt := range []struct {
		name   string
		of     []func(*MembershipState)
		ask    Request
		result Result // of a change that is carried out
		due    int64
		code   string // of one that is refused
	}{
		{"more seats: now, for the time that is left", nil, AskSeats(8), Applied, 1500, ""},
		{"fewer seats: later, free", nil, AskSeats(3), Scheduled, 0, ""},
		{"as many seats: nothing", nil, AskSeats(5), NoChange, 0, ""},
		{"nothing asked for: nothing", nil, Request{}, NoChange, 0, ""},
		{"the tier, recurrence and price that are in force: nothing", nil, Request{Tier: "standard", Recurrence: Monthly, Unit: 1000, HasUnit: true}, NoChange, 0, ""},
		{"fewer seats of a free plan: now", []func(*MembershipState){priceOf(0)}, AskSeats(3), AppliedFree, 0, ""},
		{"fewer seats inside those in the price: now", []func(*MembershipState){func(s *MembershipState) { s.Terms.Included = 9 }}, AskSeats(3), AppliedFree, 0, ""},
		{"fewer seats, some of them inside those in the price: later", []func(*MembershipState){func(s *MembershipState) { s.Terms.Included = 4 }}, AskSeats(3), Scheduled, 0, ""},
		{"more seats inside those in the price: now, free", []func(*MembershipState){func(s *MembershipState) { s.Terms.Included = 9 }}, AskSeats(8), Applied, 0, ""},

		{"a dearer tier: now, the whole difference", nil, tier("plus", 2000), Applied, 2500, ""},
		{"a dearer tier and more seats: now, together", nil, tier("plus", 2000).so(8), Applied, 5500, ""},
		{"a dearer tier and as many seats", nil, tier("plus", 2000).so(5), Applied, 2500, ""},
		{"a dearer tier and fewer seats: two commands", nil, tier("plus", 2000).so(3), "", 0, "mixed_direction"},
		{"another tier of the same price: now, free", nil, tier("other", 1000), Applied, 0, ""},
		{"another tier of the same price and more seats: now", nil, tier("other", 1000).so(8), Applied, 1500, ""},
		{"another tier of the same price and fewer seats: later", nil, tier("other", 1000).so(3), Scheduled, 0, ""},
		{"a cheaper tier: later", nil, tier("basic", 600), Scheduled, 0, ""},
		{"a cheaper tier and fewer seats: later, together", nil, tier("basic", 600).so(3), Scheduled, 0, ""},
		{"a cheaper tier and more seats: two commands, though the sum rises", nil, tier("basic", 600).so(9), "", 0, "mixed_direction"},
		{"a cheaper tier and more seats: two commands, though the sum falls", nil, tier("basic", 600).so(6), "", 0, "mixed_direction"},

		{"a longer recurrence: now, a new period without the unused part", nil, every(Yearly, 10000), AppliedNewPeriod, 47500, ""},
		{"a longer recurrence and more seats", nil, every(Yearly, 10000).so(6), AppliedNewPeriod, 57500, ""},
		{"a longer recurrence and fewer seats: two commands", nil, every(Yearly, 10000).so(3), "", 0, "mixed_direction"},
		{"a longer recurrence of another tier, dearer or not", nil, Request{Tier: "basic", Recurrence: Quarterly, Unit: 1500, HasUnit: true}, AppliedNewPeriod, 5000, ""},
		{"a longer recurrence and more seats, though the number of its price is less", nil, every(Quarterly, 900).so(8), AppliedNewPeriod, 4700, ""},
		{"a longer recurrence that costs less than what is left", nil, every(Yearly, 100), "", 0, "credit_exceeds_charge"},
		{"a shorter recurrence: later", []func(*MembershipState){quarterly}, every(Monthly, 1000), Scheduled, 0, ""},
		{"a shorter recurrence and fewer seats: later", []func(*MembershipState){quarterly}, every(Monthly, 1000).so(3), Scheduled, 0, ""},
		{"a shorter recurrence and more seats: two commands", []func(*MembershipState){quarterly}, every(Monthly, 1000).so(8), "", 0, "mixed_direction"},
		{"a shorter recurrence of a dearer tier: later", []func(*MembershipState){quarterly}, Request{Tier: "plus", Recurrence: Monthly, Unit: 5000, HasUnit: true}, Scheduled, 0, ""},

		{"a shorter recurrence and fewer seats, though the number of its price is more", []func(*MembershipState){quarterly}, every(Monthly, 5000).so(3), Scheduled, 0, ""},

		{"free to paid: now, a new period at the full price", []func(*MembershipState){priceOf(0)}, tier("paid", 1000), AppliedNewPeriod, 5000, ""},
		{"free to paid with more seats", []func(*MembershipState){priceOf(0)}, tier("paid", 1000).so(6), AppliedNewPeriod, 6000, ""},
		{"free to paid with fewer seats: two commands", []func(*MembershipState){priceOf(0)}, tier("paid", 1000).so(4), "", 0, "mixed_direction"},
		{"free to paid by the year", []func(*MembershipState){priceOf(0)}, Request{Tier: "paid", Recurrence: Yearly, Unit: 9000, HasUnit: true}, AppliedNewPeriod, 45000, ""},
		{"paid to free: later", nil, tier("free", 0), Scheduled, 0, ""},
		{"paid to free by the year: later", nil, every(Yearly, 0), Scheduled, 0, ""},
		{"paid to free with fewer seats: later", nil, tier("free", 0).so(2), Scheduled, 0, ""},
		{"paid to free with more seats: two commands", nil, tier("free", 0).so(6), "", 0, "mixed_direction"},

		{"the buyer pays more than before: now", nil, Request{Unit: 1500, HasUnit: true}, Applied, 1250, ""},
		{"the buyer pays less than before: later", nil, Request{Unit: 500, HasUnit: true}, Scheduled, 0, ""},
		{"the buyer pays less than the tier allows", nil, Request{Unit: 199, HasUnit: true}, "", 0, "invalid"},
		{"the buyer pays less than nothing", nil, Request{Unit: -1, HasUnit: true}, "", 0, "invalid"},
		{"another tier without its price", nil, Request{Tier: "plus"}, "", 0, "invalid"},
		{"another recurrence without its price", nil, Request{Recurrence: Yearly}, "", 0, "invalid"},
		{"an unknown recurrence", nil, every("weekly", 1000), "", 0, "invalid"},
		{"a price that no number holds", nil, tier("plus", 1<<62), "", 0, "overflow"},
		{"a longer recurrence at such a price", nil, every(Yearly, 1<<62), "", 0, "overflow"},

		{"in a trial more seats are free", []func(*MembershipState){longTrial}, AskSeats(8), AppliedInTrial, 0, ""},
		{"in a trial fewer seats count now", []func(*MembershipState){longTrial}, AskSeats(3), AppliedInTrial, 0, ""},
		{"in a trial everything changes at once, in any direction", []func(*MembershipState){longTrial}, Request{Tier: "plus", Recurrence: Yearly, Unit: 9000, HasUnit: true}.so(3), AppliedInTrial, 0, ""},
		{"in a trial a price that no number holds is refused", []func(*MembershipState){longTrial}, tier("plus", 1<<62), "", 0, "overflow"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, tt.of...)
			f.l.LeastUnit = 0
			if tt.ask.Unit == 199 {
				f.l.LeastUnit = 200
			}
			if tt.code != "" {
				was := f.m.State()
				_, err := f.try(tt.ask, april(16))
				same(t, "code", CodeOf(err), tt.code)
				same(t, "the state", f.m.State(), was)
				return
			}
			before := f.m.State()
			o, err := f.try(tt.ask, april(16))
			if err != nil {
				t.Fatal(err)
			}
			if tt.due > 0 {
				same(t, "before it is paid", o.Result, Unanswered)
				flying := f.m.State()
				flying.InFlight = InFlight{}
				same(t, "what is in force before it is paid", flying, before)
				same(t, "what is to be paid", o.Payment.State().Amount, Money{tt.due, "usd"})
				o = f.settle(*o.Payment, paying, april(16))
			} else if o.Payment != nil {
				t.Error("a payment of nothing")
			}
			same(t, "the result", o.Result, tt.result)
			f.takes(tt.due)
			checkDate(f, before, tt.result)
		})
	}
}

// longTrial is a trial that still runs on 16 April.
func longTrial(s *MembershipState) {
	inTrial(s)
	s.FreeTrialEndsAt, s.AnchorAt = april(20), april(20)
}

// checkDate says when the period ends after a change: where it was, but for a
// new period, which begins at the change.
func checkDate(f *life, before MembershipState, r Result) {
	f.Helper()
	s := f.m.State()
	if r == AppliedNewPeriod {
		same(f.T, "the new period begins", s.Period().StartAt, april(16))
		same(f.T, "and is cycle", s.Cycle, before.Cycle+1)
		same(f.T, "with a ledger of", s.Ledger, Ledger{})
		return
	}
	same(f.T, "the cycle", s.Cycle, before.Cycle)
	if s.Status != Trialing {
		same(f.T, "the period", s.Period(), before.Period())
		return
	}
	same(f.T, "the trial ends", s.Period().EndAt, before.Period().EndAt)
}

func TestChange_newPeriodHasTheDayOfTheChange(t *testing.T) {
	f := live(t)
	at := day(t, "2026-04-30T17:45:12Z")
	f.ask(every(Yearly, 10000), at)
	same(t, "the period", f.m.State().Period(), Period{at, day(t, "2027-04-30T17:45:12Z")})
	f.happened("membership.changed")
	f.next(5, 50000, day(t, "2027-04-30T17:45:12Z"))
}

// TestChange_leastCharge: what the processor does not collect is not raised to
// its least, and not given away.
func TestChange_leastCharge(t *testing.T) {
	t.Run("more seats for less than the least: now, and it rides on the renewal", func(t *testing.T) {
		f := live(t, priceOf(500))
		f.l.LeastCharge = 50
		o := f.ask(AskSeats(6), april(29)) // 33 1/3
		same(t, "result", o.Result, Applied)
		same(t, "seats", f.m.State().SeatsNow(), 6)
		f.takes(0)
		same(t, "deferred", f.m.State().Deferred(), 33)
		f.next(6, 3033, may(1))
		f.renew(paying, may(1))
		f.takes(3033)
		same(t, "deferred afterwards", f.m.State().Deferred(), 0)
	})
	t.Run("exactly the least is collected", func(t *testing.T) {
		f := live(t, priceOf(500))
		f.l.LeastCharge = 50
		f.ask(AskSeats(6), april(28))
		f.takes(50)
	})
	t.Run("two small ones together reach it", func(t *testing.T) {
		f := live(t, priceOf(500))
		f.l.LeastCharge = 50
		f.ask(AskSeats(6), april(29))
		f.takes(0)
		f.ask(AskSeats(7), april(29))
		f.takes(67)
		same(t, "deferred", f.m.State().Deferred(), 0)
	})
	t.Run("a renewal below the least is not collected and rides on", func(t *testing.T) {
		f := live(t, priceOf(7))
		f.l.LeastCharge = 50
		f.next(5, 0, may(1))
		same(t, "result", f.renew(paying, may(1)).Result, Renewed)
		f.takes(0)
		same(t, "deferred", f.m.State().Deferred(), 35)
		f.renew(paying, may(31).AddDate(0, 0, 1))
		f.takes(70)
	})
	t.Run("a new period below the least rides on too", func(t *testing.T) {
		f := live(t, priceOf(0))
		f.l.LeastCharge = 50
		o := f.ask(tier("paid", 7), april(16))
		same(t, "result", o.Result, AppliedNewPeriod)
		f.takes(0)
		same(t, "deferred", f.m.State().Deferred(), 35)
	})
	t.Run("a restart below the least rides on too", func(t *testing.T) {
		f := live(t, priceOf(7))
		f.l.LeastCharge = 50
		f.do(f.m.Cancel(Buyer, april(2)))
		o := f.do(f.m.Restart(Buyer, Request{}, f.l, "r", "k", may(3)))
		same(t, "result", o.Result, Restarted)
		same(t, "deferred", f.m.State().Deferred(), 35)
	})
	t.Run("paying an overdue rest below the least recovers", func(t *testing.T) {
		f := live(t, priceOf(20))
		f.renew(declining, may(1))
		f.l.LeastCharge = 50
		o := f.do(f.m.PayNow(AskSeats(1), f.l, "p", "k", may(2)))
		same(t, "result", o.Result, Recovered)
		same(t, "deferred", f.m.State().Deferred(), 20)
	})
}
