package chargertest

import (
	"testing"

	"github.com/usherhq/usher/domain"
)

var voidTests = tests{
	"what was paid stays paid": func(t *testing.T, w *world) {
		o, first := w.charged(t)
		wantSame(t, "Void", w.void(t, o), first)
		wantSame(t, "Charge", w.charge(t, o), first)
		w.took(t, o, 1)
	},
	"what was never seen is declined, now and later": func(t *testing.T, w *world) {
		o := w.order(w.pays)
		first := w.void(t, o)
		wantDeclined(t, "Void", first, domain.Unreachable)
		wantSame(t, "Void again", w.void(t, o), first)
		wantSame(t, "a Charge that was still on its way", w.charge(t, o), first)
		wantSame(t, "Find", w.found(t, o), first)
		w.took(t, o, 0)
	},
	"what was voided before it was seen keeps its amount": func(t *testing.T, w *world) {
		o := w.order(w.pays)
		w.void(t, o)
		o.Amount.Amount++
		for name, call := range w.calls(t) {
			wantErr(t, name, call(o), domain.ErrKeyReused)
		}
	},
	"what was voided gives no money back": func(t *testing.T, w *world) {
		o := w.order(w.pays)
		if a := w.void(t, o); a.Ref != "" {
			wantSame(t, "Refund", w.refund(t, w.refundOf(o, a.Ref, 1)).Done, false)
		}
	},
	"one order is given up, and no other": func(t *testing.T, w *world) {
		w.void(t, w.order(w.pays))
		w.charged(t)
	},
}
