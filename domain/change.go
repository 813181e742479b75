package domain

import (
	"cmp"
	"time"
)

// change is a request that was weighed: what it comes to, and the state as if
// it were carried out.
type change struct {
	result      Result
	target      Target
	due, credit int64
	after       MembershipState
}

// target returns what is in force as the target of a payment.
func (s MembershipState) target() Target {
	return Target{Seats: s.Seats, Tier: s.Terms.Tier, Recurrence: s.Recurrence, Unit: s.Terms.Unit}
}

// changeable refuses what may not be changed now.
func (s MembershipState) changeable(at time.Time) error {
	switch {
	case !s.Live():
		return ErrNotActive
	case s.Elsewhere:
		return ErrChargedElsewhere
	case s.Status == PastDue:
		return ErrPaymentOverdue
	case s.Status == CancelScheduled:
		return ErrCancelScheduled
	case !at.Before(s.Period().EndAt):
		return ErrRenewalInProgress
	case s.fixed():
		return ErrFixedLength
	case s.InFlight != (InFlight{}):
		return ErrChangeInProgress
	}
	return nil
}

// mostSeats is how many seats a membership may have at all: sums of seats never
// overflow.
const mostSeats = 1 << 30

// paidOf returns how many seats a request wants to pay for; otherwise if it does
// not say.
func (s MembershipState) paidOf(r Request, otherwise int) int {
	if !r.HasSeats {
		return otherwise
	}
	return max(-mostSeats, min(r.Seats, 2*mostSeats)) - s.Complimentary
}

// bounds refuses a number of paid seats that may not be, or a tier without room.
func (s MembershipState) bounds(t Target, l Limits) error {
	total := t.Seats + s.Complimentary
	more := !s.Live() || total > s.SeatsNow()
	switch {
	case t.Seats < 1:
		return ErrBelowMinimumSeats
	case total > mostSeats:
		return ErrAboveMaximumSeats
	case l.MostSeats > 0 && total > l.MostSeats && more:
		return ErrAboveMaximumSeats
	case l.Limited && total > l.TierRoom && (more || t.Tier != s.Terms.Tier):
		return ErrTierCapacity
	case s.Live() && total < s.Assigned:
		return ErrSeatsAssigned
	}
	return nil
}

// asked returns the target of a request.
func (s MembershipState) asked(r Request, l Limits) (Target, error) {
	t := s.target()
	t.EndsSeats, t.EndsTerms = r.HasSeats, r.Tier != "" || r.Recurrence != "" || r.HasUnit
	t.Seats = s.paidOf(r, t.Seats)
	t.Tier, t.Recurrence = cmp.Or(r.Tier, t.Tier), cmp.Or(r.Recurrence, t.Recurrence)
	switch {
	case r.HasUnit && r.Unit < l.LeastUnit, r.Unit < 0:
		return t, InvalidField("price", "must be at least the least price of the tier")
	case r.HasUnit:
		t.Unit = r.Unit
	case t.Tier != s.Terms.Tier || t.Recurrence != s.Recurrence:
		return t, InvalidField("price", "is missing: what the tier costs at that recurrence")
	}
	if t.Recurrence.Months() == 0 {
		return t, InvalidField("recurrence", "must be monthly, quarterly, biannually, yearly or every_two_years")
	}
	return t, nil
}

// weigh decides what a request comes to.
func (s MembershipState) weigh(r Request, l Limits, at time.Time) (change, error) {
	if err := s.changeable(at); err != nil {
		return change{}, err
	}
	t, err := s.asked(r, l)
	if err != nil {
		return change{}, err
	}
	if err := s.bounds(t, l); err != nil {
		return change{}, err
	}
	c := change{target: t, after: s}
	if bare := (Target{Seats: t.Seats, Tier: t.Tier, Recurrence: t.Recurrence, Unit: t.Unit}); bare == s.target() {
		c.after.Pending = s.Pending.without(t)
		c.result = NoChange
		if c.after.Pending != s.Pending {
			c.result = PendingRemoved
		}
		return c, nil
	}
	if s.Status == Trialing {
		c.after.hold(t)
		c.result = AppliedInTrial
		return c, c.after.priced()
	}
	seats := cmp.Compare(t.Seats, s.Seats)
	length := cmp.Compare(t.Recurrence.Months(), s.Recurrence.Months())
	dearer := cmp.Compare(t.Unit, s.Terms.Unit)
	fromFree := s.Terms.Unit == 0 && t.Unit > 0
	if fromFree || length != 0 {
		dearer = 0 // prices of different lengths do not compare, and nothing is nothing
	}
	switch {
	case fromFree:
		length = 1
	case t.Unit == 0 && s.Terms.Unit > 0: // what is paid for is not forfeited
		length, dearer = 0, -1
	}
	switch {
	case seats*length < 0, seats*dearer < 0:
		return change{}, ErrMixedDirection
	case length > 0:
		return s.weighAnew(c, l, at)
	case length < 0, dearer < 0:
		return s.schedule(c, r)
	}
	before, after, err := s.prices(t)
	switch {
	case err != nil:
		return change{}, err
	case seats < 0 && before != after:
		return s.schedule(c, r)
	}
	return s.weighNow(c, l, at)
}

// prices returns what the current period costs, before and with the target.
func (s MembershipState) prices(t Target) (before, after int64, err error) {
	if before, err = s.Terms.Price(s.Seats, s.Cycle); err != nil {
		return 0, 0, err
	}
	s.hold(t)
	after, err = s.Terms.Price(s.Seats, s.Cycle)
	return before, after, err
}

// weighNow prices what is in force at once, in the same period: the difference
// for the time that is left, added to all that was added before and rounded
// with it.
func (s MembershipState) weighNow(c change, l Limits, at time.Time) (change, error) {
	c.result = Applied
	if c.target.Seats < s.Seats {
		c.result = AppliedFree
	}
	due, err := c.after.addNow(c.target, at)
	if err != nil {
		return change{}, err
	}
	if collects(due, l.LeastCharge) {
		c.due = due
		c.after.Ledger.Settled += due
	}
	return c, nil
}

// addNow carries out a target in the current period, and returns what is due.
func (s *MembershipState) addNow(t Target, at time.Time) (due int64, err error) {
	before, after, err := s.prices(t)
	if err != nil {
		return 0, err
	}
	if s.GivenBack > 0 && s.GivenBack >= before { // a period that was given back whole stays so
		s.GivenBack += after - before
	}
	p := s.Period()
	if s.Ledger, err = s.Ledger.with(after-before, p.left(at)); err != nil {
		return 0, err
	}
	s.hold(t)
	return s.Ledger.due(p.seconds())
}

// weighAnew prices a new period that begins now: its whole price, without the
// unused part of what was paid for the current one.
func (s MembershipState) weighAnew(c change, l Limits, at time.Time) (change, error) {
	c.result, c.target.Anew = AppliedNewPeriod, true
	paid, err := s.Terms.Price(s.Seats, s.Cycle)
	if err != nil {
		return change{}, err
	}
	c.after.hold(c.target)
	price, err := c.after.Terms.Price(c.after.Seats, s.Cycle+1)
	if err != nil {
		return change{}, err
	}
	p := s.Period()
	c.due, c.credit, err = s.Ledger.anew(price, max(0, paid-s.GivenBack), p.left(at), p.seconds())
	if err != nil {
		return change{}, err
	}
	var uncollected int64
	if !collects(c.due, l.LeastCharge) {
		uncollected, c.due = c.due, 0
	}
	c.after.beginAnew(c.target, uncollected, at)
	return c, nil
}

// beginAnew begins a new paid period at an instant that becomes the anchor.
func (s *MembershipState) beginAnew(t Target, uncollected int64, at time.Time) {
	s.hold(t)
	s.AnchorAt, s.Offset, s.GivenBack = at, 0, 0
	s.Cycle++
	s.Ledger = carried(uncollected, s.Period().seconds())
	if s.Status == CancelScheduled {
		s.CancelledAt = s.Period().EndAt
	}
}

// hold puts a target in force, whatever it costs.
func (s *MembershipState) hold(t Target) {
	s.Seats, s.Recurrence, s.Terms.Tier, s.Terms.Unit = t.Seats, t.Recurrence, t.Tier, t.Unit
	s.Pending = s.Pending.without(t)
}

// priced refuses a state whose price cannot be told.
func (s MembershipState) priced() error {
	_, err := s.boundary(time.Time{})
	return err
}
