package pgstore

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var ana = fixture.Seller("ana")

// shop is a store with a seller and some products.
func shop(t *testing.T, url string, o Options) (*Store, []domain.Product) {
	t.Helper()
	s := at(t, url, o)
	free := func(p *domain.Product) { p.Price.Amount = 0 }
	all := []domain.Product{fixture.Product(ana, free), fixture.Product(ana, free)}
	fixture.Fill(t, s, ana, all[0], all[1])
	return s, all
}

// raise adds one to a product's price.
func raise(id domain.ProductID) func(context.Context, ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error {
		p, err := tx.Products.ByID(ctx, id)
		if err != nil {
			return err
		}
		p.Price.Amount++
		return tx.Products.Save(ctx, p)
	}
}

func priceOf(t *testing.T, s *Store, id domain.ProductID) (amount int64) {
	t.Helper()
	must(t, s.View(t.Context(), ports.Seller(ana.ID), func(ctx context.Context, tx ports.Tx) error {
		p, err := tx.Products.ByID(ctx, id)
		amount = p.Price.Amount
		return err
	}))
	return amount
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// soon changes a duration for a test.
func soon(t *testing.T, d *time.Duration, to time.Duration) {
	t.Helper()
	was := *d
	*d = to
	t.Cleanup(func() { *d = was })
}

// TestWriteSkewIsRefused has two closures that read what the other one writes,
// both before either commits, in two processes: the one that loses runs again
// and sees the other's write.
func TestWriteSkewIsRefused(t *testing.T) {
	url := empty(t)
	one, products := shop(t, url, Options{})
	stores := []*Store{one, at(t, url, Options{})}
	var met, all sync.WaitGroup
	met.Add(2)
	runs := make([]int, 2)
	seen := make([]int64, 2)
	for i, s := range stores {
		all.Go(func() {
			err := s.Update(context.Background(), ports.Seller(ana.ID), func(ctx context.Context, tx ports.Tx) error {
				other, err := tx.Products.ByID(ctx, products[1-i].ID)
				if err != nil {
					return err
				}
				seen[i] = other.Price.Amount
				if runs[i]++; runs[i] == 1 {
					met.Done()
					met.Wait()
				}
				return raise(products[i].ID)(ctx, tx)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if runs[0]+runs[1] < 3 {
		t.Errorf("they ran %v times: neither was run again", runs)
	}
	if seen[0]+seen[1] != 1 {
		t.Errorf("they saw each other's price as %v: as if one after the other, one of them sees 1", seen)
	}
}

// overtaken is a closure that another process overtakes before it writes, as
// often as times says.
func overtaken(t *testing.T, by *Store, p domain.Product, times int, runs *int) func(context.Context, ports.Tx) error {
	return func(ctx context.Context, tx ports.Tx) error {
		held, err := tx.Products.ByID(ctx, p.ID)
		if err != nil {
			return err
		}
		if *runs++; *runs <= times {
			must(t, by.Update(context.Background(), ports.Seller(ana.ID), raise(p.ID)))
		}
		held.Price.Amount += 100
		return tx.Products.Save(ctx, held)
	}
}

// A closure that makes nothing of having lost is run again all the same: what
// it wrote is not there.
func TestALossIsNotForTheClosureToSwallow(t *testing.T) {
	url := empty(t)
	s, products := shop(t, url, Options{})
	other, p := at(t, url, Options{}), products[0]
	for what, swallow := range map[string]func(error) error{
		"as nothing":   func(error) error { return nil },
		"as a refusal": func(err error) error { return errors.Join(err, domain.ErrPermalinkTaken) },
	} {
		before, runs := priceOf(t, s, p.ID), 0
		closure := overtaken(t, other, p, 1, &runs)
		must(t, s.Update(t.Context(), ports.Seller(ana.ID), func(ctx context.Context, tx ports.Tx) error {
			if err := closure(ctx, tx); err != nil {
				return swallow(err)
			}
			return nil
		}))
		if got := priceOf(t, s, p.ID); got != before+101 || runs != 2 {
			t.Errorf("%s: the price rose by %d in %d runs, want 101 in 2", what, got-before, runs)
		}
	}
}

// Who is overtaken again and again is told that nothing was done, in the end.
func TestRerunsEnd(t *testing.T) {
	soon(t, &rerunFor, 50*time.Millisecond)
	url := empty(t)
	s, products := shop(t, url, Options{})
	runs := 0
	err := s.Update(t.Context(), ports.Seller(ana.ID), overtaken(t, at(t, url, Options{}), products[0], 1<<30, &runs))
	if !errors.Is(err, domain.ErrUnavailable) || runs < 2 {
		t.Errorf("%v after %d runs, want %v after some", err, runs, domain.ErrUnavailable)
	}
	if got := priceOf(t, s, products[0].ID); got != int64(runs) {
		t.Errorf("the price is %d, and others raised it %d times", got, runs)
	}
	runs = 0
	ctx, cancel := context.WithCancel(t.Context())
	closure := overtaken(t, at(t, url, Options{}), products[0], 1<<30, &runs)
	err = s.Update(ctx, ports.Seller(ana.ID), func(ctx context.Context, tx ports.Tx) error { cancel(); return closure(ctx, tx) })
	if !errors.Is(err, context.Canceled) || runs > 1 {
		t.Errorf("with a context that ends: %v after %d runs", err, runs)
	}
}

// Two who write the same name at once: one has it, and the other is refused by
// its own statement, in a transaction that goes on.
func TestAClashOfTwoIsARefusal(t *testing.T) {
	url := empty(t)
	one, _ := shop(t, url, Options{})
	stores := []*Store{one, at(t, url, Options{})}
	for round := range 10 {
		taken := make([]error, 2)
		var met, all sync.WaitGroup
		met.Add(2)
		for i, s := range stores {
			p := fixture.Product(ana)
			fixture.Fill(t, s, p)
			p.Permalink = "wanted" + string(rune('a'+round))
			var once sync.Once
			all.Go(func() {
				err := s.Update(context.Background(), ports.Seller(ana.ID), func(ctx context.Context, tx ports.Tx) error {
					once.Do(func() { met.Done(); met.Wait() })
					if taken[i] = tx.Products.Save(ctx, p); taken[i] != nil && !errors.Is(taken[i], domain.ErrPermalinkTaken) {
						return taken[i]
					}
					return tx.Products.Insert(ctx, fixture.Product(ana))
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if (taken[0] == nil) == (taken[1] == nil) {
			t.Errorf("round %d: %v and %v, want one to have the name", round, taken[0], taken[1])
		}
	}
}

// A View ends after its time, also if its closure does nothing then.
func TestAViewEnds(t *testing.T) {
	s, products := shop(t, empty(t), Options{})
	soon(t, &viewFor, 30*time.Millisecond)
	err := s.View(t.Context(), ports.Seller(ana.ID), func(ctx context.Context, tx ports.Tx) error {
		<-ctx.Done()
		_, err := tx.Products.ByID(context.Background(), products[0].ID)
		return err
	})
	if !errors.Is(err, domain.ErrUnavailable) || !errors.Is(err, errLong) {
		t.Errorf("got %v, want %v", err, errLong)
	}
	viewFor = time.Minute
	if got := priceOf(t, s, products[0].ID); got != 0 {
		t.Errorf("afterwards the price is %d", got)
	}
}

// Text that PostgreSQL does not keep is refused before it is sent: it would end
// the transaction.
func TestUnstorableTextEndsNoTransaction(t *testing.T) {
	s, products := shop(t, empty(t), Options{})
	must(t, s.Update(t.Context(), ports.Seller(ana.ID), func(ctx context.Context, tx ports.Tx) error {
		for _, name := range fixture.Unstorable() {
			p := fixture.Product(ana)
			p.Name = name
			if err := tx.Products.Insert(ctx, p); domain.KindOf(err) != domain.Invalid {
				t.Errorf("%q: got %v, want it refused", name, err)
			}
		}
		return raise(products[0].ID)(ctx, tx)
	}))
	if got := priceOf(t, s, products[0].ID); got != 1 {
		t.Errorf("the price is %d, want 1", got)
	}
}
