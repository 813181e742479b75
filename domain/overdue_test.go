package domain

import (
	"testing"
	"time"
)

func TestRenew_declined(t *testing.T) {
	const hour, aDay = time.Hour, 24 * time.Hour
	for _, tt := range []struct {
		name    string
		a       Answer
		at      time.Time
		retryAt time.Time
		graceAt time.Time
	}{
		{"too little money: again after a day", declining, may(1), may(2), may(6)},
		{"no reason that is known: again after a day", Answer{Status: NotPaid, Decline: SoftDecline}, may(1), may(2), may(6)},
		{"nobody answered: again after an hour", unreachable, may(1), may(1).Add(hour), may(6)},
		{"not with this card: not before the buyer pays", refusing, may(1), time.Time{}, may(6)},
		{"a late worker: grace begins with the first try", declining, may(1).Add(3*aDay + hour), may(5).Add(hour), may(9).Add(hour)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, assigned(5))
			same(t, "result", f.renew(tt.a, tt.at).Result, RenewalDeclined)
			s := f.m.State()
			same(t, "outstanding", s.Outstanding, Outstanding{Amount: 5000, Attempts: 1, DueAt: may(1), GraceEndsAt: tt.graceAt, RetryAt: tt.retryAt})
			same(t, "status", s.Status, PastDue)
			same(t, "cycle", s.Cycle, 2)
			same(t, "period", s.Period(), Period{may(1), may(31).AddDate(0, 0, 1)})
			same(t, "access a second before grace is over", s.AccessAt(tt.graceAt.Add(-time.Second)), true)
			same(t, "access when it is over", s.AccessAt(tt.graceAt), false)
			same(t, "next renewal", next(s), Renewal{})
			same(t, "looked at", s.NextDue(), earliest(tt.retryAt, tt.graceAt))
			f.takes(0)
			f.happened("membership.renewal_failed")

			f.do(f.m.Expire(tt.graceAt))
			s = f.m.State()
			same(t, "status afterwards", s.Status, Ended)
			same(t, "reason", s.EndReason, PaidNoMore)
			same(t, "failed", s.FailedAt, tt.graceAt)
			same(t, "access stopped", s.DeactivatedAt, tt.graceAt)
			same(t, "the debt", s.Outstanding, Outstanding{})
		})
	}
}

func TestRenew_retries(t *testing.T) {
	f := live(t)
	f.renew(declining, may(1))
	same(t, "before its time", f.renew(paying, may(2).Add(-time.Second)).Result, NotDue)
	same(t, "declined again", f.renew(unreachable, may(2)).Result, RenewalDeclined)
	same(t, "attempts", f.m.State().Outstanding.Attempts, 2)
	same(t, "again", f.m.State().Outstanding.RetryAt, may(2).Add(time.Hour))
	same(t, "grace stays", f.m.State().Outstanding.GraceEndsAt, may(6))
	same(t, "paid", f.renew(paying, may(2).Add(time.Hour)).Result, Recovered)
	f.takes(5000)
	f.happened("membership.renewal_failed", "membership.renewal_failed", "membership.recovered")
	s := f.m.State()
	same(t, "status", s.Status, Active)
	same(t, "the period stays", s.Period().EndAt, may(31).AddDate(0, 0, 1))
	f.next(5, 5000, may(31).AddDate(0, 0, 1))
}

// A try has its own key after a definite decline, and no two payments share one.
func TestRenew_keys(t *testing.T) {
	f := live(t)
	seen := map[string]bool{}
	key := func(o Outcome, err error) Payment {
		t.Helper()
		f.do(o, err)
		if o.Payment == nil {
			t.Fatalf("nothing to be paid: %+v", o)
		}
		s := o.Payment.State()
		if seen[s.Key] {
			t.Errorf("a second payment with the key %s", s.Key)
		}
		seen[s.Key] = true
		return *o.Payment
	}
	try := func(at time.Time) Payment { return key(f.m.Renew(f.id(), 0, at)) }

	p := try(may(1))
	same(t, "the first", p.State().Key, "mbr/m/renew/2/1")
	f.settle(p, declining, may(1))
	p = try(may(2))
	same(t, "the second", p.State().Key, "mbr/m/renew/2/2")
	same(t, "its attempt", p.State().Attempt, 2)
	f.settle(p, declining, may(2))
	p = key(f.m.PayNow(Request{}, f.l, f.id(), "k", may(2)))
	same(t, "of the buyer", p.State().Key, "mbr/m/pay/k")
	f.settle(p, refusing, may(2))
	p = key(f.m.Retry(f.id(), may(3)))
	same(t, "the third", p.State().Key, "mbr/m/renew/2/3")

	// What is given up before it is answered was a try all the same.
	f.do(f.m.Chargeback(may(4)))
	f.do(f.m.WinDispute(may(4)))
	p = key(f.m.Retry(f.id(), may(4)))
	same(t, "after a dispute that was won", p.State().Key, "mbr/m/renew/2/4")
}

func TestRenew_otherKeys(t *testing.T) {
	f := live(t)
	o := f.do(f.try(AskSeats(8), april(16)))
	p := o.Payment.State()
	same(t, "key of a change", p.Key, "mbr/m/inc/pay1")
	same(t, "cycle it pays for", p.Cycle, 1)
	same(t, "kind", p.Kind, ChangePayment)
	same(t, "whose", [3]string{string(p.SellerID), string(p.PurchaseID), string(p.MembershipID)}, [3]string{"ana", "sale", "m"})
	same(t, "status", p.Status, Intended)
	f.settle(*o.Payment, paying, april(16))
	f.do(f.m.Cancel(Buyer, april(17)))
	o = f.do(f.m.Restart(Buyer, Request{}, f.l, "r", "again", may(9)))
	p = o.Payment.State()
	same(t, "key of a restart", p.Key, "mbr/m/restart/again")
	same(t, "cycle it pays for", p.Cycle, 2)
	same(t, "kind", p.Kind, RestartPayment)
}

func TestRenew_whileUnanswered(t *testing.T) {
	f := live(t, assigned(2))
	o := f.do(f.m.Renew("y", 0, may(1)))
	same(t, "result", o.Result, Unanswered)
	was := f.m.State()
	same(t, "status", was.Status, Active)
	for name, command := range map[string]func() (Outcome, error){
		"renew": func() (Outcome, error) { return f.m.Renew("z", 0, may(1).Add(22*time.Hour)) },
		"retry": func() (Outcome, error) { return f.m.Retry("z", may(1)) },
	} {
		o := f.do(command())
		same(t, name, o.Result, Unanswered)
		if o.Payment != nil || f.m.State() != was {
			t.Errorf("%s: a second payment %+v", name, o.Payment)
		}
	}
	f.refusal(ErrRenewalInProgress, func() (Outcome, error) { return f.try(AskSeats(8), may(1)) })
	f.do(f.m.Assign(may(1)))
	f.refusal(ErrRenewalInProgress, func() (Outcome, error) { return f.m.GrantSeats(1, f.l, may(1)) })
	for _, status := range []PaymentStatus{Intended, Sent, NeedsAction} {
		p := o.Payment.State()
		p.Status = status
		want, expires := Unanswered, time.Time{}
		if status == NeedsAction {
			want, expires = AwaitsAction, may(1).Add(23*time.Hour)
		}
		was := f.m.State()
		was.InFlight.ExpiresAt = expires
		same(t, string(status), f.do(f.m.Settle(p, may(1))).Result, want)
		same(t, "state", f.m.State(), was)
	}

	// It is given up by hand: that counts as not reached.
	p := o.Payment.State()
	p.Status, p.VoidedAt = Voided, may(2)
	o = f.do(f.m.Settle(p, may(2)))
	s := f.m.State()
	same(t, "result", o.Result, RenewalDeclined)
	same(t, "status", s.Status, PastDue)
	same(t, "grace", s.Outstanding.GraceEndsAt, may(6))
	same(t, "attempts", s.Outstanding.Attempts, 1)
	o = f.do(f.m.Settle(PaymentState{ID: "y", Status: Voided, VoidedAt: may(2), PaidAt: may(2)}, may(2)))
	same(t, "the late success", o.Result, NoChange)
	same(t, "is not wanted", o.Unwanted, true)
}

// What is carried out late is carried out as of the second it was priced at.
func TestRenew_lateAnswer(t *testing.T) {
	f := live(t)
	o := f.do(f.m.Renew("y", 0, may(1)))
	same(t, "declined much later", f.settle(*o.Payment, declining, may(1).Add(20*time.Hour)).Result, RenewalDeclined)
	same(t, "grace is counted from the try", f.m.State().Outstanding.GraceEndsAt, may(6))
	same(t, "and so is the retry", f.m.State().Outstanding.RetryAt, may(2))

	f = live(t)
	o = f.do(f.m.Renew("y", 0, may(1)))
	same(t, "paid much later", f.settle(*o.Payment, paying, may(1).Add(20*time.Hour)).Result, Renewed)
	same(t, "the period", f.m.State().Period().StartAt, may(1))
	same(t, "again", f.do(f.m.Settle(o.Payment.State(), may(2))).Result, NoChange)
}

// Grace does not run out while a payment may still come.
func TestRenew_graceWaitsForAnAnswer(t *testing.T) {
	begin := func(t *testing.T) (*life, Payment) {
		f := live(t)
		f.renew(declining, may(1))
		o := f.do(f.m.PayNow(Request{}, f.l, "y", "k", may(6).Add(-time.Second)))
		same(t, "result", o.Result, Unanswered)
		same(t, "access after grace", f.m.State().AccessAt(may(6)), true)
		same(t, "expire", f.do(f.m.Expire(may(6))).Result, NotDue)
		return f, *o.Payment
	}
	t.Run("paid", func(t *testing.T) {
		f, p := begin(t)
		same(t, "result", f.settle(p, paying, may(6).Add(time.Minute)).Result, Recovered)
	})
	t.Run("declined", func(t *testing.T) {
		f, p := begin(t)
		same(t, "result", f.settle(p, refusing, may(6).Add(time.Minute)).Result, PaymentRefused)
		same(t, "status", f.m.State().Status, Ended)
		same(t, "failed", f.m.State().FailedAt, may(6))
	})
	t.Run("never confirmed", func(t *testing.T) {
		f, p := begin(t)
		f.settle(p, confirming, may(6))
		same(t, "a second before", f.do(f.m.Expire(may(6).Add(23*time.Hour-2*time.Second))).Result, NotDue)
		same(t, "given up", f.do(f.m.Expire(may(7))).Result, EndedThen)
		same(t, "failed", f.m.State().FailedAt, may(6))
	})
}

func TestPayNow(t *testing.T) {
	overdue := func(t *testing.T, mods ...func(*MembershipState)) *life {
		f := live(t, mods...)
		f.renew(refusing, may(1))
		f.events = nil
		return f
	}
	t.Run("as many seats as before, at the whole price, dates kept", func(t *testing.T) {
		f := overdue(t)
		same(t, "result", f.answered(paying, may(4))(f.m.PayNow(Request{}, f.l, "y", "k", may(4))).Result, Recovered)
		f.takes(5000)
		f.next(5, 5000, may(31).AddDate(0, 0, 1))
		f.happened("membership.recovered")
	})
	t.Run("fewer seats, the free ones counted", func(t *testing.T) {
		f := overdue(t, assigned(3), freeSeats(1))
		f.answered(paying, may(4))(f.m.PayNow(AskSeats(3), f.l, "y", "k", may(4)))
		f.takes(2000)
		same(t, "seats", f.m.State().SeatsNow(), 3)
		f.happened("membership.changed", "membership.recovered")
	})
	t.Run("more seats", func(t *testing.T) {
		f := overdue(t)
		f.answered(paying, may(4))(f.m.PayNow(AskSeats(7), f.l, "y", "k", may(4)))
		f.takes(7000)
	})
	t.Run("what is carried comes with it", func(t *testing.T) {
		f := live(t, priceOf(500))
		f.l.LeastCharge = 50
		f.ask(AskSeats(6), april(29))
		f.renew(refusing, may(1))
		same(t, "outstanding", f.m.State().Outstanding, Outstanding{Amount: 3033, Carried: 33, Attempts: 1, DueAt: may(1), GraceEndsAt: may(6)})
		f.answered(paying, may(2))(f.m.PayNow(AskSeats(2), f.l, "y", "k", may(2)))
		f.takes(1033)
	})
	t.Run("a decline changes nothing", func(t *testing.T) {
		f := overdue(t)
		was := f.m.State()
		same(t, "result", f.answered(declining, may(4))(f.m.PayNow(AskSeats(2), f.l, "y", "k", may(4))).Result, PaymentRefused)
		same(t, "state", f.m.State(), was)
	})
	t.Run("refusals", func(t *testing.T) {
		f := overdue(t, assigned(2))
		pay := func(r Request, l Limits) func() (Outcome, error) {
			return func() (Outcome, error) { return f.m.PayNow(r, l, "z", "k", may(4)) }
		}
		f.refusal(ErrBelowMinimumSeats, pay(AskSeats(0), Limits{}))
		f.refusal(ErrSeatsAssigned, pay(AskSeats(1), Limits{}))
		f.refusal(ErrAboveMaximumSeats, pay(AskSeats(9), Limits{MostSeats: 8}))
		f.refusal(ErrTierCapacity, pay(AskSeats(9), Limits{Limited: true, TierRoom: 8}))
		f.refusal(ErrPaymentOverdue, func() (Outcome, error) { return f.try(AskSeats(9), may(4)) })
		f.do(f.m.PayNow(Request{}, f.l, "y", "k", may(4)))
		f.refusal(ErrChangeInProgress, pay(Request{}, Limits{}))
	})
	t.Run("nothing is overdue", func(t *testing.T) {
		f := live(t)
		same(t, "pay", f.do(f.m.PayNow(Request{}, f.l, "y", "k", april(4))).Result, NotDue)
		same(t, "retry", f.do(f.m.Retry("y", april(4))).Result, NotDue)
		same(t, "expire", f.do(f.m.Expire(april(4))).Result, NotDue)
		same(t, "version", f.m.State().Version, 1)
	})
	t.Run("too late", func(t *testing.T) {
		for name, command := range map[string]func(*life) (Outcome, error){
			"pay":   func(f *life) (Outcome, error) { return f.m.PayNow(Request{}, f.l, "y", "k", may(6)) },
			"retry": func(f *life) (Outcome, error) { return f.m.Retry("y", may(6)) },
			"renew": func(f *life) (Outcome, error) { return f.m.Renew("y", 0, may(6)) },
		} {
			f := overdue(t)
			o := f.do(command(f))
			same(t, name, o.Result, EndedThen)
			same(t, "status", f.m.State().Status, Ended)
			if o.Payment != nil {
				t.Errorf("%s: paid all the same", name)
			}
			if name != "renew" {
				f.refusal(ErrNotActive, func() (Outcome, error) { return command(f) })
			}
		}
	})
}
