package domain

import "time"

// Dispute is a buyer's bank taking a payment back: a row of that payment. One
// that is neither won nor lost is open.
type Dispute struct {
	ID           DisputeID
	SellerID     SellerID
	PaymentID    PaymentID
	Amount       int64 // minor units, more than 0
	ProcessorRef string
	OpenedAt     time.Time
	WonAt        time.Time // the money came back
	LostAt       time.Time
}

// Open reports whether the dispute is neither won nor lost.
func (d Dispute) Open() bool { return d.WonAt.IsZero() && d.LostAt.IsZero() }

// Dispute opens a dispute over the whole payment. One that took no money is
// [ErrNotCharged].
func (p *Payment) Dispute(id DisputeID, ref string, at time.Time) (Dispute, error) {
	if !p.s.Taken() {
		return Dispute{}, ErrNotCharged
	}
	return Dispute{ID: id, SellerID: p.s.SellerID, PaymentID: p.s.ID, Amount: p.s.Amount.Amount, ProcessorRef: ref, OpenedAt: Instant(at)}, nil
}

// Close returns d won or lost. The same outcome twice is once; the other one is
// [ErrDisputeClosed].
func (d Dispute) Close(won bool, at time.Time) (Dispute, error) {
	switch {
	case won && !d.WonAt.IsZero() || !won && !d.LostAt.IsZero():
		return d, nil
	case !d.WonAt.IsZero() || !d.LostAt.IsZero():
		return d, ErrDisputeClosed
	case won:
		d.WonAt = Instant(at)
	default:
		d.LostAt = Instant(at)
	}
	return d, nil
}

// Check refuses a dispute whose fields break a rule of form, naming the field.
func (d Dispute) Check() error {
	err := first(checkID("id", string(d.ID)), checkID("seller", string(d.SellerID)), checkID("payment", string(d.PaymentID)),
		checkText("processor_ref", d.ProcessorRef, maxIDInBytes))
	switch {
	case err != nil:
		return err
	case d.Amount <= 0:
		return InvalidField("amount", "must be more than 0")
	case d.OpenedAt.IsZero():
		return InvalidField("opened_at", "is missing")
	case !d.WonAt.IsZero() && !d.LostAt.IsZero():
		return InvalidField("lost_at", "a dispute is won or lost, not both")
	}
	return nil
}
