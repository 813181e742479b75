package domain

import "time"

// Membership is what is known about a purchase that renews: a record, kept and
// reported as it came. The three end times hold when the membership ended or
// will end, not when that was asked for (the article on licence keys), so
// CancelledAt may lie in the future.
type Membership struct {
	ID                MembershipID
	SellerID          SellerID
	ProductID         ProductID
	PurchaseID        PurchaseID // the sale that began it; a giver's, if it was a gift
	Recurrence        Recurrence
	StartedAt         time.Time // of the current period
	FreeTrialEndsAt   time.Time // zero: no trial
	Charges           int       // fixed number of charges; 0: until it is ended
	Installments      bool      // an instalment plan of a one-time product
	CancelRequestedAt time.Time
	CancelledBy       Actor
	CancelledAt       time.Time
	FailedAt          time.Time
	EndedAt           time.Time
	CreatedAt         time.Time
}

// Actor is who did something. The zero value is nobody.
type Actor string

// The actors.
const (
	Buyer       Actor = "buyer"
	SellerActor Actor = "seller"
	Admin       Actor = "admin"
)

// InTrial reports whether the free trial still runs.
func (m Membership) InTrial(at time.Time) bool { return at.Before(m.FreeTrialEndsAt) }

// Check refuses a membership whose fields break a rule of form, naming the field.
func (m Membership) Check() error {
	err := first(checkID("id", string(m.ID)), checkID("seller", string(m.SellerID)),
		checkID("product", string(m.ProductID)), checkID("purchase", string(m.PurchaseID)))
	if err != nil {
		return err
	}
	if _, err := ParseRecurrence(string(m.Recurrence)); err != nil {
		return err
	}
	switch m.CancelledBy {
	case "", Buyer, SellerActor, Admin:
	default:
		return InvalidField("cancelled_by", "must be buyer, seller or admin")
	}
	if m.StartedAt.IsZero() {
		return InvalidField("started_at", "is missing")
	}
	if m.Charges < 0 {
		return InvalidField("charges", "must not be negative")
	}
	if m.CreatedAt.IsZero() {
		return InvalidField("created_at", "is missing")
	}
	return nil
}
