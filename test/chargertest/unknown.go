package chargertest

import (
	"testing"

	"github.com/usherhq/usher/domain"
)

var losesAnswerTests = tests{
	"the same key again answers paid, and the money was taken once": func(t *testing.T, w *world) {
		o := w.order(w.losesAnswer)
		_, err := w.Charge(t.Context(), o)
		wantUnknown(t, "the lost answer", err)
		w.took(t, o, 1)
		a := w.charge(t, o)
		wantPaid(t, "Charge again", a)
		wantSame(t, "Find", w.found(t, o), a)
		w.took(t, o, 1)
	},
	"an old one is found": func(t *testing.T, w *world) {
		o := w.order(w.losesAnswer)
		_, err := w.Charge(t.Context(), o)
		wantUnknown(t, "the lost answer", err)
		w.growOld(t)
		wantPaid(t, "the careful caller", w.settle(t, o))
		w.took(t, o, 1)
	},
	"given up, it turns out to be paid": func(t *testing.T, w *world) {
		o := w.order(w.losesAnswer)
		_, err := w.Charge(t.Context(), o)
		wantUnknown(t, "the lost answer", err)
		wantPaid(t, "Void", w.void(t, o))
	},
}

var answersLaterTests = tests{
	"nobody knows, and then it was paid": func(t *testing.T, w *world) {
		o := w.order(w.answersLater)
		for range 2 {
			for name, call := range w.calls(t) {
				if name == "Charge" {
					wantUnknown(t, name, call(o))
				}
			}
			_, _, err := w.Find(t.Context(), o)
			wantUnknown(t, "Find", err)
			_, err = w.Void(t.Context(), o)
			wantUnknown(t, "Void", err)
		}
		w.took(t, o, 0)
		w.confirm(t, o)
		a := w.found(t, o)
		wantPaid(t, "Find", a)
		wantSame(t, "Charge", w.charge(t, o), a)
		w.took(t, o, 1)
		wantSame(t, "Refund of what nobody waits for any more", w.refund(t, w.refundOf(o, a.Ref, price)).Done, true)
	},
	"nobody knows, and then it was declined": func(t *testing.T, w *world) {
		o := w.order(w.answersLater)
		_, err := w.Charge(t.Context(), o)
		wantUnknown(t, "Charge", err)
		w.refuse(t, o)
		wantDeclined(t, "Charge", w.charge(t, o), domain.HardDecline)
		w.took(t, o, 0)
	},
}

var neverArrivesTests = tests{
	"nothing was seen, and the same key may pay yet": func(t *testing.T, w *world) {
		o := w.order(w.neverArrives)
		_, err := w.Charge(t.Context(), o)
		wantUnknown(t, "Charge", err)
		w.took(t, o, 0)
		w.unseen(t, o)
		o.Method = w.pays
		wantPaid(t, "Charge again", w.charge(t, o))
		w.took(t, o, 1)
	},
	"given up, it takes nothing when it arrives after all": func(t *testing.T, w *world) {
		o := w.order(w.neverArrives)
		_, err := w.Charge(t.Context(), o)
		wantUnknown(t, "Charge", err)
		wantDeclined(t, "Void", w.void(t, o), domain.Unreachable)
		o.Method = w.pays
		wantDeclined(t, "Charge again", w.charge(t, o), domain.Unreachable)
		w.took(t, o, 0)
	},
}
