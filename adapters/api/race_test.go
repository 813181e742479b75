package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
)

// race sends n requests at once and counts the answers by status and code.
func (w *world) race(n int, what, token string, body, key func(i int) string) map[string]int {
	w.t.Helper()
	replies, errs := make([]reply, n), make([]error, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			replies[i], errs[i] = w.send(what, token, body(i), "Idempotency-Key", key(i))
		})
	}
	close(start)
	all.Wait()
	counts := map[string]int{}
	for i, got := range replies {
		if errs[i] != nil {
			w.t.Fatal(errs[i])
		}
		var p problem
		_ = json.Unmarshal([]byte(got.body), &p) // of an answer that is no refusal nothing
		counts[fmt.Sprint(got.status, p.Error.Code)]++
	}
	return counts
}

func same(s string) func(int) string { return func(int) string { return s } }

func each(format string) func(int) string {
	return func(i int) string { return fmt.Sprintf(format, i) }
}

// TestRace_oneKey sends one change fifty times at once.
func TestRace_oneKey(t *testing.T) {
	w := newWorld(t)
	bo := w.join("bo@example.com", 2)
	counts := w.race(50, "POST /api/memberships/"+bo.membership+"/change", bo.token, same(`{"seats":5}`), same("k"))
	if counts["200"]+counts["202"] != 50 || counts["200"] == 0 {
		t.Errorf("answered %v", counts)
	}
	m := read[membership](t, w.ask("GET /api/memberships/"+bo.membership, bo.token, "").body)
	if charges, taken := w.book(); m.Seats != 5 || charges != 2 || taken != 5000 {
		t.Errorf("%d seats, %d charges, %d taken; want 5 seats, the sale and one change, 5000", m.Seats, charges, taken)
	}
}

// TestRace_oneSale sends one sale fifty times at once.
func TestRace_oneSale(t *testing.T) {
	w := newWorld(t)
	counts := w.race(50, "POST /api/sales", anaEdits, same(`{"product":"team","variants":["Solo"],"email":"bo@example.com","method":"sandbox_pays"}`), same("k"))
	if counts["201"]+counts["202"] != 50 || counts["201"] == 0 {
		t.Errorf("answered %v", counts)
	}
	if charges, taken := w.book(); charges != 1 || taken != 1000 {
		t.Errorf("%d charges, %d taken", charges, taken)
	}
}

// TestRace_lastSeat invites fifty people to the one seat that is free.
func TestRace_lastSeat(t *testing.T) {
	w := newWorld(t)
	bo := w.join("bo@example.com", 2)
	counts := w.race(50, "POST /api/memberships/"+bo.membership+"/seats", bo.token, each(`{"email":"p%d@example.com"}`), each("k%d"))
	if counts["201"] != 1 || counts["422no_seat_available"] != 49 {
		t.Errorf("answered %v", counts)
	}
	seats := read[seatsBody](t, w.ask("GET /api/memberships/"+bo.membership+"/seats", bo.token, "").is(t, http.StatusOK)).Seats
	if len(seats) != 2 {
		t.Errorf("%d seats", len(seats))
	}
}

// TestRace_lastOfTier has fifty buyers after the last seat of a tier.
func TestRace_lastOfTier(t *testing.T) {
	w := newWorld(t)
	w.join("bo@example.com", 7)
	counts := w.race(50, "POST /api/sales", anaEdits, each(`{"product":"team","variants":["Solo"],"email":"p%d@example.com","method":"sandbox_pays"}`), each("k%d"))
	if counts["201"] != 1 || counts["422tier_capacity_exceeded"] != 49 {
		t.Errorf("answered %v", counts)
	}
	if charges, taken := w.book(); charges != 2 || taken != 8000 {
		t.Errorf("%d charges, %d taken; want the two sales, 8000", charges, taken)
	}
}
