package app_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/adapters/webhook"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// issued is an event of a sale of that name.
func issued(sale string, at time.Time) domain.Event {
	return domain.LicenseIssued{LicenseID: domain.LicenseID("l-" + sale), PurchaseID: domain.PurchaseID(sale), At: at}
}

func TestWebhooks_life(t *testing.T) {
	w := newToldInMemory(t)
	ctx, ana := w.ctx(), w.ana.ID
	hook, secret, err := w.Webhooks.Add(ctx, ana, app.NewWebhook{URL: "https://hooks.example.com/a", Name: "shop", Topics: []domain.Topic{"license.*"}})
	if err != nil || !strings.HasPrefix(secret, "whsec_") || len(secret) != 6+32 {
		t.Fatalf("got the secret %q, %v", secret, err)
	}
	other := w.add(app.NewWebhook{URL: "https://hooks.example.com/b"})
	w.clock.advance(time.Minute)
	w.happens(issued("b1", w.clock.now()), domain.MembershipRenewed{MembershipID: "m", PurchaseID: "b1", At: w.clock.now()}, domain.MembershipDue{MembershipID: "m", PurchaseID: "b1", At: w.clock.now()})
	w.tick()
	var got []string
	for _, m := range w.to.all() {
		var body struct{ Type string }
		if err := json.Unmarshal(m.Body, &body); err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.TrimPrefix(m.URL, "https://hooks.example.com/")+" "+body.Type)
		if m.URL == hook.URL && (len(m.Secrets) != 1 || m.Secrets[0] != secret) {
			t.Errorf("it is signed with %d secrets", len(m.Secrets))
		}
		if m.ID == "" || !m.At.Equal(w.clock.now()) {
			t.Errorf("got the id %q at %v", m.ID, m.At)
		}
	}
	slices.Sort(got)
	if want := []string{"a license.issued", "b license.issued", "b membership.renewed"}; !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}

	// Both secrets sign for a day.
	_, fresh, err := w.Webhooks.RotateSecret(ctx, ana, hook.ID)
	if err != nil || fresh == secret {
		t.Fatalf("got %q, %v", fresh, err)
	}
	for _, row := range []struct {
		wait time.Duration
		want []string
	}{{time.Hour, []string{fresh, secret}}, {24 * time.Hour, []string{fresh}}} {
		w.clock.advance(row.wait)
		w.happens(domain.LicenseRotated{LicenseID: "l", PurchaseID: "b2", At: w.clock.now()})
		w.tick()
		for _, m := range w.to.all() {
			if m.URL == hook.URL && !slices.Equal(m.Secrets, row.want) {
				t.Errorf("after %v it is signed with %q, want %q", row.wait, m.Secrets, row.want)
			}
		}
	}

	// An edit, a pause, a test, a deletion.
	url, topics := "https://hooks.example.com/c", []domain.Topic{}
	if edited, err := w.Webhooks.Edit(ctx, ana, hook.ID, app.WebhookEdit{URL: &url, Topics: &topics}); err != nil || edited.URL != url || edited.Topics != "" || edited.Name != "shop" {
		t.Errorf("got %+v, %v", edited, err)
	}
	for _, bad := range []string{"ftp://example.com", "https://user:pw@example.com", "https://", "https://example.com/#x", ""} {
		if _, err := w.Webhooks.Edit(ctx, ana, hook.ID, app.WebhookEdit{URL: &bad}); domain.KindOf(err) != domain.Invalid {
			t.Errorf("%q: got %v", bad, err)
		}
	}
	must(w.Webhooks.Pause(ctx, ana, other.ID))
	if err := w.Webhooks.Test(ctx, ana, other.ID); !errors.Is(err, domain.ErrWebhookStopped) {
		t.Errorf("a test of a paused webhook: got %v", err)
	}
	if err := w.Webhooks.Test(ctx, ana, hook.ID); err != nil {
		t.Error(err)
	}
	w.tick()
	if all := w.to.all(); len(all) != 1 || all[0].URL != url || !strings.Contains(string(all[0].Body), `"type":"webhook.tested"`) {
		t.Errorf("of a test came %+v", all)
	}
	must(w.Webhooks.Resume(ctx, ana, other.ID))
	if err := w.Webhooks.Delete(ctx, ana, hook.ID); err != nil {
		t.Error(err)
	}
	w.happens(issued("b3", w.clock.now()))
	w.tick()
	if all := w.to.all(); len(all) != 1 || all[0].URL != other.URL {
		t.Errorf("after a deletion and a resumption came %+v", all)
	}
	if list := must(w.Webhooks.List(ctx, ana, ports.Cursor{}, 10)); len(list) != 1 || list[0].ID != other.ID {
		t.Errorf("got the list %+v", list)
	}
	for name, err := range map[string]error{
		"get":    second(w.Webhooks.Get(ctx, ana, hook.ID)),
		"edit":   second(w.Webhooks.Edit(ctx, ana, hook.ID, app.WebhookEdit{})),
		"pause":  second(w.Webhooks.Pause(ctx, ana, hook.ID)),
		"delete": w.Webhooks.Delete(ctx, ana, hook.ID),
		"test":   w.Webhooks.Test(ctx, ana, hook.ID),
	} {
		if !errors.Is(err, domain.ErrWebhookNotFound) {
			t.Errorf("%s of what is deleted: got %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestWebhooks_areAtMostAThousand(t *testing.T) {
	w := newToldInMemory(t)
	for i := range 1000 {
		w.add(app.NewWebhook{URL: fmt.Sprintf("https://hooks.example.com/%d", i)})
	}
	_, _, err := w.Webhooks.Add(w.ctx(), w.ana.ID, app.NewWebhook{URL: "https://hooks.example.com/"})
	if !errors.Is(err, domain.ErrTooManyWebhooks) {
		t.Fatalf("got %v", err)
	}
	all := must(w.Webhooks.List(w.ctx(), w.ana.ID, ports.Cursor{}, 1))
	if err := w.Webhooks.Delete(w.ctx(), w.ana.ID, all[0].ID); err != nil {
		t.Fatal(err)
	}
	w.add(app.NewWebhook{URL: "https://hooks.example.com/"})
}

// What fails is tried again, later each time, until it is given up; what waits
// behind it waits, and what is of another sale does not.
func TestDeliver_triesAgain(t *testing.T) {
	w := newToldInMemory(t)
	hook := w.add(app.NewWebhook{URL: "https://hooks.example.com/"})
	var heads []time.Duration
	var first string
	w.to.answer = func(m ports.Message) domain.Post {
		if strings.Contains(string(m.Body), `"purchase_id":"b1"`) && !strings.Contains(string(m.Body), "rotated") {
			first = m.ID
			return domain.Post{Why: "refused"}
		}
		return domain.Post{Status: 204}
	}
	start := w.clock.now()
	w.happens(issued("b1", start), domain.LicenseRotated{LicenseID: "l", PurchaseID: "b1", At: start}, issued("b2", start))
	for range 40 {
		w.tick()
		for _, m := range w.to.all() {
			if m.ID == first {
				heads = append(heads, w.clock.now().Sub(start))
			}
		}
		due, more, err := w.Worker.NextDue(w.ctx())
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
		w.clock.advance(due.Sub(w.clock.now()))
	}
	const m, h = time.Minute, time.Hour
	s := 5 * time.Second
	want := []time.Duration{0, s, s + m, s + 6*m, s + 36*m, s + 36*m + 2*h, s + 36*m + 7*h, s + 36*m + 17*h, s + 36*m + 27*h, s + 36*m + 37*h, s + 36*m + 47*h, s + 36*m + 57*h, s + 36*m + 67*h}
	if !slices.Equal(heads, want) {
		t.Errorf("it was tried after %v, want %v", heads, want)
	}
	if got := w.statuses(); got[domain.DeliveryFailed] != 1 || got[domain.DeliveryDelivered] != 2 {
		t.Errorf("got %v", got)
	}
	failed := w.deliveries(ports.DeliveryQuery{Status: domain.DeliveryFailed})
	if failed[0].Why != "refused" || failed[0].Tries != 13 || failed[0].Answered != 0 {
		t.Errorf("got %+v", failed[0])
	}

	// It can be made again, one alone or all that failed, under its id.
	w.to.answer = nil
	if d, m, err := w.Webhooks.Delivery(w.ctx(), w.ana.ID, failed[0].ID); err != nil || d != failed[0] || m.Secrets != nil || !strings.Contains(string(m.Body), `"license_id":"l-b1"`) {
		t.Errorf("got %+v, %s, %v", d, m.Body, err)
	}
	if n, err := w.Webhooks.ReplayFailed(w.ctx(), w.ana.ID, hook.ID, start.Add(time.Second)); n != 0 || err != nil {
		t.Errorf("of what is newer: got %d, %v", n, err)
	}
	if n, err := w.Webhooks.ReplayFailed(w.ctx(), w.ana.ID, hook.ID, start); n != 1 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	w.tick()
	if got := w.to.all(); len(got) != 1 || got[0].ID != first {
		t.Errorf("got %+v, want %s once more", got, first)
	}
	must(w.Webhooks.Replay(w.ctx(), w.ana.ID, failed[0].ID))
	w.tick()
	if got := w.to.all(); len(got) != 1 || got[0].ID != first {
		t.Errorf("got %+v, want %s once more", got, first)
	}
	must(w.Webhooks.Pause(w.ctx(), w.ana.ID, hook.ID))
	if _, err := w.Webhooks.Replay(w.ctx(), w.ana.ID, failed[0].ID); !errors.Is(err, domain.ErrWebhookStopped) {
		t.Errorf("of a paused webhook: got %v", err)
	}
}

func TestDeliver_whatAReceiverSays(t *testing.T) {
	t.Run("gone ends it all", func(t *testing.T) {
		w := newToldInMemory(t)
		hook := w.add(app.NewWebhook{URL: "https://hooks.example.com/"})
		w.to.answer = func(ports.Message) domain.Post { return domain.Post{Status: 410} }
		at := w.clock.now()
		w.happens(issued("b1", at), domain.LicenseRotated{LicenseID: "l", PurchaseID: "b1", At: at})
		w.tick()
		w.happens(issued("b2", at))
		w.tick()
		if got := w.to.all(); len(got) != 1 {
			t.Errorf("it was asked %d times", len(got))
		}
		if hook = must(w.Webhooks.Get(w.ctx(), w.ana.ID, hook.ID)); hook.Stopped != domain.StoppedGone {
			t.Errorf("got %+v", hook)
		}
		if got := w.statuses(); got[domain.DeliveryFailed] != 1 || got[domain.DeliverySkipped] != 1 || got[domain.DeliveryWaiting] != 0 {
			t.Errorf("got %v", got)
		}
	})
	t.Run("it is left alone as long as it asks", func(t *testing.T) {
		w := newToldInMemory(t)
		w.add(app.NewWebhook{URL: "https://hooks.example.com/"})
		w.to.answer = func(ports.Message) domain.Post { return domain.Post{Status: 429, RetryAfter: 2 * time.Hour} }
		w.happens(issued("b1", w.clock.now()))
		w.tick()
		w.happens(issued("b2", w.clock.now())) // of another sale, but to the same receiver
		w.tick()
		w.clock.advance(2*time.Hour - time.Second)
		w.tick()
		if got := w.to.all(); len(got) != 1 {
			t.Errorf("it was asked %d times, want once", len(got))
		}
		w.to.answer = nil
		w.clock.advance(time.Second)
		w.tick()
		if got := w.to.all(); len(got) != 2 {
			t.Errorf("it was asked %d times, want twice", len(got))
		}
	})
	t.Run("who is dead is probed, and not asked once for each sale", func(t *testing.T) {
		w := newToldInMemory(t)
		w.add(app.NewWebhook{URL: "https://hooks.example.com/"})
		w.to.answer = func(ports.Message) domain.Post { return domain.Post{Why: "timeout"} }
		for i := range 50 {
			w.happens(issued(fmt.Sprint("b", i), w.clock.now()))
		}
		w.tick()
		if got := len(w.to.all()); got != 5 {
			t.Errorf("it was asked %d times, want 5", got)
		}
		w.clock.advance(time.Minute)
		w.tick()
		if got := len(w.to.all()); got != 1 {
			t.Errorf("a minute later it was asked %d times, want once", got)
		}
		w.to.answer = nil
		for range 200 {
			due, more, err := w.Worker.NextDue(w.ctx())
			if err != nil || !more {
				break
			}
			w.clock.advance(max(0, due.Sub(w.clock.now())))
			w.tick()
		}
		if got := w.statuses(); got[domain.DeliveryDelivered] != 50 {
			t.Errorf("got %v", got)
		}
	})
}

// A store that has a test clock is not asked for the time while it dispatches.
func TestDeliver_byATestClock(t *testing.T) {
	at := fixture.T0.AddDate(1, 0, 0)
	store := memstore.New(&memstore.Options{TestClock: at})
	w := &told{t: t, store: store, clock: &clock{at: at}, to: &receivers{}, ana: fixture.Seller("ana"), dice: &dice{}}
	fixture.Fill(t, store, w.ana)
	w.Usher = must(app.New(app.Config{Store: store, Poster: w.to, EventBody: webhook.Body, Sealer: openSealer{}}))
	w.add(app.NewWebhook{URL: "https://hooks.example.com/"})
	w.happens(issued("b1", at))
	must(w.Clock.Advance(w.ctx(), at.Add(time.Minute), nil))
	if got := w.to.all(); len(got) != 1 {
		t.Errorf("got %+v", got)
	}
}
