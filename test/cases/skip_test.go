package cases

import (
	"fmt"
	"testing"
)

// Words that wait for a part of usher that is not built yet, each with what
// brings it. A case that says one is skipped with that word; whoever builds the
// part takes its line out.
const mails = "mails to customers (step 7)"

// later returns the first word of a case that waits, and for what.
func (c *scenario) later() (word, step string, waits bool) {
	for i := range c.When {
		for _, m := range c.Then[i].State {
			if m.key == "emails_sent" && show(m.value) != "0" {
				return m.key, mails, true
			}
		}
	}
	return "", "", false
}

func TestLater(t *testing.T) {
	refund := `{"event": "refund", "purchase": "B1"%s}`
	call := `{"method": "GET", "path": "%s"}`
	for _, row := range []struct{ name, when, then, want string }{
		{"a call of the licence API", fmt.Sprintf(call, "/v2/licenses/verify"), `{}`, ""},
		{"a path that nothing has", fmt.Sprintf(call, "/v2/resource_subscriptionss"), `{}`, ""},
		{"a path of later", fmt.Sprintf(call, "/v2/resource_subscriptions"), `{}`, ""},
		{"one below it", fmt.Sprintf(call, "/api/v2/resource_subscriptions/$B1.id"), `{}`, ""},
		{"one with an ending", fmt.Sprintf(call, "/v2/resource_subscriptions.json"), `{}`, ""},
		{"a refund", fmt.Sprintf(refund, ""), `{}`, ""},
		{"a refund of a membership", fmt.Sprintf(refund, ""), `{"state": {"S1.pending_quantity": null}}`, ""},
		{"what a receiver answers", fmt.Sprintf(refund, `, "receiver_status": 500`), `{}`, ""},
		{"that it does not", fmt.Sprintf(refund, `, "receiver_error": "timeout"`), `{}`, ""},
		{"an event of a membership's life", `{"event": "cancel_subscription", "subscription": "S1"}`, `{}`, ""},
		{"no mails", fmt.Sprintf(refund, ""), `{"state": {"emails_sent": 0, "webhooks_sent": 0}}`, ""},
		{"a mail", fmt.Sprintf(refund, ""), `{"state": {"emails_sent": 1}}`, "emails_sent"},
		{"a webhook", fmt.Sprintf(refund, ""), `{"state": {"webhooks_sent": 1}}`, ""},
		{"webhooks", fmt.Sprintf(refund, ""), `{"webhooks": []}`, ""},
		{"tries", fmt.Sprintf(refund, ""), `{"webhook_attempts": 1}`, ""},
		{"waits", fmt.Sprintf(refund, ""), `{"delays_s": [60]}`, ""},
		{"forms", fmt.Sprintf(refund, ""), `{"attempt_form_subset": []}`, ""},
	} {
		c := parseCase(fmt.Appendf(nil, `{"id": "X-1", "given": {
			"products": {"P1": {}}, "purchases": {"B1": {"product": "P1", "subscription": "S1"}},
			"subscriptions": {"S1": {"product": "P1"}}}, "when": [%s], "then": [%s]}`, row.when, row.then))
		if len(c.faults) > 0 {
			t.Errorf("%s: the case is not read: %q", row.name, c.faults)
			continue
		}
		if word, step, waits := c.says.later(); word != row.want || waits != (row.want != "") || waits != (step != "") {
			t.Errorf("%s: it waits for %q (%s), want %q", row.name, word, step, row.want)
		}
	}
}
