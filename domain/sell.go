package domain

// Sell returns the pending purchase that sale describes: what it leaves out is
// the product's. Of a membership it is sold for one period of every. It refuses
// a deleted product, variants that are not the product's, and two of one
// category.
func Sell(product Product, variants []Variant, sale PurchaseState, every Recurrence) (*Purchase, error) {
	switch {
	case !product.DeletedAt.IsZero():
		return nil, ErrDeleted
	case every != "" && product.Kind != MembershipKind:
		return nil, InvalidField("recurrence", "only a membership has one")
	case sale.Quantity < 0:
		return nil, InvalidField("quantity", "must be at least 1")
	case sale.Quantity == 0:
		sale.Quantity = 1
	}
	switch sale.Status {
	case "", Pending:
	default:
		return nil, InvalidField("status", "must be pending, or left out")
	}
	chosen, err := choose(variants, sale.Variants)
	if err != nil {
		return nil, err
	}
	if sale.Price.Currency == "" {
		if sale.Price, err = product.priceOf(sale.Quantity, every, chosen); err != nil {
			return nil, err
		}
	}
	if sale.Price.Currency != product.Price.Currency {
		return nil, InvalidField("currency", "must be the product's, "+string(product.Price.Currency))
	}
	sale.Status, sale.Multiseat = Pending, product.OffersSeats()
	return &Purchase{sale}, nil
}

func (p Product) priceOf(quantity int, every Recurrence, chosen []Variant) (Money, error) {
	if p.Kind != MembershipKind {
		return p.PriceOf(quantity, chosen...)
	}
	unit, _, err := p.UnitPrice(every, chosen...)
	if err != nil {
		return Money{}, err
	}
	return Money{unit, p.Price.Currency}.Times(quantity)
}

// PriceOf returns the price of so many of a one-time product or bundle with
// these variants. It fails with [ErrOverflow] if the amount is too large.
func (p Product) PriceOf(quantity int, chosen ...Variant) (Money, error) {
	one := p.Price
	var err error
	for _, v := range chosen {
		if one, err = one.Add(Money{v.Price, one.Currency}); err != nil {
			return Money{}, err
		}
	}
	return one.Times(quantity)
}

func choose(variants []Variant, ids VariantIDs) ([]Variant, error) {
	var chosen []Variant
	taken := map[string]bool{}
next:
	for id := range ids.All() {
		for _, v := range variants {
			if v.ID != id || !v.DeletedAt.IsZero() {
				continue
			}
			if taken[v.Category] {
				return nil, InvalidField("variants", "only one of "+v.Category+" can be chosen")
			}
			taken[v.Category] = true
			chosen = append(chosen, v)
			continue next
		}
		return nil, ErrVariantNotFound.On(string(id))
	}
	return chosen, nil
}

// Numbered returns p, which has no order number yet, with this one.
func (p *Purchase) Numbered(n int64) *Purchase {
	s := p.s
	s.OrderNumber = n
	return &Purchase{s}
}
