package chargertest

import (
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// ageTests are about keys near the end of their life and long after it.
var ageTests = tests{
	"a key is remembered for its whole life": func(t *testing.T, w *world) {
		o, first := w.charged(t)
		w.clock.advance(w.life(t) - time.Second)
		wantSame(t, "Charge", w.charge(t, o), first)
		w.took(t, o, 1)
	},
	"an old order is found, and so charged no second time": func(t *testing.T, w *world) {
		o, first := w.charged(t)
		w.growOld(t)
		wantSame(t, "Find", w.found(t, o), first)
		wantSame(t, "the careful caller", w.settle(t, o), first)
		w.took(t, o, 1)
	},
	"an old order that was never seen is charged once": func(t *testing.T, w *world) {
		o := w.order(w.pays)
		w.growOld(t)
		first := w.settle(t, o)
		wantPaid(t, "the careful caller", first)
		wantSame(t, "and again", w.settle(t, o), first)
		w.took(t, o, 1)
	},
	"an old decline is found": func(t *testing.T, w *world) {
		for method, d := range w.declines {
			o := w.order(method)
			w.charge(t, o)
			w.growOld(t)
			o.Method = w.pays
			wantDeclined(t, method, w.settle(t, o), d)
			w.took(t, o, 0)
		}
	},
	"what was voided before it was seen is found, however long ago": func(t *testing.T, w *world) {
		o := w.order(w.pays)
		w.void(t, o)
		w.growOld(t)
		wantDeclined(t, "the careful caller", w.settle(t, o), domain.Unreachable)
		w.took(t, o, 0)
	},
	"an old refund is not made again": func(t *testing.T, w *world) {
		o, a := w.charged(t)
		r := w.refundOf(o, a.Ref, 100)
		first := w.refund(t, r)
		w.growOld(t)
		wantSame(t, "the second answer", w.refund(t, r), first)
		w.books(t, o, Entry{1, price, 100})
	},
}

// life is the life of a key, or as much of it as there is time for.
func (w *world) life(t *testing.T) time.Duration {
	t.Helper()
	life := w.KeyLife()
	if life <= 0 {
		t.Fatalf("KeyLife is %v", life)
	}
	return min(life, 10*365*24*time.Hour)
}

func (w *world) growOld(t *testing.T) { w.clock.advance(w.life(t) + 2*time.Hour) }

// settle does what the port asks of its callers.
func (w *world) settle(t *testing.T, o ports.Order) domain.Answer {
	t.Helper()
	if w.clock.Now().Sub(o.CreatedAt) >= w.KeyLife() {
		a, seen, err := w.Find(t.Context(), o)
		if err != nil {
			t.Fatalf("Find: %v", err)
		}
		if seen {
			return a
		}
	}
	return w.charge(t, o)
}
