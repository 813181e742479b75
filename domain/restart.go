package domain

import (
	"cmp"
	"time"
)

// Restart begins a new paid period of a membership that has ended: at the old
// terms, with the seats of the request, else those that were pending, else the
// last ones. The earliest assigned seats stay. What is only scheduled to end is
// taken back instead. A buyer restarts what the buyer cancelled, what stayed
// unpaid and what a chargeback ended; a seller anything but what was completed:
// else [ErrNotRestartable]. A live one is [ErrAlreadyActive]. Only the seats of
// the request count. A decline changes nothing.
func (m *Membership) Restart(by Actor, r Request, l Limits, id PaymentID, key string, at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error {
		switch {
		case s.Status == CancelScheduled:
			return s.uncancel(by, at, o)
		case s.Live():
			return ErrAlreadyActive
		case s.Elsewhere:
			return ErrChargedElsewhere
		case !s.restartable(by):
			return ErrNotRestartable
		case s.InFlight != (InFlight{}):
			return ErrChangeInProgress
		}
		t := s.target()
		t.Seats, t.EndsSeats, t.EndsTerms, t.Anew = s.paidOf(r, cmp.Or(s.Pending.Seats, s.Seats)), true, true, true
		if err := s.bounds(t, l); err != nil {
			return err
		}
		price, err := s.Terms.Price(t.Seats, s.Cycle+1)
		if err != nil {
			return err
		}
		if !collects(price, l.LeastCharge) {
			s.restart(t, price, 0, at, o)
			return nil
		}
		s.pay(o, PaymentState{
			ID: id, Kind: RestartPayment, Cycle: s.Cycle + 1, Attempt: 1, Key: s.payKey("restart", key), PricedAt: at,
			Amount: Money{price, s.Terms.Currency}, Target: t,
		})
		return nil
	})
}

func (s MembershipState) restartable(by Actor) bool {
	if by != Buyer {
		return s.EndReason != Completed
	}
	switch s.EndReason {
	case Cancelled, Chargeback:
		return s.CancelledBy == Buyer || s.EndReason == Chargeback && s.CancelledBy == ""
	}
	return s.EndReason == PaidNoMore
}

// restart begins the new period, of whose price so much was collected.
func (s *MembershipState) restart(t Target, price, collected int64, at time.Time, o *Outcome) {
	from := s.holding()
	if s.EndReason == Chargeback {
		s.moot(at, o)
	}
	s.CancelRequestedAt, s.CancelledBy, s.CancelledAt = time.Time{}, "", time.Time{}
	s.FailedAt, s.EndedAt, s.DeactivatedAt = time.Time{}, time.Time{}, time.Time{}
	s.Status, s.EndReason, s.Before, s.Outstanding = Active, "", "", Outstanding{}
	s.beginAnew(t, price-collected, at)
	s.changed(from, at, o)
	s.fit(at, o)
	o.Result = Restarted
	o.add(MembershipRestarted{s.ID, s.PurchaseID, s.Cycle, collected, at})
}

// Start is what a new membership begins with.
type Start struct {
	ID              MembershipID
	SellerID        SellerID
	ProductID       ProductID
	PurchaseID      PurchaseID
	Recurrence      Recurrence
	Terms           Terms
	Seats           int
	Seated          bool   // the first seat is the buyer's
	Method          string // the processor's name of the card or account that pays; empty: none
	Charges         int    // fixed number of cycles; 0: until it is ended
	Installments    bool
	FreeTrialEndsAt time.Time // later than At: a trial begins; else the first period, which is paid
	Collected       int64     // minor units of the first period; what is missing rides on the next charge
	At              time.Time
}

// Price returns what the first period costs.
func (s Start) Price() (Money, error) {
	amount, err := s.Terms.Price(s.Seats, 1)
	return Money{amount, s.Terms.Currency}, err
}

// NewMembership begins a membership: with a free trial, or with its first
// period, as of the instant that this was priced at.
func NewMembership(b Start) (*Membership, Outcome, error) {
	at := second(b.At)
	s := MembershipState{
		ID: b.ID, SellerID: b.SellerID, ProductID: b.ProductID, PurchaseID: b.PurchaseID, Version: 1,
		Status: Active, AnchorAt: at, Recurrence: b.Recurrence, Cycle: 1, Charges: b.Charges, Installments: b.Installments,
		Terms: b.Terms, Seats: b.Seats, Method: b.Method, LastAt: at, CreatedAt: Instant(b.At),
	}
	if end := second(b.FreeTrialEndsAt); end.After(at) {
		s.Status, s.Cycle, s.AnchorAt, s.FreeTrialEndsAt = Trialing, 0, end, end
	}
	if b.Seated {
		s.Assigned = 1
	}
	if b.Seats < 1 {
		return nil, Outcome{}, ErrBelowMinimumSeats
	}
	if err := s.Check(); err != nil {
		return nil, Outcome{}, err
	}
	if s.Status == Active {
		price, err := b.Price()
		if err != nil {
			return nil, Outcome{}, err
		}
		if b.Collected < 0 || b.Collected > price.Amount {
			return nil, Outcome{}, InvalidField("collected", "must be 0 up to the price of the first period")
		}
		s.Ledger = carried(price.Amount-b.Collected, s.Period().seconds())
	}
	o := Outcome{Result: Applied}
	o.add(MembershipStarted{s.ID, s.PurchaseID, s.Status == Trialing, at})
	return &Membership{s}, o, nil
}
