package domain

import "math/bits"

// Terms is what a member agreed to pay for one period of so many seats. They
// are the member's own: today's list price does not change them.
type Terms struct {
	Tier     VariantID // empty: the product has no tiers
	Unit     int64     // minor units for one seat and period; what the buyer chose to pay, if that is free
	Currency Currency
	Included int // seats that cost nothing
	Discount Discount
}

// Discount lowers the price for some cycles, or for ever. The zero value is none.
type Discount struct {
	Kind   DiscountKind
	Value  int64 // percent of each seat, or minor units
	Cycles int   // paid periods, counted from the first; 0: for ever
}

// DiscountKind says what a discount is taken off. The empty one is none.
type DiscountKind string

// The kinds of discount.
const (
	Percent       DiscountKind = "percent"        // of each seat, rounded half up
	PerSeat       DiscountKind = "per_seat"       // minor units off each seat
	PerMembership DiscountKind = "per_membership" // minor units off the whole, once
)

func (d Discount) check() error {
	switch d.Kind {
	case "":
		if d != (Discount{}) {
			return InvalidField("discount", "without a kind it has no value and no cycles")
		}
	case Percent, PerSeat, PerMembership:
	default:
		return InvalidField("discount", "its kind must be percent, per_seat or per_membership")
	}
	if d.Value < 0 || d.Cycles < 0 || d.Kind == Percent && d.Value > 100 {
		return InvalidField("discount", "must not be negative, and at most 100 percent")
	}
	return nil
}

// covers reports whether the discount still counts in that cycle. Only paid
// periods are cycles: a charge for more seats uses none up.
func (d Discount) covers(cycle int) bool {
	return d.Kind != "" && (d.Cycles == 0 || cycle <= d.Cycles)
}

// Price returns what seats that are paid for cost in the cycle, in minor units;
// the first paid period is cycle 1, and a trial, cycle 0, is priced like it.
// It is never below 0, and [ErrOverflow] if it is too large.
func (t Terms) Price(seats, cycle int) (int64, error) {
	unit, n := t.Unit, max(0, seats-t.Included)
	off := t.Discount.Value
	if !t.Discount.covers(max(cycle, 1)) {
		off = 0
	}
	switch t.Discount.Kind {
	case Percent:
		off, _ = exactly(unit, off).rounded(100)
		unit -= off
	case PerSeat:
		unit = max(0, unit-off)
	}
	hi, lo := bits.Mul64(uint64(unit), uint64(n))
	if unit < 0 || hi != 0 || lo > 1<<63-1 {
		return 0, ErrOverflow
	}
	total := int64(lo)
	if t.Discount.Kind == PerMembership {
		total = max(0, total-off)
	}
	return total, nil
}

func (t Terms) check() error {
	if err := checkText("tier", string(t.Tier), maxIDInBytes); err != nil {
		return err
	}
	if t.Unit < 0 {
		return InvalidField("unit", "must not be negative")
	}
	if t.Included < 0 {
		return InvalidField("included_seats", "must not be negative")
	}
	return first(t.Currency.Check(), t.Discount.check())
}
