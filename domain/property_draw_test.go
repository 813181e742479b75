package domain_test

import (
	"cmp"
	"fmt"

	"github.com/usherhq/usher/domain"
	"pgregory.net/rapid"
)

// move lets some time pass: mostly a little, often exactly to where something
// happens or a second before it, and sometimes backwards.
func (w *world) move() {
	r := w.ref
	end := r.end()
	to := w.now
	some := func(most int64) int64 { return rapid.Int64Range(0, most).Draw(w.t, "by") }
	kinds := []string{"stay", "seconds", "minutes", "days", "end"}
	switch {
	case r.status == "past_due":
		kinds = []string{"stay", "minutes", "retry", "retry", "grace", "days", "hours", "hours"}
	case !r.live():
		kinds = []string{"stay", "seconds", "days", "minutes", "month"}
	case w.now >= end:
		kinds = []string{"stay", "stay", "stay", "seconds", "hours", "month"}
	case r.status == "trialing" || r.status == "cancel_scheduled":
		kinds = []string{"stay", "days", "minutes", "end", "end"}
	}
	if r.flight.id != "" {
		kinds = append(kinds, "answer", "stay")
	}
	if len(w.quotes) > 0 {
		kinds = append(kinds, "quote")
	}
	switch pick(w.t, "move", append(kinds, "rarely")...) {
	case "seconds":
		to += some(60)
	case "minutes":
		to += some(3600)
	case "hours":
		to += some(30 * 3600)
	case "days":
		to += some(9 * refDay)
	case "month":
		to += some(70 * refDay)
	case "end":
		to = max(to, end+pick[int64](w.t, "off", 0, 0, -1, 1, -600))
	case "retry":
		to = max(to, r.debt.try)
	case "grace":
		to = max(to, r.debt.graceEnds+pick[int64](w.t, "off", 0, -1))
	case "answer":
		to = max(to, r.flight.expires+pick[int64](w.t, "off", 0, -1))
	case "quote":
		to = max(to, w.quotes[len(w.quotes)-1].ref.expires+pick[int64](w.t, "off", 0, 1, -1))
	case "rarely":
		to += pick(w.t, "far", -3600, -2*refDay, 40*refDay, 200*refDay, 0)
	}
	w.now = to
}

// bag is what may come next; what is in it often comes often.
func (w *world) bag() []string {
	r := w.ref
	bag := []string{
		"seats", "seats", "seats", "plan", "quote", "commit", "commit", "answer", "assign", "unassign", "grant", "announce", "notice sent",
		"cancel", "uncancel", "restart", "renew", "retry", "pay now", "expire", "end now", "chargeback", "dispute won", "refund", "repeat", "repeat",
	}
	add := func(n int, names ...string) {
		for range n {
			bag = append(bag, names...)
		}
	}
	switch {
	case r.status == "active" && w.now < r.end(), r.status == "trialing" && w.now < r.end():
		add(4, "seats", "seats", "plan", "plan", "assign")
		add(2, "quote", "commit", "grant")
		add(1, "cancel", "renew", "notice sent", "announce")
	case r.status == "active" || r.status == "trialing":
		add(12, "renew", "renew")
	case r.status == "past_due":
		add(2, "retry", "pay now", "pay now", "renew", "expire", "cancel", "chargeback")
	case r.status == "cancel_scheduled":
		add(2, "uncancel", "uncancel", "expire", "chargeback", "refund")
	default:
		add(6, "restart", "restart", "dispute won")
	}
	if r.status == "past_due" && r.flight.id != "" {
		add(4, "chargeback")
	}
	if r.why == "chargeback" && w.now < r.end() {
		add(12, "dispute won")
	}
	if len(w.open()) > 0 {
		add(3, "answer", "answer")
	}
	return bag
}

// limits draws what the product and the processor allow now.
func (w *world) limits() (domain.Limits, refLimits) {
	l := refLimits{most: w.most, least: w.least}
	switch upTo(w.t, "room", 9) {
	case 9:
		l.limited, l.room = true, max(0, w.ref.all()+upTo(w.t, "left", 4)-2)
	case 7: // the seller sells fewer by now
		l.most = max(1, w.ref.all()-upTo(w.t, "fewer", 3))
	case 8:
		l.leastUnit = w.ref.unit + 1
	}
	return domain.Limits{MostSeats: l.most, Limited: l.limited, TierRoom: l.room, LeastUnit: l.leastUnit, LeastCharge: l.least}, l
}

func (w *world) actor() domain.Actor {
	return pick(w.t, "by", domain.Buyer, domain.Buyer, domain.Buyer, domain.SellerActor, domain.Admin)
}

// ask turns what is asked for into the domain's words.
func (a refAsk) request() domain.Request {
	r := domain.Request{Seats: a.seats, HasSeats: a.hasSeats, Tier: domain.VariantID(a.tier), Unit: a.unit, HasUnit: a.hasUnit}
	if a.length > 0 {
		r.Recurrence = domain.Recurrence(recurrenceOf(a.length))
	}
	return r
}

func (a refAsk) String() string {
	s := ""
	if a.hasSeats {
		s += fmt.Sprintf(" %d seats", a.seats)
	}
	if a.tier != "" {
		s += " of " + a.tier
	}
	if a.length > 0 {
		s += " " + recurrenceOf(a.length)
	}
	if a.hasUnit {
		s += fmt.Sprintf(" at %d", a.unit)
	}
	return s
}

// askSeats draws how many seats are asked for.
func (w *world) askSeats() refAsk {
	r := w.ref
	n := r.all() + pick(w.t, "seats", 1, 1, 2, 3, -1, -1, -2, 0, 7, -5)
	switch upTo(w.t, "which", 11) {
	case 9:
		n = r.assigned - upTo(w.t, "below", 1)
	case 10:
		n = r.all()
	case 11:
		n = upTo(w.t, "few", 1)
	}
	return refAsk{seats: n, hasSeats: true}
}

// askPlan draws a tier, a recurrence or an amount, with or without seats.
func (w *world) askPlan() refAsk {
	r, a := w.ref, refAsk{}
	if upTo(w.t, "seats too", 3) == 3 {
		a = w.askSeats()
	}
	switch upTo(w.t, "plan", 6) {
	case 0, 1:
		a.tier = rapid.SampledFrom(tiers).Draw(w.t, "tier")
	case 2, 3:
		a.length = lengths[rapid.SampledFrom(names).Draw(w.t, "recurrence")]
	case 4:
		a.tier = rapid.SampledFrom(tiers).Draw(w.t, "tier")
		a.length = lengths[rapid.SampledFrom(names).Draw(w.t, "recurrence")]
	case 5: // longer, for next to nothing
		a.length = lengths["every_two_years"]
		a.unit, a.hasUnit = (r.unit+19)/20, true
		return a
	case 6: // pay what you want
		a.unit, a.hasUnit = max(0, r.unit*pick[int64](w.t, "tenths", 11, 9, 20, 5, 10, 0)/10), true
		return a
	}
	a.unit, a.hasUnit = w.price(cmp.Or(a.tier, r.tier), cmp.Or(a.length, r.length)), true
	if a.tier == "" && a.length == r.length {
		a.unit = r.unit
	}
	return a
}

// room says what is not as usual.
func room(l refLimits) string {
	switch {
	case l.limited:
		return fmt.Sprintf(" (room for %d)", l.room)
	case l.leastUnit > 0:
		return fmt.Sprintf(" (at least %d)", l.leastUnit)
	case l.most > 0:
		return fmt.Sprintf(" (at most %d seats)", l.most)
	}
	return ""
}
