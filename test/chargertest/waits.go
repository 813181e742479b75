package chargertest

import (
	"testing"

	"github.com/usherhq/usher/domain"
)

// confirmTests are about orders that wait for their customer.
var confirmTests = tests{
	"it waits, however often it is asked": func(t *testing.T, w *world) {
		o := w.order(w.confirms)
		first := w.charge(t, o)
		wantWaits(t, "Charge", first)
		wantSame(t, "Charge again", w.charge(t, o), first)
		wantSame(t, "Find", w.found(t, o), first)
		w.took(t, o, 0)
	},
	"it is paid when the customer confirms": func(t *testing.T, w *world) {
		o := w.order(w.confirms)
		ref := w.charge(t, o).Ref
		w.confirm(t, o)
		a := w.charge(t, o)
		wantPaid(t, "Charge", a)
		wantSame(t, "its id", a.Ref, ref)
		wantSame(t, "Find", w.found(t, o), a)
		w.took(t, o, 1)
	},
	"it is declined when the customer refuses": func(t *testing.T, w *world) {
		o := w.order(w.confirms)
		w.charge(t, o)
		w.refuse(t, o)
		wantDeclined(t, "Charge", w.charge(t, o), domain.HardDecline)
		wantDeclined(t, "Find", w.found(t, o), domain.HardDecline)
		w.took(t, o, 0)
	},
	"it can be given up, and is then declined for good": func(t *testing.T, w *world) {
		o := w.order(w.confirms)
		w.charge(t, o)
		first := w.void(t, o)
		wantDeclined(t, "Void", first, domain.SoftDecline)
		wantSame(t, "Void again", w.void(t, o), first)
		wantSame(t, "Charge", w.charge(t, o), first)
		wantSame(t, "Find", w.found(t, o), first)
		if err := w.customer(t).Confirm(t.Context(), o.SellerID, o.Key); err == nil {
			t.Error("the customer confirmed what was given up")
		}
		w.took(t, o, 0)
	},
	"given up too late, it is paid and can be given back": func(t *testing.T, w *world) {
		o := w.order(w.confirms)
		w.charge(t, o)
		w.confirm(t, o)
		a := w.void(t, o)
		wantPaid(t, "Void", a)
		wantSame(t, "Refund", w.refund(t, w.refundOf(o, a.Ref, price)).Done, true)
		w.books(t, o, Entry{1, price, price})
	},
	"it gives nothing back while it waits, nor under that key later": func(t *testing.T, w *world) {
		o := w.order(w.confirms)
		r := w.refundOf(o, w.charge(t, o).Ref, price)
		wantSame(t, "Refund", w.refund(t, r).Done, false)
		w.confirm(t, o)
		wantSame(t, "Refund of the same key", w.refund(t, r).Done, false)
		w.took(t, o, 1)
	},
	"an old one is found waiting, and can be given up": func(t *testing.T, w *world) {
		o := w.order(w.confirms)
		w.charge(t, o)
		w.growOld(t)
		wantWaits(t, "the careful caller", w.settle(t, o))
		wantDeclined(t, "Void", w.void(t, o), domain.SoftDecline)
		w.took(t, o, 0)
	},
}

var confirmLateTests = tests{
	"what is paid after it was given up is found, and can be given back": func(t *testing.T, w *world) {
		o := w.order(w.confirmsLate)
		ref := w.charge(t, o).Ref
		wantDeclined(t, "Void", w.void(t, o), domain.SoftDecline)
		w.confirm(t, o)
		a := w.found(t, o)
		wantPaid(t, "Find", a)
		wantSame(t, "its id", a.Ref, ref)
		wantSame(t, "Void again", w.void(t, o), a)
		w.took(t, o, 1)
		wantSame(t, "Refund", w.refund(t, w.refundOf(o, a.Ref, price)).Done, true)
		w.books(t, o, Entry{1, price, price})
	},
}
