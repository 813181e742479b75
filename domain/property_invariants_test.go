package domain_test

import (
	"fmt"
	"math/big"
	"time"

	"github.com/usherhq/usher/domain"
)

// invariants checks what must hold whatever the reference says, after every
// step. (The others are checked where quotes, renewals and payments are.)
func (w *world) invariants(before domain.MembershipState, out domain.Outcome, code string) {
	is := w.m.State()
	if code != "" {
		w.check(is == before, "invariant 7: refused with %s, and changed\n   %+v to\n   %+v", code, before, is)
		return
	}
	w.neverNegative(out)
	w.seatsStay(before, is, out)
	w.exactSum(before, is)
	w.check(is.Assigned <= is.Assignable(), "invariant 8: %d assigned of %d", is.Assigned, is.Assignable())
	w.oneInFlight(is)
	w.nothingStalls(is)
	ended := false
	for _, e := range out.Events {
		switch e.(type) {
		case domain.MembershipEnded:
			ended = true
		case domain.MembershipRestarted, domain.MembershipResumed:
			ended = false
		}
	}
	w.check(is.Live() != ended || before.Live() == is.Live(), "the events %+v do not tell that it ended", out.Events)
}

// 1. No charge is negative; a decrease never moves money.
func (w *world) neverNegative(out domain.Outcome) {
	if out.Payment != nil {
		w.check(out.Payment.State().Amount.Amount > 0, "invariant 1: a charge of %d", out.Payment.State().Amount.Amount)
	}
	switch out.Result {
	case domain.AppliedFree, domain.PendingRemoved, domain.Scheduled, domain.NoChange, domain.AppliedInTrial, domain.Granted:
		w.check(out.Payment == nil, "invariant 1: %s asks for money", out.Result)
	}
	w.check(w.m.State().Deferred() >= 0, "invariant 1: %d are deferred", w.m.State().Deferred())
}

// 2. Seats never fall inside a paid period, and whoever uses one has paid for
// it, up to half a minor unit, or what is too little to collect.
func (w *world) seatsStay(was, is domain.MembershipState, out domain.Outcome) {
	same := was.Live() && is.Live() && was.Cycle == is.Cycle && was.AnchorAt.Equal(is.AnchorAt) && was.Offset == is.Offset
	if same && is.Cycle > 0 && was.Status != domain.PastDue && is.Seats < was.Seats {
		w.check(out.Result == domain.AppliedFree && is.Price() == was.Price(), "invariant 2: %d paid seats became %d: %s", was.Seats, is.Seats, out.Result)
	}
	if is.Live() && is.Status != domain.PastDue {
		owed := minus(w.ref.added, whole(is.Ledger.Settled))
		most := plus(whole(max(0, w.least-1)), big.NewRat(1, 2))
		w.check(new(big.Rat).Abs(owed).Cmp(most) <= 0, "invariant 2: %s is owed, more than %s", owed.FloatString(3), most.FloatString(3))
	}
}

// 3. What was collected within a period, and what still rides, is the exact sum
// rounded once.
func (w *world) exactSum(was, is domain.MembershipState) {
	if was.Cycle != is.Cycle || !was.AnchorAt.Equal(is.AnchorAt) {
		w.collected = 0
	}
	if is.Cycle > 0 {
		w.check(is.Ledger.Settled+is.Deferred() == half(w.ref.added), "invariant 3: %d collected and %d deferred of %s",
			is.Ledger.Settled, is.Deferred(), w.ref.added.FloatString(3))
		w.check(is.Status == domain.PastDue || is.Ledger.Settled == w.collected, "invariant 3: %d collected, %d settled", w.collected, is.Ledger.Settled)
	}
}

// oneInFlight: whatever is open and not given up is what is in flight.
func (w *world) oneInFlight(is domain.MembershipState) {
	for _, id := range w.order {
		open := w.pays[id].State().Open()
		w.check(!open || is.InFlight.PaymentID == id, "%s is open, and %q in flight", id, is.InFlight.PaymentID)
	}
}

// nothingStalls: a membership sleeps until something is due and no longer, and
// whoever then runs what is due gets on.
func (w *world) nothingStalls(is domain.MembershipState) {
	due := is.NextDue()
	w.check(due.IsZero() == (!is.Live() && is.InFlight == domain.InFlight{}), "it is %s, and due at %v", is.Status, due)
	if f := is.InFlight; f != (domain.InFlight{}) && f.ExpiresAt.IsZero() {
		w.check(due.Equal(f.PricedAt), "nobody asks what came of %s before %v", f.PaymentID, due)
		return
	}
	if due.IsZero() {
		return
	}
	now := unixTime(max(w.now, unix(is.LastAt)))
	if eve := due.Add(-time.Second); !eve.Before(now) {
		w.check(is.CaughtUp(eve) == is, "something happens by itself before %v", due)
	}
	m := domain.RestoreMembership(is)
	out, err := m.Renew("next", w.least, domain.Later(now, due))
	w.check(err == nil && m.State() != is, "what is due at %v comes to %q, %v, and nothing happens", due, out.Result, err)
}

// wellKeyed: what is asked of a processor can be told from all else that was or
// will be, and one thing has one key.
func (w *world) wellKeyed(p domain.PaymentState, asked bool, key string) {
	want := "mbr/m/inc/" + key
	switch {
	case p.Kind == domain.RestartPayment:
		want = "mbr/m/restart/" + key
	case asked:
		want = "mbr/m/pay/" + key
	case p.Kind == domain.RenewalPayment:
		want = fmt.Sprintf("mbr/m/renew/%d/%d", p.Cycle, p.Attempt)
	}
	w.check(p.Key == want, "the key is %s, want %s", p.Key, want)
	for _, other := range w.order {
		w.check(w.pays[other].State().Key != p.Key, "key %s came before, of %s", p.Key, other)
	}
}

// settled checks what a payment brought about.
func (w *world) settled(f refFlight, p domain.PaymentState, was domain.MembershipState, out domain.Outcome) {
	is := w.m.State()
	if p.Status == domain.Paid {
		switch {
		case p.Kind == domain.RenewalPayment:
			w.renewals[p.Cycle]++
			w.check(w.renewals[p.Cycle] == 1, "invariant 8: cycle %d is paid %d times", p.Cycle, w.renewals[p.Cycle])
		case p.Kind == domain.ChangePayment && !f.to.anew && is.Cycle == was.Cycle:
			w.collected += p.Amount.Amount
		}
	}
	pr, ok := w.sealed[p.ID]
	if !ok || was.Version != pr.was.Version {
		return
	}
	switch {
	case out.Result == domain.PaymentRefused && is.Version == was.Version:
		w.check(is == pr.was, "invariant 7: declined, and changed\n   %+v to\n   %+v", pr.was, is)
	case p.Status == domain.Paid && pr.quote && is.Version == was.Version+1 && w.now < unix(was.Period().EndAt):
		w.kept(pr.q, is)
	}
}

// 4. What was shown is what is charged, and what is then in force.
func (w *world) kept(q domain.Quote, is domain.MembershipState) {
	n, _ := is.Next(w.least)
	w.check(is.SeatsNow() == q.SeatsNow && n.Seats == q.SeatsNext && n.At.Equal(q.NextAt) && n.Amount.Amount == q.NextAmount.Amount,
		"invariant 4: shown %+v, in force %d seats and then %+v", q, is.SeatsNow(), n)
}
