package api

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

// Every write is done once under its key, also those whose command takes none.
func TestOnce(t *testing.T) {
	w := newWorld(t)
	bo := w.join("bo@example.com", 4)
	at := "/api/memberships/" + bo.membership
	w.keyed("POST "+at+"/change", bo.token, `{"seats":2}`, "less").is(t, http.StatusOK)
	for i, tt := range []struct {
		name, what, body string
		status           int
		other            string // something else under the same key
		otherBody        string
	}{
		{"a seat", "POST " + at + "/seats", `{"email":"cy@example.com"}`, http.StatusCreated, "POST " + at + "/seats", `{"email":"di@example.com"}`},
		{"what was pending", "POST " + at + "/keep", ``, http.StatusOK, "POST " + at + "/cancel", ``},
		{"another card", "PUT " + at + "/method", `{"method":"sandbox_declines"}`, http.StatusOK, "PUT " + at + "/method", `{"method":"sandbox_pays"}`},
		{"a cancellation", "POST " + at + "/cancel", ``, http.StatusOK, "POST " + at + "/keep", ``},
		{"its undoing", "POST " + at + "/uncancel", ``, http.StatusOK, "POST " + at + "/cancel", ``},
		{"an end", "POST " + at + "/end", ``, http.StatusOK, "POST " + at + "/cancel", ``},
	} {
		key, token := "k"+string(rune('a'+i)), anaEdits
		first := w.keyed(tt.what, token, tt.body, key)
		first.is(t, tt.status)
		if first.header.Get("Idempotent-Replayed") != "" {
			t.Errorf("%s: the first is a repeat", tt.name)
		}
		again := w.keyed(tt.what, token, tt.body, key)
		if again.is(t, tt.status) != first.body || again.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("%s, again: %q, want %q", tt.name, again.body, first.body)
		}
		if got := w.keyed(tt.other, token, tt.otherBody, key).is(t, http.StatusConflict); !strings.Contains(got, `"key_reused"`) {
			t.Errorf("%s: something else under the key is %s", tt.name, got)
		}
	}
}

func TestOnce_refused(t *testing.T) {
	w := newWorld(t)
	bo := w.join("bo@example.com", 2)
	at := "/api/memberships/" + bo.membership
	w.keyed("POST "+at+"/uncancel", bo.token, "", "k").is(t, http.StatusUnprocessableEntity)
	w.keyed("POST "+at+"/cancel", bo.token, "", "k").is(t, http.StatusOK) // what was refused has not used the key up
	cy := w.join("cy@example.com", 2)
	w.keyed("POST /api/memberships/"+cy.membership+"/cancel", cy.token, "", "k").is(t, http.StatusOK) // a room of one's own
}

func TestOnce_races(t *testing.T) {
	w := newWorld(t)
	bo := w.join("bo@example.com", 2)
	var wg sync.WaitGroup
	bodies := make([]string, 50)
	for i := range bodies {
		wg.Go(func() {
			r, err := w.send("POST /api/memberships/"+bo.membership+"/seats", bo.token, `{"email":"cy@example.com"}`, "Idempotency-Key", "k")
			if err != nil || r.status != http.StatusCreated {
				t.Errorf("%d %s, %v", r.status, r.body, err)
			}
			bodies[i] = r.body
		})
	}
	wg.Wait()
	for _, b := range bodies {
		if b != bodies[0] {
			t.Errorf("answered %s and %s", b, bodies[0])
		}
	}
}
