package storetest

import (
	"context"
	"sync"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// onlyOne runs eight Updates at once, of which one is kept and the others are
// refused.
func (w *world) onlyOne(t *testing.T, refusal *domain.Error, makes func() call) {
	t.Helper()
	w.onlyOneIn(t, w.of, refusal, makes)
}

func (w *world) onlyOneIn(t *testing.T, who ports.Scope, refusal *domain.Error, makes func() call) {
	t.Helper()
	var mu sync.Mutex
	kept, refused := 0, 0
	together(8, func(int) {
		err := w.Update(t.Context(), who, makes())
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			kept++
		case is(err, refusal):
			refused++
		default:
			t.Error(err)
		}
	})
	if kept != 1 || refused != 7 {
		t.Errorf("%d kept, %d refused, want 1 and 7", kept, refused)
	}
}

func isolationOneRenewal(t *testing.T, w *world) {
	m := storedMembership(t, w)
	w.onlyOne(t, domain.ErrAlreadyPaid, func() call {
		return insertPayment(fixture.PaymentOf(m, domain.RenewalPayment, 2))
	})
}

func isolationOneSeat(t *testing.T, w *world) {
	s, _ := w.sale(t, w.product(t))
	w.onlyOne(t, domain.ErrSeatTaken, func() call {
		return insertSeat(fixture.Seat(s, func(s *domain.Seat) { s.Email = "same@example.com" }))
	})
}

func isolationOneConnection(t *testing.T, w *world) {
	w.onlyOne(t, domain.ErrExists, func() call { return insertConnection(fixture.Connection(w.ana, to(domain.Discord, "same"))) })
}

func isolationOneClaim(t *testing.T, w *world) {
	c, sale := storedConnection(t, w), fixture.Purchase(w.product(t))
	fixture.Fill(t, w, sale)
	w.onlyOne(t, domain.ErrExists, func() call { return insertClaim(fixture.Claim(c, sale)) })
}

func isolationOneGrant(t *testing.T, w *world) {
	c := storedConnection(t, w)
	w.onlyOne(t, domain.ErrExists, func() call { return insertGrant(fixture.Grant(c, "same")) })
}

// isolationOneSave: of the answers to one version, the first counts.
func isolationOneSave(t *testing.T, w *world) {
	g := bareGrant(t, w)
	fixture.Fill(t, w, g)
	for version := range int64(3) {
		w.onlyOne(t, domain.ErrMoved, func() call {
			next := g
			next.Version, next.Name = version+1, fixture.ID()
			return saveGrant(next, version)
		})
	}
	if got, err := grantAggregate.load(t, w, g); err != nil || got.Version != 3 {
		t.Errorf("version %d, %v, want 3", got.Version, err)
	}
}

// isolationOnePass: of those who use a pass at once, one finds it unused.
func isolationOnePass(t *testing.T, w *world) {
	p := fixture.Pass(w.ana, domain.PassLink, "secret")
	fixture.Fill(t, w, p)
	w.onlyOneIn(t, ports.System, domain.ErrPassSpent, func() call {
		return func(ctx context.Context, tx ports.Tx) error {
			is, err := tx.Passes.ByDigest(ctx, p.Digest)
			if err != nil {
				return err
			}
			used, err := is.Use(domain.PassLink, domain.Digest{}, fixture.T0)
			if err != nil {
				return err
			}
			return tx.Passes.Save(ctx, used)
		}
	})
}

func isolationNoLostCalls(t *testing.T, w *world) {
	c := storedConnection(t, w)
	together(8, func(int) {
		for range 5 {
			if err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
				_, err := tx.Connections.AddCalls(ctx, c.ID, callsMonth, 2)
				return err
			}); err != nil {
				t.Error(err)
			}
		}
	})
	if got := w.calls(t, c.ID, callsMonth); got != 80 {
		t.Errorf("%d calls, want 80", got)
	}
}
