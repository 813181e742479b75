package rpc

import (
	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/domain"
)

// What several services show.

func moneyOf(m domain.Money) *usherv1.Money {
	return &usherv1.Money{Amount: m.Amount, Currency: string(m.Currency)}
}

func purchaseOf(s domain.PurchaseState) *usherv1.Purchase {
	p := &usherv1.Purchase{
		Id: string(s.ID), Product: string(s.ProductID), Membership: string(s.MembershipID), OrderNumber: s.OrderNumber,
		Status: enumOf[usherv1.PurchaseStatus](s.Status), Email: s.Email, FullName: s.FullName, Quantity: small(s.Quantity), Multiseat: s.Multiseat,
		Price: moneyOf(s.Price), Sold: moneyOf(s.Sold()), Refunded: moneyOf(domain.Money{Amount: s.Refunded, Currency: s.Price.Currency}),
		CreatedAt: stamp(s.CreatedAt), RefundedAt: stamp(s.RefundedAt), DisputedAt: stamp(s.DisputedAt), DisputeWonAt: stamp(s.DisputeWonAt),
		RevokedAt: stamp(s.RevokedAt),
	}
	for id := range s.Variants.All() {
		p.Variants = append(p.Variants, string(id))
	}
	return p
}

func pricesOf(p domain.Prices) (all []*usherv1.Price) {
	for _, r := range domain.Recurrences() {
		if amount, ok := p.At(r); ok {
			all = append(all, &usherv1.Price{Recurrence: enumOf[usherv1.Recurrence](r), Amount: amount})
		}
	}
	return all
}

// readPrices reads prices by recurrence, each at most once.
func readPrices(of []*usherv1.Price) (prices domain.Prices, err error) {
	for _, p := range of {
		word, err := wordOf[string]("prices", p.GetRecurrence())
		if err != nil {
			return prices, err
		}
		r, err := domain.ParseRecurrence(word)
		if err != nil {
			return prices, domain.InvalidField("prices", "each needs a recurrence")
		}
		if _, twice := prices.At(r); twice {
			return prices, domain.InvalidField("prices", "has "+word+" twice")
		}
		prices = prices.With(r, p.GetAmount())
	}
	return prices, nil
}
