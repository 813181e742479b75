package domain

import (
	"cmp"
	"time"
)

// record carries a report out.
func (s *MembershipState) record(r Report, at time.Time, o *Outcome) error {
	switch r.Kind {
	case ReportResumed:
		return s.resumed(at, o)
	case ReportEnded:
		s.ended(r, at, o)
		return nil
	case ReportRestarted:
		if s.Live() && r.Sequence != 0 { // it has overtaken the news of the end
			o.Result = NoChange
			return nil
		}
		return s.restarted(r, at, o)
	case ReportDisputeWon:
		return s.winDispute(at, o)
	}
	if !s.Live() {
		return ErrNotActive
	}
	switch r.Kind {
	case ReportRenewed:
		return s.paidElsewhere(r, at, o)
	case ReportFailed:
		return s.failed(at, o)
	case ReportCancelled:
		s.cancelled(r, at, o)
		return nil
	case ReportRefunded:
		return s.refundPeriod(r.Amount, at, o)
	case ReportDisputed:
		return s.chargeback(at, o)
	}
	return s.told(r, at, o)
}

// told puts the seats, tier and price of a report in force.
func (s *MembershipState) told(r Report, at time.Time, o *Outcome) error {
	if !r.changes() {
		return nil
	}
	from, was := s.holding(), s.Pending
	t := s.target()
	t.EndsSeats, t.EndsTerms = r.Seats != 0, r.Tier != "" || r.HasUnit
	if r.Seats != 0 { // what was given is part of it, but one seat is always paid for
		s.Complimentary = min(s.Complimentary, r.Seats-1)
		t.Seats = r.Seats - s.Complimentary
	}
	t.Tier = cmp.Or(r.Tier, t.Tier)
	if r.HasUnit { // that is the price, whatever was taken off the old one
		t.Unit, s.Terms.Discount = r.Unit, Discount{}
	}
	s.hold(t)
	if _, err := s.Terms.Price(s.Seats, s.Cycle); err != nil {
		return InvalidField("unit", "the price of all seats is too large")
	}
	s.changed(from, at, o)
	s.repended(was, Recorded, at, o)
	s.fit(at, o)
	return nil
}

// paidElsewhere begins the period that was paid, or ends what was overdue.
// Whoever is charged goes on, whatever was scheduled.
func (s *MembershipState) paidElsewhere(r Report, at time.Time, o *Outcome) error {
	if s.Status == CancelScheduled {
		s.resume(at, o)
	}
	if err := s.told(r, at, o); err != nil {
		return err
	}
	if s.Status == PastDue && at.Before(s.Period().EndAt) {
		s.recover(s.target(), r.Amount, r.Amount, at, o)
		return nil
	}
	b, err := s.boundary(at)
	if err != nil {
		return err
	}
	s.advance(b, b.amount, o)
	s.Outstanding = Outstanding{}
	s.renewed(Renewed, r.Amount, b, o)
	return nil
}

// failed makes the membership past due, or counts one more try. There is no end
// of grace: whoever charges says when it ends.
func (s *MembershipState) failed(at time.Time, o *Outcome) error {
	switch s.Status {
	case CancelScheduled:
		return ErrCancelScheduled
	case PastDue:
		s.Outstanding.Attempts++
	default:
		b, err := s.boundary(at)
		if err != nil {
			return err
		}
		s.advance(b, b.amount, o)
		s.Status = PastDue
		s.Outstanding = Outstanding{Amount: b.amount, Carried: b.carried, Attempts: 1, DueAt: b.startAt}
	}
	o.add(RenewalFailed{s.ID, s.PurchaseID, s.Cycle, s.Outstanding.Attempts, time.Time{}, at})
	return nil
}

// cancelled ends the membership at the end that was told, or else as
// [Membership.Cancel] does.
func (s *MembershipState) cancelled(r Report, at time.Time, o *Outcome) {
	end := s.Period().EndAt
	if s.Status == PastDue {
		end = at
	}
	if !r.EndsAt.IsZero() {
		end = second(r.EndsAt)
	}
	if s.Status == CancelScheduled && (r.EndsAt.IsZero() || end.Equal(s.CancelledAt)) {
		o.Result = NoChange
		return
	}
	s.CancelRequestedAt, s.CancelledBy, s.CancelledAt = at, r.By, end
	if !at.Before(end) {
		s.end(Cancelled, end, o)
		return
	}
	s.Status, s.Outstanding = CancelScheduled, Outstanding{}
	o.add(MembershipCancelled{s.ID, s.PurchaseID, r.By, end, at})
}

// resumed takes a cancellation back, also one whose end has passed here before
// it was told that it was taken back in time.
func (s *MembershipState) resumed(at time.Time, o *Outcome) error {
	if s.Status == Ended && s.EndReason == Cancelled && at.Before(s.DeactivatedAt) {
		s.Status, s.EndReason, s.DeactivatedAt = CancelScheduled, "", time.Time{}
	}
	return s.uncancel(SellerActor, at, o)
}

// ended ends the membership for the reason that was told, unless it has ended.
func (s *MembershipState) ended(r Report, at time.Time, o *Outcome) {
	if !s.Live() {
		o.Result = NoChange
		return
	}
	switch r.Reason {
	case PaidNoMore:
		s.FailedAt = at
	case Completed:
		s.EndedAt = at
	default:
		if s.Status != CancelScheduled {
			s.CancelRequestedAt, s.CancelledBy = at, r.By
		}
		s.CancelledAt = at
	}
	s.end(r.Reason, at, o)
}

// restarted begins a new paid period of a membership that has ended.
func (s *MembershipState) restarted(r Report, at time.Time, o *Outcome) error {
	if s.Status != Ended {
		return ErrAlreadyActive
	}
	if r.Seats == 0 {
		r.Seats = cmp.Or(s.Pending.Seats, s.Seats) + s.Complimentary
	}
	if err := s.told(r, at, o); err != nil {
		return err
	}
	t := s.target()
	t.EndsSeats, t.EndsTerms, t.Anew = true, true, true
	s.restart(t, r.Amount, r.Amount, at, o)
	return nil
}

// RecordedPayment returns a payment that somebody else took of a membership,
// for its current period, with its event. The key names it for ever.
func RecordedPayment(id PaymentID, m MembershipState, kind PaymentKind, amount int64, key string, at time.Time) (*Payment, Event) {
	at = Instant(at)
	t := m.target()
	t.Anew = kind != RenewalPayment
	p := PaymentState{
		ID: id, SellerID: m.SellerID, PurchaseID: m.PurchaseID, MembershipID: m.ID, Kind: kind, Cycle: m.Cycle, Attempt: 1, Key: key,
		Amount: Money{amount, m.Terms.Currency}, Target: t, Elsewhere: true, PricedAt: second(at), Status: Paid, PaidAt: at, CreatedAt: at,
	}
	return &Payment{p}, PaymentPaid{p.ID, p.PurchaseID, p.Kind, amount, at}
}
