package domain_test

import (
	"math/big"
	"time"

	"github.com/usherhq/usher/domain"
	"pgregory.net/rapid"
)

// pick draws one of several values; the first is the simplest.
func pick[T any](t *rapid.T, label string, of ...T) T { return rapid.SampledFrom(of).Draw(t, label) }

func upTo(t *rapid.T, label string, n int) int { return rapid.IntRange(0, n).Draw(t, label) }

var anchors = []int64{
	at(2026, 4, 1, 0), at(2026, 1, 31, 33330), at(2024, 1, 31, 0), at(2024, 2, 29, 43200), at(2025, 8, 31, 86399), at(2025, 11, 30, 0),
	at(2026, 1, 29, 1), at(2026, 2, 28, 0), at(2023, 12, 31, 86399), at(2026, 3, 29, 5400), at(2000, 2, 29, 0), at(2099, 12, 31, 7),
}

func at(year int, month time.Month, day, seconds int) int64 {
	return time.Date(year, month, day, 0, 0, seconds, 0, time.UTC).Unix()
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func unixTime(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return time.Unix(at, 0).UTC()
}

// tiers of the product and what they cost, as parts of the standard one.
var tiers = []string{"standard", "other", "basic", "plus", "free"}

var tierPrice = map[string][2]int64{"": {1, 1}, "standard": {1, 1}, "other": {1, 1}, "basic": {3, 5}, "plus": {2, 1}, "free": {0, 1}}

// begin draws a new membership.
func begin(t *rapid.T, reached *reached) *world {
	w := &world{
		t: t, pays: map[domain.PaymentID]*domain.Payment{}, sealed: map[domain.PaymentID]promise{},
		renewals: map[int]int{}, reached: reached,
	}
	w.now = pick(t, "anchor", anchors...)
	if upTo(t, "any anchor", 2) == 2 {
		w.now = rapid.Int64Range(at(2020, 1, 1, 0), at(2032, 1, 1, 0)).Draw(t, "at")
	}
	money := pick(t, "money", [2]any{"usd", int64(1000)}, [2]any{"usd", int64(599)}, [2]any{"usd", int64(3)}, [2]any{"jpy", int64(1000)},
		[2]any{"kwd", int64(3500)}, [2]any{"krw", int64(1_000_000_000)}, [2]any{"usd", int64(2_592_000)}, [2]any{"usd", int64(50_000_000_000_000)})
	base := money[1].(int64)
	w.price = func(tier string, length int) int64 {
		of := tierPrice[tier]
		// Longer is a little cheaper.
		return base * of[0] / of[1] * int64(length) * int64(40-length) / 39
	}
	r := &reference{
		status: "active", anchor: w.now, createdAt: w.now, cycle: 1, lastAt: w.now, version: 1,
		length: lengths[pick(t, "recurrence", "monthly", "monthly", "monthly", "quarterly", "biannually", "yearly", "every_two_years")],
		tier:   pick(t, "tier", "standard", "standard", "standard", "", "plus", "basic", "free"),
		seats:  pick(t, "seats", 1, 2, 3, 5, 10, 1000), added: new(big.Rat),
	}
	r.unit = w.price(r.tier, r.length)
	r.included = pick(t, "included", 0, 0, 0, 0, 0, 3)
	if upTo(t, "discounted", 4) == 4 {
		r.discount.kind = pick(t, "discount", "percent", "per_seat", "per_membership")
		r.discount.value = pick[int64](t, "off", 10, 1, 33, 50, 100)
		r.discount.cycles = pick(t, "for", 0, 1, 2)
	}
	w.least = pick[int64](t, "least charge", 0, 0, 50, 1, 100)
	w.most = pick(t, "most seats", 0, 0, 0, 0, r.seats+2, r.seats)
	switch upTo(t, "kind", 11) {
	case 9:
		r.cycles = pick(t, "cycles", 1, 2, 4)
	case 10:
		r.installments = true
	case 8, 11:
		r.status, r.cycle = "trialing", 0
		r.anchor += pick(t, "trial", 7*refDay, 30*refDay)
	}
	w.start(r)
	return w
}

// start makes the membership that r describes.
func (w *world) start(r *reference) {
	s := domain.Start{
		ID: "m", SellerID: "s", ProductID: "p", PurchaseID: "sale", Recurrence: domain.Recurrence(recurrenceOf(r.length)),
		Terms: domain.Terms{
			Tier: domain.VariantID(r.tier), Unit: r.unit, Currency: "usd", Included: r.included,
			Discount: domain.Discount{Kind: domain.DiscountKind(r.discount.kind), Value: r.discount.value, Cycles: r.discount.cycles},
		},
		Seats: r.seats, Charges: r.cycles, Installments: r.installments, At: w.instant(),
	}
	if r.cycle == 0 {
		s.FreeTrialEndsAt = unixTime(r.anchor)
		w.reached.row(beganTrial)
	} else {
		w.reached.row(bought)
		if price := r.now(); price >= w.least {
			s.Collected = price
		} else {
			r.added = whole(price)
		}
	}
	m, out, err := domain.NewMembership(s)
	w.check(err == nil && out.Result == domain.Applied, "new: %v", err)
	is := m.State()
	is.Assigned = pick(w.t, "assigned", 0, 1, r.seats-1, r.seats)
	r.assigned = is.Assigned
	w.m, w.ref = domain.RestoreMembership(is), r
	w.log = append(w.log, clockText(w.now)+"  begin "+describe(s, r, w.least, w.most))
	w.sameAnswer(domain.Outcome{}, "", refAnswer{})
}
