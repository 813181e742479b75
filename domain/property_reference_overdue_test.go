package domain_test

// unpaid forgets what was in flight; the renewal itself is then overdue.
func (r *reference) unpaid(f refFlight, how string, ans *refAnswer) {
	if ans.result = "payment_declined"; f.kind == "renewal" && !f.asked {
		r.declined(f, how, ans)
	}
}

// declined makes the membership past due: the period has begun all the same.
func (r *reference) declined(f refFlight, how string, ans *refAnswer) {
	if r.status == "past_due" {
		r.debt.attempts++
	} else {
		p := r.priced(f)
		r.advance(p, p.amount, ans)
		r.status = "past_due"
		r.debt = refDebt{amount: f.due, carried: p.carried, attempts: 1, due: p.start, graceEnds: max(p.start, f.at) + 5*refDay}
	}
	switch how {
	case "soft":
		r.debt.try = f.at + refDay
	case "unreachable":
		r.debt.try = f.at + refHour
	case "hard":
		r.debt.try = 0
	}
	ans.result = "declined"
	r.touch()
}

// retry tries an overdue payment now.
func (r *reference) retry(id string, at int64) refAnswer {
	return r.command(at, func(c *reference, at int64, ans *refAnswer) {
		switch {
		case ans.result == "ended":
		case !c.live():
			ans.code = "not_active"
		case c.flight.kind == "renewal":
			ans.result = "unknown"
		case c.status != "past_due":
			ans.result = "not_due"
		default:
			c.tryAgain(id, at, ans)
		}
	})
}

// payNow pays what is overdue, for so many seats if some are asked for.
func (r *reference) payNow(a refAsk, l refLimits, id string, at int64) refAnswer {
	return r.command(at, func(c *reference, at int64, ans *refAnswer) {
		switch {
		case ans.result == "ended":
			return
		case !c.live():
			ans.code = "not_active"
			return
		case c.flight.id != "":
			ans.code = "change_in_progress"
			return
		case c.status != "past_due":
			ans.result = "not_due"
			return
		}
		to := refTarget{seats: c.seats}
		if a.hasSeats {
			to.seats = a.seats - c.free
		}
		if ans.code = c.fits(to.seats, c.tier, l); ans.code != "" {
			return
		}
		due := c.price(to.seats, c.unit, c.cycle) + c.debt.carried
		if due == 0 || due < l.least {
			c.recover(to.seats, due, ans)
			return
		}
		c.fly(refFlight{id: id, kind: "renewal", to: to, at: at, due: due, asked: true}, ans)
	})
}

// recover ends what was overdue; so much of it was not collected.
func (r *reference) recover(seats int, uncollected int64, ans *refAnswer) {
	r.seats, r.status, r.debt = seats, "active", refDebt{}
	r.added, r.settled = whole(uncollected), 0
	r.assigned = min(r.assigned, r.all())
	ans.result = "recovered"
	r.touch()
}

func (r *reference) tryAgain(id string, at int64, ans *refAnswer) {
	r.fly(refFlight{id: id, kind: "renewal", to: refTarget{seats: r.seats}, at: at, due: r.debt.amount}, ans)
}

// settle carries out or forgets what was in flight.
func (r *reference) settle(id, status, how string, at int64) refAnswer {
	if r.flight.id != id {
		return refAnswer{result: "no_change"}
	}
	if status == "needs_action" {
		if r.flight.expires = r.flight.at + refWait; r.flight.kind == "change" {
			r.flight.expires = min(r.flight.expires, r.end())
		}
		return refAnswer{result: "requires_action"}
	}
	if status == "" {
		return refAnswer{result: "unknown"}
	}
	c, f, ans := r.clone(), r.flight, refAnswer{}
	at = c.clock(at)
	c.flight = refFlight{}
	switch {
	case status == "voided":
		c.unpaid(f, "unreachable", &ans)
	case status != "paid":
		c.unpaid(f, how, &ans)
	case f.kind == "restart":
		c.restarted(f.to, 0, f.at, &ans)
	case f.kind == "renewal" && c.status == "past_due":
		c.recover(f.to.seats, 0, &ans)
	case f.kind == "renewal":
		c.advance(c.priced(f), f.due, &ans)
		ans.result = "renewed"
	case f.to.anew:
		c.begin(f.to, 0, f.at)
		ans.result, ans.credit = "applied_new_period", f.credit
	default:
		c.take(f.to)
		c.added, c.settled = plus(c.added, f.added), c.settled+f.due
		ans.result = "applied"
	}
	result := ans.result
	c.pass(at, &ans)
	ans.result = result
	r.keep(c, at)
	return ans
}
