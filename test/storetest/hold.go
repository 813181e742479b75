package storetest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// HoldingStore is a store that remembers that charges are held.
type HoldingStore interface {
	ports.Store
	ports.Holder
}

// OpenHolding makes a new, empty store and opens it twice, as two processes
// would. A store that only one can have open is both.
type OpenHolding = func(t *testing.T, now func() time.Time) (one, two HoldingStore)

// RunHold tests the hold of charges of a store that is a [ports.Holder].
func RunHold(t *testing.T, open OpenHolding) {
	for name, test := range map[string]func(*testing.T, OpenHolding){
		"Twice":     holdTwice,
		"Nested":    holdNested,
		"Cancelled": holdCancelled,
		"Together":  holdTogether,
	} {
		t.Run("Hold/"+name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
		})
	}
}

func wantHold(t *testing.T, what string, h ports.Holder, since time.Time) {
	t.Helper()
	got, held, err := h.Held(t.Context())
	if err != nil || held == since.IsZero() || got != (ports.Hold{Since: since}) {
		t.Errorf("%s: %+v, %t, %v, want it since %v", what, got, held, err, since)
	}
}

// holdTwice: it is kept for every process until it is lifted, the first stays,
// and work goes on.
func holdTwice(t *testing.T, open OpenHolding) {
	c := &clock{now: fixture.T0.Add(123456789 * time.Nanosecond)}
	one, two := open(t, c.Now)
	since := domain.Instant(c.Now())
	ctx, never := t.Context(), time.Time{}
	wantHold(t, "a new store", one, never)
	must(t, one.Lift(ctx))
	wantHold(t, "lifted where none was", one, never)
	for _, s := range []HoldingStore{one, two} {
		must(t, s.Hold(ctx))
		wantHold(t, "to one", one, since)
		wantHold(t, "to the other", two, since)
		c.advance(time.Hour)
	}
	fixture.Fill(t, one, fixture.Seller("ana"))
	wantHold(t, "after some work", two, since)
	for range 2 {
		must(t, two.Lift(ctx))
		wantHold(t, "lifted, to one", one, never)
		wantHold(t, "lifted, to the other", two, never)
	}
	must(t, two.Hold(ctx))
	wantHold(t, "once more", one, domain.Instant(c.Now()))
}

func holdNested(t *testing.T, open OpenHolding) {
	one, _ := open(t, time.Now)
	for what, run := range map[string]func(context.Context, ports.Scope, func(context.Context, ports.Tx) error) error{"View": one.View, "Update": one.Update} {
		must(t, run(t.Context(), ports.System, func(ctx context.Context, _ ports.Tx) error {
			for call, err := range map[string]func() error{
				"Held": func() error { _, _, err := one.Held(ctx); return err },
				"Hold": func() error { return one.Hold(ctx) },
				"Lift": func() error { return one.Lift(ctx) },
			} {
				wantErr(t, call+" in "+what, atOnce(t, what, err), domain.ErrNested)
			}
			return nil
		}))
	}
	wantHold(t, "afterwards", one, time.Time{})
}

func holdCancelled(t *testing.T, open OpenHolding) {
	c := &clock{now: fixture.T0}
	one, _ := open(t, c.Now)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if one.Hold(ctx) == nil {
		t.Error("held with a context that has ended")
	}
	wantHold(t, "after a hold that was not", one, time.Time{})
	must(t, one.Hold(t.Context()))
	if one.Lift(ctx) == nil {
		t.Error("lifted with a context that has ended")
	}
	if _, held, err := one.Held(ctx); held || err == nil {
		t.Errorf("asked with a context that has ended: %t, %v", held, err)
	}
	wantHold(t, "after a lift that was not", one, c.Now())
}

// holdTogether: of many who hold at once the first stays, for all of them.
func holdTogether(t *testing.T, open OpenHolding) {
	var ticks atomic.Int64
	one, two := open(t, func() time.Time { return fixture.T0.Add(time.Duration(ticks.Add(1)) * time.Second) })
	first := make([]ports.Hold, 8)
	together(len(first), func(i int) {
		s := []HoldingStore{one, two}[i%2]
		if err := s.Hold(context.Background()); err != nil {
			t.Error(err)
		}
		h, held, err := s.Held(context.Background())
		if !held || err != nil {
			t.Errorf("not held: %v", err)
		}
		first[i] = h
	})
	for _, h := range first {
		wantSame(t, "what somebody saw", h, first[0])
	}
}
