package domain

import "testing"

func TestSettle_strangers(t *testing.T) {
	f := live(t)
	o := f.do(f.try(AskSeats(8), april(16)))
	was := f.m.State()
	for name, p := range map[string]PaymentState{
		"another payment":               {ID: "other", Status: Paid, PaidAt: april(16)},
		"none":                          {Status: Paid, PaidAt: april(16)},
		"another that was declined":     {ID: "other", Status: NotPaid},
		"another that was given up":     {ID: "other", Status: Voided, VoidedAt: april(16)},
		"the one in flight, unanswered": o.Payment.State(),
	} {
		got := f.do(f.m.Settle(p, april(16)))
		if got.Unwanted || f.m.State() != was || len(got.Events) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	same(t, "given up and paid", f.do(f.m.Settle(PaymentState{ID: "other", Status: Voided, PaidAt: april(16)}, april(16))).Unwanted, true)
	f.settle(*o.Payment, paying, april(16))
	now := f.m.State()
	p := o.Payment.State()
	p.Status, p.PaidAt = Paid, april(16)
	same(t, "twice is once", f.do(f.m.Settle(p, april(17))).Result, NoChange)
	same(t, "state", f.m.State(), now)
}

func TestSettle_givenUp(t *testing.T) {
	f := live(t)
	o := f.do(f.try(AskSeats(8), april(16)))
	p := o.Payment.State()
	p.Status, p.VoidedAt = Voided, april(16)
	f.events = nil
	same(t, "a change", f.do(f.m.Settle(p, april(16))).Result, PaymentRefused)
	f.happened("membership.change_declined")
	same(t, "seats", f.m.State().Seats, 5)

	o = f.do(f.m.Renew("y", 0, may(1)))
	p = o.Payment.State()
	p.Status, p.VoidedAt = Voided, may(1)
	same(t, "a renewal", f.do(f.m.Settle(p, may(1))).Result, RenewalDeclined)
	same(t, "is tried again after an hour", f.m.State().Outstanding.RetryAt, may(1).Add(3600e9))
}

// An answer that comes after the period finds the change carried out in it.
func TestSettle_afterThePeriod(t *testing.T) {
	f := live(t)
	o := f.do(f.try(AskSeats(8), april(30)))
	f.settle(*o.Payment, paying, may(2))
	same(t, "seats", f.m.State().Seats, 8)
	same(t, "cycle", f.m.State().Cycle, 1)
	f.taken = 0
	f.renew(paying, may(2))
	f.takes(8000)

	f = live(t, priceOf(0))
	o = f.do(f.try(tier("paid", 1000), april(30)))
	same(t, "free to paid", f.settle(*o.Payment, paying, may(2)).Result, AppliedNewPeriod)
	same(t, "anchor", f.m.State().AnchorAt, april(30))
}

// What is agreed while a payment is on its way is not lost when it is answered.
func TestSettle_besidesOtherCommands(t *testing.T) {
	f := live(t)
	o := f.do(f.try(AskSeats(8), april(16)))
	f.do(f.m.Assign(april(16)))
	f.do(f.m.GrantSeats(1, f.l, april(16)))
	f.do(f.m.AnnouncePrice(1400, may(1), april(16)))
	f.do(f.m.RefundPeriod(100, april(16)))
	f.settle(*o.Payment, paying, april(16))
	s := f.m.State()
	same(t, "seats", s.SeatsNow(), 9)
	same(t, "assigned", s.Assigned, 1)
	same(t, "announced", s.Notice.Unit, int64(1400))
	same(t, "given back", s.GivenBack, int64(100))
}
