package storetest

import (
	"sync"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

// onlyOne runs eight Updates at once, of which one is kept and the others are
// refused.
func (w *world) onlyOne(t *testing.T, refusal *domain.Error, makes func() call) {
	t.Helper()
	var mu sync.Mutex
	kept, refused := 0, 0
	together(8, func(int) {
		err := w.Update(t.Context(), w.of, makes())
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
