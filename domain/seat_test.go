package domain

import (
	"testing"
	"time"
)

func TestSeat(t *testing.T) {
	at := Instant(t0.Add(time.Hour))
	invited := Seat{ID: "s", SellerID: "ana", PurchaseID: "sale", Email: "bo@example.com", Status: SeatInvited, CreatedAt: t0}
	active, revoked := invited, invited
	active.Status, active.ClaimedAt = SeatActive, at
	revoked.Status, revoked.RevokedAt = SeatRevoked, at

	s, events, err := invited.Claim(t0.Add(time.Hour))
	wantError(t, err, "", "")
	same(t, "claimed", s, active)
	same(t, "event", events[0], Event(SeatClaimed{"s", "sale", at}))
	if s, events, err = active.Claim(at.Add(time.Hour)); err != nil || s != active || len(events) != 0 {
		t.Errorf("claimed twice is not once: %+v %v %v", s, events, err)
	}
	s, events, err = revoked.Claim(at)
	wantError(t, err, "seat_revoked", "")
	if s != revoked || len(events) != 0 {
		t.Errorf("a revoked seat is claimed: %+v %v", s, events)
	}

	s, events = invited.Revoke(t0.Add(time.Hour))
	same(t, "taken back", s, revoked)
	same(t, "event", events[0], Event(SeatTakenBack{"s", "sale", at}))
	s, _ = active.Revoke(at)
	same(t, "when it was claimed stays", s.ClaimedAt, at)
	if s, events = revoked.Revoke(at.Add(time.Hour)); s != revoked || len(events) != 0 {
		t.Errorf("taken back twice is not once: %+v %v", s, events)
	}
	same(t, "an invited one is assigned", invited.Assigned(), true)
	same(t, "so is an active one", active.Assigned(), true)
	same(t, "a revoked one is not", revoked.Assigned(), false)

	checks(t, invited, Seat.Check, []row[Seat]{
		{"no id", func(s *Seat) { s.ID = "" }, "id"},
		{"no seller", func(s *Seat) { s.SellerID = "" }, "seller"},
		{"no purchase", func(s *Seat) { s.PurchaseID = "" }, "purchase"},
		{"no address", func(s *Seat) { s.Email = "" }, "email"},
		{"an address in capitals", func(s *Seat) { s.Email = "Bo@example.com" }, "email"},
		{"an unknown status", func(s *Seat) { s.Status = "warm" }, "status"},
		{"active and never claimed", func(s *Seat) { s.Status = SeatActive }, "claimed_at"},
		{"invited and claimed", func(s *Seat) { s.ClaimedAt = t0 }, "claimed_at"},
		{"active", func(s *Seat) { s.Status, s.ClaimedAt = SeatActive, t0 }, ""},
		{"revoked at no time", func(s *Seat) { s.Status = SeatRevoked }, "revoked_at"},
		{"invited and revoked", func(s *Seat) { s.RevokedAt = t0 }, "revoked_at"},
		{"revoked before it was claimed", func(s *Seat) { s.Status, s.RevokedAt = SeatRevoked, t0 }, ""},
		{"revoked after it", func(s *Seat) { s.Status, s.ClaimedAt, s.RevokedAt = SeatRevoked, t0, t0 }, ""},
		{"no time", func(s *Seat) { s.CreatedAt = time.Time{} }, "created_at"},
	})
}

func TestSeatsBeyond(t *testing.T) {
	seat := func(id SeatID, day int, status SeatStatus) Seat {
		return Seat{ID: id, CreatedAt: april(day), Status: status}
	}
	seats := []Seat{
		seat("late", 9, SeatActive), seat("gone", 1, SeatRevoked), seat("b", 3, SeatInvited), seat("a", 3, SeatActive), seat("early", 2, SeatInvited),
	}
	for _, tt := range []struct {
		name string
		n    int
		want []SeatID
	}{
		{"the earliest assigned stay, invited or active", 2, []SeatID{"b", "late"}},
		{"assigned at the same instant, the smaller id stays", 3, []SeatID{"late"}},
		{"there is room for all", 4, nil},
		{"there is more than room", 9, nil},
		{"none stays", 0, []SeatID{"early", "a", "b", "late"}},
		{"nor fewer than none", -1, []SeatID{"early", "a", "b", "late"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := SeatsBeyond(tt.n, seats)
			if len(got) != len(tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			for i := range got {
				same(t, "seat", got[i].ID, tt.want[i])
			}
		})
	}
	same(t, "the seats themselves keep their order", seats[0].ID, "late")
	same(t, "of none", len(SeatsBeyond(1, nil)), 0)
}
