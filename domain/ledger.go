package domain

// Ledger is what was added within the current period and what of it was
// collected. Each addition is kept exactly, as minor units times the seconds
// that were left; only the sum is rounded, so that any number of steps costs
// what one step costs. The zero value owes nothing.
type Ledger struct {
	Owed    Exact // minor units × seconds of the period
	Settled int64 // minor units collected
}

// due returns what is still to be collected of a period of so many seconds:
// the sum, rounded half up, without what was settled. It is never negative.
func (l Ledger) due(seconds int64) (int64, error) {
	if l.Owed.IsZero() || seconds <= 0 {
		return 0, nil
	}
	sum, err := l.Owed.rounded(seconds)
	return sum - l.Settled, err
}

// with returns l with a price difference for the seconds that are left.
func (l Ledger) with(difference, left int64) (Ledger, error) {
	sum, err := l.Owed.plus(exactly(difference, left))
	return Ledger{sum, l.Settled}, err
}

// collects reports whether a processor collects an amount: something, and not
// less than its least. What it does not collect waits for the next charge.
func collects(amount, least int64) bool { return amount >= max(least, 1) }

// carried returns the ledger of a period of so many seconds that begins with an
// amount nobody has collected yet.
func carried(amount, seconds int64) Ledger { return Ledger{Owed: exactly(amount, seconds)} }

// anew returns what a new period costs that begins before the old one is over:
// its price and what is still due, without the unused part of what was paid for
// the old one; and that unused part. A credit larger than the price is
// [ErrCreditExceedsCharge]: nothing is ever paid back.
func (l Ledger) anew(price, paid, left, seconds int64) (due, credit int64, err error) {
	still, err := l.due(seconds)
	if err != nil {
		return 0, 0, err
	}
	sum, err := l.Owed.plus(exactly(price, seconds))
	if err != nil {
		return 0, 0, err
	}
	rest, less := sum.less(exactly(paid, left))
	if less {
		// Half a minor unit below nothing is still nothing.
		if over, err := rest.rounded(seconds); err != nil || over > 1 || over == 1 && !rest.isHalf(seconds) || l.Settled > 0 {
			return 0, 0, ErrCreditExceedsCharge
		}
		rest = Exact{}
	}
	if due, err = rest.rounded(seconds); err != nil {
		return 0, 0, err
	}
	if due -= l.Settled; due < 0 {
		return 0, 0, ErrCreditExceedsCharge
	}
	return due, price + still - due, nil
}

// isHalf reports whether e / by is exactly one half.
func (e Exact) isHalf(by int64) bool { return e.Hi == 0 && e.Lo*2 == uint64(by) }
