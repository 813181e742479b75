package api

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// everything returns every method and path of a kind of thing, with its ids
// filled in.
func everything(thing string, ids map[string]string) (all []string) {
	for _, pattern := range slices.Sorted(maps.Keys(routes())) {
		if !strings.Contains(pattern, thing) {
			continue
		}
		path := pattern
		for name, id := range ids {
			path = strings.ReplaceAll(path, name, id)
		}
		for method := range routes()[pattern] {
			all = append(all, method+" "+path)
		}
	}
	return all
}

// TestStrangers needs every token that does not open a thing to be answered, to
// the last byte, as if the thing were not there.
func TestStrangers(t *testing.T) {
	w := newWorld(t)
	bo, cy := w.join("bo@example.com", 2), w.join("cy@example.com", 1)
	seat := w.invite(bo, anInvite)
	for thing, of := range map[string]struct {
		mine, none map[string]string
		code       string
	}{
		"{membership}": {map[string]string{"{membership}": bo.membership, "{seat}": seat}, map[string]string{"{membership}": "nothing", "{seat}": seat}, "membership_not_found"},
		"{purchase}":   {map[string]string{"{purchase}": bo.purchase}, map[string]string{"{purchase}": "nothing"}, "purchase_not_found"},
	} {
		missing := everything(thing, of.none)
		for i, what := range everything(thing, of.mine) {
			want := w.ask(missing[i], anaAll, "")
			if code, _ := want.code(t); want.status != http.StatusNotFound || code != of.code {
				t.Fatalf("%s: %d %s", missing[i], want.status, want.body)
			}
			want.header.Del("Date")
			for who, secret := range map[string]string{
				"nobody": "", "an unknown token": nobodys, "a revoked one": anaEnded, "another seller's": benAll,
				"another buyer's": cy.token, "an invitation": anInvite,
			} {
				for _, body := range []string{"", "{", `{"what":1}`} {
					got := w.ask(what, secret, body)
					got.header.Del("Date")
					if got.status != want.status || got.body != want.body || !maps.EqualFunc(got.header, want.header, slices.Equal) {
						t.Errorf("%s as %s with %q: %d %v %s, want what is not there: %d %v %s", what, who, body, got.status, got.header, got.body, want.status, want.header, want.body)
					}
				}
			}
		}
	}
	if charges, _ := w.book(); charges != 2 {
		t.Errorf("%d charges, want the two sales", charges)
	}
}

// TestScopes asks for everything with tokens of the seller that lack the scope,
// and as the buyer for what is the seller's alone.
func TestScopes(t *testing.T) {
	w := newWorld(t)
	bo := w.join("bo@example.com", 2)
	ids := map[string]string{"{membership}": bo.membership, "{purchase}": bo.purchase, "{seat}": "any"}
	sellers := []string{"/refund", "/end", "/grant", "/email", "/link"}
	for _, thing := range []string{"{membership}", "{purchase}"} {
		for _, what := range everything(thing, ids) {
			lacking := []string{anaSees, anaGives}
			switch {
			case strings.HasSuffix(what, "/refund"):
				lacking = []string{anaSees, anaEdits}
			case strings.HasPrefix(what, "GET"):
				lacking = []string{anaEdits, anaGives}
			}
			if slices.ContainsFunc(sellers, func(end string) bool { return strings.HasSuffix(what, end) }) {
				lacking = append(lacking, bo.token)
			}
			for _, secret := range lacking {
				got := w.ask(what, secret, "")
				if code, _ := got.code(t); got.status != http.StatusForbidden || code != "forbidden" {
					t.Errorf("%s with %s: %d %s", what, secret, got.status, got.body)
				}
			}
		}
	}
	for _, what := range []string{"POST /api/sales", "POST /api/sales/quote", "GET /api/clock", "POST /api/clock/advance"} {
		lacking := anaSees
		if what == "GET /api/clock" {
			lacking = anaEdits
		}
		if got := w.ask(what, lacking, ""); got.status != http.StatusForbidden {
			t.Errorf("%s with %s: %d %s", what, lacking, got.status, got.body)
		}
		for _, secret := range []string{"", nobodys, anaEnded, bo.token} {
			got := w.ask(what, secret, "")
			if code, _ := got.code(t); got.status != http.StatusUnauthorized || code != "unauthenticated" || got.header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%s with %q: %d %s", what, secret, got.status, got.body)
			}
		}
	}
}

func TestClaim(t *testing.T) {
	w := newWorld(t)
	bo := w.join("bo@example.com", 2)
	seat := w.invite(bo, anInvite)
	for _, secret := range []string{"", nobodys, bo.token, anaAll} {
		if got := w.ask("POST /api/seats/claim", secret, ""); got.status != http.StatusUnauthorized {
			t.Errorf("with %q: %d %s", secret, got.status, got.body)
		}
	}
	first := w.ask("POST /api/seats/claim", anInvite, "").is(t, http.StatusOK)
	again := w.ask("POST /api/seats/claim", anInvite, "{}").is(t, http.StatusOK)
	key := read[saleBody](t, w.ask("GET /api/sales/"+bo.purchase, bo.token, "").body).LicenseKey
	got := read[claimedBody](t, first)
	if first != again || string(got.Seat.ID) != seat || got.Seat.Status != "active" || got.Product != teamID || key == nil || *got.LicenseKey != *key {
		t.Errorf("claimed %s, and again %s; the key is %v", first, again, key)
	}
	resent := w.ask("POST /api/memberships/"+bo.membership+"/seats/"+seat+"/invite", bo.token, "")
	if code, _ := resent.code(t); resent.status != http.StatusUnprocessableEntity || code != "seat_claimed" {
		t.Errorf("invited again: %d %s", resent.status, resent.body)
	}
	w.ask("DELETE /api/memberships/"+bo.membership+"/seats/"+seat, bo.token, "").is(t, http.StatusOK)
	gone := w.ask("POST /api/seats/claim", anInvite, "")
	if code, _ := gone.code(t); gone.status != http.StatusUnprocessableEntity || code != "seat_revoked" {
		t.Errorf("claimed after it was taken back: %d %s", gone.status, gone.body)
	}
}

// TestForeignSeats needs a seat to be touched through its own membership only.
func TestForeignSeats(t *testing.T) {
	w := newWorld(t)
	bo, cy := w.join("bo@example.com", 2), w.join("cy@example.com", 2)
	seat := w.invite(bo, anInvite)
	for _, what := range []string{"DELETE /api/memberships/" + cy.membership + "/seats/" + seat, "POST /api/memberships/" + cy.membership + "/seats/" + seat + "/invite"} {
		got := w.ask(what, cy.token, "")
		if code, _ := got.code(t); got.status != http.StatusNotFound || code != "seat_not_found" {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	if body := w.ask("GET /api/memberships/"+bo.membership+"/seats", bo.token, "").body; !strings.Contains(body, `"id":"`+seat+`","email":"cy@example.com","status":"invited"`) {
		t.Errorf("the seat became %s", body)
	}
}

// TestForeignQuotes needs a quote to change its own membership only.
func TestForeignQuotes(t *testing.T) {
	w := newWorld(t)
	bo, cy := w.join("bo@example.com", 1), w.join("cy@example.com", 1)
	q := read[quoteBody](t, w.ask("POST /api/memberships/"+bo.membership+"/quote", bo.token, `{"seats":2}`).is(t, http.StatusOK))
	got := w.keyed("POST /api/memberships/"+cy.membership+"/change", cy.token, `{"quote":"`+q.Quote+`"}`, "k")
	if code, _ := got.code(t); got.status != http.StatusConflict || code != "quote_stale" {
		t.Errorf("%d %s", got.status, got.body)
	}
	if _, taken := w.book(); taken != 2000 {
		t.Errorf("%d taken, want the two sales", taken)
	}
}
