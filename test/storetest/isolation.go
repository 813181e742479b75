package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var isolationTests = tests{
	"NoLostUpdates":        isolationNoLostUpdates,
	"NoWriteSkew":          isolationNoWriteSkew,
	"AViewIsASnapshot":     isolationSnapshot,
	"NothingUncommitted":   isolationNoDirtyRead,
	"OnlyOneTakesAName":    isolationOnePermalink,
	"OnlyOneLicensesASale": isolationOneLicense,
	"OnlyOnePaysACycle":    isolationOneRenewal,
	"OnlyOneSitsAPerson":   isolationOneSeat,

	"OnlyOneConnectsACommunity": isolationOneConnection,
	"OnlyOneClaimsASeat":        isolationOneClaim,
	"OnlyOneGrantsAPerson":      isolationOneGrant,
	"OnlyOneSavesAVersion":      isolationOneSave,
	"OnlyOneTakesAPass":         isolationOnePass,
	"NoLostCalls":               isolationNoLostCalls,
}

// soon is how long a test that forces two transactions to meet waits for
// stores that never let them.
const soon = 100 * time.Millisecond

// meet waits for the other side, but not for ever.
func meet(other <-chan struct{}) {
	select {
	case <-other:
	case <-time.After(soon):
	}
}

// raise adds one to a product's price.
func raise(id domain.ProductID) call {
	return func(ctx context.Context, tx ports.Tx) error {
		p, err := tx.Products.ByID(ctx, id)
		if err != nil {
			return err
		}
		runtime.Gosched() // let others in between, if they can
		p.Price.Amount++
		return tx.Products.Save(ctx, p)
	}
}

// together runs n calls at once and waits for all.
func together(n int, fn func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { fn(i) })
	}
	wg.Wait()
}

func (w *world) price(t *testing.T, id domain.ProductID) int64 {
	t.Helper()
	return read(t, w, w.of, func(ctx context.Context, tx ports.Tx) (domain.Product, error) { return tx.Products.ByID(ctx, id) }).Price.Amount
}

func isolationNoLostUpdates(t *testing.T, w *world) {
	p := w.product(t, func(p *domain.Product) { p.Price.Amount = 0 })
	together(8, func(int) {
		for range 5 {
			if err := w.Update(t.Context(), w.of, raise(p.ID)); err != nil {
				t.Error(err)
			}
		}
	})
	if got := w.price(t, p.ID); got != 40 {
		t.Errorf("raised 40 times, the price rose by %d", got)
	}
}

// isolationNoWriteSkew has two products of which one is to stay published. Two
// Updates read both, and each takes its own off sale if the other is on. On
// its first try each waits until the other has read too: as if one after the
// other, the second must find nothing to do.
func isolationNoWriteSkew(t *testing.T, w *world) {
	for round := range 3 {
		a, b := w.product(t), w.product(t)
		read := map[domain.ProductID]chan struct{}{a.ID: make(chan struct{}), b.ID: make(chan struct{})}
		unpublish := func(mine, other domain.ProductID) call {
			var once sync.Once
			return func(ctx context.Context, tx ports.Tx) error {
				m, err := tx.Products.ByID(ctx, mine)
				if err != nil {
					return err
				}
				o, err := tx.Products.ByID(ctx, other)
				if err != nil {
					return err
				}
				once.Do(func() {
					close(read[mine])
					meet(read[other])
				})
				if !o.Published {
					return nil
				}
				m.Published = false
				return tx.Products.Save(ctx, m)
			}
		}
		sides := []call{unpublish(a.ID, b.ID), unpublish(b.ID, a.ID)}
		together(2, func(i int) {
			if err := w.Update(t.Context(), w.of, sides[i]); err != nil {
				t.Error(err)
			}
		})
		published := 0
		for _, p := range []domain.Product{a, b} {
			if got, err := productAggregate.load(t, w, p); err == nil && got.Published {
				published++
			}
		}
		if published != 1 {
			t.Errorf("round %d: %d of the two are published, want 1", round, published)
		}
	}
}

// isolationSnapshot reads twice in one View, and commits something between.
func isolationSnapshot(t *testing.T, w *world) {
	p := w.product(t)
	_, l := w.sale(t, p)
	seen := w.facts(t, l.Key).Seen
	done := make(chan struct{})
	var once sync.Once
	look := func(ctx context.Context, tx ports.Tx) (string, error) {
		got, err := tx.Products.ByID(ctx, p.ID)
		sales, err2 := tx.Purchases.List(ctx, ports.PurchaseQuery{})
		licenses, err3 := listLicenses(ctx, tx)
		return fmt.Sprintf("%+v %+v %+v", got, sales, licenses), errors.Join(err, err2, err3)
	}
	must(t, w.View(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
		before, err := look(ctx, tx)
		if err != nil {
			return err
		}
		once.Do(func() {
			go func() {
				defer close(done)
				other := context.WithoutCancel(t.Context())
				if _, err := w.Count(other, seen, 1); err != nil {
					t.Error(err)
				}
				if err := w.Update(other, w.of, func(ctx context.Context, tx ports.Tx) error {
					return errors.Join(raise(p.ID)(ctx, tx), insertPurchase(fixture.Purchase(p))(ctx, tx))
				}); err != nil {
					t.Error(err)
				}
			}()
			meet(done)
		})
		after, err := look(ctx, tx)
		if after != before {
			t.Errorf("within one View:\nfirst %s\nthen  %s", before, after)
		}
		return err
	}))
	<-done
	if got := w.price(t, p.ID); got != p.Price.Amount+1 {
		t.Errorf("afterwards the price is %d, want %d", got, p.Price.Amount+1)
	}
	if uses := w.usesOf(t, l.ID); uses != 1 {
		t.Errorf("afterwards %d uses, want 1", uses)
	}
}

// isolationNoDirtyRead looks from outside while an Update has written and not
// yet ended.
func isolationNoDirtyRead(t *testing.T, w *world) {
	p, boom := w.product(t), errors.New("boom")
	looked := make(chan struct{})
	var once sync.Once
	err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
		if err := raise(p.ID)(ctx, tx); err != nil {
			return err
		}
		once.Do(func() {
			go func() {
				defer close(looked)
				if got := w.price(t, p.ID); got != p.Price.Amount {
					t.Errorf("somebody saw the price %d, which was never kept", got)
				}
			}()
			meet(looked)
		})
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want boom", err)
	}
	<-looked
}

func isolationOnePermalink(t *testing.T, w *world) {
	var mu sync.Mutex
	kept, taken := 0, 0
	together(8, func(i int) {
		of := []domain.Seller{w.ana, w.bob}[i%2]
		p := fixture.Product(of, func(p *domain.Product) { p.Permalink = []string{"same", "SAME"}[i/2%2] })
		err := w.Update(t.Context(), ports.Seller(of.ID), func(ctx context.Context, tx ports.Tx) error { return tx.Products.Insert(ctx, p) })
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			kept++
		case is(err, domain.ErrPermalinkTaken):
			taken++
		default:
			t.Error(err)
		}
	})
	if kept != 1 || taken != 7 {
		t.Errorf("%d kept, %d refused, want 1 and 7", kept, taken)
	}
}

// isolationOneLicense: many at once give one sale its licence.
func isolationOneLicense(t *testing.T, w *world) {
	s := fixture.Purchase(w.product(t))
	fixture.Fill(t, w, s)
	var mu sync.Mutex
	kept, there := 0, 0
	together(8, func(int) {
		l := fixture.License(s)
		err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error { return licenseAggregate.insert(ctx, tx, l) })
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			kept++
		case is(err, domain.ErrLicenseExists):
			there++
		default:
			t.Error(err)
		}
	})
	if kept != 1 || there != 7 {
		t.Errorf("%d kept, %d refused, want 1 and 7", kept, there)
	}
}
