package cases

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestLicense_wordsAreKnown reads every case of the file without playing it.
func TestLicense_wordsAreKnown(t *testing.T) {
	for _, c := range read(t, "license.jsonl") {
		if len(c.faults) > 0 {
			t.Errorf("%s says what is not known:\n\t%s", c.id, strings.Join(c.faults, "\n\t"))
		}
	}
}

// everyWord is a case that says every word at least once.
const everyWord = `{
"id": "X-1", "title": "t", "source": "s", "note": "n", "inferred": true, "priority": "low",
"given": {
  "clock": "2025-03-10T12:00:00Z",
  "config": {"product_id_required_after": null},
  "products": {
    "P1": {"seller": "owner", "kind": "membership", "name": "Club", "unique_permalink": "club", "custom_permalink": null,
      "created_at": "2024-01-15T00:00:00Z", "currency": "usd", "license_enabled": true, "multiseat": true, "published": true,
      "deleted": false, "preorder": false, "product_id_check_exempt": false, "free_trial": "7d12h",
      "recurrences": {"monthly": 1000}, "variants": [{"category": "Tier", "name": "Pro", "recurrences": {"monthly": 900}}]},
    "P2": {"seller": "other", "kind": "bundle", "includes": [{"product": "P1", "quantity": 2}]}},
  "purchases": {
    "B1": {"product": "P1", "state": "in_progress", "created_at": "2025-01-05T19:38:56Z", "email": "a@example.com",
      "price_cents": 1000, "fee_cents": 129, "quantity": 2, "purchaser": "U1", "subscription": "S1", "variants": ["Pro"],
      "multiseat": true, "renewal": true, "installment": true, "free_trial": true, "gift_sender": true, "gift_receiver": true,
      "gifter_purchase": "B2", "preorder_authorization": true, "access_revoked": true, "refunded": true,
      "partially_refunded": true, "chargeback_at": "2025-02-05T19:38:56Z", "chargeback_reversed": true, "can_contact": null,
      "referrer": null, "full_name": "Ana", "ip_country": "Peru",
      "card": {"visual": "**** 1", "type": "visa", "expiry_month": 1, "expiry_year": 2030},
      "offer_code": {"code": "HALF", "percent": 50}, "affiliate": {"email": "b@example.com", "credit_cents": 5},
      "custom_fields": [{"name": "n", "value": "v"}]},
    "B2": {"product": "P2", "card": null, "purchaser": null}},
  "licenses": {"L1": {"product": "P1", "purchase": "B1", "uses": 1, "disabled": true}, "L2": {"product": "P1", "imported_customer": "I1"}},
  "subscriptions": {"S1": {"product": "P1", "original_purchase": "B1", "charges": ["B1"], "recurrence": "monthly",
      "started_at": "2025-02-20T10:00:00Z", "cancelled_at": null, "failed_at": null, "ended_at": "2025-03-20T10:00:00Z",
      "cancelled_by": "seller", "charge_occurrence_count": 3, "free_trial_ends_at": "2025-02-20T10:00:00Z", "installment_plan": true}},
  "users": {"U1": {"email": "u@example.com"}},
  "imported_customers": {"I1": {"product": "P1", "email": "i@example.com", "purchase_date": "2020-01-01T00:00:00Z"}},
  "resource_subscriptions": {"H1": {"resource_name": "sale", "post_url": "https://hooks.example.com/x", "app_token_scopes": "view_sales"}}},
"when": [
  {"event": "purchase_succeeds", "at": "2025-03-11T12:00:00Z", "run_jobs": true, "purchase": "B1", "signed_in": false,
    "creates_license": "L3", "creates_purchases": {"B3": "P1"}},
  {"event": "gift_checkout_completed", "gifter": "B1", "giftee": "B2", "creates_license": "L4"},
  {"event": "preorder_released_and_charged", "preorder": "B1", "creates_purchase": "B4", "creates_license": "L5"},
  {"event": "change_seats", "subscription": "S1", "quantity": 3, "creates_original": "B5"},
  {"event": "cancel_subscription", "subscription": "S1", "by": "admin"},
  {"event": "restart_subscription", "subscription": "S1", "payment": "declined"},
  {"event": "change_tier", "subscription": "S1", "tier": "Pro"},
  {"event": "update_product", "product": "P1", "description": "d"},
  {"event": "refund", "purchase": "B1", "receiver_status": 417, "receiver_error": "timeout"},
  {"method": "POST", "path": "/v2/sales/$B1.id", "form": {"a": "$L1.key"}, "query": {"b": "$owner.user_id"}, "headers": {"Origin": "x"},
    "auth": "owner-bearer", "parallel": 2, "save": {"NEW": "purchase.license_key"}, "at": "2025-03-12T12:00:00Z"},
  {"method": "POST", "path": "/v2/licenses/verify", "json": {"a": {"$lower": "$NEW"}, "b": {"$concat": ["$license_of.B1.key", " "]}}}],
"then": [
  {"refused": true, "state": {"L1.uses": 0, "L1.disabled": true, "L1.purchase": "B1", "S1.cancelled_at": null,
    "S1.user_requested_cancellation_at": null, "S1.pending_quantity": 1, "licenses.count": 1, "licenses.for.B1": 1,
    "emails_sent": 0, "webhooks_sent": 0}},
  {"webhooks": [{"to": "H1", "content_type": "x", "form_subset": {"a": "b"}, "absent": ["c"]}], "webhook_attempts": 2,
    "delays_s": [60], "attempt_form_subset": [{"retry_count": "1"}]},
  {}, {}, {}, {}, {}, {}, {},
  {"status": 200, "json_exact": {"a": {"$match": "^b$"}}, "absent": ["b"], "keys_exact": {"": ["a"]}, "headers": {"X": "y"}},
  {"json_subset": {"a": [{"$not": "$NEW"}, {"$type": "integer"}]}, "body_empty": true}]}`

// TestVocabulary_sampleIsWhole fails if a word is added to the types and not to
// the sample: it would not be tried below.
func TestVocabulary_sampleIsWhole(t *testing.T) {
	c := parseCase([]byte(everyWord))
	if len(c.faults) > 0 {
		t.Fatalf("the sample is not read:\n\t%s", strings.Join(c.faults, "\n\t"))
	}
	v, err := parse([]byte(everyWord))
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{}
	r.read("", v, reflect.ValueOf(&c.says).Elem())
	for w := range vocabulary(reflect.TypeFor[scenario](), map[word]bool{}) {
		if !r.said[w] {
			t.Errorf("the sample does not say %s of %v", w.key, w.of)
		}
	}
}

// vocabulary adds all words that a type and its parts know.
func vocabulary(typ reflect.Type, all map[word]bool) map[word]bool {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice:
		return vocabulary(typ.Elem(), all)
	case reflect.Struct:
		for _, f := range reflect.VisibleFields(typ) {
			if key := f.Tag.Get("case"); key != "" {
				all[word{typ, key}] = true
			}
			if f.Tag.Get("case") != "" || f.Name == "is" { // null and named hold theirs in is
				vocabulary(f.Type, all)
			}
		}
	}
	return all
}

// outside are the fields that hold names of the outside world.
var outside = []string{"form", "query", "json", "headers", "json_exact", "json_subset", "form_subset", "attempt_form_subset"}

// TestVocabulary_unknownFieldsFail plants a field that nobody knows into every
// map of the sample, one at a time, and a map in place of every other value.
// All of them must be named, but for those of the outside world.
func TestVocabulary_unknownFieldsFail(t *testing.T) {
	v, err := parse([]byte(everyWord))
	if err != nil {
		t.Fatal(err)
	}
	places := 0
	var plant func(path string, at any, put func(any))
	try := func(path string, foreign bool) {
		places++
		c := parseCase([]byte(show(v)))
		named := slices.ContainsFunc(c.faults, func(f string) bool { return strings.Contains(f, "colour") })
		if foreign && len(c.faults) > 0 {
			t.Errorf("planted in %s, where anything may stand, it gives %v", path, c.faults)
		}
		if !foreign && !named {
			t.Errorf("planted in %s, it is not named: %v", path, c.faults)
		}
	}
	plant = func(path string, at any, put func(any)) {
		foreign := slices.ContainsFunc(outside, func(f string) bool { return strings.Contains(path+".", "."+f+".") })
		switch at := at.(type) {
		case object:
			word, _, _ := matcher(at)
			put(append(slices.Clone(at), member{"colour", json.Number("1")}))
			try(path, foreign && word == "")
			put(at)
			for i, m := range at {
				if word == "" {
					plant(join(path, m.key), m.value, func(v any) { at[i].value = v })
				}
			}
		case []any:
			for i, e := range at {
				plant(path, e, func(v any) { at[i] = v })
			}
		default:
			put(object{{"colour", json.Number("1")}})
			if !foreign && path != "id" {
				try(path, false)
			}
			put(at)
		}
	}
	plant("", v, func(planted any) { v = planted })
	if places < 150 {
		t.Errorf("only %d places were tried", places)
	}
}

func TestVocabulary_unknownWordsFail(t *testing.T) {
	for _, row := range []struct{ name, old, planted, want string }{
		{"a priority", `"priority": "low"`, `"priority": "colour"`, "priority: no such word as \"colour\""},
		{"a seller", `"seller": "owner"`, `"seller": "colour"`, "given.products.P1.seller: no such word"},
		{"a kind of product", `"kind": "bundle"`, `"kind": "colour"`, "given.products.P2.kind: no such word"},
		{"a state of a purchase", `"in_progress"`, `"colour"`, "given.purchases.B1.state: no such word"},
		{"a recurrence", `"recurrence": "monthly"`, `"recurrence": "colour"`, "given.subscriptions.S1.recurrence: no such word"},
		{"who cancelled", `"cancelled_by": "seller"`, `"cancelled_by": "colour"`, "given.subscriptions.S1.cancelled_by: no such word"},
		{"the resource of a webhook", `"resource_name": "sale"`, `"resource_name": "colour"`, "resource_name: no such word"},
		{"a scope", `"view_sales"`, `"colour"`, "app_token_scopes[0]: no such word"},
		{"an event", `"change_tier"`, `"colour"`, "when[6].event: no such word"},
		{"an actor", `"admin"`, `"colour"`, "when[4].by: no such word"},
		{"a payment", `"declined"`, `"colour"`, "when[5].payment: no such word"},
		{"an error of a receiver", `"timeout"`, `"colour"`, "when[8].receiver_error: no such word"},
		{"a method", `"method": "POST", "path": "/v2/sales`, `"method": "PATCH", "path": "/v2/sales`, "when[9].method: no such word"},
		{"an auth", `"owner-bearer"`, `"colour"`, "when[9].auth: no such word"},
		{"an argument of another event", `"tier": "Pro"}`, `"product": "P1"}`, "when[6].product: does not belong"},
		{"an argument of an event on a call", `"parallel": 2`, `"quantity": 2`, "when[9].quantity: does not belong"},
		{"a method on an event", `"description": "d"`, `"method": "GET"`, "when[7].method: does not belong"},
		{"false where only true is a word", `"renewal": true`, `"renewal": false`, "given.purchases.B1.renewal: false is not true"},
		{"null where it has no meaning", `"name": "Club"`, `"name": null`, "given.products.P1.name: null is no string"},
		{"a number for a text", `"name": "Club"`, `"name": 1`, "given.products.P1.name: 1 is no string"},
		{"a fraction of a cent", `"price_cents": 1000`, `"price_cents": 10.5`, "price_cents: 10.5 is no int64"},
		{"a text for a number", `"price_cents": 1000`, `"price_cents": "1000"`, "price_cents: \"1000\" is no int64"},
		{"a time with a fraction", `"clock": "2025-03-10T12:00:00Z"`, `"clock": "2025-03-10T12:00:00.5Z"`, "given.clock:"},
		{"a time of another zone", `"clock": "2025-03-10T12:00:00Z"`, `"clock": "2025-03-10T12:00:00+02:00"`, "given.clock:"},
		{"a duration out of order", `"7d12h"`, `"12h7d"`, "free_trial: \"12h7d\" is no duration"},
		{"a field in another letter case", `"uses": 1`, `"Uses": 1`, "given.licenses.L1.Uses: no such field"},
		{"a field that comes twice", `"uses": 1`, `"uses": 1, "uses": 1`, "the key \"uses\" comes twice"},
		{"a name that nothing has", `"purchase": "B1", "uses"`, `"purchase": "B9", "uses"`, "given.licenses.L1.purchase: no purchase is called B9"},
		{"a name of another kind", `"subscription": "S1", "variants"`, `"subscription": "B1", "variants"`, "no subscription is called B1"},
		{"a variant that the product lacks", `["Pro"]`, `["Max"]`, "P1 has no variant Max"},
		{"a name that is taken", `"creates_license": "L4"`, `"creates_license": "L1"`, "the name L1 is taken"},
		{"a reference in a path", `$B1.id"`, `$B1.colour"`, "when[9].path: $B1 was not saved"},
		{"a reference to nothing in a path", `/$B1.id"`, `/$B9.id"`, "nothing is called B9"},
		{"an attribute in a form", `"$L1.key"`, `"$L1.colour"`, "$L1.colour is no reference"},
		{"a reference to nothing in a query", `"$owner.user_id"`, `"$nobody.user_id"`, "nothing is called nobody"},
		{"a value that nothing saved", `{"$lower": "$NEW"}`, `{"$lower": "$OLD"}`, "$OLD was not saved"},
		{"the licence of nothing", `$license_of.B1.key`, `$license_of.B9.key`, "no purchase is called B9"},
		{"a matcher in a body", `{"$lower": "$NEW"}`, `{"$upper": "$NEW"}`, "$upper is no matcher"},
		{"a matcher in an expectation", `{"$match": "^b$"}`, `{"$like": "b"}`, "$like is no matcher"},
		{"a matcher in a body that is no value", `{"$lower": "$NEW"}`, `{"$match": "a"}`, "when[10].json.a: $match"},
		{"a broken expression", `{"$match": "^b$"}`, `{"$match": "(b"}`, "then[9].json_exact.a: $match"},
		{"a type", `{"$type": "integer"}`, `{"$type": "float"}`, "$type is string or integer"},
		{"a word of a licence's state", `"L1.uses": 0`, `"L1.colour": 0`, "then[0].state.L1.colour: no such word"},
		{"a word of a membership's state", `"S1.pending_quantity": 1`, `"S1.uses": 1`, "then[0].state.S1.uses: no such word"},
		{"a word of the whole state", `"emails_sent": 0`, `"faxes_sent": 0`, "then[0].state.faxes_sent: no such word"},
		{"the licences of nothing", `"licenses.for.B1": 1`, `"licenses.for.B9": 1`, "no purchase is called B9"},
		{"a webhook to nobody", `"to": "H1"`, `"to": "H9"`, "no resource subscription is called H9"},
		{"an answer of an event", `{}, {}, {}, {}, {}, {}, {},`, `{}, {}, {}, {}, {}, {}, {"status": 200},`, "then[8]: expects an answer of an event"},
		{"a refusal of a call", `"body_empty": true`, `"refused": true`, "then[10].refused: belongs to events"},
		{"a result too many", `"body_empty": true}`, `"body_empty": true}, {}`, "has 12 results for 11 steps"},
		{"a step that is nothing", `"event": "change_tier", `, ``, "is neither an event nor a call"},
		{"two bodies", `"json": {"a"`, `"form": {}, "json": {"a"`, "has two bodies"},
	} {
		t.Run(row.name, func(t *testing.T) {
			planted := strings.Replace(everyWord, row.old, row.planted, 1)
			if planted == everyWord {
				t.Fatalf("the sample does not hold %s", row.old)
			}
			c := parseCase([]byte(planted))
			if !slices.ContainsFunc(c.faults, func(f string) bool { return strings.Contains(f, row.want) }) {
				t.Errorf("got faults %q, want one with %q", c.faults, row.want)
			}
		})
	}
}
