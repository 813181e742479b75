package domain

import "time"

// Settle carries out what a payment was for once it is paid, or forgets it once
// it is declined or voided: then all is as it was before, except that a
// declined renewal makes the membership past due. A payment that its buyer must
// confirm is given up 23 hours after it was priced, a change at the latest when
// the period ends; one without an answer is never given up by itself. Twice is
// once. A payment that is not the one in flight changes nothing, and if it was
// voided and took money the outcome is Unwanted.
//
// It is carried out as of the second that it was priced at, however late the
// answer is. Boundaries that it held up are passed after it; the events tell.
func (m *Membership) Settle(p PaymentState, at time.Time) (Outcome, error) {
	s, at, o := m.s, m.now(at), Outcome{}
	f := s.InFlight
	switch {
	case f.PaymentID != p.ID || p.ID == "":
		return Outcome{Result: NoChange, Unwanted: p.Status == Voided && p.Taken()}, nil
	case p.Status == NeedsAction:
		m.s.InFlight.ExpiresAt = f.PricedAt.Add(confirmWithin)
		if end := s.Period().EndAt; f.Kind == ChangePayment && end.Before(m.s.InFlight.ExpiresAt) {
			m.s.InFlight.ExpiresAt = end
		}
		return Outcome{Result: AwaitsAction}, nil
	case p.Open():
		return Outcome{Result: Unanswered}, nil
	}
	s.InFlight = InFlight{}
	var err error
	if p.Status == Paid {
		err = s.paid(f, at, &o)
	} else {
		d := p.Decline
		if p.Status == Voided {
			d = Unreachable
		}
		err = s.notPaid(f, d, at, &o)
	}
	if err != nil {
		return Outcome{}, err
	}
	r := o.Result
	if err := s.catchUp(at, &o); err != nil { // what was in flight held boundaries up
		return Outcome{}, err
	}
	o.Result = r
	m.keep(s, at)
	return o, nil
}

// paid carries out what was in flight.
func (s *MembershipState) paid(f InFlight, at time.Time, o *Outcome) error {
	from, was := s.holding(), s.Pending
	switch {
	case f.Kind == RestartPayment:
		s.restart(f.Target, f.Due, f.Due, f.PricedAt, o)
		return nil
	case f.Kind == RenewalPayment && s.Status == PastDue:
		s.recover(f.Target, f.Due, f.Due, at, o)
		return nil
	case f.Kind == RenewalPayment:
		b, err := s.inFlight(f)
		if err != nil {
			return err
		}
		s.advance(b, f.Due, o)
		s.renewed(Renewed, f.Due, b, o)
		return nil
	case f.Target.Anew:
		still, err := s.Ledger.due(s.Period().seconds())
		if err != nil {
			return err
		}
		s.beginAnew(f.Target, 0, f.PricedAt)
		o.Credit = s.Price().Amount + still - f.Due
		o.Result = AppliedNewPeriod
	default:
		if _, err := s.addNow(f.Target, f.PricedAt); err != nil {
			return err
		}
		s.Ledger.Settled += f.Due
		o.Result = Applied
	}
	s.changed(from, at, o)
	s.repended(was, o.Result, at, o)
	return nil
}

// notPaid forgets what was in flight; a renewal that nobody asked for makes the
// membership past due.
func (s *MembershipState) notPaid(f InFlight, d Decline, at time.Time, o *Outcome) error {
	if f.Kind == RenewalPayment && !f.Asked {
		return s.declined(f, d, o)
	}
	o.Result = PaymentRefused
	o.add(ChangeDeclined{s.ID, s.PurchaseID, f.PaymentID, at})
	return nil
}
