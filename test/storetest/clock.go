package storetest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// OpenWithClock makes a new, empty store with a test clock that stands at that
// time, and opens it twice, as two processes would. A store that only one can
// have open is both.
type OpenWithClock = func(t *testing.T, at time.Time) (one, two ports.Store)

// RunClock tests the test clock of a store that was made with one.
func RunClock(t *testing.T, open OpenWithClock) {
	for name, test := range map[string]func(*testing.T, OpenWithClock){
		"Stands":       clockStands,
		"MovesForward": clockMoves,
		"OfEveryTime":  clockTimes,
		"Together":     clockTogether,
		"Nested":       clockNested,
		"Cancelled":    clockCancelled,
	} {
		t.Run("Clock/"+name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
		})
	}
}

// noClockTests are for stores that were made without one.
var noClockTests = tests{
	"None": func(t *testing.T, w *world) {
		for range 2 {
			if at, ok, err := w.TestClock(t.Context()); !at.IsZero() || ok || err != nil {
				t.Errorf("%v, %t, %v, want none", at, ok, err)
			}
			wantErr(t, "moving it", w.MoveTestClock(t.Context(), t0), domain.ErrNoTestClock)
		}
	},
}

func wantClock(t *testing.T, what string, s ports.Store, want time.Time) {
	t.Helper()
	if at, ok, err := s.TestClock(t.Context()); at != want || !ok || err != nil {
		t.Errorf("%s: %v, %t, %v, want %v", what, at, ok, err, want)
	}
}

// clockStands: real time does not move it, and neither does work.
func clockStands(t *testing.T, open OpenWithClock) {
	one, two := open(t, t0)
	wantClock(t, "as it was made", one, t0)
	fixture.Fill(t, one, fixture.Seller("ana"))
	must(t, one.Enqueue(t.Context(), newJob("a", dueAt(t0.AddDate(1, 0, 0)))))
	wantClock(t, "after some work", one, t0)
	wantClock(t, "as somebody else sees it", two, t0)
}

func clockMoves(t *testing.T, open OpenWithClock) {
	one, two := open(t, t0)
	later := t0.AddDate(0, 1, 0)
	for _, step := range []struct {
		what     string
		by       ports.Store
		to, want time.Time
	}{
		{"by the least there is", one, t0.Add(time.Microsecond), t0.Add(time.Microsecond)},
		{"by less", two, t0.Add(time.Microsecond + 999), t0.Add(time.Microsecond)},
		{"by a month", two, later, later},
		{"to where it is", one, later, later},
		{"back", one, t0, later},
		{"back by the least there is", two, later.Add(-time.Microsecond), later},
		{"to never", one, time.Time{}, later},
		{"in another zone", one, later.Add(time.Hour).In(time.FixedZone("", 7200)), later.Add(time.Hour)},
	} {
		must(t, step.by.MoveTestClock(t.Context(), step.to))
		wantClock(t, step.what+", to one", one, step.want)
		wantClock(t, step.what+", to the other", two, step.want)
	}
}

func clockTimes(t *testing.T, open OpenWithClock) {
	for what, at := range instants {
		one, _ := open(t, at)
		wantClock(t, what, one, at)
	}
	one, _ := open(t, instants["long before it"])
	for _, what := range []string{"a microsecond before it", "the beginning of Unix time", "a microsecond", "after nanoseconds run out", "the end of the calendar"} {
		must(t, one.MoveTestClock(t.Context(), instants[what]))
		wantClock(t, "moved to "+what, one, instants[what])
	}
}

// clockTogether: many move and read it at once, and nobody sees it go back.
func clockTogether(t *testing.T, open OpenWithClock) {
	one, two := open(t, t0)
	const steps = 20
	var back atomic.Int64
	together(8, func(i int) {
		s := []ports.Store{one, two}[i%2]
		last := t0
		for n := range steps {
			if err := s.MoveTestClock(context.Background(), t0.Add(time.Duration(n*8+i)*time.Second)); err != nil {
				t.Error(err)
			}
			at, ok, err := s.TestClock(context.Background())
			if err != nil || !ok || at.Before(t0.Add(time.Duration(n*8+i)*time.Second)) {
				t.Errorf("it stands at %v, %t, %v before where it was moved to", at, ok, err)
			}
			if at.Before(last) {
				back.Add(1)
			}
			last = at
		}
	})
	if n := back.Load(); n > 0 {
		t.Errorf("it went back %d times", n)
	}
	wantClock(t, "in the end", one, t0.Add((8*steps-1)*time.Second))
}

func clockNested(t *testing.T, open OpenWithClock) {
	one, _ := open(t, t0)
	for what, run := range map[string]func(context.Context, ports.Scope, func(context.Context, ports.Tx) error) error{"View": one.View, "Update": one.Update} {
		must(t, run(t.Context(), ports.System, func(ctx context.Context, _ ports.Tx) error {
			wantErr(t, "reading it in "+what, atOnce(t, what, func() error { _, _, err := one.TestClock(ctx); return err }), domain.ErrNested)
			wantErr(t, "moving it in "+what, atOnce(t, what, func() error { return one.MoveTestClock(ctx, t0.Add(1)) }), domain.ErrNested)
			return nil
		}))
	}
}

func clockCancelled(t *testing.T, open OpenWithClock) {
	one, _ := open(t, t0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, ok, err := one.TestClock(ctx); ok || err == nil {
		t.Errorf("read with a context that has ended: %t, %v", ok, err)
	}
	if err := one.MoveTestClock(ctx, t0.Add(time.Hour)); err == nil {
		t.Error("moved with a context that has ended")
	}
	wantClock(t, fmt.Sprint("after ", ctx.Err()), one, t0)
}
