package storetest

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var concurrentTests = tests{
	"CountsOfOneKey":          concurrentCounts,
	"CountsOfTwoStamps":       concurrentTwoStamps,
	"CountsUpAndDown":         concurrentUpAndDown,
	"CountsWhileItIsDisabled": concurrentDisable,
	"OldCopiesAndCounts":      concurrentOldCopies,
	"OneFreshCommand":         concurrentCommands,
	"ClaimsNeverShared":       concurrentClaims,
	"DispatchOnceEach":        concurrentDispatch,
	"EventsOfOneSubject":      concurrentEvents,
	"EnqueuesOfOneKey":        concurrentEnqueues,
	"OneHoldsTheLease":        concurrentLease,
}

// concurrentCounts: each is answered with its own number.
func concurrentCounts(t *testing.T, w *world) {
	_, l := w.sale(t, w.product(t))
	seen := w.facts(t, l.Key).Seen
	numbers := make([]int64, 100)
	together(10, func(i int) {
		for j := range 10 {
			n, err := w.Count(t.Context(), seen, 1)
			if err != nil {
				t.Error(err)
			}
			numbers[10*i+j] = n
			if j > 0 && n <= numbers[10*i+j-1] {
				t.Errorf("one caller was told %d, then %d", numbers[10*i+j-1], n)
			}
		}
	})
	slices.Sort(numbers)
	wantAll(t, "all numbers", numbers, upTo(100)...)
}

// concurrentTwoStamps: in one batch, the older of two stamps counts nothing.
func concurrentTwoStamps(t *testing.T, w *world) {
	_, l := w.sale(t, w.product(t))
	old := w.facts(t, l.Key).Seen
	w.update(t, w.of, saveLicense(l))
	now := w.facts(t, l.Key).Seen
	numbers := make([]int64, 20)
	together(40, func(i int) {
		if i%2 == 0 {
			n, err := w.Count(t.Context(), now, 1)
			if err != nil {
				t.Errorf("seen as it is now: %v", err)
			}
			numbers[i/2] = n
			return
		}
		_, err := w.Count(t.Context(), old, 1)
		wantErr(t, "seen as it was", err, domain.ErrMoved)
	})
	slices.Sort(numbers)
	wantAll(t, "the numbers", numbers, upTo(20)...)
}

func concurrentUpAndDown(t *testing.T, w *world) {
	l := bareLicense(t, w)
	fixture.Fill(t, w, ports.CountedLicense{License: l, Uses: 1000})
	seen := w.facts(t, l.Key).Seen
	together(12, func(i int) {
		for range 10 {
			n, err := w.Count(t.Context(), seen, i%3-1)
			if err != nil || n < 1000-40 || n > 1000+40 {
				t.Errorf("got %d, %v, want 960 to 1040", n, err)
			}
		}
	})
	w.wantCount(t, "40 up, 40 down", seen, 0, 1000)
}

// concurrentDisable: whoever is told a number was counted while it was enabled.
func concurrentDisable(t *testing.T, w *world) {
	_, l := w.sale(t, w.product(t))
	seen := w.facts(t, l.Key).Seen
	var mu sync.Mutex
	var counted int64
	together(9, func(i int) {
		if i == 4 {
			off := l
			off.DisabledAt = fixture.T0
			if err := w.Update(t.Context(), w.of, saveLicense(off)); err != nil {
				t.Error(err)
			}
			if _, err := w.Count(t.Context(), seen, 1); !is(err, domain.ErrMoved) {
				t.Errorf("a count after the licence was disabled: %v", err)
			}
			return
		}
		for range 20 {
			_, err := w.Count(t.Context(), seen, 1)
			switch {
			case err == nil:
				mu.Lock()
				counted++
				mu.Unlock()
			case !is(err, domain.ErrMoved):
				t.Error(err)
			}
		}
	})
	if uses := w.usesOf(t, l.ID); uses != counted {
		t.Errorf("%d uses, %d callers were told a number", uses, counted)
	}
}

// concurrentOldCopies: Updates of a licence and its counts never meet.
func concurrentOldCopies(t *testing.T, w *world) {
	_, l := w.sale(t, w.product(t))
	var mu sync.Mutex
	var counted int64
	together(6, func(i int) {
		for range 10 {
			if i < 2 {
				if err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
					held, err := tx.Licenses.ByID(ctx, l.ID)
					if err != nil {
						return err
					}
					return tx.Licenses.Save(ctx, held)
				}); err != nil {
					t.Error(err)
				}
				continue
			}
			found, err := w.Facts(t.Context(), domain.Lookup{Key: l.Key})
			if err != nil || len(found) != 1 {
				t.Errorf("%d holders, %v", len(found), err)
				return
			}
			if _, err := w.Count(t.Context(), found[0].Seen, 1); err == nil {
				mu.Lock()
				counted++
				mu.Unlock()
			} else if !is(err, domain.ErrMoved) {
				t.Error(err)
			}
		}
	})
	if uses := w.usesOf(t, l.ID); uses != counted {
		t.Errorf("%d uses, %d were counted", uses, counted)
	}
}

// concurrentCommands: of 50 repeats at once, one is the first.
func concurrentCommands(t *testing.T, w *world) {
	p := w.product(t, func(p *domain.Product) { p.Price.Amount = 0 })
	var mu sync.Mutex
	fresh := 0
	together(50, func(i int) {
		var first bool
		if err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) (err error) {
			_, first, err = tx.Commands.Begin(ctx, command("k", "one"))
			if err != nil || !first {
				return err
			}
			return raise(p.ID)(ctx, tx)
		}); err != nil {
			t.Error(err)
		}
		if first {
			mu.Lock()
			fresh++
			mu.Unlock()
		}
	})
	if price := w.price(t, p.ID); fresh != 1 || price != 1 {
		t.Errorf("%d were fresh, the effect happened %d times, want once", fresh, price)
	}
}
