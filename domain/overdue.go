package domain

import "time"

// What an overdue membership is given.
const (
	grace          = 5 * 24 * time.Hour
	retrySoft      = 24 * time.Hour
	retryUnreached = time.Hour
	confirmWithin  = 23 * time.Hour // after which nobody waits for the buyer's confirmation
)

// retryAt says when a declined renewal is tried again: zero is not before the
// buyer pays.
func (d Decline) retryAt(at time.Time) time.Time {
	switch d {
	case HardDecline:
		return time.Time{}
	case Unreachable:
		return at.Add(retryUnreached)
	}
	return at.Add(retrySoft)
}

// declined makes the membership past due, or keeps it so: the period has begun
// on its new terms all the same, and access goes on while there is grace. Grace
// runs from the start of the period or from the first try, whichever is later:
// a server that was down ends nobody.
func (s *MembershipState) declined(f InFlight, d Decline, o *Outcome) error {
	o.Result = RenewalDeclined
	if s.Status == PastDue {
		s.Outstanding.Attempts++
	} else {
		b, err := s.inFlight(f)
		if err != nil {
			return err
		}
		s.advance(b, f.Due, o) // owed beside the ledger
		s.Status = PastDue
		s.Outstanding = Outstanding{
			Amount: f.Due, Carried: b.carried, Attempts: 1, DueAt: b.startAt,
			GraceEndsAt: Later(b.startAt, f.PricedAt).Add(grace),
		}
	}
	s.Outstanding.RetryAt = d.retryAt(f.PricedAt)
	o.add(RenewalFailed{s.ID, s.PurchaseID, s.Cycle, s.Outstanding.Attempts, s.Outstanding.GraceEndsAt, f.PricedAt})
	return nil
}

// Retry tries an overdue payment again, now, under the given payment id. It is
// [NotDue] if nothing is overdue, and [Unanswered] while a try has no answer.
// At the end of grace it ends the membership instead.
func (m *Membership) Retry(id PaymentID, at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error {
		switch {
		case o.Result == EndedThen:
		case !s.Live():
			return ErrNotActive
		case s.InFlight.Kind == RenewalPayment:
			o.Result = Unanswered
		case s.Status != PastDue, s.Elsewhere:
			o.Result = NotDue
		default:
			s.retry(id, at, o)
		}
		return nil
	})
}

func (s *MembershipState) retry(id PaymentID, at time.Time, o *Outcome) {
	n := s.Outstanding.Attempts + 1
	s.pay(o, PaymentState{
		ID: id, Kind: RenewalPayment, Cycle: s.Cycle, Attempt: n, Key: s.renewKey(s.Cycle, n), PricedAt: at,
		Amount: Money{s.Outstanding.Amount, s.Terms.Currency}, Target: s.target(),
	})
}

// PayNow pays what is overdue, for so many seats in all if some are asked for:
// the whole price of the period that is due, whose dates stay. A decline
// changes nothing. Only the seats of the request count. It is [NotDue] if
// nothing is overdue.
func (m *Membership) PayNow(r Request, l Limits, id PaymentID, key string, at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error {
		switch {
		case o.Result == EndedThen:
			return nil
		case !s.Live():
			return ErrNotActive
		case s.Elsewhere:
			return ErrChargedElsewhere
		case s.InFlight != (InFlight{}):
			return ErrChangeInProgress
		case s.Status != PastDue:
			o.Result = NotDue
			return nil
		}
		t := s.target()
		t.Seats = s.paidOf(r, t.Seats)
		if err := s.bounds(t, l); err != nil {
			return err
		}
		price, err := s.Terms.Price(t.Seats, s.Cycle)
		if err != nil {
			return err
		}
		due, err := Money{price, s.Terms.Currency}.Add(Money{s.Outstanding.Carried, s.Terms.Currency})
		if err != nil {
			return err
		}
		if !collects(due.Amount, l.LeastCharge) {
			s.recover(t, due.Amount, 0, at, o)
			return nil
		}
		s.pay(o, PaymentState{
			ID: id, Kind: RenewalPayment, Cycle: s.Cycle, Attempt: s.Outstanding.Attempts + 1, PricedAt: at,
			Key: s.payKey("pay", key), Amount: due, Target: t,
		})
		s.InFlight.Asked = true
		return nil
	})
}

// recover ends what was overdue: so much was due, and so much collected.
func (s *MembershipState) recover(t Target, due, collected int64, at time.Time, o *Outcome) {
	from := s.holding()
	s.Seats, s.Status, s.Outstanding = t.Seats, Active, Outstanding{}
	s.Ledger = carried(due-collected, s.Period().seconds())
	s.changed(from, at, o)
	s.fit(at, o)
	o.Result = Recovered
	o.add(MembershipRecovered{s.ID, s.PurchaseID, s.Cycle, collected, at})
}

// Expire ends the membership if its grace, or its last period, is over, and
// passes whatever else needs no money. Else it is [NotDue].
func (m *Membership) Expire(at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error {
		if o.Result == "" {
			o.Result = NotDue
		}
		return nil
	})
}
