package cases

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestSeats_wordsAreKnown reads every case of the file without playing it.
func TestSeats_wordsAreKnown(t *testing.T) {
	for _, c := range readLines(t, "seats.jsonl", parseSeats) {
		if len(c.faults) > 0 {
			t.Errorf("%s says what is not known:\n\t%s", c.id, strings.Join(c.faults, "\n\t"))
		}
	}
}

// everySeatsWord is a case that says every field at least once.
const everySeatsWord = `{
"id": "X-1", "title": "t", "source": "s", "note": "n", "inferred": true, "priority": "low",
"given": {"recurrence": "monthly", "currency": "USD", "price_cents_per_seat": 1000, "seats": 5,
  "period_start": "2026-04-01T00:00:00Z", "period_end": "2026-04-08T00:00:00Z", "anchor_at": "2026-04-01T00:00:00Z",
  "trial_end": "2026-04-08T00:00:00Z", "fixed_cycles": 4, "max_seats": 9, "tier_capacity_left": 3, "assigned_seats": 1,
  "included_seats": 1, "min_charge_cents": 50, "discount": {"kind": "percent", "value": 10, "cycles": 2}},
"events": [
  {"at": "2026-04-02T00:00:00Z", "do": "set_seats", "args": {"seats": 6, "payment": "unknown", "key": "k1"}},
  {"at": "2026-04-02T00:00:00Z", "do": "change_plan", "args": {"tier": "plus", "recurrence": "yearly", "price_cents_per_seat": 2000, "seats": 7}},
  {"at": "2026-04-02T00:00:00Z", "do": "preview", "args": {"seats": 8, "id": "q1"}},
  {"at": "2026-04-02T00:00:00Z", "do": "commit", "args": {"quote": "q1"}},
  {"at": "2026-04-02T00:00:00Z", "do": "seller_price", "args": {"price_cents_per_seat": 1, "apply_to_existing": true, "effective_date": "2026-04-09T00:00:00Z"}},
  {"at": "2026-04-02T00:00:00Z", "do": "end_now", "args": {"by": "admin", "reason": "revoked"}},
  {"at": "2026-04-02T00:00:00Z", "do": "expire"}],
"expect": [{"after_event": 0, "outcome": "applied", "error": "key_reused", "replayed": true, "charge_cents": 0, "state": "active",
  "access": true, "seats_now": 5, "seats_next": null, "next_renewal_at": null, "next_renewal_cents": 5000,
  "period_end": "2026-04-08T00:00:00Z", "amount_pending_cents": 1, "deferred_cents": 2, "unused_credit_cents": 3,
  "outstanding_cents": 4, "grace_ends_at": "2026-04-13T00:00:00Z", "cancelled_at": "2026-04-03T00:00:00Z",
  "failed_at": "2026-04-04T00:00:00Z", "ended_at": "2026-04-05T00:00:00Z", "deactivated_at": "2026-04-06T00:00:00Z",
  "assigned": 1, "skipped_periods": 2, "tier_now": "standard", "tier_next": "plus", "recurrence_next": "yearly",
  "preview": {"due_now_cents": 1, "seats_now": 2, "seats_next": 3, "next_renewal_cents": 4}}]}`

// TestSeatsVocabulary_sampleIsWhole fails if a word is added to the types and
// not to the sample: it would not be tried below.
func TestSeatsVocabulary_sampleIsWhole(t *testing.T) {
	c := parseSeats([]byte(everySeatsWord))
	if len(c.faults) > 0 {
		t.Fatalf("the sample is not read:\n\t%s", strings.Join(c.faults, "\n\t"))
	}
	v, err := parse([]byte(everySeatsWord))
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{}
	r.read("", v, reflect.ValueOf(&c.says).Elem())
	for w := range vocabulary(reflect.TypeFor[seatsCase](), map[word]bool{}) {
		if !r.said[w] {
			t.Errorf("the sample does not say %s of %v", w.key, w.of)
		}
	}
}

// TestSeatsVocabulary_unknownFieldsFail plants a field that nobody knows into
// every map of the sample, and a map in place of every other value.
func TestSeatsVocabulary_unknownFieldsFail(t *testing.T) {
	v, err := parse([]byte(everySeatsWord))
	if err != nil {
		t.Fatal(err)
	}
	places := 0
	try := func(path string) {
		places++
		c := parseSeats([]byte(show(v)))
		if !slices.ContainsFunc(c.faults, func(f string) bool { return strings.Contains(f, "colour") }) {
			t.Errorf("planted in %s, it is not named: %v", path, c.faults)
		}
	}
	var plant func(path string, at any, put func(any))
	plant = func(path string, at any, put func(any)) {
		switch at := at.(type) {
		case object:
			put(append(slices.Clone(at), member{"colour", json.Number("1")}))
			try(path)
			put(at)
			for i, m := range at {
				plant(join(path, m.key), m.value, func(v any) { at[i].value = v })
			}
		case []any:
			for i, e := range at {
				plant(path, e, func(v any) { at[i] = v })
			}
		default:
			if path == "id" {
				return
			}
			put(object{{"colour", json.Number("1")}})
			try(path)
			put(at)
		}
	}
	plant("", v, func(planted any) { v = planted })
	if places < 90 {
		t.Errorf("only %d places were tried", places)
	}
}

func TestSeatsVocabulary_unknownWordsFail(t *testing.T) {
	for _, row := range []struct{ name, old, planted, want string }{
		{"a recurrence", `"recurrence": "monthly"`, `"recurrence": "weekly"`, "given.recurrence: no such word as \"weekly\""},
		{"a kind of discount", `"kind": "percent"`, `"kind": "colour"`, "given.discount.kind: no such word"},
		{"an event", `"do": "expire"`, `"do": "colour"`, "events[6].do: no such word"},
		{"an event in another letter case", `"do": "expire"`, `"do": "Expire"`, "events[6].do: no such word"},
		{"an answer of the processor", `"payment": "unknown"`, `"payment": "late"`, "events[0].args.payment: no such word"},
		{"who did it", `"by": "admin"`, `"by": "robot"`, "events[5].args.by: no such word"},
		{"why it ended", `"reason": "revoked"`, `"reason": "chargeback"`, "events[5].args.reason: no such word"},
		{"the next recurrence of an event", `"recurrence": "yearly", "price`, `"recurrence": "daily", "price`, "events[1].args.recurrence: no such word"},
		{"an outcome", `"outcome": "applied"`, `"outcome": "done"`, "expect[0].outcome: no such word"},
		{"an error", `"error": "key_reused"`, `"error": "conflict"`, "expect[0].error: no such word"},
		{"a state", `"state": "active"`, `"state": "alive"`, "expect[0].state: no such word"},
		{"the next recurrence", `"recurrence_next": "yearly"`, `"recurrence_next": "daily"`, "expect[0].recurrence_next: no such word"},
		{"an argument of another event", `"do": "expire"`, `"do": "expire", "args": {"by": "buyer"}`, "events[6].args.by: does not belong to expire"},
		{"the key of another event", `"quote": "q1"`, `"quote": "q1", "key": "k2"`, "events[3].args.key: does not belong to commit"},
		{"a quote that is not named", `"quote": "q1"`, `"payment": "ok"`, "events[3].args.quote: no quote is called"},
		{"a quote that nothing can name", `"seats": 8, "id": "q1"`, `"seats": 8`, "events[3].args.quote: no quote is called q1"},
		{"a quote that nobody made", `"quote": "q1"`, `"quote": "q2"`, "events[3].args.quote: no quote is called q2"},
		{"a quote whose name is taken", `"do": "expire"`, `"do": "preview", "args": {"id": "q1"}`, "events[6].args.id: the name q1 is taken"},
		{"an event without its time", `"at": "2026-04-02T00:00:00Z", "do": "expire"`, `"do": "expire"`, "events[6].at: is missing"},
		{"a time that is a date", `"trial_end": "2026-04-08T00:00:00Z"`, `"trial_end": "2026-04-08"`, "given.trial_end:"},
		{"a given price that is missing", `"price_cents_per_seat": 1000, `, ``, "given.price_cents_per_seat: is missing"},
		{"a discount without its value", `"value": 10, `, ``, "given.discount.value: is missing"},
		{"an expectation of no event", `"after_event": 0`, `"after_event": 7`, "expect[0].after_event: there is no event 7"},
		{"an expectation of an event before all", `"after_event": 0`, `"after_event": -1`, "there is no event -1"},
		{"an expectation that does not say after what", `"after_event": 0, `, ``, "expect[0].after_event: is missing"},
		{"null where it has no meaning", `"seats_now": 5`, `"seats_now": null`, "expect[0].seats_now: null is no int"},
		{"false where only true is a word", `"replayed": true`, `"replayed": false`, "expect[0].replayed: false is not true"},
		{"a fraction of a cent", `"charge_cents": 0`, `"charge_cents": 0.5`, "expect[0].charge_cents: 0.5 is no int64"},
		{"a number that is a text", `"charge_cents": 0`, `"charge_cents": "0"`, "expect[0].charge_cents: \"0\" is no int64"},
		{"a word of the other file", `"note": "n"`, `"note": "n", "when": []`, "when: no such field"},
		{"a field that comes twice", `"assigned": 1`, `"assigned": 1, "assigned": 1`, "the key \"assigned\" comes twice"},
	} {
		t.Run(row.name, func(t *testing.T) {
			planted := strings.Replace(everySeatsWord, row.old, row.planted, 1)
			if planted == everySeatsWord {
				t.Fatalf("the sample does not hold %s", row.old)
			}
			c := parseSeats([]byte(planted))
			if !slices.ContainsFunc(c.faults, func(f string) bool { return strings.Contains(f, row.want) }) {
				t.Errorf("got faults %q, want one with %q", c.faults, row.want)
			}
		})
	}
}

// TestSeatsVocabulary_isSaid fails if a word of an event, an outcome, an error,
// a state or a payment is in no case of the project.
func TestSeatsVocabulary_isSaid(t *testing.T) {
	said := map[string]bool{}
	for _, file := range []string{"seats.jsonl", "testdata/seats.jsonl"} {
		for _, c := range readFile(t, file, parseSeats) {
			for _, e := range c.says.Events {
				said["event "+string(e.Do)], said["payment "+string(e.Args.Payment)], said["by "+string(e.Args.By)] = true, true, true
			}
			for _, x := range c.says.Expect {
				said["outcome "+string(ptr(x.Outcome, ""))] = true
				said["error "+string(ptr(x.Error, ""))] = true
				said["state "+string(ptr(x.State, ""))] = true
			}
		}
	}
	for kind, words := range map[string][]string{
		"event": seatsEventName("").words(), "payment": seatsPayment("").words(), "by": actor("").words(),
		"outcome": seatsOutcome("").words(), "error": seatsError("").words(), "state": seatsState("").words(),
	} {
		for _, w := range words {
			if !said[kind+" "+w] {
				t.Errorf("no case says the %s %s", kind, w)
			}
		}
	}
}
