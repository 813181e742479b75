package domain

import "time"

// Membership is a purchase that renews.
//
// Every command catches up first: a boundary that needs no money (a scheduled
// end, a last cycle, a price of 0, the end of grace) is passed, however late
// the command comes. A command that is refused changes nothing. None takes
// money: one that needs some puts it in flight and returns the [Payment] to be
// made, whose answer [Membership.Settle] carries out or forgets.
//
// Instants are floored to the second, and no command happens before the last
// one did, even if the clock stepped back.
type Membership struct{ s MembershipState }

// RestoreMembership returns the Membership that s describes.
func RestoreMembership(s MembershipState) *Membership { return &Membership{s} }

// State returns m at rest.
func (m *Membership) State() MembershipState { return m.s }

// Result says what a command came to.
type Result string

// The results.
const (
	NoChange         Result = "no_change"
	Applied          Result = "applied"      // in force now, in the same period
	AppliedFree      Result = "applied_free" // a decrease in force now, because the price does not change
	AppliedInTrial   Result = "applied_in_trial"
	AppliedNewPeriod Result = "applied_new_period"
	Scheduled        Result = "scheduled" // at the end of the period
	PendingRemoved   Result = "pending_decrease_removed"
	Granted          Result = "granted"
	Unanswered       Result = "unknown"          // the payment has no answer yet; nothing is applied
	AwaitsAction     Result = "requires_action"  // the buyer must confirm the payment; nothing is applied
	PaymentRefused   Result = "payment_declined" // nothing has changed
	Renewed          Result = "renewed"
	RenewedFree      Result = "renewed_free" // the next period has no price
	RenewalDeclined  Result = "declined"
	Recovered        Result = "recovered" // what was overdue is paid
	NotDue           Result = "not_due"
	EndedThen        Result = "ended" // at a boundary or at the end of grace
	EndedNow         Result = "ended_now"
	Restarted        Result = "restarted"
	Resumed          Result = "resumed"  // as before, without a charge
	Recorded         Result = "recorded" // what another system told is taken over
	Outdated         Result = "outdated" // it told that before something newer: nothing has changed
)

// Outcome is what a command came to.
type Outcome struct {
	Result   Result
	Events   []Event
	Payment  *Payment  // to be made; nil: no money moves
	Voided   PaymentID // a payment that was in flight is not wanted any more
	Unwanted bool      // the settled payment took money for nothing: refund it
	Skipped  int       // periods that passed and are never billed
	Credit   int64     // unused part of the old period, in the price of a new one
}

func (o *Outcome) add(e ...Event) { o.Events = append(o.Events, e...) }

// Limits is what a product and a processor allow. The zero value allows all.
type Limits struct {
	MostSeats   int   // of one membership; 0: any
	Limited     bool  // TierRoom counts
	TierRoom    int   // seats of the wanted tier that no other live membership has, or is paying for
	LeastUnit   int64 // least price of a pay-what-you-want tier
	LeastCharge int64 // what the processor does not collect less than
}

// Request is what a buyer asks for. What is not asked for stays as it is.
type Request struct {
	Seats      int // in all, complimentary ones too
	HasSeats   bool
	Tier       VariantID
	Recurrence Recurrence
	Unit       int64 // price of Tier at Recurrence, or what the buyer chooses to pay
	HasUnit    bool
}

// AskSeats asks for so many seats.
func AskSeats(n int) Request { return Request{Seats: n, HasSeats: true} }

// command runs fn on a copy of the state that has caught up, and keeps the copy
// if fn does not refuse.
func (m *Membership) command(at time.Time, fn func(s *MembershipState, at time.Time, o *Outcome) error) (Outcome, error) {
	s, at, o := m.s, m.now(at), Outcome{}
	if err := s.catchUp(at, &o); err != nil {
		return Outcome{}, err
	}
	if err := fn(&s, at, &o); err != nil {
		return Outcome{}, err
	}
	m.keep(s, at)
	return o, nil
}

// now returns the instant of a command: never before the last one.
func (m *Membership) now(at time.Time) time.Time {
	return Later(Later(second(at), m.s.LastAt), m.s.InFlight.PricedAt)
}

// keep makes s the state. What is merely in flight is no new version: if its
// payment is declined, all is as it was.
func (m *Membership) keep(s MembershipState, at time.Time) {
	was, is := m.s, s
	was.InFlight, is.InFlight = InFlight{}, InFlight{}
	if was != is {
		s.Version++
		s.LastAt = at
	}
	m.s = s
}

// CaughtUp returns s with every boundary passed that needs no money: what a
// reader at that instant is shown, however late the worker is.
func (s MembershipState) CaughtUp(at time.Time) MembershipState {
	c := s
	if c.Status == "" || c.catchUp(Later(second(at), s.LastAt), &Outcome{}) != nil {
		return s
	}
	return c
}

// AccessAt reports whether the member may use what was bought.
func (s MembershipState) AccessAt(at time.Time) bool { return s.CaughtUp(at).Live() }

// catchUp gives up a payment that waited too long for its buyer, and passes the
// boundaries up to at that need no money. What has no answer at all is never
// given up here: it may have been paid.
func (s *MembershipState) catchUp(at time.Time, o *Outcome) error {
	if f := s.InFlight; !f.ExpiresAt.IsZero() && !at.Before(f.ExpiresAt) {
		o.Voided, s.InFlight = f.PaymentID, InFlight{}
		if err := s.notPaid(f, Unreachable, f.ExpiresAt, o); err != nil {
			return err
		}
		o.Result = ""
	}
	for s.Live() {
		end := s.Period().EndAt
		switch {
		case s.Status == PastDue && s.Elsewhere:
			return nil
		case s.Status == PastDue:
			if at.Before(s.Outstanding.GraceEndsAt) || s.InFlight != (InFlight{}) {
				return nil
			}
			s.FailedAt = s.Outstanding.GraceEndsAt
			s.end(PaidNoMore, s.FailedAt, o)
			o.Result = EndedThen
		case s.Status == CancelScheduled:
			if at.Before(s.CancelledAt) {
				return nil
			}
			s.end(Cancelled, s.CancelledAt, o)
			o.Result = EndedThen
		case at.Before(end):
			return nil
		case s.last():
			s.EndedAt = end
			s.end(Completed, end, o)
			o.Result = EndedThen
		case s.Elsewhere:
			return nil
		default:
			b, err := s.boundary(time.Time{})
			if err != nil || b.amount != 0 || s.InFlight != (InFlight{}) {
				return err
			}
			s.advance(b, 0, o)
			s.renewed(RenewedFree, 0, b, o)
		}
	}
	return nil
}

// end ends the membership. What was in flight is not wanted any more; a pending
// change is moot, but its seats are what a restart begins with.
func (s *MembershipState) end(why EndReason, at time.Time, o *Outcome) {
	s.void(o)
	if why == Chargeback { // which may be won: all that was agreed waits
		s.Before = s.Status
	} else {
		s.Outstanding = Outstanding{}
		s.moot(at, o)
	}
	s.Status, s.EndReason, s.DeactivatedAt = Ended, why, at
	o.add(MembershipEnded{s.ID, s.PurchaseID, why, at})
}

// moot tells that what was agreed for the next period will not come about.
func (s MembershipState) moot(at time.Time, o *Outcome) {
	if s.Pending != (PendingChange{}) {
		o.add(ChangeMoot{s.ID, s.PurchaseID, s.Pending.Change, at})
	}
}

// void gives up what is in flight. A retry that is given up was a try all the
// same: the next one needs another key.
func (s *MembershipState) void(o *Outcome) {
	if f := s.InFlight; f != (InFlight{}) {
		if s.Status == PastDue && !f.Asked {
			s.Outstanding.Attempts++
		}
		o.Voided, s.InFlight = f.PaymentID, InFlight{}
	}
}

// holding returns what is in force.
func (s MembershipState) holding() Holding {
	return Holding{s.SeatsNow(), s.Terms.Tier, s.Recurrence, s.Terms.Unit}
}

// changed adds the event of a change that is in force, if it is one.
func (s MembershipState) changed(from Holding, at time.Time, o *Outcome) {
	if to := s.holding(); to != from {
		o.add(MembershipChanged{MembershipID: s.ID, PurchaseID: s.PurchaseID, From: from, To: to, At: at})
	}
}

// fit takes seats from the last assigned if there are fewer than that.
func (s *MembershipState) fit(at time.Time, o *Outcome) {
	if n := s.SeatsNow(); s.Assigned > n {
		s.Assigned = n
		o.add(SeatsShort{s.ID, s.PurchaseID, n, at})
	}
}
