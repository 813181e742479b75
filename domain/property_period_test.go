package domain_test

import (
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/luck"
	"pgregory.net/rapid"
)

// Boundaries only ever come later, on the anchor's day of the month or the last
// of a shorter one, at its time of day. (Invariant 6, without a membership.)
func TestBoundary_strictlyIncreases(t *testing.T) {
	luck.Fixed(t, 1000)
	rapid.Check(t, func(t *rapid.T) {
		anchor := unixTime(rapid.Int64Range(at(1970, 1, 2, 0), at(2400, 1, 1, 0)).Draw(t, "anchor"))
		if rapid.Bool().Draw(t, "a known one") {
			anchor = unixTime(rapid.SampledFrom(anchors).Draw(t, "anchor"))
		}
		from := upTo(t, "months", 1000)
		was := domain.Boundary(anchor, from)
		for m := from + 1; m < from+30; m++ {
			is := domain.Boundary(anchor, m)
			if !is.After(was) {
				t.Fatalf("%d months after %v is %v, and one month before that %v", m, anchor, is, was)
			}
			if unix(is) != later(anchor.Unix(), m) {
				t.Fatalf("%d months after %v is %v, by the calendar %s", m, anchor, is, clockText(later(anchor.Unix(), m)))
			}
			last := time.Date(is.Year(), is.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
			if is.Day() != min(anchor.Day(), last) || is.Sub(is.Truncate(24*time.Hour)) != anchor.Sub(anchor.Truncate(24*time.Hour)) {
				t.Fatalf("%d months after %v is %v", m, anchor, is)
			}
			if n, ok := domain.MonthsBetween(anchor, is); !ok || n != m {
				t.Fatalf("%v is %d months after %v, %t", is, n, anchor, ok)
			}
			was = is
		}
	})
}

// simple draws a paid membership and nothing around it.
func simple(t *rapid.T) *domain.Membership {
	unit := pick[int64](t, "unit", 1000, 3, 599, 1_000_000_000, 2_592_000, 1)
	s := domain.Start{
		ID: "m", SellerID: "s", ProductID: "p", PurchaseID: "sale",
		Recurrence: domain.Recurrence(rapid.SampledFrom(names).Draw(t, "recurrence")),
		Terms:      domain.Terms{Tier: "standard", Unit: unit, Currency: "usd", Included: pick(t, "included", 0, 0, 2)},
		Seats:      1 + upTo(t, "seats", 9), At: unixTime(rapid.SampledFrom(anchors).Draw(t, "anchor")),
	}
	switch upTo(t, "discount", 5) {
	case 4:
		s.Terms.Discount = domain.Discount{Kind: domain.Percent, Value: 33, Cycles: upTo(t, "for", 2)}
	case 5:
		s.Terms.Discount = domain.Discount{Kind: domain.PerMembership, Value: unit}
	}
	price, err := s.Price()
	if err != nil {
		t.Fatal(err)
	}
	s.Collected = price.Amount
	m, _, err := domain.NewMembership(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// paid carries out a change to so many seats, and pays it.
func paid(t *rapid.T, m *domain.Membership, seats int, least, now int64) (out domain.Outcome, charged int64) {
	l := domain.Limits{LeastCharge: least}
	q, err := m.Quote(domain.AskSeats(seats), l, unixTime(now))
	if err != nil {
		t.Fatal(err)
	}
	if out, err = m.Change(q, l, "pay", "key", unixTime(now)); err != nil {
		t.Fatal(err)
	}
	if out.Payment == nil {
		return out, 0
	}
	p := out.Payment
	if _, err = p.Settle(domain.Answer{Status: domain.Paid}, unixTime(now)); err != nil {
		t.Fatal(err)
	}
	if out, err = m.Settle(p.State(), unixTime(now)); err != nil {
		t.Fatal(err)
	}
	return out, p.State().Amount.Amount
}

// inside draws an instant of the current period.
func inside(t *rapid.T, m *domain.Membership) int64 {
	p := m.State().Period()
	return pick(t, "near the end", rapid.Int64Range(unix(p.StartAt), unix(p.EndAt)-1).Draw(t, "at"), unix(p.EndAt)-1, unix(p.StartAt))
}

// Many small increases at one instant cost what one large one costs, whatever
// is too little to be collected at once. (Invariant 3.)
func TestMembership_manyStepsCostWhatOneCosts(t *testing.T) {
	luck.Fixed(t, 1000)
	rapid.Check(t, func(t *rapid.T) {
		m := simple(t)
		least := pick[int64](t, "least charge", 0, 50, 1)
		now := inside(t, m)
		one := domain.RestoreMembership(m.State())
		steps := 1 + upTo(t, "steps", 40)
		var many int64
		for range steps {
			_, charged := paid(t, m, m.State().SeatsNow()+1, least, now)
			many += charged
		}
		_, once := paid(t, one, m.State().SeatsNow(), least, now)
		if many+m.State().Deferred() != once+one.State().Deferred() {
			t.Fatalf("%d steps cost %d and defer %d, one costs %d and defers %d", steps, many, m.State().Deferred(), once, one.State().Deferred())
		}
		if n, _ := m.State().Next(0); least == 0 && once != many {
			t.Fatalf("%d steps cost %d, one %d (then %+v)", steps, many, once, n)
		}
	})
}

// Up, down, and up again to seats that are paid for costs nothing; what goes
// down is neither paid back nor taken away before the end. (Invariant 5.)
func TestMembership_upDownUp(t *testing.T) {
	luck.Fixed(t, 1000)
	rapid.Check(t, func(t *rapid.T) {
		m := simple(t)
		now := inside(t, m)
		base := m.State().SeatsNow()
		up := base + 1 + upTo(t, "up", 9)
		paid(t, m, up, 0, now)
		after := m.State()
		end := unix(after.Period().EndAt)
		now = rapid.Int64Range(now, end-1).Draw(t, "down at")
		down := 1 + upTo(t, "down", up-2)
		out, charged := paid(t, m, down, 0, now)
		free := out.Result == domain.AppliedFree // all of it is included
		if charged != 0 || !free && (out.Result != domain.Scheduled || m.State().SeatsNow() != up) {
			t.Fatalf("down to %d: %s, charged %d, %d seats", down, out.Result, charged, m.State().SeatsNow())
		}
		now = rapid.Int64Range(now, end-1).Draw(t, "up at")
		out, charged = paid(t, m, up, 0, now)
		if charged != 0 || m.State().SeatsNow() != up || !free && out.Result != domain.PendingRemoved {
			t.Fatalf("up again to %d: %s, charged %d, %d seats", up, out.Result, charged, m.State().SeatsNow())
		}
		if is, want := m.State().Ledger.Settled, after.Ledger.Settled; is != want {
			t.Fatalf("%d are settled, and were %d", is, want)
		}
	})
}

// When jobs run does not move a date: a renewal that runs late, or is paid late,
// begins the period that one on time begins. (Invariant 6.)
func TestMembership_lateJobsMoveNothing(t *testing.T) {
	luck.Fixed(t, 1000)
	rapid.Check(t, func(t *rapid.T) {
		m := simple(t)
		late := domain.RestoreMembership(m.State())
		for range 1 + upTo(t, "renewals", 14) {
			end := unix(m.State().Period().EndAt)
			delay := rapid.Int64Range(0, 27*refDay).Draw(t, "late by")
			renewed(t, m, end, end)
			renewed(t, late, end+delay, end+delay+rapid.Int64Range(0, refWait-1).Draw(t, "paid later by"))
			if p, q := m.State().Period(), late.State().Period(); p != q || m.State().Price() != late.State().Price() {
				t.Fatalf("on time %v, late %v", p, q)
			}
		}
	})
}

// renewed renews m at an instant; the answer comes at another.
func renewed(t *rapid.T, m *domain.Membership, now, answered int64) {
	out, err := m.Renew("pay", 0, unixTime(now))
	if err != nil {
		t.Fatal(err)
	}
	if p := out.Payment; p != nil {
		if _, err := p.Settle(domain.Answer{Status: domain.Paid}, unixTime(answered)); err != nil {
			t.Fatal(err)
		}
		if out, err = m.Settle(p.State(), unixTime(answered)); err != nil {
			t.Fatal(err)
		}
	}
	if out.Result != domain.Renewed && out.Result != domain.RenewedFree {
		t.Fatalf("the renewal at %s comes to %s", clockText(now), out.Result)
	}
}
