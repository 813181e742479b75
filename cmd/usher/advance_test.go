package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/app"
)

// told is one answer of usher's own API.
type told struct {
	status int
	body   map[string]any
	lines  []string
}

// tell sends a request to the JSON API.
func tell(t *testing.T, p *process, token, method, path, key, body string) told {
	t.Helper()
	req, err := http.NewRequest(method, p.url(path), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got := told{status: res.StatusCode}
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		got.lines = append(got.lines, lines.Text())
	}
	if len(got.lines) > 0 {
		if err := json.Unmarshal([]byte(got.lines[len(got.lines)-1]), &got.body); err != nil {
			t.Fatalf("%s %s answers %q", method, path, got.lines)
		}
	}
	return got
}

// A server on a test clock sells, and renews when it is told that a month has
// passed; each stop on the way is a line.
func TestServe_advancesItsTestClockOverHTTP(t *testing.T) {
	t.Parallel()
	p := runUsher(t, "demo", "--json", "--listen", "127.0.0.1:0", "--test-clock", "2026-01-15T09:00:00Z")
	token := fmt.Sprint(p.first["access_token"])
	sale := tell(t, p, token, "POST", "/api/sales", "one",
		`{"product":"inkwell-club","variants":["Readers"],"quantity":3,"email":"zoe@example.com","method":"sandbox_pays"}`)
	member, _ := sale.body["membership"].(map[string]any)
	if sale.status != http.StatusCreated || member == nil || member["cycle"] != 1.0 {
		t.Fatalf("buying answers %d %v", sale.status, sale.body)
	}
	for _, c := range []struct{ by, day string }{{"1mo", "2026-02-15"}, {"31d", "2026-03-18"}} {
		got := tell(t, p, token, "POST", "/api/clock/advance", "", `{"by":"`+c.by+`"}`)
		if got.status != http.StatusOK || got.body["done"] != true || !strings.HasPrefix(fmt.Sprint(got.body["at"]), c.day) || len(got.lines) < 2 {
			t.Fatalf("an advance by %s answers %d %q", c.by, got.status, got.lines)
		}
	}
	got := tell(t, p, fmt.Sprint(sale.body["access_token"]), "GET", fmt.Sprint("/api/memberships/", member["id"]), "", "")
	if got.status != http.StatusOK || got.body["cycle"] == nil && got.body["membership"] == nil {
		t.Fatalf("the membership is answered with %d %v", got.status, got.body)
	}
	if now, ok := got.body["membership"].(map[string]any); ok {
		got.body = now
	}
	if got.body["cycle"] != 3.0 || got.body["status"] != "active" {
		t.Errorf("after two months the membership is %v", got.body)
	}
	for path, want := range map[string]int{"/api/v2/licenses/nothing": 404, "/v2": 404, "/api/nothing": 404} {
		if got := tell(t, p, token, "GET", path, "", ""); got.status != want || (len(got.lines) > 0) != (path == "/api/nothing") {
			t.Errorf("GET %s: %d %q, want %d, with a body only from the shop's own API", path, got.status, got.lines, want)
		}
	}
}

func TestDayByDay_saysWhatItWaitsFor(t *testing.T) {
	var said strings.Builder
	d := dayByDay{progress: &progress{w: &said}}
	d.step(app.Step{At: time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC), Waits: "somebody else is at it"})
	d.step(app.Step{At: time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC), Jobs: 2})
	d.end()
	if want := "(!) waiting: somebody else is at it\n2026-01-15  2 done\n"; said.String() != want {
		t.Errorf("says %q, want %q", said.String(), want)
	}
}
