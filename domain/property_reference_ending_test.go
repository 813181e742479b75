package domain_test

import "cmp"

func (r *reference) cancel(by string, at int64) refAnswer {
	return r.command(at, func(c *reference, at int64, ans *refAnswer) {
		switch {
		case !c.live():
			ans.code = "not_active"
		case c.status == "cancel_scheduled":
			ans.result = "no_change"
		case c.status == "past_due" || at >= c.end(): // what was not paid for is not begun
			c.requestedAt, c.by, c.cancelledAt = at, by, at
			if c.status != "past_due" {
				c.cancelledAt = c.end()
			}
			c.stop("cancelled", c.cancelledAt, ans)
			ans.result = "ended_now"
		default:
			c.status, c.requestedAt, c.by, c.cancelledAt = "cancel_scheduled", at, by, c.end()
			c.touch()
			ans.result = "scheduled"
		}
	})
}

func (r *reference) uncancel(by string, at int64) refAnswer {
	return r.command(at, func(c *reference, _ int64, ans *refAnswer) { c.takeBack(by, ans) })
}

// takeBack undoes a scheduled end.
func (r *reference) takeBack(by string, ans *refAnswer) {
	switch {
	case !r.live():
		ans.code = "not_active"
	case r.status != "cancel_scheduled":
		ans.code = "not_cancelled"
	case by == "buyer" && r.by != "buyer":
		ans.code = "not_restartable"
	default:
		r.requestedAt, r.by, r.cancelledAt = 0, "", 0
		if r.status = "active"; r.cycle == 0 {
			r.status = "trialing"
		}
		r.touch()
		ans.result = "resumed"
	}
}

func (r *reference) endNow(by string, at int64) refAnswer {
	return r.command(at, func(c *reference, at int64, ans *refAnswer) {
		if !c.live() {
			ans.code = "not_active"
			return
		}
		c.requestedAt, c.by, c.cancelledAt = at, by, at
		c.stop("revoked", at, ans)
		ans.result = "ended_now"
	})
}

func (r *reference) chargeback(at int64) refAnswer {
	return r.command(at, func(c *reference, at int64, ans *refAnswer) {
		if !c.live() {
			ans.code = "not_active"
			return
		}
		c.cancelledAt = at
		c.stop("chargeback", at, ans)
		ans.result = "ended_now"
	})
}

func (r *reference) disputeWon(at int64) refAnswer {
	return r.command(at, func(c *reference, at int64, ans *refAnswer) {
		if c.why != "chargeback" || at >= c.end() {
			ans.result = "no_change"
			return
		}
		c.forget(ans)
		c.status, c.before, c.why, c.stoppedAt = c.before, "", "", 0
		if c.status == "cancel_scheduled" {
			c.cancelledAt = c.end()
		} else {
			c.requestedAt, c.by, c.cancelledAt = 0, "", 0
		}
		c.touch()
		c.pass(at, ans)
		ans.result = "resumed"
	})
}

// refund gives back so much of the current period; 0: all of it.
func (r *reference) refund(amount, at int64) refAnswer {
	return r.command(at, func(c *reference, at int64, ans *refAnswer) {
		left := c.unrefunded()
		switch {
		case !c.live():
			ans.code = "not_active"
			return
		case c.cycle == 0, c.status == "past_due": // nothing was paid
			ans.result = "no_change"
			return
		case amount == 0 || amount > left:
			amount = left
		}
		if amount > 0 {
			c.givenBack += amount
			c.refunded = amount == left
			c.touch()
		}
		ans.result = "applied"
		if c.status == "cancel_scheduled" {
			c.cancelledAt = at
			c.stop("cancelled", at, ans)
			ans.result = "ended_now"
		}
	})
}

// mayRestart: a buyer what the buyer ended, or did not pay, or charged back; a
// seller anything that has not run its length.
func (r *reference) mayRestart(by string) bool {
	switch {
	case r.why == "completed":
		return false
	case by != "buyer" || r.why == "failed":
		return true
	case r.why == "cancelled":
		return r.by == "buyer"
	}
	return r.why == "chargeback" && (r.by == "" || r.by == "buyer")
}

func (r *reference) restart(by string, a refAsk, l refLimits, id string, at int64) refAnswer {
	return r.command(at, func(c *reference, at int64, ans *refAnswer) {
		switch {
		case c.status == "cancel_scheduled":
			c.takeBack(by, ans)
			return
		case c.live():
			ans.code = "already_active"
			return
		case !c.mayRestart(by):
			ans.code = "not_restartable"
			return
		case c.flight.id != "":
			ans.code = "change_in_progress"
			return
		}
		to := refTarget{seats: cmp.Or(c.wish.seats, c.seats), length: c.length, tier: c.tier, unit: c.unit, endsSeats: true, endsPlan: true, anew: true}
		if a.hasSeats {
			to.seats = a.seats - c.free
		}
		if ans.code = c.fits(to.seats, c.tier, l); ans.code != "" {
			return
		}
		due := c.price(to.seats, c.unit, c.cycle+1)
		if due == 0 || due < l.least {
			c.restarted(to, due, at, ans)
			return
		}
		c.fly(refFlight{id: id, kind: "restart", to: to, at: at, due: due}, ans)
	})
}

func (r *reference) restarted(to refTarget, uncollected, at int64, ans *refAnswer) {
	r.status, r.why, r.before, r.by, r.debt = "active", "", "", "", refDebt{}
	r.requestedAt, r.cancelledAt, r.failedAt, r.endedAt, r.stoppedAt = 0, 0, 0, 0, 0
	r.begin(to, uncollected, at)
	r.assigned = min(r.assigned, r.all())
	ans.result = "restarted"
}
