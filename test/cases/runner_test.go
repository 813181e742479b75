package cases

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// small is a case with one licence, one sale that waits and one without a key,
// for one step.
const small = `{"id": "X-1",
"given": {
  "products": {"P1": {"name": "Pencil", "unique_permalink": "pencil", "created_at": "2024-01-15T00:00:00Z", "license_enabled": true}},
  "purchases": {
    "B1": {"product": "P1", "created_at": "2025-01-05T00:00:00Z", "email": "a@example.com", "price_cents": 1000},
    "B2": {"product": "P1", "created_at": "2025-01-05T00:00:00Z", "email": "b@example.com", "price_cents": 1000, "state": "in_progress"},
    "B3": {"product": "P1", "created_at": "2025-01-05T00:00:00Z", "email": "c@example.com", "price_cents": 1000}},
  "licenses": {"L1": {"product": "P1", "purchase": "B1", "uses": 4}}},
"when": [%s], "then": [%s]}`

// verified calls verify, with more fields.
func verified(more string) string {
	return `{"method": "POST", "path": "/v2/licenses/verify", "auth": "none", "form": {"product_id": "$P1.id", "license_key": "$L1.key"}` + more + `}`
}

// TestRunner_sees shows of each word of an expectation that a case whose world
// is otherwise fails, with a sentence that says how, and that one whose world is
// just so passes.
func TestRunner_sees(t *testing.T) {
	verify, paid := verified(""), `{"event": "purchase_succeeds", "purchase": "B2", "creates_license": "L2"}`
	for _, row := range []struct{ name, when, right, wrong, want string }{
		{"a status", verify, `{"status": 200}`, `{"status": 404}`, "status: got 200, want 404"},
		{"a value", verify, `{"json_subset": {"uses": 5}}`, `{"json_subset": {"uses": 6}}`, "uses: got 5, want 6"},
		{"a number that is a text", verify, `{"json_subset": {"uses": 5}}`, `{"json_subset": {"uses": "5"}}`, `uses: got 5, want "5"`},
		{"a value deep down", verify, `{"json_subset": {"purchase": {"price": 1000}}}`, `{"json_subset": {"purchase": {"price": 1}}}`, "purchase.price: got 1000"},
		{"a key that is missing", verify, `{"json_subset": {"success": true}}`, `{"json_subset": {"failure": null}}`, "failure: is missing"},
		{"a list", verify, `{"json_subset": {"purchase": {"custom_fields": []}}}`, `{"json_subset": {"purchase": {"custom_fields": ["a"]}}}`, "purchase.custom_fields: got []"},
		{"a key too many in an exact body", verified(`, "at": "2025-03-10T12:00:00Z"`), `{"json_subset": {"success": true, "uses": 5}}`, `{"json_exact": {"success": true, "uses": 5}}`, "purchase: got {"},
		{"a key that should be absent", verify, `{"absent": ["purchase.bin", "nothing.at.all"]}`, `{"absent": ["purchase.card.bin"]}`, "purchase.card.bin: got null, want it absent"},
		{"keys too many", verify, `{"keys_exact": {"": ["uses", "success", "purchase"]}}`, `{"keys_exact": {"": ["uses", "success"]}}`, "the body: the key purchase is too many"},
		{"keys too few", verify, `{"keys_exact": {"purchase.card": ["bin", "type", "visual", "expiry_month", "expiry_year"]}}`, `{"keys_exact": {"purchase.card": ["bin", "type", "visual", "expiry_month", "expiry_year", "x"]}}`, "purchase.card: the key x is missing"},
		{"a body that is not empty", `{"method": "GET", "path": "/v2/nothing"}`, `{"status": 404, "body_empty": true}`, `{"json_exact": {}}`, "the body: got null, want {}"},
		{"a body that should be empty", verify, `{}`, `{"body_empty": true}`, "the body is not empty"},
		{"a header", verify, `{"headers": {"Content-Type": "application/json; charset=utf-8"}}`, `{"headers": {"Content-Type": "text/html"}}`, "the header Content-Type: got"},
		{"a header that is missing", verify, `{}`, `{"headers": {"X-Colour": "red"}}`, "the header X-Colour: got null"},
		{"a header that should be missing", verify, `{"headers": {"Access-Control-Allow-Origin": null}}`, `{"headers": {"Content-Type": null}}`, "the header Content-Type: got \"application/json"},
		{"a reference", verify, `{"json_subset": {"purchase": {"id": "$B1.id"}}}`, `{"json_subset": {"purchase": {"id": "$B2.id"}}}`, "purchase.id: got"},
		{"a key", verify, `{"json_subset": {"purchase": {"license_key": "$license_of.B1.key"}}}`, `{"json_subset": {"purchase": {"license_key": {"$lower": "$L1.key"}}}}`, "purchase.license_key: got"},
		{"an expression", verify, `{"json_subset": {"purchase": {"email": {"$match": "^a@"}}}}`, `{"json_subset": {"purchase": {"email": {"$match": "^b@"}}}}`, "matches ^b@"},
		{"a value that should differ", verify, `{"json_subset": {"uses": {"$not": 4}}}`, `{"json_subset": {"uses": {"$not": 5}}}`, "uses: got 5, want anything else"},
		{"a type", verify, `{"json_subset": {"uses": {"$type": "integer"}}}`, `{"json_subset": {"uses": {"$type": "string"}}}`, "of type string"},
		{"a joined text", verify, `{"json_subset": {"purchase": {"email": {"$concat": ["a", "@example.com"]}}}}`, `{"json_subset": {"purchase": {"email": {"$concat": ["b", "@example.com"]}}}}`, "purchase.email: got"},
		{"a value that cannot be kept", verified(`, "save": {"NEW": "purchase.license_key"}`), `{"state": {"L1.uses": 5}}`, `{"json_subset": {"purchase": {"license_key": {"$not": "$NEW"}}}}`, "want anything else"},
		{"the uses", verify, `{"state": {"L1.uses": 5}}`, `{"state": {"L1.uses": 4}}`, "state L1.uses: got 5, want 4"},
		{"a disabling", verify, `{"state": {"L1.disabled": false}}`, `{"state": {"L1.disabled": true}}`, "state L1.disabled: got false"},
		{"whose licence it is", verify, `{"state": {"L1.purchase": "B1"}}`, `{"state": {"L1.purchase": "B2"}}`, `state L1.purchase: got ["B1"], want "B2"`},
		{"how many licences there are", paid, `{"state": {"licenses.count": 2, "L2.purchase": "B2"}}`, `{"state": {"licenses.count": 1}}`, "state licenses.count: got 2, want 1"},
		{"the licences of a sale", paid, `{"state": {"licenses.for.B2": 1}}`, `{"state": {"licenses.for.B2": 0}}`, "state licenses.for.B2: got 1, want 0"},
		{"a refusal that does not come", paid, `{}`, `{"refused": true}`, "purchase_succeeds was "},
		{"a refusal that nobody expects", `{"event": "undo_revoke_access", "purchase": "B1"}`, `{"refused": true}`, `{}`, "undo_revoke_access was refused: access to the purchase is not revoked"},
		{"an edit of seats that has no effect", `{"event": "seller_sets_quantity", "purchase": "B1", "quantity": 3}`, `{}`, `{"state": {"licenses.count": 2}}`, "state licenses.count: got 1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if wrong := one(t, row.when, row.right); len(wrong) > 0 {
				t.Errorf("what is right differs: %q", wrong)
			}
			if wrong := strings.Join(one(t, row.when, row.wrong), "\n"); !strings.Contains(wrong, row.want) {
				t.Errorf("got %q, want %q in it", wrong, row.want)
			}
		})
	}
}

func TestRunner_seesEachOfSeveralAnswers(t *testing.T) {
	wrong := strings.Join(one(t, verified(`, "parallel": 3`), `{"json_subset": {"uses": 1}}`), "\n")
	for _, want := range []string{"uses: got 5, want 1", "uses: got 6, want 1", "uses: got 7, want 1"} {
		if !strings.Contains(wrong, want) {
			t.Errorf("got %q, want %q in it", wrong, want)
		}
	}
}

// Lists are compared whole, even where a subset is expected.
func TestDifferences_ofLists(t *testing.T) {
	got, err := parse([]byte(`{"list": [{"a": 1, "b": 2}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		want      string
		different bool
	}{
		{`{"list": [{"a": 1, "b": 2}]}`, false},
		{`{"list": [{"b": 2, "a": 1}]}`, false},
		{`{"list": [{"a": 1}]}`, true},
		{`{"list": []}`, true},
		{`{"list": [{"a": 1, "b": 2}, {}]}`, true},
		{`{"list": {}}`, true},
		{`{}`, false},
	} {
		want, err := parse([]byte(row.want))
		if err != nil {
			t.Fatal(err)
		}
		none := resolver(func(reference) (string, error) { return "", nil })
		if found := none.differences("", want, got, false); (len(found) > 0) != row.different {
			t.Errorf("%s: got the differences %q", row.want, found)
		}
	}
}

// one plays the small case with one step on the memory store.
func one(t *testing.T, when, then string) []string {
	t.Helper()
	c := parseCase(fmt.Appendf(nil, small, when, then))
	if len(c.faults) > 0 {
		t.Fatalf("the case is not read: %q", c.faults)
	}
	s := newStage(t, &c.says, openMemory)
	return s.step(c.says.When[0], c.says.Then[0])
}

// TestRunner_clock moves the clock to a step, and over the second pass that
// licensing past sales makes after a minute.
func TestRunner_clock(t *testing.T) {
	c := parseCase(fmt.Appendf(nil, small, `{"event": "advance_clock"}`, `{}`))
	s := newStage(t, &c.says, openMemory)
	noon := start
	at := func(path string, want time.Duration) {
		t.Helper()
		if got := s.clock.now().Sub(noon); got != want {
			t.Errorf("%s: the clock is at %s after the start, want %s", path, got, want)
		}
	}
	keys := func(name string, want int) {
		t.Helper()
		if got := len(s.licenses()); got != want {
			t.Errorf("%s: there are %d licences, want %d", name, got, want)
		}
	}
	off, on := eventName("disable_licensing"), eventName("enable_licensing")
	s.step(step{Event: &off, Product: "P1", At: &stamp{noon.Add(time.Hour)}}, result{})
	at("a step with at", time.Hour)
	keys("before", 1)
	s.step(step{Event: &on, Product: "P1"}, result{})
	at("a step without at", time.Hour)
	keys("what is due at that instant is done", 2)
	s.step(step{Event: &off, Product: "P1"}, result{})
	s.step(step{Event: &on, Product: "P1", RunJobs: true}, result{})
	at("after the jobs", time.Hour+time.Minute)
	s.step(step{Event: &on, Product: "P1", At: &stamp{noon.Add(time.Hour + time.Second)}}, result{})
	at("at an instant that the jobs passed", time.Hour+time.Minute)
	s.step(step{Event: &off, Product: "P1", At: &stamp{noon.Add(3 * time.Hour)}}, result{})
	at("later", 3*time.Hour)
}

func TestRead_ofAFolder(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("USHER_CASES", dir)
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "license.jsonl"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("without the file, nothing runs", func(t *testing.T) {
		t.Cleanup(func() {
			if !t.Skipped() {
				t.Error("a file that is not there was read")
			}
		})
		read(t, "license.jsonl")
	})
	t.Run("its cases are those that are read", func(t *testing.T) {
		write("{\"id\": \"MINE-1\"}\n\n{\"id\": \"MINE-2\", \"colour\": 1}\n")
		got := read(t, "license.jsonl")
		if len(got) != 2 || got[0].id != "MINE-1" || len(got[0].faults) != 0 || got[1].id != "MINE-2" || len(got[1].faults) != 1 {
			t.Errorf("got %+v", got)
		}
	})
}
