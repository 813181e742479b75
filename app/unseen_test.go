package app_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/storetest"
)

// The store goes away between what a command does and what it says of it: then
// nobody is told that nothing was done.
func TestTheStoreGoesAwayAfterItWasDone(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(t *testing.T, u *app.Usher, s *till, b app.Bought) error
	}{
		{"a key is disabled", func(t *testing.T, u *app.Usher, s *till, b app.Bought) error {
			_, err := u.Licensing.Disable(t.Context(), s.seller, domain.Lookup{Key: b.License.Key, ProductID: s.pen.ID})
			return err
		}},
		{"a key is rotated", func(t *testing.T, u *app.Usher, s *till, b app.Bought) error {
			_, err := u.Licensing.Rotate(t.Context(), s.seller, domain.Lookup{Key: b.License.Key, ProductID: s.pen.ID})
			return err
		}},
		{"money is given back", func(t *testing.T, u *app.Usher, s *till, b app.Bought) error {
			_, err := u.Payments.Refund(t.Context(), s.seller, b.Payment.ID, 0, "")
			return err
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newTill(t)
			b := must(s.buy(of(s.pen, 1), sandbox.Pays, "pen"))
			err := row.do(t, s.goesAway(t), s, b)
			if !errors.Is(err, domain.ErrUnavailable) || domain.KindOf(err) != domain.Unavailable || !strings.HasPrefix(err.Error(), "it was done") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Money was taken, and the store does not take the answer: the payment has none
// yet, and who repeats the command is told so, until it has.
func TestTheStoreGoesAwayBeforeTheAnswerIsKept(t *testing.T) {
	s := newTill(t)
	b, err := s.goesAway(t).Sales.Buy(t.Context(), s.seller, of(s.pen, 1), paying(sandbox.Pays), "pen")
	if err != nil || b.Result != domain.Unanswered || s.taken() != 1000 {
		t.Errorf("a sale: %q, %v, and %d was taken", b.Result, err, s.taken())
	}
	b, err = s.buy(of(s.pen, 1), sandbox.Pays, "pen")
	if err != nil || !b.Replayed || b.Purchase.Status != domain.Successful || s.taken() != 1000 {
		t.Errorf("again: %q, %v, and %d was taken", b.Purchase.Status, err, s.taken())
	}

	b = must(s.buy(of(s.team, 2), sandbox.Pays, "team"))
	more := func(u *app.Usher) (app.Done, error) {
		return u.Memberships.Ask(t.Context(), s.seller, b.Membership.ID, domain.AskSeats(3), "more")
	}
	d, err := more(s.goesAway(t))
	if err != nil || d.Result != domain.Unanswered || s.taken() <= 3000 {
		t.Errorf("a change: %q, %v, and %d was taken", d.Result, err, s.taken())
	}
	if d, err = more(s.Usher); err != nil || !d.Replayed || d.Membership.SeatsNow() != 3 {
		t.Errorf("again: %d seats, %v", d.Membership.SeatsNow(), err)
	}
}

// goesAway returns an usher whose store is away as soon as something was kept.
func (s *till) goesAway(t *testing.T) *app.Usher {
	h := &hooks{Store: storetest.Rerun(s.store)}
	h.after = func() error { h.dead.Store(true); return nil }
	h.view = func() error { return h.meet(nil) }
	u, err := app.New(app.Config{Store: h, Clock: s.clock.now, Charger: s.processor})
	if err != nil {
		t.Fatal(err)
	}
	return u
}
