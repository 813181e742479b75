package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	hooks "github.com/usherhq/usher/adapters/webhook"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// receiver is who is told, and answers with that status.
type receiver struct{ status int }

func (r *receiver) Post(context.Context, ports.Message) (domain.Post, error) {
	return domain.Post{Status: r.status}, nil
}

// newTold is a world with a receiver.
func newTold(t *testing.T) (*world, *receiver) {
	r := &receiver{status: http.StatusOK}
	return newWorld(t, func(o *options) {
		o.with = func(c *app.Config) { c.Poster, c.EventBody = r, hooks.Body }
	}), r
}

// TestWebhooks_story asks for one thing after the other, as TestStory does: what is
// due is done after each.
func TestWebhooks_story(t *testing.T) {
	w, receives := newTold(t)
	names := named{}
	said := map[string]string{}
	fill := func(s string) string {
		for name, value := range said {
			s = strings.ReplaceAll(s, name, value)
		}
		return s
	}
	for _, step := range []struct {
		name     string
		what     string
		body     string
		key      string
		receives int // from then on; 0: as before
		status   int
		file     string
	}{
		{"an address", "POST /api/webhooks", `{"url":"https://hooks.example.com/usher","name":"my books","topics":["license.*","purchase.refunded"]}`, "k1", 0, 201, "webhook_added.json"},
		{"it alone", "GET /api/webhooks/{webhook}", "", "", 0, 200, "webhook.json"},
		{"its settings", "PATCH /api/webhooks/{webhook}", `{"url":"https://hooks.example.com/all","name":"","topics":[]}`, "", 0, 200, "webhook_set.json"},
		{"a ping", "POST /api/webhooks", `{"url":"https://hooks.example.com/sale","ping":"sale","durable":false}`, "k2", 0, 201, "webhook_ping.json"},
		{"all", "GET /api/webhooks", "", "", 0, 200, "webhooks.json"},
		{"another secret", "POST /api/webhooks/{webhook}/rotate-secret", "", "k3", 0, 200, "webhook_rotated.json"},
		{"a pause", "POST /api/webhooks/{webhook}/pause", "", "", 0, 200, "webhook_paused.json"},
		{"its end", "POST /api/webhooks/{webhook}/resume", "", "", 0, 200, "webhook_resumed.json"},
		{"a test", "POST /api/webhooks/{webhook}/test", "", "k4", 0, 200, "webhook_resumed.json"},
		{"what it was told", "GET /api/webhooks/{webhook}/deliveries", "", "", 500, 200, "deliveries.json"},
		{"a test that fails", "POST /api/webhooks/{webhook}/test", "{}", "", 0, 200, "webhook_resumed.json"},
		{"it is tried again", "GET /api/deliveries?status=waiting", "", "", 0, 200, "deliveries_waiting.json"},
		{"it fails", "GET /api/webhooks/{webhook}", "", "", http.StatusGone, 200, "webhook_failing.json"},
		{"it is stopped", "GET /api/webhooks/{webhook}", "", "", 0, 200, "webhook_gone.json"},
		{"what it did not take", "GET /api/deliveries?webhook={webhook}&status=failed", "", "", 0, 200, "deliveries_failed.json"},
		{"one of them", "GET /api/deliveries/{delivery}", "", "", http.StatusOK, 200, "delivery.json"},
		{"it is sent to again", "POST /api/webhooks/{webhook}/resume", "{}", "", 0, 200, "webhook_resumed.json"},
		{"all that it did not take", "POST /api/webhooks/{webhook}/replay", `{"since":"2026-04-16T12:00:00Z"}`, "k5", 0, 200, "replayed.json"},
		{"one once more", "POST /api/deliveries/{delivery}/replay", "", "k6", 0, 200, "delivery_replayed.json"},
		{"no address any more", "DELETE /api/webhooks/{webhook}", "", "k7", 0, 200, "webhook_resumed.json"},
		{"what it was told before", "GET /api/deliveries/{delivery}", "", "", 0, 200, "delivery_delivered.json"},
	} {
		t.Run(step.name, func(t *testing.T) {
			var headers []string
			if step.key != "" {
				headers = []string{"Idempotency-Key", step.key}
			}
			got := w.ask(fill(step.what), anaAll, step.body, headers...)
			got.is(t, step.status)
			compare(t, step.file, names.hide(got.body))
			if step.key != "" {
				again := w.ask(fill(step.what), anaAll, step.body, headers...)
				if again.body != got.body || again.status != got.status || again.header.Get("Idempotent-Replayed") != "true" {
					t.Errorf("a repeat answered %d %s", again.status, again.body)
				}
			}
			switch step.file {
			case "webhook_added.json":
				said["{webhook}"] = string(read[webhookBody](t, got.body).Webhook.ID)
				if at := got.header.Get("Location"); at != "/api/webhooks/"+said["{webhook}"] {
					t.Errorf("Location is %q", at)
				}
			case "deliveries_failed.json":
				all := read[deliveriesBody](t, got.body).Deliveries
				said["{delivery}"] = string(all[len(all)-1].ID)
			}
			if step.receives != 0 {
				receives.status = step.receives
			}
			w.advance(30 * time.Second) // and what is made next is younger
			w.work()
		})
		if t.Failed() {
			return
		}
	}
	if log := w.log.String(); log != "" {
		t.Errorf("logged: %s", log)
	}
}

// TestApplications_story is that of programs.
func TestApplications_story(t *testing.T) {
	w := newWorld(t)
	names, id := named{}, ""
	for _, step := range []struct {
		name   string
		what   string
		body   string
		key    string
		status int
		file   string
	}{
		{"a program", "POST /api/applications", `{"name":"my books","scopes":["view_sales","edit_products"]}`, "k1", 201, "application_created.json"},
		{"another secret", "POST /api/applications/{application}/rotate-secret", "", "k2", 200, "application_rotated.json"},
		{"all", "GET /api/applications", "", "", 200, "applications.json"},
		{"its end", "DELETE /api/applications/{application}", "", "k3", 200, "application_revoked.json"},
		{"its end, again", "DELETE /api/applications/{application}", "", "", 200, "application_revoked.json"},
	} {
		t.Run(step.name, func(t *testing.T) {
			ask := func() reply {
				what := strings.ReplaceAll(step.what, "{application}", id)
				if step.key == "" {
					return w.ask(what, anaAll, step.body)
				}
				return w.keyed(what, anaAll, step.body, step.key)
			}
			got := ask()
			got.is(t, step.status)
			compare(t, step.file, names.hide(got.body))
			if again := ask(); step.key != "" && (again.body != got.body || again.status != got.status || again.header.Get("Idempotent-Replayed") != "true") {
				t.Errorf("a repeat answered %d %s", again.status, again.body)
			}
			if id == "" {
				id = string(read[applicationBody](t, got.body).Application.ID)
			}
			w.advance(time.Second)
		})
		if t.Failed() {
			return
		}
	}
	if got := w.ask("POST /api/applications/"+id+"/rotate-secret", anaAll, ""); got.status != http.StatusNotFound {
		t.Errorf("another secret for one that is revoked: %d %s", got.status, got.body)
	}
}

// told is Ana's and Ben's webhook, delivery and application.
func told(t *testing.T) (w *world, ids map[string]struct{ mine, theirs, code string }) {
	w, _ = newTold(t)
	ana, ben := domain.Seller{ID: "ana"}, domain.Seller{ID: "ben"}
	made := func(of domain.Seller) []string {
		hook := fixture.Webhook(of, func(h *domain.Webhook) { h.ID, h.CreatedAt = domain.WebhookID(of.ID+"-hook"), noon })
		d := fixture.Delivery(hook, func(d *domain.Delivery) { d.ID = domain.DeliveryID(of.ID + "-delivery") })
		a := fixture.Application(of, func(a *domain.Application) { a.ID = domain.ApplicationID(of.ID + "-program") })
		fixture.Fill(t, w.store, hook, d, a)
		return []string{string(hook.ID), string(d.ID), string(a.ID)}
	}
	anas, bens := made(ana), made(ben)
	ids = map[string]struct{ mine, theirs, code string }{}
	for i, name := range []string{"webhook", "delivery", "application"} {
		ids["{"+name+"}"] = struct{ mine, theirs, code string }{anas[i], bens[i], name + "_not_found"}
	}
	return w, ids
}

// TestStrangers_ofWebhooks is TestStrangers for what telling others has.
func TestStrangers_ofWebhooks(t *testing.T) {
	w, ids := told(t)
	bo := w.join("bo@example.com", 1)
	for thing, of := range ids {
		for _, what := range everything(thing, nil) {
			at := func(id string) string { return strings.ReplaceAll(what, thing, id) }
			want := w.ask(at("nothing"), anaAll, "")
			if code, _ := want.code(t); want.status != http.StatusNotFound || code != of.code {
				t.Fatalf("%s: %d %s", at("nothing"), want.status, want.body)
			}
			want.header.Del("Date")
			for _, who := range []struct{ name, id, secret string }{
				{"nobody", of.mine, ""}, {"an unknown token", of.mine, nobodys}, {"a revoked one", of.mine, anaEnded},
				{"another seller's", of.mine, benAll}, {"a buyer's", of.mine, bo.token}, {"ana, of ben's", of.theirs, anaAll}, {"ana without the scope, of ben's", of.theirs, anaEdits},
			} {
				for _, body := range []string{"", "{", `{"what":1}`} {
					got := w.ask(at(who.id), who.secret, body)
					got.header.Del("Date")
					if got.status != want.status || got.body != want.body || !maps.EqualFunc(got.header, want.header, slices.Equal) {
						t.Errorf("%s as %s with %q: %d %s, want what is not there: %s", at(who.id), who.name, body, got.status, got.body, want.body)
					}
				}
			}
		}
	}
	if got := read[deliveriesBody](t, w.ask("GET /api/deliveries?webhook="+ids["{webhook}"].theirs, anaAll, "").is(t, 200)); len(got.Deliveries) > 0 {
		t.Errorf("ana sees ben's: %+v", got.Deliveries)
	}
}

func TestScopes_ofWebhooks(t *testing.T) {
	w, ids := told(t)
	bo := w.join("bo@example.com", 1)
	all := webhookRoutes()
	maps.Copy(all, applicationRoutes())
	for path, does := range all {
		for method := range does {
			what := method + " " + path
			for thing, of := range ids {
				what = strings.ReplaceAll(what, thing, of.mine)
			}
			for _, secret := range []string{anaSees, anaEdits, anaGives} {
				got := w.ask(what, secret, "")
				if code, _ := got.code(t); got.status != http.StatusForbidden || code != "forbidden" {
					t.Errorf("%s with %s: %d %s", what, secret, got.status, got.body)
				}
			}
			if strings.Contains(path, "{") {
				continue
			}
			for _, secret := range []string{"", nobodys, anaEnded, bo.token} {
				if got := w.ask(what, secret, ""); got.status != http.StatusUnauthorized {
					t.Errorf("%s with %q: %d %s", what, secret, got.status, got.body)
				}
			}
		}
	}
}

// TestDelete_repeated: the end of a webhook is answered again to its key, and to no
// token that may not ask for it.
func TestDelete_repeated(t *testing.T) {
	w, ids := told(t)
	what := "DELETE /api/webhooks/" + ids["{webhook}"].mine
	first := w.keyed(what, anaAll, "", "k").is(t, 200)
	if again := w.keyed(what, anaAll, "", "k").is(t, 200); again != first {
		t.Errorf("again: %s, want %s", again, first)
	}
	for _, secret := range []string{anaEdits, anaSees, benAll} {
		w.keyed(what, secret, "", "k").is(t, http.StatusNotFound)
	}
	w.keyed(what, anaAll, "", "k2").is(t, http.StatusNotFound)
}

func TestRefusals_ofWebhooks(t *testing.T) {
	w, ids := told(t)
	const add, create, hook = "POST /api/webhooks", "POST /api/applications", "PATCH /api/webhooks/{webhook}"
	ping := read[webhookBody](t, w.ask(add, anaAll, `{"url":"https://hooks.example.com","ping":"sale"}`).is(t, 201)).Webhook
	paused := read[webhookBody](t, w.ask(add, anaAll, `{"url":"https://hooks.example.com"}`).is(t, 201)).Webhook
	w.ask("POST /api/webhooks/"+string(paused.ID)+"/pause", anaAll, "").is(t, 200)
	for _, tt := range []struct {
		name, what, body string
		status           int
		code, field      string
	}{
		{"no address", add, `{}`, 400, "invalid", "url"},
		{"one that is none", add, `{"url":"example.com"}`, 400, "invalid", "url"},
		{"one with a password", add, `{"url":"https://ana:secret@example.com"}`, 400, "invalid", "url"},
		{"an event that is none", add, `{"url":"https://example.com","topics":["license.sold"]}`, 400, "invalid", "topics"},
		{"a text for events", add, `{"url":"https://example.com","topics":"license.*"}`, 400, "invalid", "topics"},
		{"a ping that is none", add, `{"url":"https://example.com","ping":"license.issued"}`, 400, "invalid", "ping"},
		{"a ping with events", add, `{"url":"https://example.com","ping":"sale","topics":["license.*"]}`, 400, "invalid", "topics"},
		{"events that are tried less", add, `{"url":"https://example.com","durable":false}`, 400, "invalid", "durable"},
		{"a secret of one's own", add, `{"url":"https://example.com","secret":"whsec_x"}`, 400, "invalid", "secret"},
		{"a change of nothing", hook, `{}`, 400, "invalid", ""},
		{"a change to a ping", hook, `{"ping":"sale"}`, 400, "invalid", "ping"},
		{"a change to no address", hook, `{"url":""}`, 400, "invalid", "url"},
		{"a change to tries that end early", hook, `{"durable":false}`, 400, "invalid", "durable"},
		{"a secret for a ping", "POST /api/webhooks/" + string(ping.ID) + "/rotate-secret", "", 422, "webhook_not_signed", ""},
		{"a test of a paused one", "POST /api/webhooks/" + string(paused.ID) + "/test", "", 422, "webhook_stopped", ""},
		{"a test with a field", "POST /api/webhooks/{webhook}/test", `{"now":true}`, 400, "invalid", "now"},
		{"a replay since a day", "POST /api/webhooks/{webhook}/replay", `{"since":"yesterday"}`, 400, "invalid", "since"},
		{"an end with a field", "DELETE /api/webhooks/{webhook}", `{"now":true}`, 400, "invalid", "now"},
		{"a replay of one with a field", "POST /api/deliveries/{delivery}/replay", `{"now":true}`, 400, "invalid", "now"},
		{"deliveries in a status that is none", "GET /api/deliveries?status=red", "", 400, "invalid", "status"},
		{"deliveries by what is unknown", "GET /api/deliveries?colour=red", "", 400, "invalid", "colour"},
		{"a webhook's by another", "GET /api/webhooks/{webhook}/deliveries?webhook=x", "", 400, "invalid", "webhook"},
		{"deliveries after a place that is none", "GET /api/deliveries?after=here", "", 400, "invalid", "after"},
		{"too many webhooks at once", "GET /api/webhooks?limit=101", "", 400, "invalid", "limit"},
		{"programs after a place that is none", "GET /api/applications?after=here", "", 400, "invalid", "after"},
		{"a program without a name", create, `{"scopes":["view_sales"]}`, 400, "invalid", "name"},
		{"one that may nothing", create, `{"name":"my books"}`, 400, "invalid", "scopes"},
		{"one that may what is none", create, `{"name":"my books","scopes":["everything"]}`, 400, "invalid", "scopes"},
		{"an id that is no text", "GET /api/webhooks/%00", "", 404, "webhook_not_found", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			what := tt.what
			for thing, of := range ids {
				what = strings.ReplaceAll(what, thing, of.mine)
			}
			got := w.ask(what, anaAll, tt.body)
			code, field := got.code(t)
			if got.status != tt.status || code != tt.code || field != tt.field {
				t.Errorf("%d %s; want %d, %s of %q", got.status, got.body, tt.status, tt.code, tt.field)
			}
		})
	}
}

// TestPages_ofWebhooks follows next to the end of each list: everything comes once,
// in order.
func TestPages_ofWebhooks(t *testing.T) {
	w, _ := newTold(t)
	hook := ""
	for range 5 {
		hook = string(read[webhookBody](t, w.ask("POST /api/webhooks", anaAll, `{"url":"https://hooks.example.com"}`).is(t, 201)).Webhook.ID)
		w.ask("POST /api/applications", anaAll, `{"name":"x","scopes":["view_sales"]}`).is(t, 201)
	}
	for range 5 {
		w.ask("POST /api/webhooks/"+hook+"/test", anaAll, "").is(t, 200)
		w.advance(time.Second)
	}
	type one struct {
		ID string `json:"id"`
	}
	type list struct {
		Webhooks, Deliveries, Applications []one
		Next                               *string
	}
	for _, path := range []string{"/api/webhooks", "/api/applications", "/api/deliveries", "/api/webhooks/" + hook + "/deliveries"} {
		all := func(l list) []one { return slices.Concat(l.Webhooks, l.Deliveries, l.Applications) }
		want := all(read[list](t, w.ask("GET "+path, anaAll, "").is(t, 200)))
		var got []one
		for after := ""; len(got) <= len(want); {
			l := read[list](t, w.ask("GET "+path+"?limit=2"+after, anaAll, "").is(t, 200))
			got = append(got, all(l)...)
			if l.Next == nil {
				break
			}
			after = "&after=" + *l.Next
		}
		if len(want) != 5 || !slices.Equal(got, want) {
			t.Errorf("%s by pages is %v, at once %v", path, got, want)
		}
	}
}
