package cases

import (
	"fmt"
	"strings"

	"github.com/usherhq/usher/domain"
)

// seatsTier is the tier that a case begins with.
const seatsTier = "standard"

var discountKinds = map[seatsDiscountKind]domain.DiscountKind{
	"percent": domain.Percent, "per_seat": domain.PerSeat, "per_subscription": domain.PerMembership,
}

// state returns the membership that is given, as it stands.
func (g seatsGiven) state() (domain.MembershipState, error) {
	s := domain.MembershipState{
		ID: "m1", SellerID: "s1", ProductID: "p1", PurchaseID: "b1", Version: 1,
		Status: domain.Active, AnchorAt: g.PeriodStart.Time, Recurrence: domain.Recurrence(g.Recurrence), Cycle: 1,
		Charges: g.FixedCycles, Seats: g.Seats, Assigned: g.Assigned, CreatedAt: g.PeriodStart.Time,
		Terms: domain.Terms{
			Tier: seatsTier, Unit: g.Unit, Currency: domain.Currency(strings.ToLower(g.Currency)), Included: g.Included,
		},
	}
	if d := g.Discount; d != nil {
		s.Terms.Discount = domain.Discount{Kind: discountKinds[d.Kind], Value: d.Value, Cycles: d.Cycles}
	}
	if g.AnchorAt != nil {
		months, ok := domain.MonthsBetween(g.AnchorAt.Time, g.PeriodStart.Time)
		if !ok {
			return s, fmt.Errorf("period_start is no whole number of months after anchor_at")
		}
		s.AnchorAt, s.Offset, s.CreatedAt = g.AnchorAt.Time, months, g.AnchorAt.Time
	}
	if g.TrialEnd != nil {
		s.Status, s.Cycle = domain.Trialing, 0
		s.AnchorAt, s.FreeTrialEndsAt = g.TrialEnd.Time, g.TrialEnd.Time
	}
	if p := s.Period(); !p.StartAt.Equal(g.PeriodStart.Time) || !p.EndAt.Equal(g.PeriodEnd.Time) {
		return s, fmt.Errorf("the period is from %s to %s", showTime(p.StartAt), showTime(p.EndAt))
	}
	return s, nil
}

// limits are what the product and the processor allow for a tier. What other
// members have of it is the same all along.
func (g seatsGiven) limits(tier domain.VariantID) domain.Limits {
	l := domain.Limits{MostSeats: g.MaxSeats, LeastCharge: g.MinCharge}
	if g.CapacityLeft != nil && tier == seatsTier {
		l.Limited, l.TierRoom = true, g.Seats+*g.CapacityLeft
	}
	return l
}
