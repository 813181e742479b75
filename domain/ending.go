package domain

import "time"

// Cancel ends the membership when what is paid for ends: access goes on until
// then, and nothing is paid back. A membership that is past due ends at once,
// without its debt; one whose period is over ends as of that boundary, without
// a charge. Twice is once. An ended one is [ErrNotActive].
func (m *Membership) Cancel(by Actor, at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error {
		end := s.Period().EndAt
		switch {
		case !s.Live():
			return ErrNotActive
		case s.Status == CancelScheduled:
			o.Result = NoChange
			return nil
		case s.Status == PastDue:
			end = at
			fallthrough
		case !at.Before(end):
			s.CancelRequestedAt, s.CancelledBy, s.CancelledAt = at, by, end
			s.end(Cancelled, end, o)
			o.Result = EndedNow
			return nil
		}
		s.Status, s.CancelRequestedAt, s.CancelledBy, s.CancelledAt = CancelScheduled, at, by, end
		o.Result = Scheduled
		o.add(MembershipCancelled{s.ID, s.PurchaseID, by, end, at})
		return nil
	})
}

// Uncancel takes a scheduled cancellation back. A buyer can take back only the
// own one ([ErrNotRestartable]); a seller any. Where none is scheduled it is
// [ErrNotCancelled], and [ErrNotActive] once the membership has ended.
func (m *Membership) Uncancel(by Actor, at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error {
		return s.uncancel(by, at, o)
	})
}

func (s *MembershipState) uncancel(by Actor, at time.Time, o *Outcome) error {
	switch {
	case !s.Live():
		return ErrNotActive
	case s.Status != CancelScheduled:
		return ErrNotCancelled
	case by == Buyer && s.CancelledBy != Buyer:
		return ErrNotRestartable
	}
	s.Status = Active
	if s.Cycle == 0 {
		s.Status = Trialing
	}
	s.resume(at, o)
	return nil
}

func (s *MembershipState) resume(at time.Time, o *Outcome) {
	s.CancelRequestedAt, s.CancelledBy, s.CancelledAt = time.Time{}, "", time.Time{}
	o.Result = Resumed
	o.add(MembershipResumed{s.ID, s.PurchaseID, at})
}

// EndNow takes the membership away at once: the product is deleted, fraud, or
// by hand. Nothing is paid back by itself. An ended one is [ErrNotActive].
func (m *Membership) EndNow(by Actor, at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error {
		if !s.Live() {
			return ErrNotActive
		}
		s.CancelRequestedAt, s.CancelledBy, s.CancelledAt = at, by, at
		s.end(Revoked, at, o)
		o.Result = EndedNow
		return nil
	})
}

// Chargeback ends the membership at once: the bank took the current period's
// payment back. An ended one is [ErrNotActive].
func (m *Membership) Chargeback(at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error { return s.chargeback(at, o) })
}

func (s *MembershipState) chargeback(at time.Time, o *Outcome) error {
	if !s.Live() {
		return ErrNotActive
	}
	s.CancelledAt = at
	s.end(Chargeback, at, o)
	o.Result = EndedNow
	return nil
}

// WinDispute gives back what a chargeback ended, if the period that was paid
// for still runs: the membership is as it was before. Once that period is over
// it stays ended, and so does whatever another reason ended: [NoChange].
func (m *Membership) WinDispute(at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error { return s.winDispute(at, o) })
}

func (s *MembershipState) winDispute(at time.Time, o *Outcome) error {
	if s.EndReason != Chargeback || !at.Before(s.Period().EndAt) {
		o.Result = NoChange
		return nil
	}
	s.void(o)
	by, asked := s.CancelledBy, s.CancelRequestedAt
	s.Status, s.Before, s.EndReason, s.DeactivatedAt = s.Before, "", "", time.Time{}
	s.resume(at, o)
	if s.Status == CancelScheduled {
		s.CancelledBy, s.CancelRequestedAt, s.CancelledAt = by, asked, s.Period().EndAt
	}
	r := o.Result
	if err := s.catchUp(at, o); err != nil {
		return err
	}
	o.Result = r
	return nil
}

// RefundPeriod records that amount minor units of the current period were given
// back; 0 means all of it. The membership goes on and renews, but what was
// given back is no credit for a new period. If it is cancelled, it ends now. Of
// a trial, and of a period that is overdue, there is nothing to give back. An ended one is [ErrNotActive].
func (m *Membership) RefundPeriod(amount int64, at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error { return s.refundPeriod(amount, at, o) })
}

func (s *MembershipState) refundPeriod(amount int64, at time.Time, o *Outcome) error {
	price, err := s.Terms.Price(s.Seats, s.Cycle)
	switch {
	case err != nil:
		return err
	case !s.Live():
		return ErrNotActive
	case amount < 0:
		return InvalidField("amount", "must not be negative; leave it out to refund all")
	case s.Cycle == 0, s.Status == PastDue:
		o.Result = NoChange
		return nil
	case amount == 0 || amount > price-s.GivenBack:
		amount = max(0, price-s.GivenBack)
	}
	s.GivenBack += amount
	o.Result = Applied
	o.add(PeriodRefunded{s.ID, s.PurchaseID, s.Cycle, amount, at})
	if s.Status == CancelScheduled {
		s.CancelledAt = at
		s.end(Cancelled, at, o)
		o.Result = EndedNow
	}
	return nil
}
