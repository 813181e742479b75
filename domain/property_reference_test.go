package domain_test

import (
	"math/big"
)

// A reference is a membership told a second time, straight from the rules and
// with none of the domain's code: instants are Unix seconds (0 is never), the
// calendar is civil arithmetic, money that is divided is a rational number that
// is rounded once. It is slow and plain, so that it is easy to believe. The
// properties compare it with the domain after every step.
type reference struct {
	status, why, before, by string

	anchor, createdAt int64
	months            int // from the anchor to the start of the period
	length            int // of the period, in months
	cycle             int // 0 in a trial
	cycles            int // of a fixed length
	installments      bool

	tier        string
	unit        int64
	included    int
	discount    refDiscount
	seats, free int
	assigned    int
	givenBack   int64
	refunded    bool     // all of the period
	added       *big.Rat // owed beside the price of the period, exactly; never changed in place
	settled     int64    // what of it was collected
	wish        refWish
	notice      refNotice
	flight      refFlight
	debt        refDebt
	requestedAt int64
	cancelledAt int64
	failedAt    int64
	endedAt     int64
	stoppedAt   int64
	lastAt      int64
	version     int64
	touched     bool // something else than what is in flight has changed
}

type refDiscount struct {
	kind   string
	value  int64
	cycles int
}

// refWish is what was agreed for the next period; zero fields stay as they are.
type refWish struct {
	seats, length int
	tier          string
	unit          int64
	priced        bool
}

type refNotice struct {
	tier                string
	length              int
	unit                int64
	effective, notified int64
}

// refFlight is what a payment without an answer will bring about.
type refFlight struct {
	id          string
	kind        string
	to          refTarget
	added       *big.Rat // of a change in the same period
	at, expires int64
	due, credit int64
	asked       bool
	period      refPeriod // of a renewal, as it was priced
	notice      refNotice // that it was priced with
}

type refTarget struct {
	seats, length       int
	tier                string
	unit                int64
	endsSeats, endsPlan bool
	anew                bool
}

type refDebt struct {
	amount, carried     int64
	attempts            int
	due, graceEnds, try int64
}

// refAnswer is what a command comes to; a code is a refusal.
type refAnswer struct {
	code, result string
	pay          int64 // to be collected; 0: nothing
	voided       string
	unwanted     bool
	skipped      int
	credit       int64
}

// refLimits is what the product and the processor allow.
type refLimits struct {
	most      int
	limited   bool
	room      int
	least     int64 // collected at once
	leastUnit int64
}

func refuse(code string) refAnswer { return refAnswer{code: code} }

func (r *reference) live() bool { return r.status != "ended" }

func (r *reference) all() int { return r.seats + r.free }

// clone returns a copy; what it points to is never changed in place.
func (r *reference) clone() *reference { c := *r; return &c }

func (r *reference) start() int64 {
	if r.cycle == 0 {
		return r.createdAt
	}
	return later(r.anchor, r.months)
}

func (r *reference) end() int64 {
	if r.cycle == 0 {
		return r.anchor
	}
	return later(r.anchor, r.months+r.length)
}

// half rounds a number to the nearest whole one, halves up.
func half(x *big.Rat) int64 {
	doubled := new(big.Int).Add(new(big.Int).Mul(x.Num(), big.NewInt(2)), x.Denom())
	return new(big.Int).Div(doubled, new(big.Int).Mul(x.Denom(), big.NewInt(2))).Int64() // Div rounds down: the divisor is positive
}

func whole(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

func plus(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(a, b) }

func minus(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }

// share returns amount × part / all.
func share(amount, part, all int64) *big.Rat {
	return new(big.Rat).Mul(whole(amount), big.NewRat(part, all))
}

// price is what so many paid seats cost for one period.
func (r *reference) price(seats int, unit int64, cycle int) int64 {
	d := r.discount
	if d.cycles > 0 && max(cycle, 1) > d.cycles {
		d = refDiscount{}
	}
	switch d.kind {
	case "percent":
		unit -= half(share(unit, d.value, 100))
	case "per_seat":
		unit = max(0, unit-d.value)
	}
	total := unit * int64(max(0, seats-r.included))
	if d.kind == "per_membership" {
		total = max(0, total-d.value)
	}
	return total
}

func (r *reference) now() int64 { return r.price(r.seats, r.unit, r.cycle) }

// unrefunded is what was paid for the period and not given back. What was given
// back whole stays so, whatever is added to it.
func (r *reference) unrefunded() int64 {
	if r.refunded {
		return 0
	}
	return max(0, r.now()-r.givenBack)
}

// rides is what is owed and was not collected.
func (r *reference) rides() int64 { return half(r.added) - r.settled }
