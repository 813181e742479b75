package domain

import (
	"slices"
	"strconv"
	"testing"
	"time"
)

// What a processor answers.
var (
	paying      = Answer{Status: Paid, Ref: "ch"}
	declining   = Answer{Status: NotPaid}
	refusing    = Answer{Status: NotPaid, Decline: HardDecline}
	unreachable = Answer{Status: NotPaid, Decline: Unreachable}
	confirming  = Answer{Status: NeedsAction}
)

func april(day int) time.Time { return time.Date(2026, 4, day, 0, 0, 0, 0, time.UTC) }
func may(day int) time.Time   { return time.Date(2026, 5, day, 0, 0, 0, 0, time.UTC) }

// life is a membership that is lived through: every payment is answered, and
// what was collected and what happened is kept.
type life struct {
	*testing.T
	m      *Membership
	l      Limits
	taken  int64
	events []Event
	tries  int
}

// live begins a membership of five seats at 10.00 that is paid for April 2026,
// in what is different.
func live(t *testing.T, mods ...func(*MembershipState)) *life {
	t.Helper()
	s := MembershipState{
		ID: "m", SellerID: "ana", ProductID: "club", PurchaseID: "sale", Version: 1, Status: Active,
		AnchorAt: april(1), Recurrence: Monthly, Cycle: 1, Terms: Terms{Tier: "standard", Unit: 1000, Currency: "usd"},
		Seats: 5, LastAt: april(1), CreatedAt: april(1),
	}
	for _, mod := range mods {
		mod(&s)
	}
	if err := s.Check(); err != nil {
		t.Fatal("what the test begins with:", err)
	}
	return &life{T: t, m: RestoreMembership(s)}
}

// inTrial makes it a trial for the first two weeks of April.
func inTrial(s *MembershipState) {
	s.Status, s.Cycle, s.FreeTrialEndsAt, s.AnchorAt = Trialing, 0, april(15), april(15)
}

func seatsOf(n int) func(*MembershipState)   { return func(s *MembershipState) { s.Seats = n } }
func priceOf(n int64) func(*MembershipState) { return func(s *MembershipState) { s.Terms.Unit = n } }
func assigned(n int) func(*MembershipState)  { return func(s *MembershipState) { s.Assigned = n } }
func freeSeats(n int) func(*MembershipState) { return func(s *MembershipState) { s.Complimentary = n } }
func fixedTo(n int) func(*MembershipState)   { return func(s *MembershipState) { s.Charges = n } }
func yearlyAt(n int64) func(*MembershipState) {
	return func(s *MembershipState) { s.Recurrence, s.Terms.Unit = Yearly, n }
}

func tier(id VariantID, unit int64) Request { return Request{Tier: id, Unit: unit, HasUnit: true} }
func every(r Recurrence, unit int64) Request {
	return Request{Recurrence: r, Unit: unit, HasUnit: true}
}

// so adds a number of seats to a request.
func (r Request) so(seats int) Request {
	r.Seats, r.HasSeats = seats, true
	return r
}

// id returns a payment id that was not there before.
func (f *life) id() PaymentID {
	f.tries++
	return PaymentID("pay" + strconv.Itoa(f.tries))
}

// try quotes and carries out a request, without an answer to its payment.
func (f *life) try(r Request, at time.Time) (Outcome, error) {
	q, err := f.m.Quote(r, f.l, at)
	if err != nil {
		return Outcome{}, err
	}
	id := f.id()
	o, err := f.m.Change(q, f.l, id, string(id), at)
	f.events = append(f.events, o.Events...)
	return o, err
}

// ask carries a request out that must be accepted, and pays for it.
func (f *life) ask(r Request, at time.Time) Outcome {
	f.Helper()
	return f.answered(paying, at)(f.try(r, at))
}

// answered answers the payment of a command that must be accepted.
func (f *life) answered(a Answer, at time.Time) func(Outcome, error) Outcome {
	f.Helper()
	return func(o Outcome, err error) Outcome {
		f.Helper()
		if err != nil {
			f.Fatalf("refused: %v", err)
		}
		if o.Payment == nil {
			return o
		}
		return f.settle(*o.Payment, a, at)
	}
}

// settle answers a payment and carries its outcome out.
func (f *life) settle(p Payment, a Answer, at time.Time) Outcome {
	f.Helper()
	if err := p.State().Check(); err != nil {
		f.Fatal("a payment to be made:", err)
	}
	if _, err := p.Settle(a, at); err != nil {
		f.Fatal(err)
	}
	o, err := f.m.Settle(p.State(), at)
	if err != nil {
		f.Fatal(err)
	}
	if p.State().Status == Paid && !o.Unwanted {
		f.taken += p.State().Amount.Amount
	}
	f.events = append(f.events, o.Events...)
	if err := f.m.State().Check(); err != nil {
		f.Error("afterwards:", err)
	}
	return o
}

// do answers a command that needs no money.
func (f *life) do(o Outcome, err error) Outcome {
	f.Helper()
	if err != nil {
		f.Fatalf("refused: %v", err)
	}
	f.events = append(f.events, o.Events...)
	if err := f.m.State().Check(); err != nil {
		f.Error("afterwards:", err)
	}
	return o
}

// renew runs what is due, with that answer of the processor.
func (f *life) renew(a Answer, at time.Time) Outcome {
	f.Helper()
	o, err := f.m.Renew(f.id(), f.l.LeastCharge, at)
	f.events = append(f.events, o.Events...)
	return f.answered(a, at)(o, err)
}

// takes fails unless so much was collected since it was last asked.
func (f *life) takes(want int64) {
	f.Helper()
	if f.taken != want {
		f.Errorf("collected %d, want %d", f.taken, want)
	}
	f.taken = 0
}

// happened fails unless these events were seen since it was last asked.
func (f *life) happened(want ...string) {
	f.Helper()
	var got []string
	for _, e := range f.events {
		got = append(got, e.EventName())
	}
	if !slices.Equal(got, want) {
		f.Errorf("the events are %q, want %q", got, want)
	}
	f.events = nil
}

// next fails unless the next renewal is that.
func (f *life) next(seats int, amount int64, at time.Time) {
	f.Helper()
	n, ok := f.m.State().Next(f.l.LeastCharge)
	if !ok || n.Seats != seats || n.Amount.Amount != amount || n.At != at {
		f.Errorf("the next renewal is %+v (%v), want %d seats for %d at %v", n, ok, seats, amount, at)
	}
}

// refusal runs a command that must be refused with that error and must leave
// everything as it was.
func (f *life) refusal(want error, command func() (Outcome, error)) {
	f.Helper()
	was := f.m.State()
	if _, err := command(); CodeOf(err) != CodeOf(want) || err == nil {
		f.Errorf("got %v, want %v", err, want)
	}
	if f.m.State() != was {
		f.Errorf("a refusal changed %+v\ninto %+v", was, f.m.State())
	}
}

// same compares two values.
func same[V comparable](t testing.TB, what string, got, want V) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %+v, want %+v", what, got, want)
	}
}
