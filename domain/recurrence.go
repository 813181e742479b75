package domain

import "slices"

// Recurrence is how often a membership renews. The zero value is none.
type Recurrence string

// The recurrences, shortest first.
const (
	Monthly       Recurrence = "monthly"
	Quarterly     Recurrence = "quarterly"
	Biannually    Recurrence = "biannually" // every six months
	Yearly        Recurrence = "yearly"
	EveryTwoYears Recurrence = "every_two_years"
)

var recurrences = []Recurrence{Monthly, Quarterly, Biannually, Yearly, EveryTwoYears}

// Recurrences returns all of them, shortest first.
func Recurrences() []Recurrence { return slices.Clone(recurrences) }

// ParseRecurrence returns the recurrence of that name.
func ParseRecurrence(s string) (Recurrence, error) {
	if !slices.Contains(recurrences, Recurrence(s)) {
		return "", InvalidField("recurrence", "must be monthly, quarterly, biannually, yearly or every_two_years")
	}
	return Recurrence(s), nil
}

// Prices is a price for each recurrence that is offered, in minor units of the
// product's currency, for one seat. The zero value offers none; a price of 0
// is an offer.
type Prices struct {
	amount  [5]int64
	offered [5]bool
}

// At returns the price for r and whether r is offered.
func (p Prices) At(r Recurrence) (int64, bool) {
	i := slices.Index(recurrences, r)
	if i < 0 {
		return 0, false
	}
	return p.amount[i], p.offered[i]
}

// With returns p with r offered at amount. It panics if r is not a recurrence.
func (p Prices) With(r Recurrence, amount int64) Prices {
	i := slices.Index(recurrences, r)
	p.amount[i], p.offered[i] = amount, true
	return p
}

// Any reports whether a recurrence is offered at all.
func (p Prices) Any() bool { return p.offered != [5]bool{} }

func (p Prices) check() error {
	for _, a := range p.amount {
		if a < 0 {
			return InvalidField("prices", "must not be negative")
		}
	}
	return nil
}
