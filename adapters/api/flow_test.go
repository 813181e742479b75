package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// lastKey returns the processor's key of the newest charge.
func (w *world) lastKey() string {
	w.t.Helper()
	b, err := w.processor.Book(w.t.Context())
	if err != nil || len(b.Charges) == 0 {
		w.t.Fatalf("%d charges, %v", len(b.Charges), err)
	}
	return b.Charges[len(b.Charges)-1].Key
}

// TestBuy_confirmed buys with a card whose bank asks the buyer first.
func TestBuy_confirmed(t *testing.T) {
	w := newWorld(t)
	const body = `{"product":"team","variants":["Pro"],"email":"bo@example.com","method":"sandbox_confirms"}`
	first := w.keyed("POST /api/sales", anaEdits, body, "k").is(t, http.StatusAccepted)
	b := read[boughtBody](t, first)
	if b.Result != domain.AwaitsAction || b.LicenseKey != nil || b.Membership != nil || b.AccessToken == nil || b.Payment.Reference == nil {
		t.Fatalf("waits as %s", first)
	}
	if s := read[saleBody](t, w.ask("GET /api/sales/"+string(b.Purchase.ID), *b.AccessToken, "").is(t, http.StatusOK)); s.Purchase.Status != domain.Pending || s.LicenseKey != nil {
		t.Errorf("its buyer sees %+v", s)
	}
	if again := w.keyed("POST /api/sales", anaEdits, body, "k"); again.is(t, http.StatusAccepted) != first || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("again: %s, want %s", again.body, first)
	}
	if err := w.processor.Confirm(t.Context(), w.ana, w.lastKey()); err != nil {
		t.Fatal(err)
	}
	done := read[boughtBody](t, w.keyed("POST /api/sales", anaEdits, body, "k").is(t, http.StatusCreated))
	if done.Result != domain.Applied || done.LicenseKey == nil || done.Membership == nil || *done.AccessToken != *b.AccessToken || done.Purchase.ID != b.Purchase.ID {
		t.Errorf("confirmed: %+v", done)
	}
	w.ask("GET /api/memberships/"+string(done.Membership.ID), *b.AccessToken, "").is(t, http.StatusOK)
	if charges, taken := w.book(); charges != 1 || taken != 3000 {
		t.Errorf("%d charges of %d", charges, taken)
	}
}

// TestChange_unanswered changes with a card whose answer is lost.
func TestChange_unanswered(t *testing.T) {
	w := newWorld(t)
	bo := w.join("bo@example.com", 2)
	w.ask("PUT /api/memberships/"+bo.membership+"/method", bo.token, `{"method":"`+sandbox.LosesAnswer+`"}`).is(t, http.StatusOK)
	change := func(key string) reply {
		return w.keyed("POST /api/memberships/"+bo.membership+"/change", bo.token, `{"seats":4}`, key)
	}
	lost := read[doneBody](t, change("k").is(t, http.StatusAccepted))
	if lost.Result != domain.Unanswered || lost.Membership.Seats != 2 || lost.Membership.InFlight == nil {
		t.Errorf("unanswered: %+v", lost)
	}
	other := change("k2")
	if code, _ := other.code(t); other.status != http.StatusConflict || code != "change_in_progress" {
		t.Errorf("another: %d %s", other.status, other.body)
	}
	found := change("k")
	if d := read[doneBody](t, found.is(t, http.StatusOK)); d.Result != domain.Applied || d.Membership.Seats != 4 || found.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("found: %+v", d)
	}
	if _, taken := w.book(); taken != 4000 {
		t.Errorf("%d taken, want 4000", taken)
	}
}

// TestKeyReused needs one key to be one command, for each who holds a token.
func TestKeyReused(t *testing.T) {
	w := newWorld(t)
	bo, cy := w.join("bo@example.com", 1), w.join("cy@example.com", 1)
	for _, who := range []joined{bo, cy} { // both count from 1
		w.keyed("POST /api/memberships/"+who.membership+"/change", who.token, `{"seats":2}`, "1").is(t, http.StatusOK)
		got := w.keyed("POST /api/memberships/"+who.membership+"/change", who.token, `{"seats":3}`, "1")
		if code, field := got.code(t); got.status != http.StatusConflict || code != "key_reused" || field != "idempotency_key" {
			t.Errorf("another change: %d %s", got.status, got.body)
		}
		got = w.keyed("POST /api/memberships/"+who.membership+"/restart", who.token, ``, "1")
		if code, _ := got.code(t); code != "key_reused" {
			t.Errorf("a restart: %d %s", got.status, got.body)
		}
	}
	if _, taken := w.book(); taken != 4000 {
		t.Errorf("%d taken, want 4000", taken)
	}
}

// TestPay lets a renewal fail, and pays it with another card for fewer seats.
func TestPay(t *testing.T) {
	w := newWorld(t)
	bo := w.join("bo@example.com", 3)
	w.ask("PUT /api/memberships/"+bo.membership+"/method", bo.token, `{"method":"`+sandbox.DeclinesHard+`"}`).is(t, http.StatusOK)
	w.advance(31 * 24 * time.Hour)
	m := read[membership](t, w.ask("GET /api/memberships/"+bo.membership, bo.token, "").is(t, http.StatusOK))
	if m.Status != domain.PastDue || m.Overdue == nil || m.Overdue.Amount.Amount != 3000 || m.Overdue.RetryAt != nil || m.NextPayment != nil {
		t.Fatalf("overdue: %+v", m)
	}
	got := w.keyed("POST /api/memberships/"+bo.membership+"/change", bo.token, `{"seats":1}`, "c")
	if code, _ := got.code(t); got.status != http.StatusUnprocessableEntity || code != "payment_overdue" {
		t.Errorf("a change: %d %s", got.status, got.body)
	}
	pay := func() reply {
		return w.keyed("POST /api/memberships/"+bo.membership+"/pay", bo.token, `{"seats":2,"method":"sandbox_pays"}`, "p")
	}
	first := pay().is(t, http.StatusOK)
	if d := read[doneBody](t, first); d.Result != domain.Recovered || d.Payment.Amount.Amount != 2000 || d.Membership.Seats != 2 || d.Membership.Overdue != nil {
		t.Errorf("paid: %s", first)
	}
	if again := pay(); again.is(t, http.StatusOK) != first || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("paid again: %s", again.body)
	}
	if _, taken := w.book(); taken != 5000 {
		t.Errorf("%d taken, want 5000", taken)
	}
}

// TestRead_caughtUp needs a membership to be shown as it is, though nobody has
// come by to do what is due.
func TestRead_caughtUp(t *testing.T) {
	w := newWorld(t)
	bo := w.join("bo@example.com", 1)
	w.ask("POST /api/memberships/"+bo.membership+"/cancel", bo.token, "").is(t, http.StatusOK)
	if err := w.store.MoveTestClock(t.Context(), noon.AddDate(0, 2, 0)); err != nil {
		t.Fatal(err)
	}
	m := read[membership](t, w.ask("GET /api/memberships/"+bo.membership, bo.token, "").is(t, http.StatusOK))
	if m.Status != domain.Ended || m.EndReason == nil || *m.EndReason != domain.Cancelled {
		t.Errorf("shown as %s for %v", m.Status, m.EndReason)
	}
}

// TestKeep_terms takes back a cheaper tier that waits, at the member's own price.
func TestKeep_terms(t *testing.T) {
	w := newWorld(t)
	bo := w.join("bo@example.com", 2)
	w.keyed("POST /api/memberships/"+bo.membership+"/change", bo.token, `{"tier":"Pro"}`, "1").is(t, http.StatusOK)
	waits := read[doneBody](t, w.keyed("POST /api/memberships/"+bo.membership+"/change", bo.token, `{"tier":"`+soloID+`"}`, "2").is(t, http.StatusOK))
	if p := waits.Membership.Pending; waits.Result != domain.Scheduled || p == nil || *p.Tier != soloID || p.UnitPrice.Amount != 1000 || p.Seats != nil {
		t.Fatalf("scheduled: %+v", waits)
	}
	kept := read[doneBody](t, w.ask("POST /api/memberships/"+bo.membership+"/keep", bo.token, "").is(t, http.StatusOK))
	if kept.Result != domain.PendingRemoved || kept.Membership.Pending != nil || *kept.Membership.Tier != proID || kept.Membership.UnitPrice.Amount != 3000 {
		t.Errorf("kept: %+v", kept)
	}
	again := read[doneBody](t, w.ask("POST /api/memberships/"+bo.membership+"/keep", bo.token, "").is(t, http.StatusOK))
	if again.Result != domain.NoChange {
		t.Errorf("kept again: %s", again.Result)
	}
}

// TestRefundPeriod gives the current period back, on its way and refused.
func TestRefundPeriod(t *testing.T) {
	w := newWorld(t)
	bo := w.join("bo@example.com", 2)
	got := w.keyed("POST /api/memberships/"+bo.membership+"/refund", anaGives, "", "r").is(t, http.StatusOK)
	if r := read[refundsBody](t, got); len(r.Refunds) != 1 || r.Refunds[0].Amount != 2000 || r.Refunds[0].Status != domain.RefundDone {
		t.Errorf("refunded: %s", got)
	}
	again := w.keyed("POST /api/memberships/"+bo.membership+"/refund", anaGives, "", "r")
	if again.is(t, http.StatusOK) != got || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("again: %s", again.body)
	}
	if _, taken := w.book(); taken != 0 {
		t.Errorf("%d left, want nothing", taken)
	}
}

func TestClock(t *testing.T) {
	w := newWorld(t)
	bo := w.join("bo@example.com", 1)
	got := w.ask("POST /api/clock/advance", anaEdits, `{"by":"2mo"}`)
	lines := strings.Split(strings.TrimSpace(got.is(t, http.StatusOK)), "\n")
	if got.header.Get("Content-Type") != "application/jsonl" || got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", got.header)
	}
	jobs, renewed := 0, 0
	for i, line := range lines {
		step := read[stepBody](t, line)
		if step.Done != (i == len(lines)-1) {
			t.Errorf("line %d of %d: %s", i+1, len(lines), line)
		}
		if !step.Done {
			jobs += step.Jobs
		} else if want := time.Date(2026, 6, 16, 12, 0, 0, 0, time.UTC); !step.At.Equal(want) || step.Jobs != jobs || jobs == 0 {
			t.Errorf("the last line is %s, want %d jobs", line, jobs)
		}
		if step.At.Equal(time.Date(2026, 5, 16, 12, 0, 0, 0, time.UTC)) {
			renewed++
		}
	}
	if renewed == 0 {
		t.Errorf("no stop at the renewal: %s", got.body)
	}
	if m := read[membership](t, w.ask("GET /api/memberships/"+bo.membership, bo.token, "").body); m.Cycle != 3 {
		t.Errorf("after two months it is in cycle %d", m.Cycle)
	}
	to := `{"to":"2026-06-16T12:00:00Z"}`
	if again := w.ask("POST /api/clock/advance", anaEdits, to).is(t, http.StatusOK); strings.Count(again, "\n") != 1 || !read[stepBody](t, again).Done {
		t.Errorf("to where it stands: %s", again)
	}
}

func TestClock_ofTheMachine(t *testing.T) {
	w := newWorld(t, func(o *options) { o.ticks = true })
	if body := w.ask("GET /api/clock", anaSees, "").is(t, http.StatusOK); !strings.Contains(body, `"test_clock":false`) {
		t.Errorf("the clock is %s", body)
	}
	got := w.ask("POST /api/clock/advance", anaEdits, `{"by":"1d"}`)
	if code, _ := got.code(t); got.status != http.StatusUnprocessableEntity || code != "no_test_clock" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// TestKeep_overtaken has somebody add seats between the look at a membership and
// its keeping: they stay.
func TestKeep_overtaken(t *testing.T) {
	var f *failing
	w := newWorld(t, func(o *options) {
		o.wrap = func(s ports.Store) ports.Store { f = &failing{Store: s}; return f }
	})
	bo := w.join("bo@example.com", 3)
	w.keyed("POST /api/memberships/"+bo.membership+"/change", bo.token, `{"seats":2}`, "1").is(t, http.StatusOK)
	other, err := app.New(app.Config{Store: w.store, Charger: w.processor})
	if err != nil {
		t.Fatal(err)
	}
	views := 0
	f.how = func() error {
		if views++; views != 3 { // of the token, of the membership, of its quote
			return nil
		}
		_, err := other.Memberships.Ask(t.Context(), w.ana, domain.MembershipID(bo.membership), domain.AskSeats(6), "")
		return err
	}
	got := w.ask("POST /api/memberships/"+bo.membership+"/keep", bo.token, "")
	if code, _ := got.code(t); got.status != http.StatusConflict || code != "conflict" || views < 3 {
		t.Errorf("%d %s after %d views", got.status, got.body, views)
	}
	if m := read[membership](t, w.ask("GET /api/memberships/"+bo.membership, bo.token, "").body); m.Seats != 6 || m.Pending != nil {
		t.Errorf("%d seats, %+v waits", m.Seats, m.Pending)
	}
}

// stopping is a store whose test clock moves only once.
type stopping struct {
	ports.Store
	moves int
}

func (s *stopping) MoveTestClock(ctx context.Context, to time.Time) error {
	if s.moves++; s.moves > 1 {
		return domain.ErrUnavailable.Because(errors.New("the disk is on fire"))
	}
	return s.Store.MoveTestClock(ctx, to)
}

// TestClock_stops needs a failure on the way to be the last line, and not done.
func TestClock_stops(t *testing.T) {
	w := newWorld(t, func(o *options) { o.wrap = func(s ports.Store) ports.Store { return &stopping{Store: s} } })
	w.join("bo@example.com", 1)
	got := w.ask("POST /api/clock/advance", anaEdits, `{"by":"3mo"}`).is(t, http.StatusOK)
	lines := strings.Split(strings.TrimSpace(got), "\n")
	if last := read[problem](t, lines[len(lines)-1]); len(lines) < 2 || last.Error.Code != "unavailable" || strings.Contains(got, `"done"`) || strings.Contains(got, "fire") {
		t.Errorf("answered %s", got)
	}
	if !strings.Contains(w.log.String(), "on fire") {
		t.Errorf("logged: %s", w.log)
	}
}

// TestBuy_declined buys with a card that declines, twice under one key.
func TestBuy_declined(t *testing.T) {
	w := newWorld(t)
	const body = `{"product":"team","variants":["Solo"],"email":"bo@example.com","method":"sandbox_declines"}`
	first, again := w.keyed("POST /api/sales", anaEdits, body, "k"), w.keyed("POST /api/sales", anaEdits, body, "k")
	if first.is(t, http.StatusPaymentRequired) != again.is(t, http.StatusPaymentRequired) || first.header.Get("Idempotent-Replayed") != "" || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("answered %s %v, and again %s %v", first.body, first.header, again.body, again.header)
	}
	b, err := w.processor.Book(t.Context())
	if err != nil || len(b.Charges) != 1 {
		t.Errorf("%d tries, %v", len(b.Charges), err)
	}
}
