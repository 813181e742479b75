package app_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

// Who sits, or once sat, in a seat that somebody else pays for is forgotten there,
// also where no community is.
func TestErase_seatsOfOthersSales(t *testing.T) {
	w := newWorld(t)
	team := fixture.Product(w.ana, fixture.Renewable, func(p *domain.Product) { p.Multiseat = true })
	sale, member := fixture.Renewal(team, func(p *domain.PurchaseState) { p.Multiseat, p.CreatedAt = true, w.clock.now() })
	member.AnchorAt, member.Seats = w.clock.now(), 2
	w.fill(team, sale, member)
	const zoe = "zoe@example.com"
	assign := func() domain.Seat {
		t.Helper()
		seat, err := w.Memberships.Assign(w.ctx(), w.ana.ID, member.ID, zoe)
		if err != nil {
			t.Fatal(err)
		}
		return seat
	}
	old := assign()
	if _, err := w.Memberships.Revoke(w.ctx(), w.ana.ID, old.ID); err != nil {
		t.Fatal(err)
	}
	now := assign()

	for range 2 { // twice is once
		if err := w.Access.Erase(w.ctx(), w.ana.ID, zoe); err != nil {
			t.Fatal(err)
		}
	}

	seats, err := w.Memberships.Seats(w.ctx(), w.ana.ID, member.ID)
	if err != nil || len(seats) < 2 {
		t.Fatalf("seats: %+v, %v", seats, err)
	}
	for _, s := range seats {
		if s.Assigned() || !strings.HasSuffix(s.Email, "@usher.invalid") {
			t.Errorf("a seat is %s and %s, want it taken back from nobody known", s.Email, s.Status)
		}
	}
	if _, err := w.Memberships.Claim(w.ctx(), w.ana.ID, now.ID); !errors.Is(err, domain.ErrSeatRevoked) {
		t.Errorf("claimed after that: %v, want %v", err, domain.ErrSeatRevoked)
	}
}
