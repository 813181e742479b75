package domain

import "time"

// RefundStatus is how far a refund has come.
type RefundStatus string

// The statuses.
const (
	RefundIntended RefundStatus = "intended" // written down; its amount is reserved
	RefundSent     RefundStatus = "sent"
	RefundDone     RefundStatus = "done"
	RefundFailed   RefundStatus = "failed" // the processor refused; the amount is free again
)

// RefundCause is why money goes back.
type RefundCause string

// The causes.
const (
	RefundAsked  RefundCause = "asked"  // by the seller
	RefundOfLate RefundCause = "late"   // the payment had been voided
	RefundAbroad RefundCause = "abroad" // made at the processor, and reported from there
)

// Refund is money of one payment on its way back: a row of that payment.
type Refund struct {
	ID           RefundID
	SellerID     SellerID
	PaymentID    PaymentID
	Amount       int64  // minor units, more than 0
	Key          string // idempotency key for the processor; unique
	Cause        RefundCause
	Status       RefundStatus
	ProcessorRef string
	SettledAt    time.Time // done or failed
	CreatedAt    time.Time
}

// Open reports whether nobody knows yet if the money goes back.
func (r Refund) Open() bool { return r.Status == RefundIntended || r.Status == RefundSent }

// Refund reserves amount minor units to give back; 0 means all that is left. It
// refuses a payment that took no money ([ErrNotCharged]), one with nothing left
// ([ErrAlreadyRefunded]) and more than is left ([ErrRefundTooLarge]).
func (p *Payment) Refund(id RefundID, amount int64, cause RefundCause, at time.Time) (Refund, error) {
	left := p.s.Left()
	switch {
	case !p.s.Taken():
		return Refund{}, ErrNotCharged
	case left == 0:
		return Refund{}, ErrAlreadyRefunded
	case amount < 0:
		return Refund{}, InvalidField("amount", "must not be negative; leave it out to refund all")
	case amount > left:
		return Refund{}, ErrRefundTooLarge
	case amount == 0:
		amount = left
	}
	p.s.Refunding += amount
	return Refund{
		ID: id, SellerID: p.s.SellerID, PaymentID: p.s.ID, Amount: amount, Key: "refund/" + string(id),
		Cause: cause, Status: RefundIntended, CreatedAt: Instant(at),
	}, nil
}

// SettleRefund records whether the refund was done or failed: done moves its
// amount from reserved to given back, failed frees it. The same answer twice is
// once; another one is [ErrPaymentClosed].
func (p *Payment) SettleRefund(r Refund, done bool, ref string, at time.Time) (Refund, []Event, error) {
	status := RefundFailed
	if done {
		status = RefundDone
	}
	switch {
	case r.PaymentID != p.s.ID:
		return r, nil, ErrPaymentNotFound
	case r.Status == status:
		return r, nil, nil
	case !r.Open():
		return r, nil, ErrPaymentClosed
	}
	at = Instant(at)
	r.Status, r.SettledAt = status, at
	if ref != "" {
		r.ProcessorRef = ref
	}
	p.s.Refunding -= r.Amount
	if !done {
		return r, []Event{RefundRefused{r.ID, p.s.ID, p.s.PurchaseID, at}}, nil
	}
	p.s.Refunded += r.Amount
	return r, []Event{PaymentRefunded{r.ID, p.s.ID, p.s.PurchaseID, r.Amount, p.s.Amount.Currency, p.s.Refunded == p.s.Amount.Amount, at}}, nil
}

// Check refuses a refund whose fields break a rule of form, naming the field.
func (r Refund) Check() error {
	err := first(checkID("id", string(r.ID)), checkID("seller", string(r.SellerID)), checkID("payment", string(r.PaymentID)),
		checkID("key", r.Key), checkText("processor_ref", r.ProcessorRef, maxIDInBytes))
	if err != nil {
		return err
	}
	switch r.Status {
	case RefundIntended, RefundSent, RefundDone, RefundFailed:
	default:
		return InvalidField("status", "must be intended, sent, done or failed")
	}
	switch {
	case r.Cause != RefundAsked && r.Cause != RefundOfLate && r.Cause != RefundAbroad:
		return InvalidField("cause", "must be asked, late or abroad")
	case r.Amount <= 0:
		return InvalidField("amount", "must be more than 0")
	case (r.Status == RefundDone || r.Status == RefundFailed) == r.SettledAt.IsZero():
		return InvalidField("settled_at", "belongs to a refund that is done or failed, and to no other")
	case r.CreatedAt.IsZero():
		return InvalidField("created_at", "is missing")
	}
	return nil
}
