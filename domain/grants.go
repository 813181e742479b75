package domain

import "time"

// GrantSeats gives n free seats, or takes some back if n is negative. They
// count as seats in force, towards the most that a product sells and the room
// in the tier, and for assignment; they cost nothing, now or later. It refuses
// an ended membership ([ErrNotActive]), one whose renewal has not run
// ([ErrRenewalInProgress]), more free seats back than there are
// ([ErrBelowMinimumSeats]) and seats that are assigned ([ErrSeatsAssigned]).
func (m *Membership) GrantSeats(n int, l Limits, at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error {
		n := max(-mostSeats, min(n, mostSeats))
		total := s.SeatsNow() + n
		switch {
		case !s.Live():
			return ErrNotActive
		case s.Status != PastDue && !at.Before(s.Period().EndAt):
			return ErrRenewalInProgress
		case n == 0:
			o.Result = NoChange
			return nil
		case s.Complimentary+n < 0:
			return ErrBelowMinimumSeats
		case total > mostSeats, n > 0 && l.MostSeats > 0 && total > l.MostSeats:
			return ErrAboveMaximumSeats
		case n > 0 && l.Limited && total > l.TierRoom:
			return ErrTierCapacity
		}
		from := s.holding()
		if s.Complimentary += n; s.Assignable() < s.Assigned {
			return ErrSeatsAssigned
		}
		o.Result = Granted
		o.add(SeatsGranted{s.ID, s.PurchaseID, n, at})
		s.changed(from, at, o)
		return nil
	})
}

// Assignable returns how many seats may be assigned in all: those in force, but
// no more than will be left at the next renewal.
func (s MembershipState) Assignable() int {
	n := s.SeatsNow()
	if s.Pending.Seats > 0 {
		n = min(n, s.Pending.Seats+s.Complimentary)
	}
	return n
}

// Assign counts one more seat as assigned. It refuses an ended membership
// ([ErrNotActive]) and one without a free seat ([ErrNoSeatAvailable]).
func (m *Membership) Assign(at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error {
		switch {
		case !s.Live():
			return ErrNotActive
		case s.Assigned >= s.Assignable():
			return ErrNoSeatAvailable
		}
		s.Assigned++
		o.Result = Applied
		return nil
	})
}

// Unassign counts one seat less as assigned, also of an ended membership. With
// none assigned it is [NoChange].
func (m *Membership) Unassign(at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error {
		if o.Result = NoChange; s.Assigned > 0 {
			s.Assigned--
			o.Result = Applied
		}
		return nil
	})
}

// AnnouncePrice prepares a seller's new price for one seat of what the member
// has. It counts from the first renewal at or after effective, if its notice
// was handed to the mailer at least seven days before: see
// [Membership.NoticeSent]. Another announcement takes the place of this one;
// no change by the buyer does. Less than seven days are [ErrNoticeTooShort].
func (m *Membership) AnnouncePrice(unit int64, effective, at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error {
		effective = second(effective)
		switch {
		case !s.Live():
			return ErrNotActive
		case unit < 0:
			return InvalidField("price", "must not be negative")
		case effective.Before(at.Add(noticeBefore)):
			return ErrNoticeTooShort
		}
		terms := s.Terms
		terms.Unit = unit
		if _, err := terms.Price(s.Seats, s.Cycle); err != nil {
			return err
		}
		s.Notice = PriceNotice{Tier: s.Terms.Tier, Recurrence: s.Recurrence, Unit: unit, EffectiveAt: effective}
		o.Result = Scheduled
		o.add(PriceAnnounced{s.ID, s.PurchaseID, unit, effective, at})
		return nil
	})
}

// NoticeSent records that the notice of a new price was handed to the mailer.
// Twice is once; without a notice it is [NoChange].
func (m *Membership) NoticeSent(at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error {
		if o.Result = NoChange; s.Notice != (PriceNotice{}) && s.Notice.NotifiedAt.IsZero() {
			s.Notice.NotifiedAt = at
			o.Result = Applied
		}
		return nil
	})
}
