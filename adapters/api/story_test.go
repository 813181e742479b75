package api

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the bodies of testdata anew")

// drawn is what of a body is drawn by chance: ids, keys, secrets, order numbers.
var drawn = regexp.MustCompile(`[A-Za-z0-9_-]{22}==|[0-9a-f]{36}|sandbox_ch_[0-9a-f]+|[0-9A-F]{8}(-[0-9A-F]{8}){3}|"(quote|access_token|secret)":"[^"]*"|"order_number":[0-9]+`)

// named gives what is drawn by chance a name, the same one each time.
type named map[string]string

func (n named) hide(body string) string {
	return drawn.ReplaceAllStringFunc(body, func(s string) string {
		name, _, member := strings.Cut(s, ":")
		if !member {
			name = "drawn"
		}
		if n[s] == "" {
			n[s] = strings.Trim(name, `"`) + "-" + strconv.Itoa(len(n)+1)
		}
		if name != "drawn" {
			return name + `:"` + n[s] + `"`
		}
		return n[s]
	})
}

// TestStory asks for one thing after the other. The body of each answer is the
// file of that name in testdata, to the last byte but for what is drawn.
func TestStory(t *testing.T) {
	w := newWorld(t)
	names := named{}
	said := map[string]string{} // what was said before, by its name in braces
	fill := func(s string) string {
		for name, value := range said {
			s = strings.ReplaceAll(s, name, value)
		}
		return s
	}
	for _, step := range []struct {
		name   string
		what   string
		as     string
		body   string
		key    string
		status int
		file   string
	}{
		{"a price", "POST /api/sales/quote", anaEdits, `{"product":"team","variants":["Solo"],"quantity":3}`, "", 200, "sale_quote.json"},
		{"a sale of a quote", "POST /api/sales", anaEdits, `{"quote":"{quote}","email":"Bo@example.com","full_name":"Bo","method":"sandbox_pays"}`, "k1", 201, "bought.json"},
		{"the sale", "GET /api/sales/{purchase}", "{buyer}", "", "", 200, "sale.json"},
		{"the membership", "GET /api/memberships/{membership}", "{buyer}", "", "", 200, "membership.json"},
		{"a one-time product", "POST /api/sales", anaEdits, `{"product":"` + penID + `","quantity":2,"email":"cy@example.com","method":"sandbox_pays","custom_fields":[{"name":"Company","value":"Acme"}]}`, "k2", 201, "bought_pen.json"},
		{"a price for more seats", "POST /api/memberships/{membership}/quote", "{buyer}", `{"seats":5}`, "", 200, "quote.json"},
		{"more seats", "POST /api/memberships/{membership}/change", "{buyer}", `{"quote":"{quote}"}`, "k1", 200, "changed.json"},
		{"fewer seats", "POST /api/memberships/{membership}/change", "{buyer}", `{"seats":2}`, "k2", 200, "scheduled.json"},
		{"what waits is taken back", "POST /api/memberships/{membership}/keep", "{buyer}", "", "", 200, "kept.json"},
		{"a dearer tier by its name", "POST /api/memberships/{membership}/quote", anaEdits, `{"tier":"Pro","recurrence":"yearly"}`, "", 200, "quote_tier.json"},
		{"an invitation", "POST /api/memberships/{membership}/seats", "{buyer}", `{"email":"Di@example.com"}`, "", 201, "invited.json"},
		{"it is sent again", "POST /api/memberships/{membership}/seats/{seat}/invite", "{buyer}", "", "", 200, "invited.json"},
		{"the seats", "GET /api/memberships/{membership}/seats", anaSees, "", "", 200, "seats.json"},
		{"a seat is taken back", "DELETE /api/memberships/{membership}/seats/{seat}", "{buyer}", "", "", 200, "seat_revoked.json"},
		{"free seats", "POST /api/memberships/{membership}/seats/grant", anaEdits, `{"seats":1}`, "k9", 200, "granted.json"},
		{"another card", "PUT /api/memberships/{membership}/method", "{buyer}", `{"method":"sandbox_declines"}`, "", 200, "method.json"},
		{"a refund of a part", "POST /api/sales/{pen}/refund", anaGives, `{"amount":500}`, "k10", 200, "refunded.json"},
		{"a cancellation", "POST /api/memberships/{membership}/cancel", "{buyer}", "", "", 200, "cancelled.json"},
		{"it is taken back", "POST /api/memberships/{membership}/uncancel", anaEdits, "{}", "", 200, "uncancelled.json"},
		{"an end", "POST /api/memberships/{membership}/end", anaEdits, "", "", 200, "ended.json"},
		{"a decline", "POST /api/memberships/{membership}/restart", anaEdits, `{"seats":2}`, "k11", 402, "declined.json"},
		{"the clock", "GET /api/clock", anaSees, "", "", 200, "clock.json"},
	} {
		t.Run(step.name, func(t *testing.T) {
			headers := []string{}
			if step.key != "" {
				headers = []string{"Idempotency-Key", step.key}
			}
			got := w.ask(fill(step.what), fill(step.as), fill(step.body), headers...)
			got.is(t, step.status)
			compare(t, step.file, names.hide(got.body))
			again := w.ask(fill(step.what), fill(step.as), fill(step.body), headers...)
			if replayed := again.header.Get("Idempotent-Replayed"); step.key != "" && (again.body != got.body || again.status != got.status || replayed != "true") {
				t.Errorf("a repeat answered %d %s (replayed %q)", again.status, again.body, replayed)
			}
			if again.status >= http.StatusInternalServerError {
				t.Errorf("without a key, a repeat answered %d %s", again.status, again.body)
			}
			switch step.file {
			case "sale_quote.json":
				said["{quote}"] = read[saleQuoteBody](t, got.body).Quote
			case "quote.json":
				said["{quote}"] = read[quoteBody](t, got.body).Quote
			case "bought.json":
				b := read[boughtBody](t, got.body)
				said["{purchase}"], said["{membership}"], said["{buyer}"] = string(b.Purchase.ID), string(b.Membership.ID), *b.AccessToken
				if got.header.Get("Location") != "/api/sales/"+string(b.Purchase.ID) {
					t.Errorf("Location is %q", got.header.Get("Location"))
				}
			case "bought_pen.json":
				said["{pen}"] = string(read[boughtBody](t, got.body).Purchase.ID)
			case "invited.json":
				said["{seat}"] = string(read[seatBody](t, got.body).Seat.ID)
			}
			for name, want := range map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
				if got.header.Get(name) != want {
					t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
				}
			}
		})
		if t.Failed() {
			return
		}
	}
}

// compare compares a body with a file of testdata.
func compare(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\n got %s\nwant %s", file, got, want)
	}
}
