package chargertest

import (
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

var refundTests = tests{
	"the same key twice gives back once": func(t *testing.T, w *world) {
		o, a := w.charged(t)
		r := w.refundOf(o, a.Ref, 400)
		first := w.refund(t, r)
		wantSame(t, "Refund", first.Done, true)
		again := r
		again.Refund = "refund-after-a-restore"
		wantSame(t, "the second answer", w.refund(t, again), first)
		w.books(t, o, Entry{1, price, 400})
	},
	"parts are given back up to the amount, and no more": func(t *testing.T, w *world) {
		o, a := w.charged(t)
		refs := map[string]bool{}
		for _, r := range []struct {
			amount int64
			done   bool
		}{{price + 1, false}, {1000, true}, {251, false}, {249, true}, {1, true}, {1, false}, {1 << 62, false}} {
			got := w.refund(t, w.refundOf(o, a.Ref, r.amount))
			if got.Done != r.done {
				t.Errorf("a refund of %d: done is %v, want %v", r.amount, got.Done, r.done)
			}
			refs[got.Ref] = true
		}
		if len(refs) != 4 { // three, and the empty one
			t.Errorf("three refunds have the ids %v", refs)
		}
		w.books(t, o, Entry{1, price, price})
		wantSame(t, "what became of the charge", w.found(t, o), a)
	},
	"what is refused stays refused under its key": func(t *testing.T, w *world) {
		o, a := w.charged(t)
		r := w.refundOf(o, a.Ref, price+1)
		for range 2 {
			wantSame(t, "Refund", w.refund(t, r).Done, false)
		}
		r.Amount.Amount = price
		_, err := w.Refund(t.Context(), r)
		wantErr(t, "less, under the same key", err, domain.ErrKeyReused)
		w.took(t, o, 1)
	},
	"another refund under the same key is refused": func(t *testing.T, w *world) {
		o, a := w.charged(t)
		_, second := w.charged(t)
		r := w.refundOf(o, a.Ref, 400)
		w.refund(t, r)
		for name, other := range map[string]func(*ports.RefundOrder){
			"amount":   func(r *ports.RefundOrder) { r.Amount.Amount++ },
			"currency": func(r *ports.RefundOrder) { r.Amount.Currency = "eur" },
			"payment":  func(r *ports.RefundOrder) { r.Ref = second.Ref },
		} {
			changed := r
			other(&changed)
			_, err := w.Refund(t.Context(), changed)
			wantErr(t, "another "+name, err, domain.ErrKeyReused)
		}
		w.books(t, o, Entry{1, price, 400})
	},
	"what was not paid, or not to this seller, or not in this money, is refused": func(t *testing.T, w *world) {
		o, a := w.charged(t)
		for name, spoil := range map[string]func(*ports.RefundOrder){
			"an unknown payment": func(r *ports.RefundOrder) { r.Ref = "unknown" },
			"another seller's":   func(r *ports.RefundOrder) { r.SellerID = bob },
			"another currency":   func(r *ports.RefundOrder) { r.Amount.Currency = "eur" },
		} {
			r := w.refundOf(o, a.Ref, 400)
			spoil(&r)
			wantSame(t, name, w.refund(t, r).Done, false)
		}
		for method := range w.declines {
			o := w.order(method)
			if a := w.charge(t, o); a.Ref != "" {
				wantSame(t, "what was declined", w.refund(t, w.refundOf(o, a.Ref, 1)).Done, false)
			}
		}
		w.took(t, o, 1)
	},
	"sellers have refund keys of their own, and apart from those of orders": func(t *testing.T, w *world) {
		o, a := w.charged(t)
		bobs := o
		bobs.SellerID = bob
		b := w.charge(t, bobs)
		r := w.refundOf(o, a.Ref, 400)
		r.Key = o.Key
		wantSame(t, "ana's", w.refund(t, r).Done, true)
		r.SellerID, r.Ref = bob, b.Ref
		wantSame(t, "bob's", w.refund(t, r).Done, true)
		w.books(t, o, Entry{1, price, 400})
		w.books(t, bobs, Entry{1, price, 400})
	},
	"what is no refund order is refused": func(t *testing.T, w *world) {
		o, a := w.charged(t)
		for name, spoil := range map[string]func(*ports.RefundOrder){
			"no refund":         func(r *ports.RefundOrder) { r.Refund = "" },
			"no seller":         func(r *ports.RefundOrder) { r.SellerID = "" },
			"no key":            func(r *ports.RefundOrder) { r.Key = "" },
			"no payment":        func(r *ports.RefundOrder) { r.Ref = "" },
			"no amount":         func(r *ports.RefundOrder) { r.Amount.Amount = 0 },
			"a negative amount": func(r *ports.RefundOrder) { r.Amount.Amount = -1 },
			"no currency":       func(r *ports.RefundOrder) { r.Amount.Currency = "" },
		} {
			r := w.refundOf(o, a.Ref, 400)
			spoil(&r)
			_, err := w.Refund(t.Context(), r)
			wantErr(t, name, err, domain.ErrInvalid)
		}
		w.took(t, o, 1)
	},
}
