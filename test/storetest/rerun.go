package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// Rerun returns a store that runs every closure of Update twice, the first
// time for nothing. A database may do that at any time, and a closure must not
// mind; on stores that never do, tests use this to see whether one does.
func Rerun(s ports.Store) ports.Store { return rerun{s} }

type rerun struct{ ports.Store }

var errForNothing = errors.New("storetest: this run was for nothing")

func (r rerun) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	_ = r.Store.Update(ctx, who, func(ctx context.Context, tx ports.Tx) error {
		return errors.Join(errForNothing, fn(ctx, tx))
	})
	return r.Store.Update(ctx, who, fn)
}

var rerunTests = tests{
	"RunsTwice":         rerunTwice,
	"LeavesNoTrace":     rerunNoTrace,
	"FailsAsOnce":       rerunFails,
	"IsNestedLikeOne":   rerunNested,
	"ShowsWhatDoesMind": rerunShows,
}

func rerunTwice(t *testing.T, w *world) {
	runs := 0
	must(t, Rerun(w).Update(t.Context(), w.of, func(context.Context, ports.Tx) error { runs++; return nil }))
	if runs < 2 {
		t.Errorf("%d runs, want 2", runs)
	}
}

// rerunNoTrace: of a run that did not count, nothing is left: no row, no
// event, no number, no stamp.
func rerunNoTrace(t *testing.T, w *world) {
	p := w.product(t, func(p *domain.Product) { p.Price.Amount = 0 })
	_, l := w.sale(t, p)
	seen := w.facts(t, l.Key).Seen
	added := fixture.Purchase(p)
	must(t, Rerun(w).Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
		_, fresh, err := tx.Commands.Begin(ctx, command("k", "one"))
		if !fresh {
			t.Error("the command is not fresh: an earlier run left it")
		}
		return errors.Join(err, raise(p.ID)(ctx, tx), insertPurchase(added)(ctx, tx), tx.Events.Append(ctx, event("a sale")))
	}))
	if got := w.price(t, p.ID); got != 1 {
		t.Errorf("the price rose by %d, want 1", got)
	}
	if n := len(w.dispatched(t)); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
	purchaseAggregate.wantStored(t, w, "what was inserted", added)
	w.wantMoved(t, "after it", seen)
}

func rerunFails(t *testing.T, w *world) {
	err := Rerun(w).Update(t.Context(), w.of, func(context.Context, ports.Tx) error { return domain.ErrLicenseDisabled })
	wantErr(t, "a refusal", err, domain.ErrLicenseDisabled)
	if errors.Is(err, errForNothing) {
		t.Errorf("got %v, want the second run's error alone", err)
	}
}

func rerunNested(t *testing.T, w *world) {
	s := Rerun(w.Store)
	must(t, s.Update(t.Context(), w.of, func(ctx context.Context, _ ports.Tx) error {
		wantErr(t, "an Update inside", s.Update(ctx, w.of, func(context.Context, ports.Tx) error { return nil }), domain.ErrNested)
		return nil
	}))
}

// rerunShows has a closure that appends to what it captured.
func rerunShows(t *testing.T, w *world) {
	var mails []string
	must(t, Rerun(w).Update(t.Context(), w.of, func(context.Context, ports.Tx) error {
		mails = append(mails, "your key")
		return nil
	}))
	if len(mails) < 2 {
		t.Errorf("%d mails: the mistake does not show", len(mails))
	}
}
