package domain_test

import (
	"cmp"
	"math/big"
)

// refAsk is what a buyer asks for; zero fields stay as they are.
type refAsk struct {
	seats    int
	hasSeats bool
	tier     string
	length   int
	unit     int64
	hasUnit  bool
}

// refQuote is a priced preview.
type refQuote struct {
	version     int64
	ask         refAsk
	result      string
	due, credit int64
	at, expires int64
	after       *reference
	to          refTarget
	added       *big.Rat
}

// stuck says why nothing may be changed now, in the order of the rules.
func (r *reference) stuck(at int64) string {
	switch {
	case r.status == "ended":
		return "not_active"
	case r.status == "past_due":
		return "payment_overdue"
	case r.status == "cancel_scheduled":
		return "cancellation_scheduled"
	case at >= r.end():
		return "renewal_in_progress"
	case r.cycles > 0 || r.installments:
		return "fixed_length_no_plan_change"
	case r.flight.id != "":
		return "change_in_progress"
	}
	return ""
}

// fits says why there cannot be so many paid seats of a tier. Whoever has more
// than is sold today keeps them, but gets no more.
func (r *reference) fits(seats int, tier string, l refLimits) string {
	total := seats + r.free
	grows := total > r.all() || !r.live()
	switch {
	case seats < 1:
		return "below_minimum_seats"
	case l.most > 0 && total > l.most && grows:
		return "above_maximum_seats"
	case l.limited && total > l.room && (grows || tier != r.tier):
		return "tier_capacity_exceeded"
	case total < r.assigned && r.live():
		return "seats_assigned"
	}
	return ""
}

// weigh prices what is asked for at an instant, and says what it comes to.
func (r *reference) weigh(a refAsk, l refLimits, at int64) (refQuote, string) {
	if code := r.stuck(at); code != "" {
		return refQuote{}, code
	}
	to := refTarget{
		seats: r.seats, length: cmp.Or(a.length, r.length), tier: cmp.Or(a.tier, r.tier), unit: r.unit,
		endsSeats: a.hasSeats, endsPlan: a.tier != "" || a.length != 0 || a.hasUnit,
	}
	if a.hasSeats {
		to.seats = a.seats - r.free
	}
	if a.hasUnit {
		if to.unit = a.unit; a.unit < l.leastUnit {
			return refQuote{}, "invalid"
		}
	}
	if code := r.fits(to.seats, to.tier, l); code != "" {
		return refQuote{}, code
	}
	q := refQuote{version: r.version, ask: a, at: at, expires: min(at+15*60, r.end()), after: r.clone(), to: to}
	seats, length, unit := cmp.Compare(to.seats, r.seats), cmp.Compare(to.length, r.length), cmp.Compare(to.unit, r.unit)
	fromFree := r.unit == 0 && to.unit > 0
	toFree := r.unit > 0 && to.unit == 0
	var code string
	switch {
	case seats == 0 && length == 0 && unit == 0 && to.tier == r.tier:
		if q.result = "no_change"; q.after.drop(to) {
			q.result = "pending_decrease_removed"
		}
	case r.status == "trialing":
		q.result = "applied_in_trial"
		q.after.take(to)
	case toFree && seats > 0, fromFree && seats < 0:
		code = "mixed_direction"
	case !fromFree && !toFree && (length > 0 && seats < 0 || length < 0 && seats > 0 || length == 0 && unit*seats < 0):
		code = "mixed_direction"
	case toFree:
		q.result = "scheduled"
		q.after.wishFor(a, to)
	case fromFree, length > 0:
		code = q.anew(r, l)
	case length < 0, unit < 0, seats < 0 && r.price(to.seats, to.unit, r.cycle) != r.now():
		q.result = "scheduled"
		q.after.wishFor(a, to)
	default:
		q.inPeriod(r, l, seats)
	}
	return q, code
}

// inPeriod prices a change in force at once: the difference for the time left.
func (q *refQuote) inPeriod(r *reference, l refLimits, seats int) {
	if q.result = "applied"; seats < 0 {
		q.result = "applied_free"
	}
	q.added = share(r.price(q.to.seats, q.to.unit, r.cycle)-r.now(), r.end()-q.at, r.end()-r.start())
	q.after.take(q.to)
	q.after.touch()
	q.after.added = plus(r.added, q.added)
	if due := q.after.rides(); due > 0 && due >= l.least {
		q.due = due
		q.after.settled += due
	}
}

// anew prices a new period that begins at once: all of its price and what still
// rides, without the unused part of what was paid for the current one.
func (q *refQuote) anew(r *reference, l refLimits) (code string) {
	price := r.price(q.to.seats, q.to.unit, r.cycle+1)
	unused := share(r.unrefunded(), r.end()-q.at, r.end()-r.start())
	due := half(minus(plus(whole(price), r.added), unused)) - r.settled
	if due < 0 {
		return "credit_exceeds_charge"
	}
	q.result, q.to.anew, q.credit = "applied_new_period", true, price+r.rides()-due
	rest := due
	if due > 0 && due >= l.least {
		q.due, rest = due, 0
	}
	q.after.begin(q.to, rest, q.at)
	return ""
}

// take puts a target in force.
func (r *reference) take(to refTarget) {
	r.seats, r.length, r.tier, r.unit = to.seats, to.length, to.tier, to.unit
	r.drop(to)
	r.touch()
}

// drop forgets what a target takes the place of, and says whether there was any.
func (r *reference) drop(to refTarget) bool {
	was := r.wish
	if to.endsSeats {
		r.wish.seats = 0
	}
	if to.endsPlan {
		r.wish = refWish{seats: r.wish.seats}
	}
	if r.wish != was {
		r.touch()
	}
	return r.wish != was
}

// wishFor keeps what was asked for until the next period: the last word on each
// field counts.
func (r *reference) wishFor(a refAsk, to refTarget) {
	was := r.wish
	if a.hasSeats {
		if r.wish.seats = to.seats; to.seats == r.seats {
			r.wish.seats = 0
		}
	}
	if to.endsPlan {
		r.wish.tier, r.wish.length = cmp.Or(a.tier, r.wish.tier), cmp.Or(a.length, r.wish.length)
		r.wish.unit, r.wish.priced = to.unit, true
	}
	if r.wish != was {
		r.touch()
	}
}

// begin starts a new period at an instant, which becomes the anchor.
func (r *reference) begin(to refTarget, uncollected, at int64) {
	r.take(to)
	r.anchor, r.months, r.givenBack, r.refunded = at, 0, 0, false
	r.cycle++
	r.added, r.settled = whole(uncollected), 0
	if r.status == "cancel_scheduled" {
		r.cancelledAt = r.end()
	}
}

// quote is a preview; it changes nothing.
func (r *reference) quote(a refAsk, l refLimits, at int64) (refQuote, refAnswer) {
	c := r.clone()
	at = c.clock(at)
	c.pass(at, &refAnswer{})
	q, code := c.weigh(a, l, at)
	return q, refuse(code)
}

// commit carries a quote out as of the second it was made.
func (r *reference) commit(q refQuote, l refLimits, id string, at int64) refAnswer {
	c, ans := r.clone(), refAnswer{}
	at = max(c.clock(at), q.at)
	c.pass(q.at, &ans)
	switch {
	case q.version != r.version || at >= c.end():
		return refuse("quote_stale")
	case at > q.expires:
		return refuse("quote_expired")
	}
	again, code := c.weigh(q.ask, l, q.at)
	if code != "" {
		return refuse(code)
	}
	ans.result, ans.credit, ans.pay = again.result, again.credit, q.due
	if q.due > 0 {
		ans.result = "unknown"
		c.flight = refFlight{
			credit: again.credit,
			id:     id, kind: "change", to: again.to, added: again.added, at: q.at, due: q.due,
		}
	} else {
		c = again.after
	}
	r.keep(c, at)
	return ans
}
