package domain_test

import "cmp"

const (
	refHour = int64(3600)
	refDay  = 24 * refHour
	refWait = 23 * refHour // for the buyer to confirm
)

// clock returns when a command happens: never before what happened last.
func (r *reference) clock(at int64) int64 { return max(at, r.lastAt, r.flight.at) }

func (r *reference) touch() { r.touched = true }

// keep makes c what is stored.
func (r *reference) keep(c *reference, at int64) {
	if c.touched {
		c.version++
		c.lastAt = at
	}
	c.touched = false
	*r = *c
}

// command runs fn on a copy that has passed what is due, and keeps the copy
// unless fn refuses.
func (r *reference) command(at int64, fn func(c *reference, at int64, ans *refAnswer)) refAnswer {
	c, ans := r.clone(), refAnswer{}
	at = c.clock(at)
	c.pass(at, &ans)
	fn(c, at, &ans)
	if ans.code != "" {
		return refuse(ans.code)
	}
	r.keep(c, at)
	return ans
}

// pass gives up what the buyer did not confirm in time, then passes what is due
// by then and needs no money.
func (r *reference) pass(at int64, ans *refAnswer) {
	if f := r.flight; f.expires > 0 && at >= f.expires {
		ans.voided, r.flight = f.id, refFlight{}
		r.unpaid(f, "unreachable", ans)
		ans.result = ""
	}
	for r.live() {
		switch end := r.end(); {
		case r.status == "past_due":
			if at < r.debt.graceEnds || r.flight.id != "" {
				return
			}
			r.failedAt = r.debt.graceEnds
			r.stop("failed", r.failedAt, ans)
			ans.result = "ended"
		case at < end:
			return
		case r.status == "cancel_scheduled":
			r.stop("cancelled", end, ans)
			ans.result = "ended"
		case r.cycles > 0 && r.cycle >= r.cycles:
			r.endedAt = end
			r.stop("completed", end, ans)
			ans.result = "ended"
		default:
			p := r.following(0)
			if p.amount > 0 || r.flight.id != "" {
				return
			}
			r.advance(p, 0, ans)
			ans.result = "renewed_free"
		}
	}
}

// stop ends the membership; access stops at that instant.
func (r *reference) stop(why string, at int64, ans *refAnswer) {
	r.forget(ans)
	if why == "chargeback" {
		r.before = r.status
	} else {
		r.debt = refDebt{}
	}
	r.status, r.why, r.stoppedAt = "ended", why, at
	r.touch()
}

// forget gives up what is in flight; a retry that is given up was a try.
func (r *reference) forget(ans *refAnswer) {
	if r.flight.id != "" {
		if r.status == "past_due" && !r.flight.asked {
			r.debt.attempts++
		}
		ans.voided, r.flight = r.flight.id, refFlight{}
	}
}

// refPeriod is a period that is about to begin.
type refPeriod struct {
	months, length, seats int
	tier                  string
	unit                  int64
	noticed               bool
	skipped               int
	start, carried        int64
	amount                int64 // its price and what is carried
}

// following is the period after this one, with what was agreed for it; if at is
// past that too, the one that at falls into: those between are skipped.
func (r *reference) following(at int64) refPeriod {
	p := refPeriod{
		seats: cmp.Or(r.wish.seats, r.seats), length: cmp.Or(r.wish.length, r.length),
		tier: cmp.Or(r.wish.tier, r.tier), unit: r.unit,
	}
	if r.wish.priced {
		p.unit = r.wish.unit
	}
	if r.cycle > 0 {
		p.months = r.months + r.length
	}
	for later(r.anchor, p.months+p.length) <= at {
		p.months += p.length
		p.skipped++
	}
	p.start = later(r.anchor, p.months)
	n := r.notice
	if n.notified > 0 && !r.wish.priced && n.tier == p.tier && n.length == p.length && p.start >= n.effective && p.start >= n.notified+7*refDay {
		p.unit, p.noticed = n.unit, true
	}
	p.carried = r.rides()
	p.amount = r.price(p.seats, p.unit, r.cycle+1) + p.carried
	return p
}

// next is the renewal that is shown: when, how much, and for how many seats.
func (r *reference) next(least int64) (p refPeriod, ok bool) {
	if r.status != "active" && r.status != "trialing" || r.cycles > 0 && r.cycle >= r.cycles {
		return refPeriod{}, false
	}
	if p = r.following(0); p.amount < least {
		p.amount = 0
	}
	return p, true
}

func (r *reference) advance(p refPeriod, collected int64, ans *refAnswer) {
	if n := r.notice; p.noticed || n.effective > 0 && p.start >= n.effective && (n.tier != p.tier || n.length != p.length) {
		r.notice = refNotice{}
	}
	r.months, r.length, r.seats, r.tier, r.unit = p.months, p.length, p.seats, p.tier, p.unit
	r.cycle++
	r.status, r.wish, r.givenBack, r.refunded = "active", refWish{}, 0, false
	r.added, r.settled = whole(p.amount-collected), 0
	r.assigned = min(r.assigned, r.all())
	ans.skipped += p.skipped
	r.touch()
}

// renew runs what is due.
func (r *reference) renew(id string, least, at int64) refAnswer {
	return r.command(at, func(c *reference, at int64, ans *refAnswer) {
		switch {
		case c.flight.kind == "renewal", c.flight.kind == "change" && at >= c.end():
			ans.result = "unknown"
			return
		case c.status == "past_due" && c.debt.try > 0 && at >= c.debt.try:
			c.tryAgain(id, at, ans)
			return
		case c.status != "active" && c.status != "trialing", at < c.end():
			ans.result = cmp.Or(ans.result, "not_due")
			return
		}
		p := c.following(at)
		if p.amount == 0 || p.amount < least {
			c.advance(p, 0, ans)
			ans.result = "renewed"
			return
		}
		c.fly(refFlight{id: id, kind: "renewal", at: at, due: p.amount, period: p, notice: c.notice}, ans)
	})
}

// priced is the period whose renewal is in flight. An announcement that came
// since does not change it, and is not used up by it.
func (r *reference) priced(f refFlight) refPeriod {
	p := f.period
	p.noticed = p.noticed && r.notice == f.notice
	return p
}

func (r *reference) fly(f refFlight, ans *refAnswer) {
	r.flight = f
	ans.result, ans.pay = "unknown", f.due
}
