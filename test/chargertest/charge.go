package chargertest

import (
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
)

var chargeTests = tests{
	"an order is paid, once": func(t *testing.T, w *world) {
		o, _ := w.charged(t)
		w.took(t, o, 1)
	},
	"the same key twice charges once": func(t *testing.T, w *world) {
		o, first := w.charged(t)
		wantSame(t, "the second answer", w.charge(t, o), first)
		w.took(t, o, 1)
	},
	"another payment, method or time under the same key is the same order": func(t *testing.T, w *world) {
		o, first := w.charged(t)
		again := o
		again.Payment, again.Method, again.CreatedAt = "payment-after-a-restore", "another", o.CreatedAt.Add(time.Hour)
		wantSame(t, "Charge", w.charge(t, again), first)
		wantSame(t, "Find", w.found(t, again), first)
		w.took(t, o, 1)
	},
	"another amount under the same key is refused": func(t *testing.T, w *world) {
		o, first := w.charged(t)
		for _, m := range []domain.Money{{Amount: price + 1, Currency: "usd"}, {Amount: price, Currency: "eur"}} {
			other := o
			other.Amount = m
			for name, call := range w.calls(t) {
				wantErr(t, name, call(other), domain.ErrKeyReused)
			}
		}
		wantSame(t, "the first order", w.found(t, o), first)
		w.took(t, o, 1)
	},
	"sellers have keys of their own": func(t *testing.T, w *world) {
		o, first := w.charged(t)
		bobs := o
		bobs.SellerID, bobs.Amount.Amount = bob, price+1
		w.unseen(t, bobs)
		second := w.charge(t, bobs)
		wantPaid(t, "the other seller's", second)
		if first.Ref == second.Ref {
			t.Errorf("two orders have one id: %s", first.Ref)
		}
		w.took(t, o, 1)
		w.took(t, bobs, 1)
	},
	"each order has an id of its own": func(t *testing.T, w *world) {
		_, first := w.charged(t)
		_, second := w.charged(t)
		if first.Ref == second.Ref {
			t.Errorf("two orders have one id: %s", first.Ref)
		}
	},
	"keys differ in letter case and blanks": func(t *testing.T, w *world) {
		o, _ := w.charged(t)
		for _, key := range []string{"MBR" + o.Key[3:], o.Key + " ", " " + o.Key} {
			other := o
			other.Key = key
			w.unseen(t, other)
		}
	},
	"what is no order is refused": func(t *testing.T, w *world) {
		o := w.order(w.pays)
		for what, bad := range notOrders(o) {
			for name, call := range w.calls(t) {
				wantErr(t, name+" of "+what, call(bad), domain.ErrInvalid)
			}
		}
		w.took(t, o, 0)
		w.unseen(t, o)
	},
	"the least is collected, and less is declined": func(t *testing.T, w *world) {
		least := w.LeastCharge("usd")
		if least < 0 {
			t.Fatalf("LeastCharge is %d", least)
		}
		o := w.order(w.pays)
		o.Amount.Amount = max(least, 1)
		wantPaid(t, "the least", w.charge(t, o))
		if least > 1 {
			o := w.order(w.pays)
			o.Amount.Amount = least - 1
			wantDeclined(t, "less", w.charge(t, o), domain.HardDecline)
			w.took(t, o, 0)
		}
	},
}

var declineTests = tests{
	"an order is declined as its method has it": func(t *testing.T, w *world) {
		for method, d := range w.declines {
			o := w.order(method)
			wantDeclined(t, method, w.charge(t, o), d)
			wantDeclined(t, "Find of "+method, w.found(t, o), d)
			w.took(t, o, 0)
		}
	},
	"declined stays declined under its key, and another key pays": func(t *testing.T, w *world) {
		for method := range w.declines {
			o := w.order(method)
			first := w.charge(t, o)
			again := o
			again.Method = w.pays
			wantSame(t, "with a better card", w.charge(t, again), first)
			w.took(t, o, 0)
			again.Key += "/2"
			wantPaid(t, "the next attempt", w.charge(t, again))
			w.took(t, again, 1)
		}
	},
	"voiding what was declined changes nothing": func(t *testing.T, w *world) {
		for method := range w.declines {
			o := w.order(method)
			wantSame(t, "Void", w.void(t, o), w.charge(t, o))
		}
	},
}

var findTests = tests{
	"what was never asked for was never seen, and finding it asks for nothing": func(t *testing.T, w *world) {
		o := w.order(w.pays)
		w.unseen(t, o)
		w.unseen(t, o)
		w.took(t, o, 0)
		wantPaid(t, "Charge after Find", w.charge(t, o))
	},
	"what was paid is found": func(t *testing.T, w *world) {
		o, first := w.charged(t)
		wantSame(t, "Find", w.found(t, o), first)
		w.took(t, o, 1)
	},
}
