package storetest

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// What goes wrong for one caller goes wrong for nobody else, even if their
// work shares a commit.
var bystanderTests = tests{
	"OfCancelledUpdates": func(t *testing.T, w *world) {
		bystanders(t, w, func(ctx context.Context, write call) {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			if err := w.Update(ctx, w.of, func(ctx context.Context, tx ports.Tx) error {
				if err := write(ctx, tx); err != nil {
					return err
				}
				cancel()
				_ = write(ctx, tx)
				return nil
			}); err == nil {
				t.Error("an Update whose context ended inside it succeeded")
			}
		})
	},
	"OfUpdatesCancelledFromOutside": func(t *testing.T, w *world) {
		bystanders(t, w, func(ctx context.Context, write call) {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			if err := w.Update(ctx, w.of, func(ctx context.Context, tx ports.Tx) error {
				go cancel() // somewhere in the statements that follow
				var err error
				for range 5 {
					err = errors.Join(err, write(ctx, tx))
				}
				<-ctx.Done()
				return err
			}); err == nil {
				t.Error("an Update whose context ended inside it succeeded")
			}
		})
	},
	"OfFailingUpdates": func(t *testing.T, w *world) {
		bystanders(t, w, func(ctx context.Context, write call) {
			boom := errors.New("boom")
			if err := w.Update(ctx, w.of, func(ctx context.Context, tx ports.Tx) error { return errors.Join(write(ctx, tx), boom) }); !errors.Is(err, boom) {
				t.Errorf("got %v, want boom", err)
			}
		})
	},
	"OfPanics": func(t *testing.T, w *world) {
		bystanders(t, w, func(ctx context.Context, write call) {
			defer func() {
				if r := recover(); r != "boom" {
					t.Errorf("recovered %v, want boom", r)
				}
			}()
			err := w.Update(ctx, w.of, func(ctx context.Context, tx ports.Tx) error {
				if err := write(ctx, tx); err != nil {
					return err // it lost to another one, and is run again
				}
				panic("boom")
			})
			t.Errorf("Update returned %v, want a panic", err)
		})
	},
	"OfEndedGoroutines": func(t *testing.T, w *world) {
		bystanders(t, w, func(ctx context.Context, write call) {
			inGoroutine(func(exit func()) {
				err := w.Update(ctx, w.of, func(ctx context.Context, tx ports.Tx) error {
					if err := write(ctx, tx); err != nil {
						return err // it lost to another one, and is run again
					}
					exit()
					return nil
				})
				t.Errorf("Update came back: %v", err)
			})
		})
	},
	"OfRefusals": func(t *testing.T, w *world) {
		there := w.product(t)
		bystanders(t, w, func(ctx context.Context, write call) {
			err := w.Update(ctx, w.of, func(ctx context.Context, tx ports.Tx) error {
				return errors.Join(write(ctx, tx), tx.Products.Insert(ctx, there))
			})
			wantErr(t, "an id that is there", err, domain.ErrExists)
		})
	},
	"OfCancelledCounts": func(t *testing.T, w *world) {
		_, l := w.sale(t, w.product(t))
		seen := w.facts(t, l.Key).Seen
		bystanders(t, w, func(ctx context.Context, _ call) {
			ctx, cancel := context.WithCancel(ctx)
			go cancel()
			_, _ = w.Count(ctx, seen, 1) // counted or not, and told or not
			<-ctx.Done()
		})
	},
}

// inGoroutine runs fn in a goroutine that exit ends, and waits for it.
func inGoroutine(fn func(exit func())) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn(runtime.Goexit)
	}()
	<-done
}

// bystanders runs 50 callers whose work fails beside 50 who count and 50 who
// update, all at once. fail is given a write that must leave nothing.
func bystanders(t *testing.T, w *world, fail func(ctx context.Context, write call)) {
	t.Helper()
	const callers = 50
	free := func(p *domain.Product) { p.Price.Amount = 0 }
	good, bad := w.product(t, free), w.product(t, free)
	_, l := w.sale(t, w.product(t))
	seen := w.facts(t, l.Key).Seen
	ctx := context.WithoutCancel(t.Context())

	var mu sync.Mutex
	var numbers []int64
	together(3*callers, func(i int) {
		switch i % 3 {
		case 0:
			fail(ctx, raise(bad.ID))
		case 1:
			n, err := w.Count(ctx, seen, 1)
			if err != nil {
				t.Errorf("a bystander's count: %v", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			numbers = append(numbers, n)
		case 2:
			if err := w.Update(ctx, w.of, raise(good.ID)); err != nil {
				t.Errorf("a bystander's Update: %v", err)
			}
		}
	})
	slices.Sort(numbers)
	wantAll(t, "the bystanders' numbers", numbers, upTo(callers)...)
	if got := w.price(t, good.ID); got != callers {
		t.Errorf("the bystanders' %d Updates left %d", callers, got)
	}
	if got := w.price(t, bad.ID); got != 0 {
		t.Errorf("what failed left %d of its writes", got)
	}
	w.wantCount(t, "the store afterwards", seen, 1, callers+1)
	fixture.Fill(t, w, fixture.Product(w.ana))
}

// upTo returns 1 to n.
func upTo(n int64) (all []int64) {
	for i := range n {
		all = append(all, i+1)
	}
	return all
}
