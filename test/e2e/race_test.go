package e2e

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// TestRace sends fifty requests at once, to four servers on one PostgreSQL or to
// the one that a file has.
func TestRace(t *testing.T) {
	for _, race := range []struct {
		name string
		run  func(*testing.T, place)
	}{
		{"one change under one key", oneChangeUnderOneKey},
		{"one sale under one key", oneSaleUnderOneKey},
		{"one decline under one key", oneDeclineUnderOneKey},
		{"one declined change under one key", oneDeclinedChangeUnderOneKey},
		{"one membership under many keys", oneMembershipUnderManyKeys},
		{"the last seat of a tier", lastSeatOfATier},
		{"the last seats of a tier", lastSeatsOfATier},
		{"the last seats of a tier, with declines", lastSeatsWithDeclines},
		{"the last seat to assign", lastSeatToAssign},
		{"one address", oneAddress},
	} {
		t.Run(race.name, func(t *testing.T) { onEach(t, race.run) })
	}
}

// One change that is sent by fifty requests under one key is one change with one
// charge, and all fifty are told the same.
func oneChangeUnderOneKey(t *testing.T, at place) {
	s := openRaceShop(t, at, 0)
	id := s.members(1, 3)[0]
	before := s.books()
	asks := make([]ask, racers)
	for i := range asks {
		asks[i] = changing(id, "one", 5)
	}
	s.same(s.race(asks...), http.StatusOK)
	if got := s.books(); got.charges != before.charges+1 {
		t.Errorf("the book has %d charges more, want one", got.charges-before.charges)
	}
	if m := s.member(id); m.SeatsNow() != 5 {
		t.Errorf("there are %d seats, want 5", m.SeatsNow())
	}
}

func oneSaleUnderOneKey(t *testing.T, at place) {
	s := openRaceShop(t, at, 0)
	asks := make([]ask, racers)
	for i := range asks {
		asks[i] = buying("buyer@example.com", sandbox.Pays, "one", 3, s.product.ID)
	}
	s.same(s.race(asks...), http.StatusCreated)
	if got := s.books(); got.charges != 1 || got.sales != 1 || got.seats != 3 {
		t.Errorf("there are %d charges, %d sales and %d seats, want one sale of three", got.charges, got.sales, got.seats)
	}
}

// A declined payment has used its key up: the fifty are told so, and the card is
// asked once.
func oneDeclineUnderOneKey(t *testing.T, at place) {
	s := openRaceShop(t, at, 0)
	asks := make([]ask, racers)
	for i := range asks {
		asks[i] = buying("buyer@example.com", sandbox.Declines, "one", 1, s.product.ID)
	}
	s.same(s.race(asks...), http.StatusPaymentRequired)
	if got := s.books(); got.charges != 1 || got.seats != 0 {
		t.Errorf("there are %d charges and %d seats, want one charge for nothing", got.charges, got.seats)
	}
}

func oneDeclinedChangeUnderOneKey(t *testing.T, at place) {
	s := openRaceShop(t, at, 0)
	id := s.members(1, 3)[0]
	if _, err := s.usher.Memberships.SetMethod(t.Context(), s.seller, id, sandbox.Declines); err != nil {
		t.Fatal(err)
	}
	before := s.books()
	asks := make([]ask, racers)
	for i := range asks {
		asks[i] = changing(id, "one", 5)
	}
	s.same(s.race(asks...), http.StatusPaymentRequired)
	if got := s.books(); got.charges != before.charges+1 || s.member(id).SeatsNow() != 3 {
		t.Errorf("there are %d charges more and %d seats, want one charge for nothing", got.charges-before.charges, s.member(id).SeatsNow())
	}
}

// While one change is being paid for there is no other.
func oneMembershipUnderManyKeys(t *testing.T, at place) {
	s := openRaceShop(t, at, 0)
	id := s.members(1, 3)[0]
	before := s.books()
	asks := make([]ask, racers)
	for i := range asks {
		asks[i] = changing(id, fmt.Sprint("key", i), 4)
	}
	s.winners(s.race(asks...), 1, http.StatusOK, "change_in_progress")
	if got := s.books(); got.charges != before.charges+1 || s.member(id).SeatsNow() != 4 {
		t.Errorf("there are %d charges more and %d seats, want one and 4", got.charges-before.charges, s.member(id).SeatsNow())
	}
}

// Members who want one seat more, and buyers, race for the last of a tier.
func lastSeatOfATier(t *testing.T, at place) {
	const room = racers/2*2 + 1
	s := openRaceShop(t, at, room)
	var asks []ask
	for i, id := range s.members(racers/2, 2) {
		asks = append(asks, changing(id, fmt.Sprint("change", i), 3))
		asks = append(asks, buying(fmt.Sprintf("buyer%d@example.com", i), sandbox.Pays, fmt.Sprint("sale", i), 1, s.product.ID))
	}
	if got := s.books(); got.seats != room-1 {
		t.Fatalf("%d seats are sold before the race, want all but one of %d", got.seats, room)
	}
	replies := s.race(asks...)
	won := 0
	for _, r := range replies {
		switch {
		case r.status == http.StatusOK || r.status == http.StatusCreated:
			won++
		case r.code != "tier_capacity_exceeded":
			t.Errorf("a loser is told %d %s", r.status, r.body)
		}
	}
	if got := s.books(); won != 1 || got.seats != room {
		t.Errorf("%d requests got the last seat, and %d seats of %d are sold", won, got.seats, room)
	}
}

// Buyers of one, two or three seats race for the last seven. Nobody is turned
// away whose seats would have been left.
func lastSeatsOfATier(t *testing.T, at place) {
	const room = 7
	s := openRaceShop(t, at, room)
	asks := make([]ask, racers)
	for i := range asks {
		asks[i] = buying(fmt.Sprintf("buyer%d@example.com", i), sandbox.Pays, fmt.Sprint("key", i), 1+i%3, s.product.ID)
	}
	replies := s.race(asks...)
	got := s.books()
	if got.seats > room {
		t.Errorf("%d seats are sold of %d", got.seats, room)
	}
	sold := 0
	for i, r := range replies {
		switch wanted := 1 + i%3; {
		case r.status == http.StatusCreated:
			sold += wanted
		case r.code != "tier_capacity_exceeded":
			t.Errorf("a loser is told %d %s", r.status, r.body)
		case got.seats+wanted <= room:
			t.Errorf("who wanted %d seats was turned away, and %d of %d are sold", wanted, got.seats, room)
		}
	}
	if sold != got.seats {
		t.Errorf("%d seats were sold by what the buyers were told, %d by the books", sold, got.seats)
	}
}

// Some of the cards decline: what they held is free again, and never sold twice.
func lastSeatsWithDeclines(t *testing.T, at place) {
	const room = 7
	s := openRaceShop(t, at, room)
	asks := make([]ask, racers)
	for i := range asks {
		method := sandbox.Pays
		if i%3 == 0 {
			method = sandbox.Declines
		}
		asks[i] = buying(fmt.Sprintf("buyer%d@example.com", i), method, fmt.Sprint("key", i), 1, s.product.ID)
	}
	paid, declined := 0, 0
	for _, r := range s.race(asks...) {
		switch {
		case r.status == http.StatusCreated:
			paid++
		case r.status == http.StatusPaymentRequired:
			declined++
		case r.code != "tier_capacity_exceeded":
			t.Errorf("a loser is told %d %s", r.status, r.body)
		}
	}
	if got := s.books(); paid+declined != room || got.seats != paid {
		t.Fatalf("%d buyers got a seat and %d a decline, and %d are sold; want %d to have come that far", paid, declined, got.seats, room)
	}
	// What was declined is there for the next, and no more.
	next := make([]ask, room-paid+1)
	for i := range next {
		next[i] = buying(fmt.Sprintf("next%d@example.com", i), sandbox.Pays, fmt.Sprint("next", i), 1, s.product.ID)
	}
	s.winners(s.race(next...), room-paid, http.StatusCreated, "tier_capacity_exceeded")
	if got := s.books(); got.seats != room {
		t.Errorf("%d seats are sold in the end, want all %d", got.seats, room)
	}
}

// Invitations race for the last seat that can be assigned.
func lastSeatToAssign(t *testing.T, at place) {
	s := openRaceShop(t, at, 0)
	id := s.members(1, 3)[0] // the buyer sits in the first
	if _, err := s.usher.Memberships.Assign(t.Context(), s.seller, id, "second@example.com"); err != nil {
		t.Fatal(err)
	}
	asks := make([]ask, racers)
	for i := range asks {
		asks[i] = ask{"/api/memberships/" + string(id) + "/seats", "", map[string]any{"email": fmt.Sprintf("guest%d@example.com", i)}}
	}
	s.winners(s.race(asks...), 1, http.StatusCreated, "no_seat_available")
	seats, err := s.usher.Memberships.Seats(t.Context(), s.seller, id)
	if err != nil || len(seats) != 3 || s.member(id).Assigned != 3 {
		t.Errorf("%d seats are assigned, %d by the membership's count, %v; want 3", len(seats), s.member(id).Assigned, err)
	}
	s.books()
}

// One address that is invited fifty times has one seat.
func oneAddress(t *testing.T, at place) {
	s := openRaceShop(t, at, 0)
	id := s.members(1, 5)[0]
	asks := make([]ask, racers)
	for i := range asks {
		asks[i] = ask{"/api/memberships/" + string(id) + "/seats", "", map[string]any{"email": "guest@example.com"}}
	}
	s.winners(s.race(asks...), 1, http.StatusCreated, "seat_taken")
	if n := s.member(id).Assigned; n != 2 {
		t.Errorf("%d seats are assigned, want the buyer's and one", n)
	}
}

// same needs all replies to be the same but for one thing: all but the first say
// that they are repeats.
func (s *raceShop) same(replies []reply, status int) {
	s.Helper()
	first := 0
	for _, r := range replies {
		if r.status != status || r.body != replies[0].body {
			s.Errorf("one is told %d %s, another %d %s", r.status, r.body, replies[0].status, replies[0].body)
			return
		}
		if !r.replayed {
			first++
		}
	}
	if first != 1 {
		s.Errorf("%d of %d answers are not of a repeat, want one", first, len(replies))
	}
}

// winners needs so many replies to have that status, and all others to be
// refused with that code.
func (s *raceShop) winners(replies []reply, want, status int, code string) {
	s.Helper()
	won := 0
	for _, r := range replies {
		if r.status == status {
			won++
		} else if r.code != code {
			s.Errorf("a loser is told %d %s", r.status, r.body)
		}
	}
	if won != want {
		s.Errorf("%d of %d won, want %d", won, len(replies), want)
	}
}

func (s *raceShop) member(id domain.MembershipID) domain.MembershipState {
	s.Helper()
	m, err := s.usher.Memberships.Get(s.Context(), s.seller, id)
	s.must(err)
	return m
}

// raceBooks is what is stored.
type raceBooks struct {
	charges int // in the processor's book
	sales   int // that were not declined
	seats   int // of live memberships
}

// books reads all that is stored, and needs it to be what the processor's book
// holds: each payment once, with its amount and what came of it, none without an
// answer, and seats that were paid for and no others.
func (s *raceShop) books() (b raceBooks) {
	s.Helper()
	var payments []domain.PaymentState
	var members []domain.MembershipState
	var sales []domain.PurchaseState
	s.must(s.store.View(s.Context(), ports.Seller(s.seller), func(ctx context.Context, tx ports.Tx) (err error) {
		if payments, err = tx.Payments.List(ctx, ports.Cursor{}, 1000); err != nil {
			return err
		}
		if members, err = tx.Memberships.List(ctx, ports.Cursor{}, 1000); err != nil {
			return err
		}
		sales, err = tx.Purchases.List(ctx, ports.PurchaseQuery{})
		return err
	}))
	book, err := s.charger.Book(s.Context())
	s.must(err)
	charges := map[string]sandbox.Charge{}
	for _, c := range book.Charges {
		if _, twice := charges[c.Key]; twice {
			s.Errorf("the book has two charges under the key %s", c.Key)
		}
		charges[c.Key] = c
	}
	taken := int64(0)
	seats := map[domain.PurchaseID]int{} // that payments brought
	for _, p := range payments {
		c, there := charges[p.Key]
		if !there || c.Status != p.Status || c.Amount != p.Amount.Amount || c.Refunded != p.Refunded || c.Ref != p.ProcessorRef {
			s.Errorf("payment %s is %s of %d with the key %s; the book has %+v", p.ID, p.Status, p.Amount.Amount, p.Key, c)
		}
		if p.Status == domain.Paid {
			taken += p.Amount.Amount
			seats[p.PurchaseID] = max(seats[p.PurchaseID], p.Target.Seats)
		}
	}
	sums, err := book.Sums()
	s.must(err)
	if sums["usd"].Taken != taken || len(payments) != len(charges) {
		s.Errorf("the book has %d charges of %d in all, and there are %d payments of %d", len(charges), sums["usd"].Taken, len(payments), taken)
	}
	b.charges = len(charges)
	for _, m := range members {
		if m.InFlight != (domain.InFlight{}) || m.Seats != seats[m.PurchaseID] {
			s.Errorf("membership %s has %d seats and waits for %+v; %d are paid for", m.ID, m.Seats, m.InFlight, seats[m.PurchaseID])
		}
		b.seats += m.SeatsNow()
		delete(seats, m.PurchaseID)
	}
	if len(seats) > 0 {
		s.Errorf("seats of %d sales are paid for, and there is no membership", len(seats))
	}
	for _, p := range sales {
		if p.Status == domain.Pending {
			s.Errorf("purchase %s still waits for its payment", p.ID)
		}
		if p.Status == domain.Successful {
			b.sales++
		}
	}
	return b
}
