package cases

import (
	"fmt"
	"strings"
	"testing"
)

// Words that wait for a part of usher that is not built yet, each with what
// brings it. A case that says one is skipped with that word; whoever builds the
// part takes its line out.
const (
	hooks = "webhooks (step 6)"
	mails = "mails to customers (step 7)"
)

// laterPaths are beginnings of paths, below /v2 and /api/v2.
var laterPaths = map[string]string{
	"/v2/resource_subscriptions": hooks,
}

// later returns the first word of a case that waits, and for what.
func (c *scenario) later() (word, step string, waits bool) {
	if len(c.Given.ResourceSubscriptions) > 0 {
		return "resource_subscriptions", hooks, true
	}
	for i, s := range c.When {
		if s.Event != nil {
			word, step = laterEvent(s)
		} else {
			word, step = laterPath(s.Path)
		}
		if step == "" {
			word, step = laterResult(c.Then[i])
		}
		if step != "" {
			return word, step, true
		}
	}
	return "", "", false
}

func laterEvent(s step) (word, step string) {
	switch {
	case s.ReceiverStatus != 0:
		return "receiver_status", hooks
	case s.ReceiverError != "":
		return "receiver_error", hooks
	}
	return "", ""
}

func laterPath(path string) (word, step string) {
	path = strings.TrimPrefix(path, "/api")
	for begin, step := range laterPaths {
		if rest, ok := strings.CutPrefix(path, begin); ok && (rest == "" || strings.ContainsRune("/.?", rune(rest[0]))) {
			return begin, step
		}
	}
	return "", ""
}

func laterResult(r result) (word, step string) {
	switch {
	case r.Webhooks != nil:
		return "webhooks", hooks
	case r.Attempts != nil:
		return "webhook_attempts", hooks
	case r.Delays != nil:
		return "delays_s", hooks
	case r.Forms != nil:
		return "attempt_form_subset", hooks
	}
	for _, m := range r.State {
		switch {
		case m.key == "emails_sent" && show(m.value) != "0":
			return "emails_sent", mails
		case m.key == "webhooks_sent" && show(m.value) != "0":
			return "webhooks_sent", hooks
		}
	}
	return "", ""
}

func TestLater(t *testing.T) {
	refund := `{"event": "refund", "purchase": "B1"%s}`
	call := `{"method": "GET", "path": "%s"}`
	for _, row := range []struct{ name, when, then, want string }{
		{"a call of the licence API", fmt.Sprintf(call, "/v2/licenses/verify"), `{}`, ""},
		{"a path that nothing has", fmt.Sprintf(call, "/v2/resource_subscriptionss"), `{}`, ""},
		{"a path of later", fmt.Sprintf(call, "/v2/resource_subscriptions"), `{}`, "/v2/resource_subscriptions"},
		{"one below it", fmt.Sprintf(call, "/api/v2/resource_subscriptions/$B1.id"), `{}`, "/v2/resource_subscriptions"},
		{"one with an ending", fmt.Sprintf(call, "/v2/resource_subscriptions.json"), `{}`, "/v2/resource_subscriptions"},
		{"a refund", fmt.Sprintf(refund, ""), `{}`, ""},
		{"a refund of a membership", fmt.Sprintf(refund, ""), `{"state": {"S1.pending_quantity": null}}`, ""},
		{"what a receiver answers", fmt.Sprintf(refund, `, "receiver_status": 500`), `{}`, "receiver_status"},
		{"that it does not", fmt.Sprintf(refund, `, "receiver_error": "timeout"`), `{}`, "receiver_error"},
		{"an event of a membership's life", `{"event": "cancel_subscription", "subscription": "S1"}`, `{}`, ""},
		{"no mails", fmt.Sprintf(refund, ""), `{"state": {"emails_sent": 0, "webhooks_sent": 0}}`, ""},
		{"a mail", fmt.Sprintf(refund, ""), `{"state": {"emails_sent": 1}}`, "emails_sent"},
		{"a webhook", fmt.Sprintf(refund, ""), `{"state": {"webhooks_sent": 1}}`, "webhooks_sent"},
		{"webhooks", fmt.Sprintf(refund, ""), `{"webhooks": []}`, "webhooks"},
		{"tries", fmt.Sprintf(refund, ""), `{"webhook_attempts": 1}`, "webhook_attempts"},
		{"waits", fmt.Sprintf(refund, ""), `{"delays_s": [60]}`, "delays_s"},
		{"forms", fmt.Sprintf(refund, ""), `{"attempt_form_subset": []}`, "attempt_form_subset"},
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
