package domain

import "time"

// Entitlement is usher's own verdict on what a licence gives, for those who
// ask for it. It refuses nothing: enforcement stays the seller's.
type Entitlement struct {
	Active bool
	Reason string    // why it is not active; [EntitlementOK] if it is
	EndsAt time.Time // when access ends or has ended; zero: no end is known
	Seats  int       // how many people may use the key
}

// The reasons of an [Entitlement]. They are machine readable and permanent.
const (
	EntitlementOK              = "ok"
	EntitlementAccessRevoked   = "access_revoked"
	EntitlementLicenseDisabled = "license_disabled"
	EntitlementNotPaid         = "not_paid"
	EntitlementRefunded        = "refunded"
	EntitlementDisputed        = "disputed"
	EntitlementMembershipEnded = "membership_ended"
)

// Entitlement says what the licence gives at that instant. What the seller did
// by hand decides first, then the money, then the membership: the first that
// takes access away is the reason.
//
// A full refund or a dispute that is not won takes access away, but not from a
// membership that was paid again: a refund is of another period once one began
// after the sale, and a dispute is over once one began after it.
//
// A refund whose seller left access as it is takes none away.
//
// A purchase with several seats gives those, any other one, whatever its
// quantity.
func (f Facts) Entitlement(at time.Time) Entitlement {
	p, m := f.Purchase, f.Membership.CaughtUp(at)
	began := m.Period().StartAt
	if m.Status == PastDue { // nobody has paid for this one
		began = Boundary(m.AnchorAt, m.Offset-m.Recurrence.Months())
	}
	e := Entitlement{Reason: EntitlementOK, Seats: 1}
	if p.Multiseat {
		e.Seats = f.Quantity(at)
	}
	switch {
	case !p.RevokedAt.IsZero():
		e.Reason, e.EndsAt = EntitlementAccessRevoked, p.RevokedAt
	case !f.License.DisabledAt.IsZero():
		e.Reason, e.EndsAt = EntitlementLicenseDisabled, f.License.DisabledAt
	case p.Status == Pending || p.Status == Failed || p.Status == Preordered:
		e.Reason = EntitlementNotPaid
	case p.FullyRefunded() && !p.AccessKept && !began.After(Later(p.CreatedAt, m.FreeTrialEndsAt)):
		e.Reason, e.EndsAt = EntitlementRefunded, p.RefundedAt
	case !p.DisputedAt.IsZero() && p.DisputeWonAt.IsZero() && !began.After(p.DisputedAt):
		e.Reason, e.EndsAt = EntitlementDisputed, p.DisputedAt
	default:
		e.EndsAt = m.AccessEndsAt()
		if !e.EndsAt.IsZero() && !at.Before(e.EndsAt) {
			e.Reason = EntitlementMembershipEnded
		}
	}
	e.Active = e.Reason == EntitlementOK
	return e
}

// Quantity returns how many the licence's sale counts at that instant: the
// seats in force of a membership, else the quantity of the purchase.
func (f Facts) Quantity(at time.Time) int {
	if f.Membership.ID == "" {
		return f.Purchase.Quantity
	}
	return f.Membership.CaughtUp(at).SeatsNow()
}

// AccessEndsAt returns the earliest of the end times, or zero if there is none.
// An instalment plan that was paid to its end leaves the product with its
// buyer, so only a plan that was cancelled or failed ends access.
func (s MembershipState) AccessEndsAt() time.Time {
	if s.Installments {
		return earliest(s.CancelledAt, s.FailedAt)
	}
	return earliest(s.CancelledAt, s.FailedAt, s.EndedAt)
}
