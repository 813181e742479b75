package domain_test

import "cmp"

// assignable is how many seats may be assigned: none that is about to go.
func (r *reference) assignable() int {
	if r.wish.seats > 0 {
		return min(r.seats, r.wish.seats) + r.free
	}
	return r.all()
}

func (r *reference) assign(at int64) refAnswer {
	return r.command(at, func(c *reference, _ int64, ans *refAnswer) {
		switch {
		case !c.live():
			ans.code = "not_active"
		case c.assigned >= c.assignable():
			ans.code = "no_seat_available"
		default:
			c.assigned++
			c.touch()
			ans.result = "applied"
		}
	})
}

func (r *reference) unassign(at int64) refAnswer {
	return r.command(at, func(c *reference, _ int64, ans *refAnswer) {
		if ans.result = "no_change"; c.assigned > 0 {
			c.assigned--
			c.touch()
			ans.result = "applied"
		}
	})
}

// grant gives n free seats, or takes some back.
func (r *reference) grant(n int, l refLimits, at int64) refAnswer {
	return r.command(at, func(c *reference, at int64, ans *refAnswer) {
		switch {
		case !c.live():
			ans.code = "not_active"
		case c.status != "past_due" && at >= c.end():
			ans.code = "renewal_in_progress"
		case n == 0:
			ans.result = "no_change"
		case c.free+n < 0:
			ans.code = "below_minimum_seats"
		case n > 0 && l.most > 0 && c.all()+n > l.most:
			ans.code = "above_maximum_seats"
		case n > 0 && l.limited && c.all()+n > l.room:
			ans.code = "tier_capacity_exceeded"
		case n < 0 && c.assignable()+n < c.assigned:
			ans.code = "seats_assigned"
		default:
			c.free += n
			c.touch()
			ans.result = "granted"
		}
	})
}

// announce prepares a seller's new price.
func (r *reference) announce(unit, effective, at int64) refAnswer {
	return r.command(at, func(c *reference, at int64, ans *refAnswer) {
		n := refNotice{tier: c.tier, length: c.length, unit: unit, effective: effective}
		switch {
		case !c.live():
			ans.code = "not_active"
		case effective < at+7*refDay:
			ans.code = "notice_too_short"
		default:
			if c.notice != n {
				c.notice = n
				c.touch()
			}
			ans.result = "scheduled"
		}
	})
}

func (r *reference) noticeSent(at int64) refAnswer {
	return r.command(at, func(c *reference, at int64, ans *refAnswer) {
		if ans.result = "no_change"; c.notice.effective > 0 && c.notice.notified == 0 {
			c.notice.notified = at
			c.touch()
			ans.result = "applied"
		}
	})
}

func (r *reference) expire(at int64) refAnswer {
	return r.command(at, func(_ *reference, _ int64, ans *refAnswer) { ans.result = cmp.Or(ans.result, "not_due") })
}
