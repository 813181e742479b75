package domain

import (
	"cmp"
	"time"
)

// MembershipRecord is what another system tells of a membership that it
// charges: what the record lacks is taken from the purchase that began it, see [MembershipRecord.Adopt].
type MembershipRecord struct {
	ID                MembershipID
	SellerID          SellerID
	ProductID         ProductID
	PurchaseID        PurchaseID
	Recurrence        Recurrence
	StartedAt         time.Time // of the current period, unless it is a trial
	FreeTrialEndsAt   time.Time // later than StartedAt: the trial still runs
	Cycle             int       // number of the current period among those that were paid; 0: the first
	Charges           int       // fixed number of cycles; 0: until it is ended
	Installments      bool
	CancelRequestedAt time.Time
	CancelledBy       Actor
	CancelledAt       time.Time
	FailedAt          time.Time
	EndedAt           time.Time
	CreatedAt         time.Time
}

// Adopt returns the membership that r and the purchase p describe: so many
// seats as were bought, each at its share of the price, of the first variant.
// Times are floored to the second.
func (r MembershipRecord) Adopt(p PurchaseState) MembershipState {
	quantity := max(p.Quantity, 1)
	terms := Terms{Unit: p.Price.Amount / int64(quantity), Currency: p.Price.Currency}
	if rest := p.Price.Amount % int64(quantity); rest > 0 {
		terms.Unit++ // a unit that is rounded up, and off the whole what that is too much
		terms.Discount = Discount{Kind: PerMembership, Value: int64(quantity) - rest}
	}
	for id := range p.Variants.All() {
		terms.Tier = id
		break
	}
	s := MembershipState{
		ID: r.ID, SellerID: r.SellerID, ProductID: r.ProductID, PurchaseID: r.PurchaseID, Version: 1,
		Status: Active, AnchorAt: second(r.StartedAt), Recurrence: r.Recurrence, Cycle: cmp.Or(r.Cycle, 1),
		FreeTrialEndsAt: second(r.FreeTrialEndsAt), Charges: r.Charges, Installments: r.Installments,
		Terms: terms, Seats: quantity, Elsewhere: true,
		CancelRequestedAt: second(r.CancelRequestedAt), CancelledBy: r.CancelledBy, CancelledAt: second(r.CancelledAt),
		FailedAt: second(r.FailedAt), EndedAt: second(r.EndedAt), CreatedAt: Instant(r.CreatedAt),
	}
	if s.FreeTrialEndsAt.After(s.AnchorAt) {
		s.Status, s.Cycle, s.AnchorAt = Trialing, 0, s.FreeTrialEndsAt
	}
	switch {
	case !s.FailedAt.IsZero():
		s.Status, s.EndReason = Ended, PaidNoMore
	case !s.EndedAt.IsZero():
		s.Status, s.EndReason = Ended, Completed
	case !s.CancelledAt.IsZero():
		s.Status = CancelScheduled
		if s.CancelledBy == "" {
			s.CancelledBy = Buyer
		}
	}
	if s.Status == Ended {
		s.DeactivatedAt = earliest(s.CancelledAt, s.FailedAt, s.EndedAt)
	}
	return s
}
