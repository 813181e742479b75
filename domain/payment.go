package domain

import "time"

// PaymentKind is what a payment is for.
type PaymentKind string

// The kinds.
const (
	SalePayment    PaymentKind = "sale"    // of a purchase, or the first period of a membership
	RenewalPayment PaymentKind = "renewal" // of a cycle of a membership
	ChangePayment  PaymentKind = "change"  // more seats, a dearer tier, a longer recurrence
	RestartPayment PaymentKind = "restart" // of a membership that had ended
)

func (k PaymentKind) known() bool {
	return k == SalePayment || k == RenewalPayment || k == ChangePayment || k == RestartPayment
}

// PaymentStatus is how far a payment has come.
type PaymentStatus string

// The statuses. Intended, Sent and NeedsAction are open: nobody knows yet
// whether money will move.
const (
	Intended    PaymentStatus = "intended" // written down, not asked for
	Sent        PaymentStatus = "sent"     // asked for; there may be no answer for long
	NeedsAction PaymentStatus = "needs_action"
	Paid        PaymentStatus = "paid"
	NotPaid     PaymentStatus = "declined"
	Voided      PaymentStatus = "voided" // given up; if it is paid all the same, it is refunded
)

// Decline says what a decline means for the next try. The zero value is none.
type Decline string

// The declines.
const (
	SoftDecline Decline = "soft"        // too little money, or no reason that is known: again after a day
	HardDecline Decline = "hard"        // not with this card: not before the buyer changes it
	Unreachable Decline = "unreachable" // no processor answered, or surely none was ever asked: again after an hour
)

// Payment is one try to take money, once. It is never deleted: what was given
// back hangs on it as [Refund] and [Dispute], so the books are sums over these.
type Payment struct{ s PaymentState }

// PaymentState is a Payment at rest.
type PaymentState struct {
	ID           PaymentID
	SellerID     SellerID
	PurchaseID   PurchaseID
	MembershipID MembershipID // empty: of a sale that does not renew
	Kind         PaymentKind
	Cycle        int    // of the membership, that it pays for
	Attempt      int    // from 1; for a renewal +1 only after a definite decline
	Key          string // idempotency key for the processor; unique
	Amount       Money  // more than nothing
	Target       Target // what it brings about; of a sale what a membership begins with
	Method       string // the processor's name of the card or account that was to pay
	Elsewhere    bool   // somebody else charged it, and it was recorded: no processor of ours knows it
	PricedAt     time.Time
	Status       PaymentStatus
	Decline      Decline
	ProcessorRef string // the processor's id of it; unique; empty: none known
	Refunded     int64  // minor units given back
	Refunding    int64  // minor units that refunds on their way have reserved
	PaidAt       time.Time
	VoidedAt     time.Time // stays when it is paid all the same
	CreatedAt    time.Time
}

// Answer is what a processor said of a payment. The zero Status is that there
// was no answer.
type Answer struct {
	Status  PaymentStatus // Paid, NotPaid or NeedsAction
	Decline Decline       // of NotPaid; empty means SoftDecline
	Ref     string        // the processor's id of the payment
}

// RestorePayment returns the Payment that s describes.
func RestorePayment(s PaymentState) *Payment { return &Payment{s} }

// State returns p at rest.
func (p *Payment) State() PaymentState { return p.s }

// Open reports whether nobody knows yet if money moves.
func (s PaymentState) Open() bool {
	return s.Status == Intended || s.Status == Sent || s.Status == NeedsAction
}

// Taken reports whether the processor took the money, wanted or not.
func (s PaymentState) Taken() bool { return !s.PaidAt.IsZero() }

// Renewed reports whether it paid for a renewal, which is a sale of its own in
// lists of sales.
func (s PaymentState) Renewed() bool { return s.Kind == RenewalPayment && s.Status == Paid }

// Result is what the command that the payment is for comes to.
func (s PaymentState) Result() Result {
	switch {
	case s.Status == NeedsAction:
		return AwaitsAction
	case s.Open():
		return Unanswered
	case s.Status != Paid:
		return PaymentRefused
	case s.Kind == RestartPayment:
		return Restarted
	case s.Kind == RenewalPayment: // which a buyer asked for
		return Recovered
	case s.Target.Anew:
		return AppliedNewPeriod
	}
	return Applied
}

// Intended is the event of a payment that is about to be asked for: whoever
// sees it makes sure that it gets an answer.
func (p *Payment) Intended() Event {
	return PaymentIntended{p.s.ID, p.s.PurchaseID, p.s.Kind, p.s.CreatedAt}
}

// PaysFor returns the cycle of the membership that the payment is for: what
// begins a new period at once is for that one.
func (s PaymentState) PaysFor() int {
	if s.Kind == ChangePayment && s.Target.Anew {
		return s.Cycle + 1
	}
	return s.Cycle
}

// SeatsIn returns how many seats of a tier the payment of a sale holds until it
// has an answer: nobody else can be sold them meanwhile.
func (s PaymentState) SeatsIn(tier VariantID) int {
	if s.Kind != SalePayment || !s.Open() || tier == "" || s.Target.Tier != tier {
		return 0
	}
	return s.Target.Seats
}

// Left returns what is neither given back nor on its way back.
func (s PaymentState) Left() int64 {
	if !s.Taken() {
		return 0
	}
	return s.Amount.Amount - s.Refunded - s.Refunding
}

// Send records that the processor is about to be asked. Twice is once; a
// payment that has an answer or was voided is [ErrPaymentClosed].
func (p *Payment) Send() error {
	if !p.s.Open() {
		return ErrPaymentClosed
	}
	if p.s.Status == Intended {
		p.s.Status = Sent
	}
	return nil
}

// Settle records the processor's answer. The same answer twice is once, and no
// answer changes nothing. A voided payment that is paid all the same stays
// voided and is late: PaymentLate asks for its refund. A paid one stays paid,
// and what was declined cannot be paid: [ErrPaymentClosed].
func (p *Payment) Settle(a Answer, at time.Time) ([]Event, error) {
	at = Instant(at)
	same := a.Status == "" || a.Status == p.s.Status || a.Status == Paid && p.s.Taken() || a.Status != Paid && p.s.Status == Voided
	if !same && !p.s.Open() && p.s.Status != Voided || a.Ref != "" && p.s.ProcessorRef != "" && p.s.ProcessorRef != a.Ref {
		return nil, ErrPaymentClosed
	}
	if a.Ref != "" {
		p.s.ProcessorRef = a.Ref
	}
	switch {
	case same:
		return nil, nil
	case p.s.Status == Voided:
		p.s.PaidAt = at
		return []Event{PaymentLate{p.s.ID, p.s.PurchaseID, p.s.Amount.Amount, at}}, nil
	}
	switch p.s.Status = a.Status; a.Status {
	case Paid:
		p.s.PaidAt = at
		return []Event{PaymentPaid{p.s.ID, p.s.PurchaseID, p.s.Kind, p.s.Amount.Amount, at}}, nil
	case NotPaid:
		p.s.Decline = a.Decline
		if a.Decline == "" {
			p.s.Decline = SoftDecline
		}
		return []Event{PaymentDeclined{p.s.ID, p.s.PurchaseID, p.s.Kind, at}}, nil
	}
	return nil, nil
}

// Void gives the payment up: it is no longer wanted. Twice is once; one that
// has an answer is [ErrPaymentClosed].
func (p *Payment) Void(at time.Time) ([]Event, error) {
	if p.s.Status == Voided {
		return nil, nil
	}
	if !p.s.Open() {
		return nil, ErrPaymentClosed
	}
	p.s.Status, p.s.VoidedAt = Voided, Instant(at)
	return []Event{PaymentVoided{p.s.ID, p.s.PurchaseID, p.s.VoidedAt}}, nil
}

// Check refuses a payment whose fields break a rule of form, naming the field.
func (s PaymentState) Check() error {
	err := first(checkID("id", string(s.ID)), checkID("seller", string(s.SellerID)), checkID("purchase", string(s.PurchaseID)),
		checkText("membership", string(s.MembershipID), maxIDInBytes), checkID("key", s.Key),
		checkText("processor_ref", s.ProcessorRef, maxIDInBytes), checkText("target", string(s.Target.Tier), maxIDInBytes),
		checkText("method", s.Method, maxIDInBytes))
	if err != nil {
		return err
	}
	if !s.Kind.known() {
		return InvalidField("payment_kind", "must be sale, renewal, change or restart")
	}
	switch s.Status {
	case Intended, Sent, NeedsAction, Paid, NotPaid, Voided:
	default:
		return InvalidField("status", "must be intended, sent, needs_action, paid, declined or voided")
	}
	switch s.Decline {
	case "", SoftDecline, HardDecline, Unreachable:
	default:
		return InvalidField("decline", "must be soft, hard or unreachable")
	}
	if err := s.Amount.Currency.Check(); err != nil {
		return err
	}
	switch {
	case s.Kind != SalePayment && s.MembershipID == "":
		return InvalidField("membership", "is missing")
	case s.Amount.Amount <= 0:
		return InvalidField("amount", "must be more than 0")
	case s.Cycle < 0 || s.Attempt < 1:
		return InvalidField("attempt", "must be at least 1, of a cycle that is not negative")
	case s.Refunded < 0 || s.Refunding < 0 || s.Refunded > s.Amount.Amount-s.Refunding:
		return InvalidField("refunded", "must be 0 up to the amount, with what is on its way back")
	case (s.Status == Paid) && s.PaidAt.IsZero() || s.Taken() && s.Status != Paid && s.Status != Voided:
		return InvalidField("paid_at", "belongs to a payment that was paid, and to no other")
	case (s.Status == Voided) == s.VoidedAt.IsZero():
		return InvalidField("voided_at", "belongs to a voided payment, and to no other")
	case s.CreatedAt.IsZero():
		return InvalidField("created_at", "is missing")
	}
	return nil
}
