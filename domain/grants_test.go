package domain

import "testing"

func TestGrantSeats(t *testing.T) {
	pending := func(s *MembershipState) { s.Pending = PendingChange{Seats: 3, Change: 1} }
	for _, tt := range []struct {
		name  string
		of    []func(*MembershipState)
		n     int
		l     Limits
		want  int // seats in force
		code  string
		event bool
	}{
		{"two more", nil, 2, Limits{}, 7, "", true},
		{"one of them back", []func(*MembershipState){freeSeats(2)}, -1, Limits{}, 6, "", true},
		{"all of them back", []func(*MembershipState){freeSeats(2)}, -2, Limits{}, 5, "", true},
		{"none", nil, 0, Limits{}, 5, "", false},
		{"paid ones back", []func(*MembershipState){freeSeats(2)}, -3, Limits{}, 0, "below_minimum_seats", false},
		{"as many as are sold to one buyer", nil, 3, Limits{MostSeats: 8}, 8, "", true},
		{"more than that", nil, 4, Limits{MostSeats: 8}, 0, "above_maximum_seats", false},
		{"as many as the tier has", nil, 3, Limits{Limited: true, TierRoom: 8}, 8, "", true},
		{"more than that", nil, 4, Limits{Limited: true, TierRoom: 8}, 0, "tier_capacity_exceeded", false},
		{"more than any membership has", nil, 1 << 62, Limits{}, 0, "above_maximum_seats", false},
		{"back, though the tier is full", []func(*MembershipState){freeSeats(2)}, -1, Limits{MostSeats: 1, Limited: true}, 6, "", true},
		{"back, though they are assigned", []func(*MembershipState){freeSeats(2), assigned(6)}, -2, Limits{}, 0, "seats_assigned", false},
		{"back, though they will be needed at the renewal", []func(*MembershipState){freeSeats(2), pending, assigned(5)}, -1, Limits{}, 0, "seats_assigned", false},
		{"to one in a trial", []func(*MembershipState){longTrial}, 1, Limits{}, 6, "", true},
		{"to one that is cancelled", []func(*MembershipState){cancelledBy(Buyer)}, 1, Limits{}, 6, "", true},
		{"to one of fixed length", []func(*MembershipState){fixedTo(3)}, 1, Limits{}, 6, "", true},
		{"to one that ended", []func(*MembershipState){endedBy(Buyer, Cancelled)}, 1, Limits{}, 0, "not_active", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, tt.of...)
			was := f.m.State()
			grant := func() (Outcome, error) { return f.m.GrantSeats(tt.n, tt.l, april(16)) }
			if tt.code != "" {
				f.refusal(&Error{Code: tt.code}, grant)
				return
			}
			f.do(grant())
			s := f.m.State()
			same(t, "seats", s.SeatsNow(), tt.want)
			same(t, "paid ones", s.Seats, was.Seats)
			same(t, "price", s.Price(), was.Price())
			same(t, "next price", next(s).Amount, next(was).Amount)
			same(t, "ledger", s.Ledger, was.Ledger)
			if tt.event {
				f.happened("membership.seats_granted", "membership.changed")
			} else {
				f.happened()
			}
		})
	}
	t.Run("to one that is overdue", func(t *testing.T) {
		f := live(t, overdue)
		f.do(f.m.GrantSeats(1, Limits{}, may(3)))
		same(t, "outstanding", f.m.State().Outstanding.Amount, 5000)
	})
	t.Run("while a change is paid for", func(t *testing.T) {
		f := live(t)
		o := f.do(f.try(AskSeats(8), april(16)))
		f.do(f.m.GrantSeats(2, Limits{}, april(16)))
		f.settle(*o.Payment, paying, april(16))
		f.takes(1500)
		same(t, "seats", f.m.State().SeatsNow(), 10)
	})
}

// Free seats stay through everything that happens to the paid ones.
func TestGrantSeats_stay(t *testing.T) {
	f := live(t)
	f.do(f.m.GrantSeats(2, f.l, april(2)))
	f.ask(AskSeats(9), april(16)) // two paid ones more
	f.takes(1000)
	f.ask(AskSeats(4), april(17))
	f.next(4, 2000, may(1))
	f.renew(paying, may(1))
	same(t, "paid seats", f.m.State().Seats, 2)
	f.refusal(ErrBelowMinimumSeats, func() (Outcome, error) { return f.try(AskSeats(2), may(2)) })
	f.do(f.m.Cancel(Buyer, may(2)))
	f.answered(paying, may(31).AddDate(0, 0, 5))(f.m.Restart(Buyer, Request{}, f.l, "r", "k", may(31).AddDate(0, 0, 5)))
	same(t, "seats after a restart", f.m.State().SeatsNow(), 4)
}

func TestAssign(t *testing.T) {
	pending := func(n int) func(*MembershipState) {
		return func(s *MembershipState) { s.Pending = PendingChange{Seats: n, Change: 1} }
	}
	for _, tt := range []struct {
		name string
		of   []func(*MembershipState)
		most int // that can be assigned
		code string
	}{
		{"up to the seats in force", nil, 5, "no_seat_available"},
		{"free ones too", []func(*MembershipState){freeSeats(2)}, 7, "no_seat_available"},
		{"no more than will be left at the renewal", []func(*MembershipState){pending(3)}, 3, "no_seat_available"},
		{"free ones will be left", []func(*MembershipState){pending(3), freeSeats(2)}, 5, "no_seat_available"},
		{"in a trial", []func(*MembershipState){longTrial}, 5, "no_seat_available"},
		{"one that is cancelled", []func(*MembershipState){cancelledBy(Buyer)}, 5, "no_seat_available"},
		{"none of one that ended", []func(*MembershipState){endedBy(Buyer, Cancelled)}, 0, "not_active"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, tt.of...)
			for range tt.most {
				same(t, "result", f.do(f.m.Assign(april(16))).Result, Applied)
			}
			f.refusal(&Error{Code: tt.code}, func() (Outcome, error) { return f.m.Assign(april(16)) })
			for range tt.most {
				same(t, "result", f.do(f.m.Unassign(april(16))).Result, Applied)
			}
			same(t, "none left", f.do(f.m.Unassign(april(16))).Result, NoChange)
			same(t, "assigned", f.m.State().Assigned, 0)
		})
	}
	t.Run("a seat is free again after one is given up", func(t *testing.T) {
		f := live(t, assigned(5))
		f.do(f.m.Unassign(april(16)))
		f.do(f.m.Assign(april(16)))
		same(t, "assigned", f.m.State().Assigned, 5)
	})
	t.Run("one that ended frees its seats", func(t *testing.T) {
		f := live(t, endedBy(Buyer, Cancelled), assigned(2))
		same(t, "result", f.do(f.m.Unassign(april(16))).Result, Applied)
	})
	t.Run("so that a decrease can always be carried out", func(t *testing.T) {
		f := live(t, assigned(2))
		f.ask(AskSeats(3), april(16))
		f.do(f.m.Assign(april(16)))
		f.refusal(ErrNoSeatAvailable, func() (Outcome, error) { return f.m.Assign(april(16)) })
		f.refusal(ErrSeatsAssigned, func() (Outcome, error) { return f.try(AskSeats(2), april(16)) })
		f.renew(paying, may(1))
		same(t, "assigned", f.m.State().Assigned, 3)
	})
	t.Run("a decrease that came from outside takes the last assigned", func(t *testing.T) {
		f := live(t, assigned(5), pending(3))
		f.renew(paying, may(1))
		same(t, "assigned", f.m.State().Assigned, 3)
		f.happened("membership.change_applied", "membership.changed", "membership.seats_short", "membership.renewed")
	})
}
