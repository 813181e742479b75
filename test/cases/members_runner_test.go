package cases

import (
	"fmt"
	"strings"
	"testing"
)

// clubCase is a case with a membership of three seats whose period ends on 20 March
// at ten, for some steps.
const clubCase = `{"id": "X-1",
"given": {
  "products": {"P1": {"kind": "membership", "name": "Club", "unique_permalink": "club", "created_at": "2024-01-15T00:00:00Z",
    "license_enabled": true, "multiseat": true, "recurrences": {"monthly": 1000},
    "variants": [{"category": "Tier", "name": "Basic", "recurrences": {"monthly": 1000}}, {"category": "Tier", "name": "Pro", "recurrences": {"monthly": 2000}}]}},
  "purchases": {"B1": {"product": "P1", "created_at": "2025-02-20T10:00:00Z", "email": "a@example.com", "price_cents": 3000, "quantity": 3,
    "multiseat": true, "subscription": "S1"}},
  "licenses": {"L1": {"product": "P1", "purchase": "B1"}},
  "subscriptions": {"S1": {"product": "P1", "recurrence": "monthly", "original_purchase": "B1", "started_at": "2025-02-20T10:00:00Z", "charges": ["B1"]}}},
"when": [%s], "then": [%s]}`

// TestRunner_seesMemberships shows of each event and word of a membership's life
// that a case whose world is otherwise fails, with a sentence that says how.
func TestRunner_seesMemberships(t *testing.T) {
	const boundary = `"at": "2025-03-20T10:00:00Z"`
	event := func(name, more string) string {
		return fmt.Sprintf(`{"event": "%s", "subscription": "S1"%s}`, name, more)
	}
	cancel, shows := event("cancel_subscription", ""), verified("")
	for _, row := range []struct{ name, when, then, want string }{
		{"a renewal on its day", event("renewal_succeeds", `, "creates_purchase": "B2", "creates_original": "B3", `+boundary), `{"state": {"L1.purchase": "B3", "licenses.for.B2": 0}}`, ""},
		{"one whose purchase holds no key", event("renewal_succeeds", `, "creates_purchase": "B2", `+boundary), `{"state": {"L1.purchase": "B2"}}`, `state L1.purchase: got ["B1"]`},
		{"a renewal a day early", event("renewal_succeeds", `, "at": "2025-03-19T10:00:00Z"`), `{}`, "no renewal was paid"},
		{"a renewal a day late", event("renewal_succeeds", `, "at": "2025-03-21T10:00:00Z"`), `{}`, "no renewal was paid"},
		{"a decline on its day", event("renewal_declined", ", "+boundary), `{}`, ""},
		{"a decline a day early", event("renewal_declined", `, "at": "2025-03-19T10:00:00Z"`), `{}`, "the membership is not past due, but active"},
		{"a failure when grace is over", event("fail_subscription", `, "at": "2025-03-25T10:00:00Z"`), `{}`, ""},
		{"a failure before grace is over", event("fail_subscription", `, "at": "2025-03-25T09:59:59Z"`), `{}`, "the membership has not failed, but past_due"},
		{"an end of what has none", event("end_subscription", ", "+boundary), `{}`, "the membership is not completed, but active"},
		{"a cancellation", cancel, `{"state": {"S1.cancelled_at": "2025-03-20T10:00:00Z", "S1.user_requested_cancellation_at": "2025-03-10T12:00:00Z"}}`, ""},
		{"a cancellation for now", cancel, `{"state": {"S1.cancelled_at": "2025-03-10T12:00:00Z"}}`, `state S1.cancelled_at: got "2025-03-20T10:00:00Z"`},
		{"a cancellation that nobody asked for", cancel, `{"state": {"S1.user_requested_cancellation_at": null}}`, "state S1.user_requested_cancellation_at: got"},
		{"a restart of what runs", event("restart_subscription", ""), `{}`, "restart_subscription was refused: "},
		{"fewer seats, which wait", event("change_seats", `, "quantity": 1`), `{"state": {"S1.pending_quantity": 1}}`, ""},
		{"fewer seats, which do not wait", event("change_seats", `, "quantity": 1`), `{"state": {"S1.pending_quantity": null}}`, "state S1.pending_quantity: got 1"},
		{"more seats, which wait", event("change_seats", `, "quantity": 4`), `{"state": {"S1.pending_quantity": 4}}`, "state S1.pending_quantity: got null"},
		{"more seats, of another sale", event("change_seats", `, "quantity": 4, "creates_original": "B2"`), `{"state": {"licenses.for.B2": 0}}`, "state licenses.for.B2: got 1"},
		{"a tier that is the present one", event("change_tier", `, "tier": "Basic"`), `{"refused": true}`, "change_tier was accepted"},
		{"a tier that nothing has", event("change_tier", `, "tier": "Max"`), `{}`, "no tier is called Max"},
		{"a dearer tier", event("change_tier", `, "tier": "Pro"`) + "," + shows, `{}, {"json_subset": {"purchase": {"price": 3000}}}`, "purchase.price: got 6000"},
		{"free seats", `{"event": "seller_sets_quantity", "purchase": "B1", "quantity": 5},` + shows, `{}, {"json_subset": {"purchase": {"quantity": 3}}}`, "purchase.quantity: got 5"},
		{"a refund of the sale", `{"event": "refund", "purchase": "B1"},` + shows, `{}, {"json_subset": {"purchase": {"refunded": false}}}`, "purchase.refunded: got true"},
		{"a chargeback", `{"event": "chargeback", "purchase": "B1"}`, `{"state": {"S1.cancelled_at": null}}`, `state S1.cancelled_at: got "2025-03-10T12:00:00Z"`},
		{"a deletion that ends at once", `{"event": "delete_product", "product": "P1"}`, `{"state": {"S1.cancelled_at": "2025-03-10T12:00:00Z"}}`, "state S1.cancelled_at: got null"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := parseCase(fmt.Appendf(nil, clubCase, row.when, row.then))
			if len(c.faults) > 0 {
				t.Fatalf("the case is not read: %q", c.faults)
			}
			s := newStage(t, &c.says, openMemory)
			var wrong []string
			for i, step := range c.says.When {
				wrong = append(wrong, s.step(step, c.says.Then[i])...)
			}
			if got := strings.Join(wrong, "\n"); row.want == "" && got != "" || !strings.Contains(got, row.want) {
				t.Errorf("got %q, want %q in it", got, row.want)
			}
		})
	}
}

// TestRunner_cards has one of two memberships decline, and the other go on.
func TestRunner_cards(t *testing.T) {
	c := parseCase(fmt.Appendf(nil, strings.NewReplacer(
		`"quantity": 3,
    "multiseat": true, "subscription": "S1"}`, `"quantity": 3,
    "multiseat": true, "subscription": "S1"}, "B2": {"product": "P1", "email": "b@example.com", "price_cents": 1000, "subscription": "S2"}`,
		`"charges": ["B1"]}`, `"charges": ["B1"]}, "S2": {"product": "P1", "recurrence": "monthly", "original_purchase": "B2",
    "started_at": "2025-02-20T10:00:00Z", "charges": ["B2"]}`).Replace(clubCase),
		`{"event": "renewal_declined", "subscription": "S1", "at": "2025-03-20T10:00:00Z"}, {"event": "renewal_succeeds", "subscription": "S2"},
		 {"event": "renewal_succeeds", "subscription": "S1", "at": "2025-03-20T10:00:01Z"}, {"event": "renewal_succeeds", "subscription": "S1", "at": "2025-04-20T10:00:00Z"}`,
		`{}, {}, {}, {}`))
	if len(c.faults) > 0 {
		t.Fatalf("the case is not read: %q", c.faults)
	}
	s := newStage(t, &c.says, openMemory)
	for i, step := range c.says.When {
		for _, wrong := range s.step(step, c.says.Then[i]) {
			t.Errorf("then[%d] %s", i, wrong)
		}
	}
	book, err := s.cards.Book(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if sums, err := book.Sums(); err != nil || len(book.Charges) != 5 || sums["usd"].Taken != 8000 {
		t.Errorf("the book holds %d charges and %d, %v; want one declined and four paid, of 8000", len(book.Charges), sums["usd"].Taken, err)
	}
}
