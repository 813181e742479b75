package domain

import (
	"slices"
	"time"
)

// Holder is somebody who uses a sale: who may be in because of it, whoever paid.
type Holder struct {
	SeatID  SeatID // empty: the sale as a whole is theirs
	Email   string // normalised
	BeganAt time.Time
}

// Holders returns who uses what a sale gives at that instant: who sits in its
// seats, if it has seats; the receiver of a gift, and not its giver; else its
// buyer. Nobody does if the sale gives nothing, see [Facts.Entitlement], if
// its current period was given back whole, or if what paid for it was: payer is
// the giver's sale or the bundle's, and the zero value if the sale paid for
// itself. Somebody who is blocked uses nothing.
//
// Of f the key is not needed.
func Holders(f Facts, payer PurchaseState, seats []Seat, blocked func(email string) bool, at time.Time) []Holder {
	p := f.Purchase
	if p.GiftGiven || p.erased() || !f.Entitlement(at).Active || !f.paidFor(payer, at) || f.periodGivenBack(at) {
		return nil
	}
	var all []Holder
	if p.Multiseat && p.MembershipID != "" {
		for _, s := range seats {
			if s.Status == SeatActive {
				all = append(all, Holder{s.ID, NormalizeEmail(s.Email), s.CreatedAt})
			}
		}
	} else {
		all = []Holder{{"", NormalizeEmail(p.Email), p.CreatedAt}}
	}
	return slices.DeleteFunc(all, func(h Holder) bool { return blocked != nil && blocked(h.Email) })
}

// paidFor reports whether the money of the sale that paid for f has stayed.
func (f Facts) paidFor(payer PurchaseState, at time.Time) bool {
	if payer.ID == "" {
		return true
	}
	p := &f.Purchase
	p.Price, p.Original, p.AccessKept = payer.Price, payer.Original, p.AccessKept || payer.AccessKept
	p.Refunded, p.RefundedAt = payer.Refunded, payer.RefundedAt
	p.DisputedAt, p.DisputeWonAt, p.RevokedAt = payer.DisputedAt, payer.DisputeWonAt, payer.RevokedAt
	return f.Entitlement(at).Active
}

// periodGivenBack reports whether nothing is left of what the current period
// was paid with.
func (f Facts) periodGivenBack(at time.Time) bool {
	m := f.Membership.CaughtUp(at)
	return m.Live() && m.Status != PastDue && m.Cycle > 0 && !f.Purchase.AccessKept && m.GivenBack > 0 && m.GivenBack >= m.Price().Amount
}
