package circle_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// soon is what a call gets that would be too fast.
var soon = domain.Trouble{Party: domain.WaitActs, Cause: domain.CauseRateLimited}

// pacing is a world whose client keeps the pace, on a machine clock that is
// moved by hand.
func pacing(t *testing.T) (w *world, machine *time.Time, door func(n int, sweep bool) ports.Door) {
	t.Helper()
	w = newWorld(t)
	now := w.now
	w.client = circle.New(&circle.Options{BaseURL: w.URL, Now: func() time.Time { return w.now }, Machine: func() time.Time { return now }})
	return w, &now, func(n int, sweep bool) ports.Door {
		d := doorOf(circle.V2)
		d.Sweep, d.Secret = sweep, d.Secret+string(rune('A'+n))
		w.SetToken(circletest.Token{Secret: d.Secret, Kind: circletest.V2, Communities: []int64{gumroad}})
		return d
	}
}

// burst sends until one call is told to wait, and returns how many were sent.
func burst(t *testing.T, w *world, d ports.Door, most int) (sent int) {
	t.Helper()
	before := len(w.Journal())
	for range most {
		if _, err := w.client.Look(t.Context(), d, ana); err != nil {
			troubled(t, err, soon)
			break
		}
		sent++
	}
	if n := len(w.Journal()) - before; n != sent {
		t.Errorf("%d calls were made, and %d answered", n, sent)
	}
	return sent
}

func TestPace_ofOneToken(t *testing.T) {
	w, machine, door := pacing(t)
	if n := burst(t, w, door(0, false), 10); n != 5 {
		t.Errorf("%d calls at once, want 5", n)
	}
	if n := burst(t, w, door(1, false), 10); n != 5 {
		t.Errorf("%d calls with another token, want 5", n)
	}
	*machine = machine.Add(999 * time.Millisecond)
	if n := burst(t, w, door(0, false), 10); n != 0 {
		t.Errorf("%d calls within the second, want none", n)
	}
	*machine = machine.Add(time.Millisecond)
	if n := burst(t, w, door(0, false), 10); n != 5 {
		t.Errorf("%d calls after the second, want 5", n)
	}
	w.now = w.now.Add(time.Hour)
	if n := burst(t, w, door(0, false), 10); n != 0 {
		t.Errorf("%d calls when only the business clock moved, want none", n)
	}
}

func TestPace_ofSweeps(t *testing.T) {
	w, _, door := pacing(t)
	if n := burst(t, w, door(0, true), 10); n != 2 {
		t.Errorf("%d calls of a sweep at once, want 2", n)
	}
	if n := burst(t, w, door(0, false), 10); n != 3 {
		t.Errorf("%d other calls then, want 3", n)
	}
}

func TestPace_ofTheAddress(t *testing.T) {
	w, machine, door := pacing(t)
	sent, second := 0, 0
	for ; second < 59; second++ {
		for n := range 2 {
			sent += burst(t, w, door(n, false), 5)
		}
		*machine = machine.Add(time.Second)
	}
	if sent != 300 {
		t.Errorf("%d calls in %d seconds, want 300", sent, second)
	}
	*machine = machine.Add(time.Second)
	if n := burst(t, w, door(3, false), 10); n != 5 {
		t.Errorf("%d calls when the first are a minute old, want 5", n)
	}
}

// TestPace_after429 sends nothing before the time, in business time; the fake
// would complain.
func TestPace_after429(t *testing.T) {
	w, _, door := pacing(t)
	w.Fail(1, circletest.TooManyFor(5*time.Minute))
	_, err := w.client.Look(t.Context(), door(0, false), ana)
	wait := domain.Trouble{Party: domain.WaitActs, Cause: domain.CauseRateLimited, TryAt: w.now.Add(5 * time.Minute)}
	troubled(t, err, wait)
	w.now = w.now.Add(5*time.Minute - time.Second)
	_, err = w.client.Admit(t.Context(), door(0, false), bob, "", "")
	troubled(t, err, wait)
	_, err = w.client.Look(t.Context(), door(1, false), ana)
	none(t, err)
	w.now = w.now.Add(time.Second)
	_, err = w.client.Look(t.Context(), door(0, false), ana)
	none(t, err)
	if n := len(w.Journal()); n != 3 {
		t.Errorf("%d calls were made, want 3", n)
	}
}

// nested sends a second request while the first is under way.
type nested struct {
	inner func()
	done  bool
}

func (n *nested) RoundTrip(r *http.Request) (*http.Response, error) {
	if !n.done {
		n.done = true
		n.inner()
	}
	return http.DefaultTransport.RoundTrip(r)
}

// TestPace_laterTimeCounts has two calls under way, of which the one that was
// told to wait longer is answered first.
func TestPace_laterTimeCounts(t *testing.T) {
	w, _, door := pacing(t)
	d := door(0, false)
	w.Fail(1, circletest.TooManyFor(5*time.Minute))
	w.Fail(1, circletest.TooManyFor(time.Minute))
	var client *circle.Client
	longer := domain.Trouble{Party: domain.WaitActs, Cause: domain.CauseRateLimited, TryAt: w.now.Add(5 * time.Minute)}
	clock := func() time.Time { return w.now }
	client = circle.New(&circle.Options{BaseURL: w.URL, Now: clock, HTTP: &http.Client{Transport: &nested{inner: func() {
		_, err := client.Look(t.Context(), d, ana)
		troubled(t, err, longer)
	}}}})
	_, err := client.Look(t.Context(), d, ana)
	troubled(t, err, inAMinute)
	if early := w.TakeComplaints(); len(early) != 1 { // the other was under way
		t.Errorf("complaints are %q, want one", early)
	}
	_, err = client.Look(t.Context(), d, ana)
	troubled(t, err, longer)
}

// TestPace_afterAPage keeps all tokens back: it was the address that asked too
// often.
func TestPace_afterAPage(t *testing.T) {
	w, _, door := pacing(t)
	w.Fail(1, circletest.TooManyPage())
	_, err := w.client.Look(t.Context(), door(0, false), ana)
	troubled(t, err, inAMinute)
	for n := range 2 {
		_, err = w.client.Look(t.Context(), door(n, false), ana)
		troubled(t, err, inAMinute)
	}
	w.now = w.now.Add(time.Minute)
	for n := range 2 {
		_, err = w.client.Look(t.Context(), door(n, false), ana)
		none(t, err)
	}
}
