package domain

import (
	"testing"
	"time"
)

func TestAnnouncePrice(t *testing.T) {
	for _, tt := range []struct {
		name string
		of   func(*MembershipState)
		unit int64
		from time.Time
		code string
	}{
		{"seven days before", asItIs, 1400, april(9), ""},
		{"a second less", asItIs, 1400, april(9).Add(-time.Second), "notice_too_short"},
		{"a free one", asItIs, 0, may(1), ""},
		{"one below nothing", asItIs, -1, may(1), "invalid"},
		{"one that no number holds", asItIs, 1 << 62, may(1), "overflow"},
		{"of one that is overdue", overdue, 1400, may(31), ""},
		{"of one that ended", endedBy(Buyer, Cancelled), 1400, may(31), "not_active"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, tt.of)
			announce := func() (Outcome, error) { return f.m.AnnouncePrice(tt.unit, tt.from, april(2)) }
			if tt.code != "" {
				f.refusal(&Error{Code: tt.code}, announce)
				return
			}
			same(t, "result", f.do(announce()).Result, Scheduled)
			same(t, "notice", f.m.State().Notice, PriceNotice{Tier: "standard", Recurrence: Monthly, Unit: tt.unit, EffectiveAt: tt.from})
			f.happened("membership.price_announced")
			at := Later(april(3), f.m.State().LastAt)
			same(t, "sent", f.do(f.m.NoticeSent(at)).Result, Applied)
			same(t, "at", f.m.State().Notice.NotifiedAt, at)
			same(t, "sent twice", f.do(f.m.NoticeSent(may(5))).Result, NoChange)
		})
	}
	t.Run("nothing to be sent", func(t *testing.T) {
		f := live(t)
		same(t, "result", f.do(f.m.NoticeSent(april(2))).Result, NoChange)
	})
	t.Run("another takes its place and is to be sent anew", func(t *testing.T) {
		f := live(t)
		f.do(f.m.AnnouncePrice(1400, may(1), april(2)))
		f.do(f.m.NoticeSent(april(2)))
		f.do(f.m.AnnouncePrice(1300, may(1), april(3)))
		same(t, "sent", f.m.State().Notice.NotifiedAt, time.Time{})
		f.next(5, 5000, may(1))
	})
	t.Run("a renewal whose payment is in flight keeps the price that it was asked for", func(t *testing.T) {
		f := live(t)
		f.do(f.m.AnnouncePrice(1400, may(1), april(2)))
		f.do(f.m.NoticeSent(april(2)))
		p := f.do(f.m.Renew("pay", 0, may(1))).Payment
		f.do(f.m.AnnouncePrice(2000, may(20), may(1)))
		if _, err := p.Settle(Answer{Status: Paid}, may(2)); err != nil {
			t.Fatal(err)
		}
		same(t, "result", f.do(f.m.Settle(p.State(), may(2))).Result, Renewed)
		same(t, "asked for", p.State().Amount.Amount, 7000)
		same(t, "price", f.m.State().Price().Amount, 7000)
		same(t, "deferred", f.m.State().Deferred(), 0)
		same(t, "the new one", f.m.State().Notice.Unit, 2000)
	})
}

// A notice that was announced and sent on 2 April, of 14.00 from 1 May on.
func TestAnnouncePrice_counts(t *testing.T) {
	june := may(31).AddDate(0, 0, 1)
	for _, tt := range []struct {
		name  string
		of    func(*MembershipState)
		from  time.Time
		sent  time.Time
		ask   Request
		at    time.Time // of the next renewal
		seats int
		price int64 // of it
		tier  VariantID
	}{
		{"at the first renewal at the date", asItIs, may(1), april(2), Request{}, may(1), 5, 7000, "standard"},
		{"not at a renewal before it", asItIs, may(1).Add(time.Second), april(2), Request{}, may(1), 5, 5000, "standard"},
		{"not if it was never sent", asItIs, may(1), time.Time{}, Request{}, may(1), 5, 5000, "standard"},
		{"sent seven days before the renewal", asItIs, may(1), april(24), Request{}, may(1), 5, 7000, "standard"},
		{"sent later than that", asItIs, may(1), april(24).Add(time.Second), Request{}, may(1), 5, 5000, "standard"},
		{"a pending decrease is priced by it", asItIs, may(1), april(2), AskSeats(3), may(1), 3, 4200, "standard"},
		{"seats added meanwhile are, too", asItIs, may(1), april(2), AskSeats(8), may(1), 8, 11200, "standard"},
		{"a pending tier keeps the price that was agreed", asItIs, may(1), april(2), tier("basic", 600), may(1), 5, 3000, "basic"},
		{"a pending price of the buyer's own keeps it too", asItIs, may(1), april(2), Request{Unit: 500, HasUnit: true}, may(1), 5, 2500, "standard"},
		{"another tier has another price", asItIs, may(1), april(2), tier("plus", 2000), may(1), 5, 10000, "plus"},
		{"a trial's first period is a renewal", longTrial, april(20), april(2), Request{}, april(20), 5, 7000, "standard"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, tt.of)
			f.do(f.m.AnnouncePrice(1400, tt.from, april(2)))
			if !tt.sent.IsZero() {
				f.do(f.m.NoticeSent(tt.sent))
			}
			at := Later(april(16), f.m.State().LastAt)
			f.ask(tt.ask, at)
			f.next(tt.seats, tt.price, tt.at)
			f.taken = 0
			f.renew(paying, tt.at)
			f.takes(tt.price)
			same(t, "tier", f.m.State().Terms.Tier, tt.tier)
			if tt.tier != "standard" {
				same(t, "a notice for another tier", f.m.State().Notice, PriceNotice{})
			}
		})
	}
	t.Run("a period that was paid is not priced anew", func(t *testing.T) {
		f := live(t)
		f.do(f.m.AnnouncePrice(1400, may(1), april(2)))
		f.do(f.m.NoticeSent(april(2)))
		f.ask(AskSeats(6), april(16))
		f.takes(500)
	})
	t.Run("it counts once, and is the member's price from then on", func(t *testing.T) {
		f := live(t)
		f.do(f.m.AnnouncePrice(1400, may(1), april(2)))
		f.do(f.m.NoticeSent(april(2)))
		f.renew(paying, may(1))
		same(t, "notice", f.m.State().Notice, PriceNotice{})
		f.next(5, 7000, june)
		f.taken = 0
		f.ask(AskSeats(6), day(t, "2026-05-16T12:00:00Z"))
		f.takes(700)
	})
	t.Run("it counts though the renewal is declined", func(t *testing.T) {
		f := live(t)
		f.do(f.m.AnnouncePrice(1400, may(1), april(2)))
		f.do(f.m.NoticeSent(april(2)))
		f.renew(declining, may(1))
		same(t, "outstanding", f.m.State().Outstanding.Amount, 7000)
	})
	t.Run("a free price ends the charges", func(t *testing.T) {
		f := live(t)
		f.do(f.m.AnnouncePrice(0, may(1), april(2)))
		f.do(f.m.NoticeSent(april(2)))
		same(t, "result", f.renew(paying, may(1)).Result, RenewedFree)
		f.takes(0)
	})
	t.Run("a change of tier before the date does not forget it", func(t *testing.T) {
		f := live(t)
		f.do(f.m.AnnouncePrice(1400, june, april(2)))
		f.do(f.m.NoticeSent(april(2)))
		f.ask(tier("other", 1000), april(3))
		f.renew(paying, may(1))
		f.ask(tier("standard", 1000), may(2))
		f.next(5, 7000, june)
	})
}
