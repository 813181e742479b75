package api

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// TestRefusals asks for what is refused. {m} is bo's membership of two seats, of
// which one is assigned.
func TestRefusals(t *testing.T) {
	w := newWorld(t)
	bo := w.join("bo@example.com", 2)
	const sale, quote = "POST /api/sales", "POST /api/sales/quote"
	const m = "POST /api/memberships/{m}"
	for _, tt := range []struct {
		name   string
		what   string
		body   string
		status int
		code   string
		field  string
	}{
		{"a path that is none", "GET /api/none", "", 404, "not_routed", ""},
		{"the root", "GET /api/", "", 404, "not_routed", ""},
		{"a slash too many at the end", "POST /api/sales/", "", 404, "not_routed", ""},
		{"a slash too many in between", "POST /api//sales", "", 404, "not_routed", ""},
		{"a path that climbs", "POST /api/clock/../sales", "", 404, "not_routed", ""},
		{"a method that is not there", "GET /api/sales", "", 405, "method_not_allowed", ""},
		{"no body where one is needed", quote, "", 400, "invalid", "product"},
		{"a list", quote, "[]", 400, "invalid", ""},
		{"a text", quote, `"product"`, 400, "invalid", ""},
		{"half of an object", quote, `{"product":"team"`, 400, "invalid", ""},
		{"no value", quote, `{"product":}`, 400, "invalid", ""},
		{"two objects", quote, `{"product":"team"} {}`, 400, "invalid", ""},
		{"more than an object", quote, `{"product":"team"} x`, 400, "invalid", ""},
		{"a comma too many", quote, `{"product":"team",}`, 400, "invalid", ""},
		{"bytes that are no UTF-8", quote, "{\"product\":\"\xff\"}", 400, "invalid", ""},
		{"a field that is unknown", quote, `{"product":"team","seats":3}`, 400, "invalid", "seats"},
		{"a field in other letters", quote, `{"Product":"team"}`, 400, "invalid", "Product"},
		{"a field twice", quote, `{"product":"team","product":"pen"}`, 400, "invalid", "product"},
		{"a number for a text", quote, `{"product":5}`, 400, "invalid", "product"},
		{"a text for a number", quote, `{"product":"team","quantity":"3"}`, 400, "invalid", "quantity"},
		{"a fraction", quote, `{"product":"team","quantity":1.5}`, 400, "invalid", "quantity"},
		{"a number that is too large", quote, `{"product":"team","quantity":99999999999999999999}`, 400, "invalid", "quantity"},
		{"a text for a list", quote, `{"product":"team","variants":"Solo"}`, 400, "invalid", "variants"},
		{"a NUL character", quote, `{"product":"te\u0000am"}`, 400, "invalid", "product"},
		{"a NUL character in a list", quote, `{"product":"team","variants":["\u0000"]}`, 400, "invalid", "variants"},
		{"null is as if left out", quote, `{"product":null}`, 400, "invalid", "product"},
		{"too large a body", quote, `{"product":"` + strings.Repeat("x", maxBody) + `"}`, 413, "too_large", ""},
		{"a field where none is known", m + "/cancel", `{"now":true}`, 400, "invalid", "now"},

		{"a product that is not there", quote, `{"product":"none"}`, 404, "product_not_found", ""},
		{"a tier that is not there", quote, `{"product":"team","variants":["Gold"]}`, 404, "variant_not_found", "variants"},
		{"no tier where there are two", quote, `{"product":"team"}`, 400, "invalid", "variants"},
		{"a recurrence that is none", quote, `{"product":"team","variants":["Pro"],"recurrence":"weekly"}`, 400, "invalid", "recurrence"},
		{"a recurrence that is not offered", quote, `{"product":"team","variants":["Pro"],"recurrence":"quarterly"}`, 400, "invalid", "recurrence"},
		{"no seats", quote, `{"product":"team","variants":["Pro"],"quantity":0}`, 400, "below_minimum_seats", "quantity"},
		{"fewer than no seats", quote, `{"product":"team","variants":["Pro"],"quantity":-1}`, 400, "below_minimum_seats", "quantity"},
		{"more seats than are sold", quote, `{"product":"team","variants":["Pro"],"quantity":21}`, 400, "above_maximum_seats", "quantity"},
		{"more seats than the tier has", quote, `{"product":"team","variants":["Solo"],"quantity":7}`, 422, "tier_capacity_exceeded", "quantity"},

		{"a sale without a key", sale, `{"product":"pen","email":"a@example.com","method":"sandbox_pays"}`, 400, "invalid", "idempotency_key"},
		{"a sale without an address", sale + " k", `{"product":"pen","method":"sandbox_pays"}`, 400, "invalid", "email"},
		{"a sale without a card", sale + " k", `{"product":"pen","email":"a@example.com"}`, 400, "invalid", "method"},
		{"a sale of a quote and a product", sale + " k", `{"quote":"x","product":"pen"}`, 400, "invalid", "quote"},
		{"a sale of a quote that is none", sale + " k", `{"quote":"x","email":"a@example.com"}`, 409, "quote_stale", "quote"},
		{"custom fields that are no list", sale + " k", `{"product":"pen","custom_fields":{"Company":"Acme"}}`, 400, "invalid", "custom_fields"},
		{"a custom field with more than a name and a value", sale + " k", `{"product":"pen","custom_fields":[{"name":"a","value":"b","type":"c"}]}`, 400, "invalid", "custom_fields"},
		{"a card that declines", sale + " k", `{"product":"pen","email":"a@example.com","method":"sandbox_declines"}`, 402, "payment_declined", ""},

		{"a change without a key", m + "/change", `{"seats":3}`, 400, "invalid", "idempotency_key"},
		{"a change of nothing", m + "/change k2", `{}`, 400, "invalid", ""},
		{"a quote of nothing", m + "/quote", `{}`, 400, "invalid", ""},
		{"a change of a quote and of seats", m + "/change k2", `{"quote":"x","seats":3}`, 400, "invalid", "quote"},
		{"a change that names a price", m + "/change k2", `{"tier":"Pro","unit":1}`, 400, "invalid", "unit"},
		{"a change to no seats", m + "/change k2", `{"seats":0}`, 400, "below_minimum_seats", "seats"},
		{"a change to too many seats", m + "/change k2", `{"seats":21}`, 400, "above_maximum_seats", "seats"},
		{"a change to more than the tier has", m + "/change k2", `{"seats":9}`, 422, "tier_capacity_exceeded", "seats"},
		{"a tier that is none", m + "/quote", `{"tier":"Gold"}`, 404, "variant_not_found", "tier"},
		{"dearer and fewer at once", m + "/quote", `{"tier":"Pro","seats":1}`, 422, "mixed_direction", ""},
		{"uncancel where nothing is scheduled", m + "/uncancel", "", 422, "not_cancelled", ""},
		{"a restart of what goes on", m + "/restart k3", "", 422, "already_active", ""},
		{"no card", "PUT /api/memberships/{m}/method", "{}", 400, "invalid", "method"},
		{"no address to invite", m + "/seats", "{}", 400, "invalid", "email"},
		{"an address that has a seat", m + "/seats", `{"email":"BO@example.com"}`, 409, "seat_taken", "email"},
		{"a seat that is none", "DELETE /api/memberships/{m}/seats/none", "", 404, "seat_not_found", ""},
		{"no number of free seats", m + "/seats/grant k4", "{}", 400, "invalid", "seats"},
		{"a grant without a key", m + "/seats/grant", `{"seats":1}`, 400, "invalid", "idempotency_key"},
		{"more free seats back than there are", m + "/seats/grant k4", `{"seats":-1}`, 400, "below_minimum_seats", "seats"},
		{"a refund of nothing", m + "/refund k5", `{"amount":0}`, 400, "invalid", "amount"},
		{"a refund of less than nothing", m + "/refund k5", `{"amount":-1}`, 400, "invalid", "amount"},
		{"a refund of more than was paid", "POST /api/sales/{p}/refund k5", `{"amount":2001}`, 400, "refund_too_large", "amount"},
		{"a refund without a key", "POST /api/sales/{p}/refund", `{"amount":1}`, 400, "invalid", "idempotency_key"},
		{"an id that is no text", "GET /api/memberships/%00", "", 404, "membership_not_found", ""},
		{"a purchase whose id is no text", "GET /api/sales/%ff", "", 404, "purchase_not_found", ""},
		{"a clock that goes nowhere", "POST /api/clock/advance", "{}", 400, "invalid", ""},
		{"a clock that goes in two ways", "POST /api/clock/advance", `{"by":"1d","to":"2026-05-01T00:00:00Z"}`, 400, "invalid", ""},
		{"a clock that goes by something else", "POST /api/clock/advance", `{"by":"1 day"}`, 400, "invalid", "by"},
		{"a clock that goes back", "POST /api/clock/advance", `{"to":"2026-04-16T11:59:59Z"}`, 400, "invalid", "to"},
		{"a clock that goes too far", "POST /api/clock/advance", `{"to":"2126-04-16T12:00:01Z"}`, 400, "invalid", "to"},
		{"a time that is none", "POST /api/clock/advance", `{"to":"tomorrow"}`, 400, "invalid", "to"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			what := strings.NewReplacer("{m}", bo.membership, "{p}", bo.purchase).Replace(tt.what)
			var headers []string
			if parts := strings.SplitN(what, " ", 3); len(parts) == 3 {
				what, headers = parts[0]+" "+parts[1], []string{"Idempotency-Key", parts[2]}
			}
			got := w.ask(what, anaAll, tt.body, headers...)
			code, field := got.code(t)
			if got.status != tt.status || code != tt.code || field != tt.field {
				t.Errorf("%d %s; want %d, %s of %q", got.status, got.body, tt.status, tt.code, tt.field)
			}
		})
	}
	if _, taken := w.book(); taken != 2000 {
		t.Errorf("%d taken, want 2000: the one sale", taken)
	}
	if log := w.log.String(); log != "" {
		t.Errorf("logged: %s", log)
	}
}

func TestRefusals_headers(t *testing.T) {
	w := newWorld(t)
	const sale = `{"product":"pen","email":"a@example.com","method":"sandbox_pays"}`
	for _, tt := range []struct {
		name    string
		what    string
		body    string
		headers []string
		status  int
		field   string
	}{
		{"another type of body", "POST /api/sales", sale, []string{"Content-Type", "text/plain"}, 415, ""},
		{"an empty key", "POST /api/sales", sale, []string{"Idempotency-Key", ""}, 400, "idempotency_key"},
		{"two keys", "POST /api/sales", sale, []string{"Idempotency-Key", "a", "Idempotency-Key", "b"}, 400, "idempotency_key"},
		{"a key with a blank in it", "POST /api/sales", sale, []string{"Idempotency-Key", "a b"}, 400, "idempotency_key"},
		{"a key that is too long", "POST /api/sales", sale, []string{"Idempotency-Key", strings.Repeat("k", 101)}, 400, "idempotency_key"},
		{"the longest key", "POST /api/sales", sale, []string{"Idempotency-Key", strings.Repeat("k", 100)}, 201, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/api/sales", strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json; charset=utf-8")
			r.Header.Set("Authorization", "bearer  "+anaAll)
			for i := 0; i < len(tt.headers); i += 2 {
				if tt.headers[i] == "Content-Type" {
					r.Header.Del("Content-Type")
				}
				r.Header.Add(tt.headers[i], tt.headers[i+1])
			}
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if res.StatusCode != tt.status {
				t.Errorf("%d, want %d", res.StatusCode, tt.status)
			}
		})
	}
	if allow := w.ask("PATCH /api/memberships/x/seats", anaAll, "").header.Get("Allow"); allow != "GET, HEAD, POST" {
		t.Errorf("Allow is %q", allow)
	}
	if got := w.ask("HEAD /api/clock", anaAll, ""); got.status != 200 || got.body != "" {
		t.Errorf("HEAD: %d %q", got.status, got.body)
	}
}

// TestKinds needs every kind of refusal to have a status, and only what went
// wrong inside to be 500.
func TestKinds(t *testing.T) {
	for _, kind := range domain.Kinds() {
		status, known := statuses[kind]
		if !known || (status == http.StatusInternalServerError) != (kind == domain.Internal) {
			t.Errorf("kind %d is answered with %d", kind, status)
		}
	}
}

// TestInside needs what goes wrong inside to be told to the log alone, and what
// was sent not even to that.
func TestInside(t *testing.T) {
	var f *failing
	w := newWorld(t, func(o *options) {
		o.wrap = func(s ports.Store) ports.Store { f = &failing{Store: s}; return f }
	})
	for _, tt := range []struct {
		name   string
		how    func() error
		status int
		code   string
		logged string
	}{
		{"a store that fails", func() error { return errors.New("the disk is on fire") }, 500, "internal", "the disk is on fire"},
		{"a refusal that is internal", func() error { return domain.ErrScope }, 500, "internal", "scope"},
		{"a store that has too much to do", func() error { return domain.ErrUnavailable }, 503, "unavailable", "turned away"},
		{"a refusal with a cause", func() error { return domain.ErrConflict.Because(errors.New("fire")) }, 409, "conflict", ""},
		{"a panic with what was sent", func() error { panic("token " + anaAll) }, 500, "internal", "a request panicked"},
		{"a panic of the runtime", func() error { var none []error; return none[len(none)] }, 500, "internal", "index out of range"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f.how = tt.how
			got := w.ask("GET /api/memberships/x", anaAll, "")
			code, _ := got.code(t)
			if got.status != tt.status || code != tt.code || strings.Contains(got.body, "fire") || got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%d %s", got.status, got.body)
			}
			if (got.header.Get("Retry-After") != "") != (tt.status == 503) {
				t.Errorf("Retry-After is %q", got.header.Get("Retry-After"))
			}
			if log := w.log.String(); !strings.Contains(log, tt.logged) || strings.Contains(log, anaAll) {
				t.Errorf("logged: %s", log)
			}
		})
	}
}
