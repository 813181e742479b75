package domain

import (
	"slices"
	"strings"
)

// UnitPrice returns what one seat of a membership costs for one period of r
// with the chosen variants: the price of the tier if it has prices of its own,
// else the product's, and what other variants add. Where r is not offered it
// names those that are. The empty r is the shortest that is offered.
func (p Product) UnitPrice(r Recurrence, chosen ...Variant) (int64, Recurrence, error) {
	prices := p.Prices
	if !prices.Any() {
		prices = prices.With(Monthly, p.Price.Amount)
	}
	unit := Money{}
	for _, v := range chosen {
		var err error
		if unit, err = unit.Add(Money{v.Price, ""}); err != nil {
			return 0, "", err
		}
		if v.Prices.Any() {
			prices = v.Prices
		}
	}
	offered := prices.offers()
	if r == "" {
		r = offered[0]
	}
	price, ok := prices.At(r)
	if !ok {
		return 0, "", InvalidField("recurrence", "must be one that is offered: "+listed(offered))
	}
	unit, err := unit.Add(Money{price, ""})
	return unit.Amount, r, err
}

// ListPrice returns what one seat of that tier costs for one period of r today:
// what a member is asked to agree to who moves there.
func (p Product) ListPrice(r Recurrence, tier VariantID, variants []Variant) (int64, error) {
	var chosen []Variant
	if tier != "" {
		i := slices.IndexFunc(variants, func(v Variant) bool { return v.ID == tier && v.DeletedAt.IsZero() })
		if i < 0 || variants[i].Category != TierCategory {
			return 0, ErrVariantNotFound.On(string(tier))
		}
		chosen = variants[i : i+1]
	}
	unit, _, err := p.UnitPrice(r, chosen...)
	return unit, err
}

// offers returns the recurrences that have a price, shortest first.
func (p Prices) offers() []Recurrence {
	var all []Recurrence
	for i, r := range recurrences {
		if p.offered[i] {
			all = append(all, r)
		}
	}
	return all
}

func listed[T ~string](names []T) string {
	var all []string
	for _, n := range names {
		all = append(all, string(n))
	}
	return strings.Join(all, ", ")
}
