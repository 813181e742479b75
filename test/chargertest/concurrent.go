package chargertest

import (
	"context"
	"sync"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const many = 50

// together runs fn many times at once and returns what each run said.
func together[A any](fn func(i int) A) []A {
	all := make([]A, many)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			<-start
			all[i] = fn(i)
		})
	}
	close(start)
	wg.Wait()
	return all
}

type said struct {
	a   domain.Answer
	err error
}

var concurrentTests = tests{
	"fifty at once under one key charge once": func(t *testing.T, w *world) {
		o := w.order(w.pays)
		all := together(func(int) said {
			a, err := w.Charge(t.Context(), o)
			return said{a, err}
		})
		for _, s := range all {
			if s != all[0] || s.err != nil {
				t.Errorf("got %+v and %+v", s, all[0])
			}
		}
		wantPaid(t, "all of them", all[0].a)
		w.took(t, o, 1)
	},
	"fifty at once under their own keys charge each": func(t *testing.T, w *world) {
		orders := make([]ports.Order, many)
		for i := range orders {
			orders[i] = w.order(w.pays)
		}
		refs := map[string]bool{}
		for _, s := range together(func(i int) said {
			a, err := w.Charge(t.Context(), orders[i])
			return said{a, err}
		}) {
			if s.err != nil {
				t.Error(s.err)
			}
			refs[s.a.Ref] = true
		}
		if len(refs) != many {
			t.Errorf("%d orders have %d ids", many, len(refs))
		}
		for _, o := range orders {
			w.took(t, o, 1)
		}
	},
	"charging and voiding at once come to one end": func(t *testing.T, w *world) {
		o := w.order(w.pays)
		all := together(func(i int) said {
			do := w.Charge
			if i%2 == 0 {
				do = w.Void
			}
			a, err := do(t.Context(), o)
			return said{a, err}
		})
		times := 0
		if all[0].a.Status == domain.Paid {
			times = 1
		}
		for _, s := range all {
			if s != all[0] || s.err != nil {
				t.Errorf("got %+v and %+v", s, all[0])
			}
		}
		w.took(t, o, times)
	},
	"fifty refunds at once give back no more than was taken": func(t *testing.T, w *world) {
		o, a := w.charged(t)
		done := 0
		for _, s := range together(func(int) said {
			r, err := w.Refund(t.Context(), w.refundOf(o, a.Ref, 100))
			return said{domain.Answer{Ref: r.Ref}, err}
		}) {
			if s.err != nil {
				t.Error(s.err)
			}
			if s.a.Ref != "" {
				done++
			}
		}
		wantSame(t, "refunds of 100 each", done, price/100)
		w.books(t, o, Entry{1, price, price / 100 * 100})
	},
	"callers who leave charge at most once": func(t *testing.T, w *world) {
		o := w.order(w.pays)
		together(func(i int) said {
			ctx, cancel := context.WithCancel(t.Context())
			go cancel() // before, while or after it is asked
			a, err := w.Charge(ctx, o)
			cancel()
			return said{a, err}
		})
		wantPaid(t, "who stays", w.charge(t, o))
		w.took(t, o, 1)
	},
}

var contextTests = tests{
	"a context that has ended gets an error, and the key still pays once": func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		o := w.order(w.pays)
		if a, err := w.Charge(ctx, o); err == nil {
			t.Errorf("Charge: got %+v", a)
		}
		if a, seen, err := w.Find(ctx, o); err == nil {
			t.Errorf("Find: got %+v, %v", a, seen)
		}
		wantPaid(t, "Charge again", w.charge(t, o))
		w.took(t, o, 1)
	},
	"a refund whose context has ended gets an error, and its key still pays back once": func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		o, a := w.charged(t)
		r := w.refundOf(o, a.Ref, 400)
		if a, err := w.Refund(ctx, r); err == nil {
			t.Errorf("Refund: got %+v", a)
		}
		if a, err := w.Void(ctx, o); err == nil {
			t.Errorf("Void: got %+v", a)
		}
		wantSame(t, "Refund again", w.refund(t, r).Done, true)
		w.books(t, o, Entry{1, price, 400})
	},
}
