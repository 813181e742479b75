package domain

import "time"

// MembershipStatus is where a membership stands.
type MembershipStatus string

// The statuses. All but Ended are live.
const (
	Trialing        MembershipStatus = "trialing" // nothing was charged yet
	Active          MembershipStatus = "active"
	CancelScheduled MembershipStatus = "cancel_scheduled" // ends when what was paid for ends
	PastDue         MembershipStatus = "past_due"         // its renewal was declined; access goes on while there is grace
	Ended           MembershipStatus = "ended"
)

// EndReason is why a membership ended. The empty reason is that of a live one.
type EndReason string

// The reasons.
const (
	Cancelled  EndReason = "cancelled"
	PaidNoMore EndReason = "failed"    // the renewal stayed unpaid until grace was over
	Completed  EndReason = "completed" // the fixed number of charges is used up
	Revoked    EndReason = "revoked"   // taken away: product deleted, fraud, by hand
	Chargeback EndReason = "chargeback"
)

// Actor is who did something. The zero value is nobody.
type Actor string

// The actors.
const (
	Buyer       Actor = "buyer"
	SellerActor Actor = "seller"
	Admin       Actor = "admin"
)

// MembershipState is a [Membership] at rest. Its instants are UTC and whole
// seconds, but for CreatedAt. The three end times hold when the membership
// ended or will end, not when that was asked for (the article on licence keys),
// so CancelledAt may lie in the future.
type MembershipState struct {
	ID         MembershipID
	SellerID   SellerID
	ProductID  ProductID
	PurchaseID PurchaseID // the sale that began it; a giver's, if it was a gift

	Method    string // the processor's name of the card or account that pays; empty: none
	Elsewhere bool   // somebody else charges it: what becomes of it is recorded, see [Membership.Record]
	Sequence  int64  // of the newest record; 0: none had one

	Version     int64 // +1 at every accepted command; a quote names the one it was made from
	Status      MembershipStatus
	EndReason   EndReason
	Before      MembershipStatus // what it was when a chargeback ended it
	CancelledBy Actor

	// The current period is [AnchorAt+Offset months, +Recurrence); in a trial,
	// which is cycle 0, it runs to the anchor.
	AnchorAt        time.Time
	Offset          int
	Recurrence      Recurrence
	Cycle           int       // +1 at every start of a paid period; never set back
	FreeTrialEndsAt time.Time // zero: there was no trial
	Charges         int       // fixed number of cycles; 0: until it is ended
	Installments    bool      // an instalment plan of a one-time product

	Terms         Terms
	Seats         int // paid for, at least 1
	Complimentary int // given by the seller
	Assigned      int // seats that are invited or active

	Pending     PendingChange
	Notice      PriceNotice
	Ledger      Ledger
	GivenBack   int64 // of what the current period cost, by refunds
	InFlight    InFlight
	Outstanding Outstanding

	CancelRequestedAt time.Time
	CancelledAt       time.Time
	FailedAt          time.Time
	EndedAt           time.Time
	DeactivatedAt     time.Time // access stopped
	LastAt            time.Time // of the last accepted command
	CreatedAt         time.Time
}

// Holding is what a member has in force, or will have.
type Holding struct {
	Seats      int // paid and free
	Tier       VariantID
	Recurrence Recurrence
	Unit       int64
}

// PendingChange is what was agreed for the next period: one slot, whose fields are
// independent. The zero value is nothing. It is applied before the renewal is
// priced, and stays applied if that renewal is declined.
type PendingChange struct {
	Seats      int // paid for; 0: as they are
	Tier       VariantID
	Recurrence Recurrence
	Unit       int64 // agreed for Tier or Recurrence, or as pay-what-you-want
	Priced     bool  // Unit counts
	Change     int64 // its number: the version of the membership that it was agreed at
}

// PriceNotice is a seller's new price that its members were told of, or will
// be: it counts from the first renewal at or after EffectiveAt, if the notice
// was handed to the mailer seven days before. The zero value is none.
type PriceNotice struct {
	Tier        VariantID
	Recurrence  Recurrence
	Unit        int64
	EffectiveAt time.Time
	NotifiedAt  time.Time // zero: not yet
}

// Target is what a payment brings about once it is paid.
type Target struct {
	Seats      int // paid for
	Tier       VariantID
	Recurrence Recurrence
	Unit       int64
	EndsSeats  bool // pending seats are superseded
	EndsTerms  bool // a pending tier, recurrence or price is superseded
	Anew       bool // a new period begins at once
}

// InFlight is the one change or renewal whose payment has no answer yet. The
// zero value is none. Nothing of it is in force.
type InFlight struct {
	PaymentID PaymentID
	Kind      PaymentKind
	Target    Target
	PricedAt  time.Time // as of when it was priced, and takes effect
	Due       int64     // minor units
	Asked     bool      // by the buyer; of a renewal: a decline then changes nothing
	ExpiresAt time.Time // the buyer has until then to confirm; zero: nobody knows what came of it
}

// Outstanding is a renewal that was declined. The zero value is none.
type Outstanding struct {
	Amount      int64 // minor units, Carried among them
	Carried     int64 // of the period before
	Attempts    int
	DueAt       time.Time
	GraceEndsAt time.Time
	RetryAt     time.Time // zero: not before the buyer pays
}

// Live reports whether the membership has not ended.
func (s MembershipState) Live() bool { return s.Status != Ended && s.Status != "" }

// InTrial reports whether the free trial still runs.
func (s MembershipState) InTrial(at time.Time) bool {
	return s.Cycle == 0 && at.Before(s.FreeTrialEndsAt)
}

// SeatsNow returns how many seats are in force, paid and free.
func (s MembershipState) SeatsNow() int { return s.Seats + s.Complimentary }

// SeatsIn returns how many seats of a tier the membership takes up: those in
// force, paid and free, until it ends, or those that a payment in flight brings,
// if they are more. Who moves to another tier takes up both until that is
// settled: nobody else can be sold a seat that may be wanted after all. The
// empty tier is none. A sale that waits for its payment is not here yet: see
// [PaymentState.SeatsIn].
func (s MembershipState) SeatsIn(tier VariantID) int {
	held, coming := 0, 0
	if tier == "" {
		return 0
	}
	if s.Live() && s.Terms.Tier == tier {
		held = s.SeatsNow()
	}
	if s.InFlight.Target.Tier == tier {
		coming = s.InFlight.Target.Seats + s.Complimentary
	}
	return max(held, coming)
}

// Period returns the current period: the trial, the one that was paid, or the
// one that is overdue. Of a membership that never was it is zero.
func (s MembershipState) Period() Period {
	if s.Recurrence == "" {
		return Period{}
	}
	if s.Cycle == 0 {
		return Period{second(s.CreatedAt), s.AnchorAt}
	}
	return Period{Boundary(s.AnchorAt, s.Offset), Boundary(s.AnchorAt, s.Offset+s.Recurrence.Months())}
}

// Price returns what one period of what is in force costs, in minor units. It
// is 0 where it cannot be told, which [MembershipState.Check] refuses.
func (s MembershipState) Price() Money {
	amount, err := s.Terms.Price(s.Seats, s.Cycle)
	if err != nil {
		amount = 0
	}
	return Money{amount, s.Terms.Currency}
}

// last reports whether no period follows the current one.
func (s MembershipState) last() bool { return s.Charges > 0 && s.Cycle >= s.Charges }

// fixed reports whether it has a length that no change may alter.
func (s MembershipState) fixed() bool { return s.Charges > 0 || s.Installments }
