package gumroadcsv

import (
	"strings"

	"github.com/usherhq/usher/domain"
)

// record is what the file tells of a membership.
func (m *maker) record(s *start) domain.MembershipRecord {
	r := domain.MembershipRecord{
		ID: domain.MembershipID(derived("membership", s.id)), SellerID: m.seller, ProductID: m.ids[strings.ToLower(s.product)],
		PurchaseID: domain.PurchaseID(s.id), Recurrence: s.every(), StartedAt: s.newest.at, Cycle: len(s.charges) + 1,
		Installments: s.plan, CreatedAt: s.at,
	}
	if s.trial {
		r.Cycle--
		r.FreeTrialEndsAt = domain.Boundary(s.at, 1)
		if len(s.charges) > 0 {
			r.FreeTrialEndsAt = s.charges[0].at
		}
	}
	return r
}

// membership returns the membership that a sale began, as it was when the file
// was written.
func (m *maker) membership(s *start, sold domain.PurchaseState) domain.MembershipState {
	r := m.record(s)
	ends, requested := s.newest.ends, s.newest.requested
	if ends == (ending{}) && requested.IsZero() { // a row of its own may say what the newest does not
		ends, requested = s.ends, s.requested
	}
	at := ends.closing(s.due())
	switch {
	case !requested.IsZero():
		r.CancelRequestedAt, r.CancelledBy = requested, domain.Buyer
		r.CancelledAt = at
		if at.IsZero() {
			r.CancelledAt = domain.Later(requested, s.due())
		}
	case at.After(m.newest):
		r.CancelledAt = at
	default:
		r.EndedAt = at
	}
	member := r.Adopt(sold)
	member.GivenBack = min(s.newest.back, member.Price().Amount)
	return member.CaughtUp(m.newest)
}

func firstSeat(p domain.PurchaseState) domain.Seat {
	return domain.Seat{
		ID: domain.SeatID(derived("seat", string(p.ID))), SellerID: p.SellerID, PurchaseID: p.ID, Email: p.Email,
		Status: domain.SeatActive, ClaimedAt: p.CreatedAt, CreatedAt: p.CreatedAt,
	}
}

// charged returns the payment of a membership's cycle, and what became of it.
func (m *maker) charged(s *start, c *charge, cycle int) []any {
	then := m.record(s)
	then.Cycle, then.StartedAt = cycle, c.at
	p := m.products[strings.ToLower(s.product)]
	member := then.Adopt(domain.PurchaseState{
		Quantity: c.quantity, Price: domain.Money{Amount: c.price, Currency: usd}, Variants: m.variants(p, c),
	})
	kind := domain.RenewalPayment
	if c.line == s.line {
		kind = domain.SalePayment
	}
	payment, _ := domain.RecordedPayment("", member, kind, c.price, "", c.at)
	return paid(payment.State(), c)
}
