package cases

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
)

// smallSeats is a case with five seats of ten dollars for April, and fields
// that are added to what is given.
const smallSeats = `{"id": "X-1", "given": {"recurrence": "monthly", "currency": "USD", "price_cents_per_seat": 1000, "seats": 5,
"period_start": "2026-04-01T00:00:00Z", "period_end": "2026-05-01T00:00:00Z"%s}, "events": [%s], "expect": [%s]}`

// at is an event on that day and time of 2026.
func at2026(when, do, args string) string {
	return fmt.Sprintf(`{"at": "2026-%sZ", "do": %q, "args": {%s}}`, when, do, args)
}

// openMemoryApp opens an usher on memory.
func openMemoryApp(t *testing.T, g seatsGiven) (seatsWorld, error) {
	return openApp(func(*testing.T) opener { return openMemory })(t)(t, g)
}

// quickSeats are the worlds that the runner is tried in.
var quickSeats = []struct {
	name string
	open seatsOpener
}{
	{"domain", func(_ *testing.T, g seatsGiven) (seatsWorld, error) { return openDomain(g) }},
	{"memory", openMemoryApp},
}

// playSmall returns what came otherwise than expected after the last event.
func playSmall(t *testing.T, open seatsOpener, given string, events []string, expect string) []string {
	t.Helper()
	c := parseSeats(fmt.Appendf(nil, smallSeats, given, strings.Join(events, ", "), fmt.Sprintf(`{"after_event": %d, %s}`, len(events)-1, expect)))
	if len(c.faults) > 0 {
		t.Fatalf("the case is not read: %q", c.faults)
	}
	w, err := open(t, c.says.Given)
	if err != nil {
		t.Fatal(err)
	}
	return c.says.play(w)
}

// TestSeatsRunner_sees shows of each word of an expectation that a case which
// says something else fails, with a sentence that says how.
func TestSeatsRunner_sees(t *testing.T) {
	more := []string{at2026("04-16T00:00:00", "set_seats", `"seats": 8`)}
	fewer := []string{at2026("04-16T00:00:00", "set_seats", `"seats": 3`)}
	asks := []string{at2026("04-16T00:00:00", "set_seats", `"seats": 8, "payment": "requires_action"`)}
	quote := []string{at2026("04-16T00:00:00", "preview", `"seats": 8, "id": "q1"`)}
	ended := []string{at2026("04-10T00:00:00", "end_now", ``)}
	owes := []string{at2026("05-01T00:00:00", "renew", `"payment": "declined"`)}
	failed := append(owes, at2026("05-07T00:00:00", "expire", ``))
	done := []string{at2026("05-01T00:00:00", "renew", ``)}
	declined := []string{at2026("04-16T00:00:00", "set_seats", `"seats": 8, "payment": "declined"`)}
	twice := []string{at2026("04-16T00:00:00", "set_seats", `"seats": 8, "key": "k"`), at2026("04-17T00:00:00", "set_seats", `"seats": 8, "key": "k"`)}
	late := []string{at2026("07-10T00:00:00", "renew", ``)}
	yearly := []string{at2026("04-16T00:00:00", "change_plan", `"recurrence": "yearly", "price_cents_per_seat": 10000`)}
	basic := []string{at2026("04-16T00:00:00", "change_plan", `"tier": "basic", "price_cents_per_seat": 600`)}
	for _, row := range []struct {
		name, given  string
		events       []string
		right, wrong string
		want         string
	}{
		{"an outcome", "", more, `"outcome": "applied"`, `"outcome": "scheduled"`, "outcome: got applied, want scheduled"},
		{"an error that does not come", "", more, `"seats_now": 8`, `"error": "seats_assigned"`, "error: got none, want seats_assigned"},
		{"another error", "", declined, `"error": "payment_declined"`, `"error": "key_reused"`, "error: got payment_declined, want key_reused"},
		{"an error that nobody expects", "", declined, `"error": "payment_declined"`, `"charge_cents": 0`, "set_seats: was refused: the payment was declined"},
		{"a replay", "", twice, `"replayed": true, "outcome": "applied", "charge_cents": 0`, `"charge_cents": 1500`, "charge_cents: got 0, want 1500"},
		{"a replay that is none", "", more, `"charge_cents": 1500`, `"replayed": true`, "replayed: got false, want true"},
		{"a charge", "", more, `"charge_cents": 1500`, `"charge_cents": 1499`, "charge_cents: got 1500, want 1499"},
		{"a state", "", more, `"state": "active"`, `"state": "trialing"`, "state: got active, want trialing"},
		{"access", "", ended, `"access": false`, `"access": true`, "access: got false, want true"},
		{"the seats", "", more, `"seats_now": 8`, `"seats_now": 5`, "seats_now: got 8, want 5"},
		{"the next seats", "", fewer, `"seats_next": 3`, `"seats_next": 5`, "seats_next: got 3, want 5"},
		{"next seats that are none", "", fewer, `"seats_next": 3`, `"seats_next": null`, "seats_next: got 3, want null"},
		{"no next seats", "", ended, `"seats_next": null`, `"seats_next": 5`, "seats_next: got null, want 5"},
		{"the next renewal", "", more, `"next_renewal_at": "2026-05-01T00:00:00Z"`, `"next_renewal_at": "2026-05-01T00:00:01Z"`, "next_renewal_at: got"},
		{"no next renewal", "", owes, `"next_renewal_at": null`, `"next_renewal_at": "2026-06-01T00:00:00Z"`, "next_renewal_at: got null"},
		{"the next price", "", fewer, `"next_renewal_cents": 3000`, `"next_renewal_cents": 0`, "next_renewal_cents: got 3000, want 0"},
		{"no next price", "", ended, `"next_renewal_cents": null`, `"next_renewal_cents": 0`, "next_renewal_cents: got null, want 0"},
		{"the end of the period", "", more, `"period_end": "2026-05-01T00:00:00Z"`, `"period_end": "2026-06-01T00:00:00Z"`, "period_end: got 2026-05-01T00:00:00Z, want 2026-06-01T00:00:00Z"},
		{"what is in flight", "", asks, `"amount_pending_cents": 1500`, `"amount_pending_cents": 0`, "amount_pending_cents: got 1500"},
		{"what is deferred", `, "min_charge_cents": 2000`, more, `"deferred_cents": 1500, "charge_cents": 0`, `"deferred_cents": 0`, "deferred_cents: got 1500"},
		{"what was not used", "", yearly, `"unused_credit_cents": 2500`, `"unused_credit_cents": 0`, "unused_credit_cents: got 2500"},
		{"what is owed", "", owes, `"outstanding_cents": 5000`, `"outstanding_cents": 0`, "outstanding_cents: got 5000"},
		{"grace", "", owes, `"grace_ends_at": "2026-05-06T00:00:00Z"`, `"grace_ends_at": "2026-05-07T00:00:00Z"`, "grace_ends_at: got 2026-05-06"},
		{"a cancellation", "", ended, `"cancelled_at": "2026-04-10T00:00:00Z"`, `"cancelled_at": "2026-05-01T00:00:00Z"`, "cancelled_at: got 2026-04-10"},
		{"a failure", "", failed, `"failed_at": "2026-05-06T00:00:00Z"`, `"failed_at": "2026-05-07T00:00:00Z"`, "failed_at: got 2026-05-06"},
		{"a completion", `, "fixed_cycles": 1`, done, `"ended_at": "2026-05-01T00:00:00Z"`, `"ended_at": "2026-05-02T00:00:00Z"`, "ended_at: got 2026-05-01"},
		{"a time that is not there", "", more, `"outcome": "applied"`, `"ended_at": "2026-05-02T00:00:00Z"`, "ended_at: got null, want 2026-05-02"},
		{"when access stopped", "", ended, `"deactivated_at": "2026-04-10T00:00:00Z"`, `"deactivated_at": "2026-05-01T00:00:00Z"`, "deactivated_at: got 2026-04-10"},
		{"assigned seats", `, "assigned_seats": 2`, more, `"assigned": 2`, `"assigned": 3`, "assigned: got 2, want 3"},
		{"periods that were skipped", "", late, `"skipped_periods": 2`, `"skipped_periods": 0`, "skipped_periods: got 2, want 0"},
		{"the tier", "", basic, `"tier_now": "standard"`, `"tier_now": "basic"`, "tier_now: got standard"},
		{"the next tier", "", basic, `"tier_next": "basic"`, `"tier_next": "standard"`, "tier_next: got basic"},
		{"the next recurrence", "", yearly, `"recurrence_next": "yearly"`, `"recurrence_next": "monthly"`, "recurrence_next: got yearly"},
		{"a quoted charge", "", quote, `"preview": {"due_now_cents": 1500}`, `"preview": {"due_now_cents": 0}`, "preview.due_now_cents: got 1500"},
		{"quoted seats", "", quote, `"preview": {"seats_now": 8}, "seats_now": 5`, `"preview": {"seats_now": 5}`, "preview.seats_now: got 8"},
		{"quoted next seats", "", quote, `"preview": {"seats_next": 8}`, `"preview": {"seats_next": 5}`, "preview.seats_next: got 8"},
		{"a quoted renewal", "", quote, `"preview": {"next_renewal_cents": 8000}`, `"preview": {"next_renewal_cents": 5000}`, "preview.next_renewal_cents: got 8000"},
	} {
		for _, world := range quickSeats {
			t.Run(row.name+" in "+world.name, func(t *testing.T) {
				if wrong := playSmall(t, world.open, row.given, row.events, row.right); len(wrong) > 0 {
					t.Errorf("what is right differs: %q", wrong)
				}
				if wrong := strings.Join(playSmall(t, world.open, row.given, row.events, row.wrong), "\n"); !strings.Contains(wrong, row.want) {
					t.Errorf("got %q, want %q in it", wrong, row.want)
				}
			})
		}
	}
}

// An event that nothing is expected of must be accepted all the same.
func TestSeatsRunner_refusedInTheMiddle(t *testing.T) {
	for _, world := range quickSeats {
		wrong := playSmall(t, world.open, "", []string{at2026("04-16T00:00:00", "set_seats", `"seats": 0`), at2026("04-17T00:00:00", "renew", ``)}, `"outcome": "not_due"`)
		if len(wrong) != 1 || !strings.Contains(wrong[0], "events[0] set_seats: was refused") {
			t.Errorf("%s: got %q", world.name, wrong)
		}
	}
}

func TestSeatsRunner_givenThatIsNoPeriod(t *testing.T) {
	for _, row := range []struct{ name, given, want string }{
		{"a start that the anchor never has", `, "anchor_at": "2026-01-31T00:00:00Z"`, "whole number of months"},
		{"a trial that ends later than its period", `, "trial_end": "2026-05-02T00:00:00Z"`, "the period is from 2026-04-01T00:00:00Z to 2026-05-02T00:00:00Z"},
	} {
		c := parseSeats(fmt.Appendf(nil, smallSeats, row.given, "", ""))
		if _, err := openDomain(c.says.Given); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %s", row.name, err, row.want)
		}
	}
}

// Money that comes after its payment was given up goes back, whole.
func TestSeatsRunner_lateMoneyGoesBack(t *testing.T) {
	for _, row := range []struct {
		name   string
		events []string
	}{
		{"the period has ended", []string{
			at2026("04-30T00:00:00", "set_seats", `"seats": 95, "payment": "unknown"`),
			at2026("05-01T00:00:00", "renew", ``),
			at2026("05-01T01:00:00", "payment_result", `"payment": "ok"`),
		}},
		{"the buyer confirmed it after a day", []string{
			at2026("04-10T00:00:00", "set_seats", `"seats": 95, "payment": "requires_action"`),
			at2026("04-11T00:00:00", "payment_result", `"payment": "ok"`),
		}},
	} {
		c := parseSeats(fmt.Appendf(nil, smallSeats, "", strings.Join(row.events, ", "), fmt.Sprintf(`{"after_event": %d, "charge_cents": 0, "seats_now": 5}`, len(row.events)-1)))
		for _, world := range quickSeats {
			w, err := world.open(t, c.says.Given)
			if err != nil {
				t.Fatal(err)
			}
			if wrong := c.says.play(w); len(wrong) > 0 {
				t.Errorf("%s in %s: %q", row.name, world.name, wrong)
			}
			if o := w.books().orders[0]; o.answer.Status != domain.Paid || o.refunded != o.amount.Amount {
				t.Errorf("%s in %s: the books hold %+v", row.name, world.name, o)
			}
		}
	}
}

// forgetful is a world that changes what is stored when it refuses.
type forgetful struct{ *domainWorld }

func (w forgetful) happen(e seatsEvent) (seatsAnswer, error) {
	s := w.member.State()
	s.Seats++
	w.member = domain.RestoreMembership(s)
	return seatsAnswer{}, domain.ErrPaymentDeclined
}

func TestSeatsRunner_seesWhatARefusalChanged(t *testing.T) {
	c := parseSeats(fmt.Appendf(nil, smallSeats, "", at2026("04-16T00:00:00", "cancel", ""), `{"after_event": 0, "error": "payment_declined"}`))
	w, err := openDomain(c.says.Given)
	if err != nil {
		t.Fatal(err)
	}
	wrong := strings.Join(c.says.play(forgetful{w.(*domainWorld)}), "\n")
	if !strings.Contains(wrong, "was refused, and changed what is stored") {
		t.Errorf("got %q", wrong)
	}
}

// The books answer a key once, and never for two amounts.
func TestBooks(t *testing.T) {
	var b books
	five, six := domain.Money{Amount: 5, Currency: "usd"}, domain.Money{Amount: 6, Currency: "usd"}
	for _, row := range []struct {
		name   string
		amount domain.Money
		says   seatsPayment
		want   domain.PaymentStatus
		fails  bool
	}{
		{"no answer", five, "unknown", "", false},
		{"the buyer must act", five, "requires_action", domain.NeedsAction, false},
		{"another amount under the key", six, "ok", "", true},
		{"paid", five, "", domain.Paid, false},
		{"paid stays paid", five, "declined", domain.Paid, false},
	} {
		got, err := b.ask("k", row.amount, row.says)
		if got.Status != row.want || (err != nil) != row.fails {
			t.Errorf("%s: got %q, %v", row.name, got.Status, err)
		}
	}
	if got := b.collected(); got != 5 {
		t.Errorf("collected %d, want 5", got)
	}
	if err := b.refund("k", 6); err == nil {
		t.Error("more went back than was paid")
	}
	if err := b.refund("k", 5); err != nil || b.collected() != 0 {
		t.Errorf("collected %d after all went back (%v)", b.collected(), err)
	}
	if b.mark(); b.collected() != 0 {
		t.Errorf("collected %d in an event of nothing", b.collected())
	}
	if got, _ := b.ask("k2", six, "declined"); got.Status != domain.NotPaid || b.collected() != 0 {
		t.Errorf("a decline: got %q, collected %d", got.Status, b.collected())
	}
}

// Cases of a folder of one's own.
func TestSeatsRead_ofAFolder(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("USHER_CASES", dir)
	if err := os.WriteFile(filepath.Join(dir, "seats.jsonl"), []byte("{\"id\": \"MINE-1\", \"colour\": 1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := readLines(t, "seats.jsonl", parseSeats); len(got) != 1 || got[0].id != "MINE-1" || len(got[0].faults) == 0 {
		t.Errorf("got %+v", got)
	}
}
