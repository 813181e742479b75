package storetest

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var txTests = tests{
	"ErrorRollsBack":         txError,
	"PanicRollsBack":         txPanic,
	"GoexitRollsBack":        txGoexit,
	"EndedContextRollsBack":  txEndedContext,
	"CancelInMidClosure":     txCancelInside,
	"ViewsEndToo":            txViewEnds,
	"ErrorsPassThrough":      txErrorsPass,
	"ARefusalIsNoFailure":    txSwallowedRefusal,
	"SeveralAggregatesAsOne": txManyAsOne,
	"ReadsWhatItWrote":       txReadsOwn,
	"OtherKeysOfTheContext":  txContextValues,
	"NamesAndKeysComeBack":   txIndexesComeBack,
}

// mustLeaveNothing needs p to be as it was and added not to be there, after
// something that wrote both and failed.
func (w *world) mustLeaveNothing(t *testing.T, what string, p domain.Product, added domain.Product) {
	t.Helper()
	productAggregate.wantStored(t, w, what+": what was saved", p)
	_, err := productAggregate.load(t, w, added)
	wantErr(t, what+": what was inserted", err, domain.ErrProductNotFound)
	p.Name += " still works"
	w.update(t, w.of, saveProduct(p))
	productAggregate.wantStored(t, w, what+": the store afterwards", p)
}

// writing saves one product and inserts another.
func writing(ctx context.Context, tx ports.Tx, p, added domain.Product) error {
	p.Name, p.Permalink = "changed", "changed"
	return errors.Join(tx.Products.Save(ctx, p), tx.Products.Insert(ctx, added))
}

func txError(t *testing.T, w *world) {
	p, added, boom := w.product(t), fixture.Product(w.ana), errors.New("boom")
	err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
		if err := writing(ctx, tx, p, added); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want boom", err)
	}
	w.mustLeaveNothing(t, "after an error", p, added)
}

func txPanic(t *testing.T, w *world) {
	p, added := w.product(t), fixture.Product(w.ana)
	func() {
		defer func() {
			if r := recover(); r != "boom" {
				t.Errorf("recovered %v, want boom: a panic is the caller's", r)
			}
		}()
		err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
			if err := writing(ctx, tx, p, added); err != nil {
				return err
			}
			panic("boom")
		})
		t.Errorf("Update returned %v, want a panic", err)
	}()
	w.mustLeaveNothing(t, "after a panic", p, added)
}

// txGoexit ends the goroutine inside the closure, as t.FailNow does.
func txGoexit(t *testing.T, w *world) {
	p, added := w.product(t), fixture.Product(w.ana)
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := w.Update(context.WithoutCancel(t.Context()), w.of, func(ctx context.Context, tx ports.Tx) error {
			if err := writing(ctx, tx, p, added); err != nil {
				return err
			}
			runtime.Goexit()
			return nil
		})
		t.Errorf("Update returned %v, want its goroutine to have ended", err)
	}()
	<-done
	w.mustLeaveNothing(t, "after Goexit", p, added)
}

func txEndedContext(t *testing.T, w *world) {
	p, added := w.product(t), fixture.Product(w.ana)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Update(ended, w.of, func(ctx context.Context, tx ports.Tx) error { return writing(ctx, tx, p, added) }); err == nil {
		t.Error("an Update whose context had ended succeeded")
	}
	w.mustLeaveNothing(t, "with an ended context", p, added)
}

// txCancelInside: the context ends between two writes, and after the last.
func txCancelInside(t *testing.T, w *world) {
	for what, more := range map[string]bool{"between two writes": true, "after the last write": false} {
		p, added := w.product(t), fixture.Product(w.ana)
		ctx, cancel := context.WithCancel(t.Context())
		err := w.Update(ctx, w.of, func(ctx context.Context, tx ports.Tx) error {
			if err := writing(ctx, tx, p, added); err != nil {
				return err
			}
			cancel()
			if more {
				_ = tx.Products.Insert(ctx, fixture.Product(w.ana)) // may fail or not
			}
			return nil
		})
		cancel()
		if err == nil {
			t.Errorf("cancelled %s: the Update succeeded", what)
		}
		w.mustLeaveNothing(t, "cancelled "+what, p, added)
	}
}

// txViewEnds: a View that fails, panics or ends its goroutine gives back what
// it holds.
func txViewEnds(t *testing.T, w *world) {
	p, boom := w.product(t), errors.New("boom")
	for range 20 { // more than there are connections
		if err := w.View(t.Context(), w.of, func(context.Context, ports.Tx) error { return boom }); !errors.Is(err, boom) {
			t.Errorf("got %v, want boom", err)
		}
		func() {
			defer func() {
				if r := recover(); r != "boom" {
					t.Errorf("recovered %v, want boom", r)
				}
			}()
			_ = w.View(t.Context(), w.of, func(context.Context, ports.Tx) error { panic("boom") })
		}()
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = w.View(context.WithoutCancel(t.Context()), w.of, func(context.Context, ports.Tx) error { runtime.Goexit(); return nil })
		}()
		<-done
	}
	productAggregate.wantStored(t, w, "afterwards", p)
	w.update(t, w.of, saveProduct(p))
}

// txErrorsPass: what a closure returns is what its caller gets.
func txErrorsPass(t *testing.T, w *world) {
	cause := errors.New("cause")
	sent := domain.ErrLicenseDisabled.On("the licence").Because(cause)
	for what, run := range map[string]func(context.Context, ports.Scope, func(context.Context, ports.Tx) error) error{"View": w.View, "Update": w.Update} {
		err := run(t.Context(), w.of, func(context.Context, ports.Tx) error { return sent })
		wantErr(t, what, err, domain.ErrLicenseDisabled)
		if got, ok := errors.AsType[*domain.Error](err); !ok || got.About != "the licence" || !errors.Is(err, cause) {
			t.Errorf("%s: got %#v, want what was returned", what, err)
		}
	}
}

// txSwallowedRefusal: a closure may live with "not found" and with "taken".
func txSwallowedRefusal(t *testing.T, w *world) {
	p, added := w.product(t), fixture.Product(w.ana)
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
		_, err := tx.Licenses.ByID(ctx, "x")
		wantErr(t, "an unknown licence", err, domain.ErrLicenseNotFound)
		wantErr(t, "saving what is not there", tx.Products.Save(ctx, added), domain.ErrProductNotFound)
		wantErr(t, "inserting what is there", tx.Products.Insert(ctx, p), domain.ErrExists)
		return tx.Products.Insert(ctx, added)
	})
	productAggregate.wantStored(t, w, "what it did then", added)
}

// txManyAsOne fills a deal in one Update and rolls it back: none of it stays.
func txManyAsOne(t *testing.T, w *world) {
	p := fixture.Product(w.ana, fixture.Renewable)
	s, m := fixture.Renewal(p)
	v, l, k := fixture.Variant(p), fixture.License(s), fixture.Token(w.ana, "secret")
	paid, seat := fixture.Payment(s), fixture.Seat(s)
	refund, dispute := fixture.Refund(paid), fixture.Dispute(paid)
	before := w.dump(t, w.ana.ID)
	fill := func(end error) error {
		return w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
			for _, err := range []error{
				tx.Products.Insert(ctx, p), tx.Variants.Insert(ctx, v), tx.Purchases.Insert(ctx, domain.RestorePurchase(s)),
				insertMembership(m)(ctx, tx), insertPayment(paid)(ctx, tx), insertRefund(refund)(ctx, tx), insertDispute(dispute)(ctx, tx),
				insertSeat(seat)(ctx, tx), tx.Licenses.Insert(ctx, domain.RestoreLicense(l), 5),
				tx.Tokens.Insert(ctx, domain.RestoreToken(k)), tx.Events.Append(ctx, event("an event")),
				tx.Progress.Put(ctx, ports.Task{ID: "task", StartedAt: fixture.T0}),
			} {
				if err != nil {
					return err
				}
			}
			return end
		})
	}
	boom := errors.New("boom")
	if err := fill(boom); !errors.Is(err, boom) {
		t.Fatalf("got %v, want boom", err)
	}
	if after := w.dump(t, w.ana.ID); after != before {
		t.Errorf("rolled back: %s", diffText(after, before))
	}
	must(t, fill(nil)) // and nothing of it is in the way
	w.wantCount(t, "kept", w.facts(t, l.Key).Seen, 0, 5)
	if got := w.dispatched(t); len(got) != 1 {
		t.Errorf("%d events, want the one that was kept", len(got))
	}
}

func txReadsOwn(t *testing.T, w *world) {
	p := w.product(t)
	s := fixture.Purchase(p, buyer("Ada Lovelace", "ada@example.com"))
	l := fixture.License(s)
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
		if err := errors.Join(insertPurchase(s)(ctx, tx), licenseAggregate.insert(ctx, tx, l)); err != nil {
			return err
		}
		found, err := tx.Purchases.List(ctx, ports.PurchaseQuery{ProductID: p.ID, Terms: []string{"love"}})
		if err != nil {
			return err
		}
		wantAll(t, "a search", found, s)
		all, err := tx.Licenses.List(ctx, ports.Cursor{}, 10)
		wantAll(t, "a list", all, ports.CountedLicense{License: l})
		return err
	})
}

type valueKey struct{}

// txContextValues: a closure's context is the caller's, with a mark.
func txContextValues(t *testing.T, w *world) {
	ctx := context.WithValue(t.Context(), valueKey{}, "value")
	for what, run := range map[string]func(context.Context, ports.Scope, func(context.Context, ports.Tx) error) error{"View": w.View, "Update": w.Update} {
		must(t, run(ctx, w.of, func(ctx context.Context, _ ports.Tx) error {
			if ctx.Value(valueKey{}) != "value" {
				t.Errorf("%s: the closure's context lacks the caller's values", what)
			}
			return nil
		}))
	}
}

// txIndexesComeBack: what an undone change gave up is taken again, and what it
// took is free.
func txIndexesComeBack(t *testing.T, w *world) {
	p, boom := w.product(t, func(p *domain.Product) { p.CustomPermalink = "course" }), errors.New("boom")
	s, l := w.sale(t, p)
	err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
		q, m := p, l
		q.Permalink, q.CustomPermalink, m.Key = "other", "", "other"
		r := s
		r.FullName = "Ada"
		return errors.Join(saveProduct(q)(ctx, tx), saveLicense(m)(ctx, tx), savePurchase(r)(ctx, tx), boom)
	})
	if !errors.Is(err, boom) {
		t.Fatalf("got %v, want boom", err)
	}
	w.taken(t, "the old permalink", fixture.Product(w.ana, func(q *domain.Product) { q.Permalink = p.Permalink }))
	w.taken(t, "the old custom permalink", fixture.Product(w.ana, func(q *domain.Product) { q.CustomPermalink = "course" }))
	wantFacts(t, "the old key", w.facts(t, l.Key), domain.Facts{
		Seen: domain.Seen{LicenseID: l.ID, ProductID: p.ID}, License: l, Product: p, Purchase: s, Seller: w.ana,
	})
	wantAll(t, "the new key", w.holders(t, domain.Lookup{Key: "other"}))
	wantAll(t, "the new name", read(t, w, w.of, listPurchases(ports.PurchaseQuery{Terms: []string{"ada"}})))
	w.product(t, func(q *domain.Product) { q.Permalink = "other" })
}
