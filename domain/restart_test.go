package domain

import "testing"

func TestRestart_whoMay(t *testing.T) {
	for _, tt := range []struct {
		name          string
		of            func(*MembershipState)
		buyer, seller string // the refusal's code; empty: it is restarted
	}{
		{"cancelled by its buyer", endedBy(Buyer, Cancelled), "", ""},
		{"cancelled by its seller", endedBy(SellerActor, Cancelled), "not_restartable", ""},
		{"cancelled by an admin", endedBy(Admin, Cancelled), "not_restartable", ""},
		{"unpaid", endedBy("", PaidNoMore), "", ""},
		{"a chargeback", endedBy("", Chargeback), "", ""},
		{"a chargeback of what its buyer had cancelled", endedBy(Buyer, Chargeback), "", ""},
		{"a chargeback of what its seller had cancelled", endedBy(SellerActor, Chargeback), "not_restartable", ""},
		{"taken away by its seller", endedBy(SellerActor, Revoked), "not_restartable", ""},
		{"taken away by an admin", endedBy(Admin, Revoked), "not_restartable", ""},
		{"completed", endedBy("", Completed), "not_restartable", "not_restartable"},
		{"active", asItIs, "already_active", "already_active"},
		{"in a trial", longTrial, "already_active", "already_active"},
		{"overdue", overdue, "already_active", "already_active"},
	} {
		for by, code := range map[Actor]string{Buyer: tt.buyer, SellerActor: tt.seller, Admin: tt.seller} {
			t.Run(tt.name+", "+string(by), func(t *testing.T) {
				f := live(t, tt.of)
				at := Later(may(3), f.m.State().LastAt)
				if tt.name == "in a trial" {
					at = april(12)
				} else if tt.name == "active" {
					at = april(20)
				}
				restart := func() (Outcome, error) { return f.m.Restart(by, Request{}, f.l, "r", "k", at) }
				if code != "" {
					f.refusal(&Error{Code: code}, restart)
					return
				}
				was := f.m.State()
				same(t, "result", f.answered(paying, at)(restart()).Result, Restarted)
				f.takes(5000)
				s := f.m.State()
				same(t, "ends", endsOf(s), ends{Status: Active})
				same(t, "anchor", s.AnchorAt, may(3))
				same(t, "cycle", s.Cycle, was.Cycle+1)
				same(t, "terms", s.Terms, was.Terms)
				same(t, "before", s.Before, "")
				f.happened("membership.restarted")
			})
		}
	}
}

func TestRestart_seats(t *testing.T) {
	more := func(mods ...func(*MembershipState)) []func(*MembershipState) {
		return append([]func(*MembershipState){endedBy(Buyer, Cancelled)}, mods...)
	}
	pending := func(s *MembershipState) {
		s.Pending = PendingChange{Seats: 2, Tier: "basic", Unit: 1, Priced: true, Change: 1}
	}
	for _, tt := range []struct {
		name      string
		of        []func(*MembershipState)
		ask       Request
		l         Limits
		seats     int
		taken     int64
		assigned  int
		code      string
		wantShort bool
	}{
		{"the last ones", more(), Request{}, Limits{}, 5, 5000, 0, "", false},
		{"those that were pending, at the old tier", more(pending), Request{}, Limits{}, 2, 2000, 0, "", false},
		{"those that are asked for", more(pending), AskSeats(7), Limits{}, 7, 7000, 0, "", false},
		{"only the seats of a request count", more(), tier("plus", 9000).so(3), Limits{}, 3, 3000, 0, "", false},
		{"free seats stay free", more(freeSeats(2)), Request{}, Limits{}, 7, 5000, 0, "", false},
		{"free seats are counted in what is asked for", more(freeSeats(2)), AskSeats(4), Limits{}, 4, 2000, 0, "", false},
		{"the earliest assigned stay", more(assigned(5), pending), Request{}, Limits{}, 2, 2000, 2, "", true},
		{"all that were assigned stay if there is room", more(assigned(5)), Request{}, Limits{}, 5, 5000, 5, "", false},
		{"fewer than are assigned may be asked for", more(assigned(5)), AskSeats(3), Limits{}, 3, 3000, 3, "", true},
		{"no seat", more(), AskSeats(0), Limits{}, 0, 0, 0, "below_minimum_seats", false},
		{"none but the free ones", more(freeSeats(2)), AskSeats(2), Limits{}, 0, 0, 0, "below_minimum_seats", false},
		{"more than is sold", more(), AskSeats(9), Limits{MostSeats: 8}, 0, 0, 0, "above_maximum_seats", false},
		{"a tier that is full", more(), Request{}, Limits{Limited: true, TierRoom: 4}, 0, 0, 0, "tier_capacity_exceeded", false},
		{"as many as the tier has", more(), Request{}, Limits{Limited: true, TierRoom: 5}, 5, 5000, 0, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, tt.of...)
			restart := func() (Outcome, error) { return f.m.Restart(Buyer, tt.ask, tt.l, "r", "k", may(20)) }
			if tt.code != "" {
				f.refusal(&Error{Code: tt.code}, restart)
				return
			}
			f.answered(paying, may(20))(restart())
			f.takes(tt.taken)
			s := f.m.State()
			same(t, "seats", s.SeatsNow(), tt.seats)
			same(t, "assigned", s.Assigned, tt.assigned)
			same(t, "pending", s.Pending, PendingChange{})
			same(t, "tier", s.Terms.Tier, "standard")
			short := false
			for _, e := range f.events {
				short = short || e == Event(SeatsShort{"m", "sale", tt.seats, may(20)})
			}
			same(t, "said that seats are short", short, tt.wantShort)
		})
	}
}

func TestRestart_payment(t *testing.T) {
	t.Run("a decline changes nothing", func(t *testing.T) {
		f := live(t, endedBy(Buyer, Cancelled))
		was := f.m.State()
		o := f.answered(refusing, may(3))(f.m.Restart(Buyer, Request{}, f.l, "r", "k", may(3)))
		same(t, "result", o.Result, PaymentRefused)
		same(t, "state", f.m.State(), was)
	})
	t.Run("one at a time", func(t *testing.T) {
		f := live(t, endedBy(Buyer, Cancelled))
		f.do(f.m.Restart(Buyer, Request{}, f.l, "r", "k", may(3)))
		same(t, "access", f.m.State().AccessAt(may(3)), false)
		f.refusal(ErrChangeInProgress, func() (Outcome, error) { return f.m.Restart(Buyer, Request{}, f.l, "q", "l", may(3)) })
	})
	t.Run("the period begins when it was asked for, not when it was paid", func(t *testing.T) {
		f := live(t, endedBy(Buyer, Cancelled))
		o := f.do(f.m.Restart(Buyer, Request{}, f.l, "r", "k", may(3)))
		f.settle(*o.Payment, paying, may(3).Add(3600e9))
		same(t, "anchor", f.m.State().AnchorAt, may(3))
	})
	t.Run("a free one needs none", func(t *testing.T) {
		f := live(t, endedBy(Buyer, Cancelled), priceOf(0))
		o := f.do(f.m.Restart(Buyer, Request{}, f.l, "r", "k", may(3)))
		same(t, "result", o.Result, Restarted)
		same(t, "status", f.m.State().Status, Active)
	})
	t.Run("a discount goes on counting its cycles", func(t *testing.T) {
		f := live(t, endedBy(Buyer, Cancelled), func(s *MembershipState) { s.Terms.Discount = Discount{Percent, 50, 1} })
		f.answered(paying, may(3))(f.m.Restart(Buyer, Request{}, f.l, "r", "k", may(3)))
		f.takes(5000)
	})
	t.Run("a price that cannot be told", func(t *testing.T) {
		f := live(t, endedBy(Buyer, Cancelled), priceOf(1<<40))
		f.refusal(ErrOverflow, func() (Outcome, error) { return f.m.Restart(Buyer, AskSeats(1<<30), f.l, "r", "k", may(3)) })
	})
}

func TestRestart_ofWhatIsOnlyCancelled(t *testing.T) {
	f := live(t, cancelledBy(Buyer), func(s *MembershipState) { s.Pending = PendingChange{Seats: 3, Change: 1} })
	same(t, "result", f.do(f.m.Restart(Buyer, AskSeats(9), f.l, "r", "k", april(12))).Result, Resumed)
	same(t, "period", f.m.State().Period().StartAt, april(1))
	same(t, "pending", f.m.State().Pending.Seats, 3)
	f.takes(0)
	f = live(t, cancelledBy(SellerActor))
	f.refusal(ErrNotRestartable, func() (Outcome, error) { return f.m.Restart(Buyer, Request{}, f.l, "r", "k", april(12)) })
}

func TestRestart_afterATrial(t *testing.T) {
	f := live(t, longTrial)
	f.do(f.m.EndNow(SellerActor, april(10)))
	f.answered(paying, april(12))(f.m.Restart(SellerActor, Request{}, f.l, "r", "k", april(12)))
	f.takes(5000)
	s := f.m.State()
	same(t, "cycle", s.Cycle, 1)
	same(t, "status", s.Status, Active)
	same(t, "in a trial", s.InTrial(april(13)), false)
}
