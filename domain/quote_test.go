package domain

import (
	"testing"
	"time"
)

func TestQuote(t *testing.T) {
	for _, tt := range []struct {
		name string
		of   func(*MembershipState)
		ask  Request
		at   time.Time
		want Quote
	}{
		{"more seats", asItIs, AskSeats(8), april(16), Quote{
			Result: Applied, DueNow: Money{1500, "usd"}, SeatsNow: 8, SeatsNext: 8, NextAt: may(1), NextAmount: Money{8000, "usd"},
		}},
		{"fewer seats: nothing now, less from the next period on", asItIs, AskSeats(3), april(16), Quote{
			Result: Scheduled, DueNow: Money{0, "usd"}, SeatsNow: 5, SeatsNext: 3, NextAt: may(1), NextAmount: Money{3000, "usd"},
		}},
		{"a longer recurrence shows the credit in its price", asItIs, every(Yearly, 10000), april(16), Quote{
			Result: AppliedNewPeriod, DueNow: Money{47500, "usd"}, Credit: 2500, SeatsNow: 5, SeatsNext: 5,
			NextAt: april(16).AddDate(1, 0, 0), NextAmount: Money{50000, "usd"},
		}},
		{"free seats are counted and cost nothing", freeSeats(2), AskSeats(10), april(16), Quote{
			Result: Applied, DueNow: Money{1500, "usd"}, SeatsNow: 10, SeatsNext: 10, NextAt: may(1), NextAmount: Money{8000, "usd"},
		}},
		{"in a trial", longTrial, AskSeats(8), april(16), Quote{
			Result: AppliedInTrial, DueNow: Money{0, "usd"}, SeatsNow: 8, SeatsNext: 8, NextAt: april(20), NextAmount: Money{8000, "usd"},
		}},
		{"what changes nothing", asItIs, AskSeats(5), april(16), Quote{
			Result: NoChange, DueNow: Money{0, "usd"}, SeatsNow: 5, SeatsNext: 5, NextAt: may(1), NextAmount: Money{5000, "usd"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, tt.of)
			was := f.m.State()
			got, err := f.m.Quote(tt.ask, f.l, tt.at.Add(999*time.Millisecond))
			if err != nil {
				t.Fatal(err)
			}
			want := tt.want
			want.MembershipID, want.Version, want.Request, want.PricedAt, want.ExpiresAt = "m", 1, tt.ask, tt.at, tt.at.Add(15*time.Minute)
			same(t, "quote", got, want)
			same(t, "the membership", f.m.State(), was)

			o := f.answered(paying, tt.at)(f.m.Change(got, f.l, "y", "k", got.ExpiresAt))
			f.takes(got.DueNow.Amount)
			same(t, "result", o.Result, got.Result)
			same(t, "seats now", f.m.State().SeatsNow(), got.SeatsNow)
			f.next(got.SeatsNext, got.NextAmount.Amount, got.NextAt)
		})
	}
}

func TestChange_quotes(t *testing.T) {
	at := april(16)
	for _, tt := range []struct {
		name string
		then func(*testing.T, *life, *Quote) // what happens before the quote is carried out
		at   time.Time
		want error
	}{
		{"at once", nil, at, nil},
		{"at the instant it expires", nil, at.Add(15 * time.Minute), nil},
		{"a second later", nil, at.Add(15*time.Minute + time.Second), ErrQuoteExpired},
		{"half a second after it expires is that instant", nil, at.Add(15*time.Minute + time.Second/2), nil},
		{"after another change", func(t *testing.T, f *life, _ *Quote) { f.ask(AskSeats(6), at) }, at, ErrQuoteStale},
		{"after another change, and too late as well: stale first", func(t *testing.T, f *life, _ *Quote) { f.ask(AskSeats(6), at) }, at.Add(time.Hour), ErrQuoteStale},
		{"after a seat was assigned", func(t *testing.T, f *life, _ *Quote) { f.do(f.m.Assign(at)) }, at, ErrQuoteStale},
		{"after a change that came to nothing", func(t *testing.T, f *life, _ *Quote) { f.ask(AskSeats(5), at) }, at, nil},
		{"after a refused one", func(t *testing.T, f *life, _ *Quote) {
			f.refusal(ErrBelowMinimumSeats, func() (Outcome, error) { return f.try(AskSeats(0), at) })
		}, at, nil},
		{"after one whose payment was declined", func(t *testing.T, f *life, _ *Quote) {
			f.answered(refusing, at)(f.try(AskSeats(9), at))
		}, at, nil},
		{"while another one is paid for", func(t *testing.T, f *life, _ *Quote) { f.do(f.try(AskSeats(9), at)) }, at, ErrChangeInProgress},
		{"after the period", nil, may(1), ErrQuoteStale},
		{"after it was renewed", func(t *testing.T, f *life, _ *Quote) { f.renew(paying, may(1)) }, may(1), ErrQuoteStale},
		{"of another membership", func(t *testing.T, f *life, q *Quote) { q.MembershipID = "other" }, at, ErrQuoteStale},
		{"of another amount", func(t *testing.T, f *life, q *Quote) { q.DueNow.Amount++ }, at, ErrQuoteStale},
		{"when the product sells fewer by now", func(t *testing.T, f *life, _ *Quote) { f.l.MostSeats = 7 }, at, ErrAboveMaximumSeats},
		{"when the tier is full by now", func(t *testing.T, f *life, _ *Quote) { f.l.Limited, f.l.TierRoom = true, 7 }, at, ErrTierCapacity},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t)
			q, err := f.m.Quote(AskSeats(8), f.l, at)
			if err != nil {
				t.Fatal(err)
			}
			if tt.then != nil {
				tt.then(t, f, &q)
			}
			change := func() (Outcome, error) { return f.m.Change(q, f.l, "y", "k", tt.at) }
			if tt.want != nil {
				f.refusal(tt.want, change)
				return
			}
			o := f.do(change())
			same(t, "to be paid", o.Payment.State().Amount, q.DueNow)
			same(t, "priced", o.Payment.State().PricedAt, q.PricedAt)
		})
	}
}

func TestQuote_nearTheEndOfThePeriod(t *testing.T) {
	f := live(t)
	q, err := f.m.Quote(AskSeats(8), f.l, may(1).Add(-5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "it expires with the period", q.ExpiresAt, may(1))
	f.refusal(ErrQuoteStale, func() (Outcome, error) { return f.m.Change(q, f.l, "y", "k", may(1)) })
	o := f.do(f.m.Change(q, f.l, "y", "k", may(1).Add(-time.Second)))
	if o.Payment != nil || o.Result != Applied {
		t.Errorf("five minutes of three seats cost %+v (%s), want nothing", o.Payment, o.Result)
	}
}

// TestQuote_isTheSecondItWasMade: the price is that of the quote, however late
// it is carried out and paid.
func TestQuote_isTheSecondItWasMade(t *testing.T) {
	f := live(t)
	at := day(t, "2026-04-16T00:00:00Z")
	q, _ := f.m.Quote(AskSeats(8), f.l, at)
	o := f.do(f.m.Change(q, f.l, "y", "k", at.Add(10*time.Minute)))
	f.settle(*o.Payment, paying, at.Add(7*time.Hour))
	f.takes(1500)
	same(t, "the ledger", f.m.State().Ledger, Ledger{Owed: exactly(3000, month/2), Settled: 1500})
}

func TestQuote_ofWhatEndsInstead(t *testing.T) {
	f := live(t, longTrial, func(s *MembershipState) { s.Terms.Discount = Discount{Kind: Percent, Value: 100, Cycles: 1} })
	q, err := f.m.Quote(AskSeats(2), f.l, april(2))
	if err != nil || q.SeatsNext != 2 || !q.NextAmount.IsZero() {
		t.Errorf("the first cycle is free: %+v (%v)", q, err)
	}
	same(t, "a last cycle renews nothing", next(live(t, fixedTo(1)).m.State()), Renewal{})
	s := live(t).m.State()
	s.Terms.Unit = 1<<63 - 1
	same(t, "nor does a price that cannot be told", next(s), Renewal{})
}

func next(s MembershipState) Renewal {
	n, _ := s.Next(0)
	return n
}
