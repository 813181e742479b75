package domain

import (
	"testing"
	"time"
)

// A price that no number holds refuses the command that meets it, and changes
// nothing.
func TestOverflow(t *testing.T) {
	// Free in the first cycle, and then too dear to be told.
	dear := func(s *MembershipState) {
		s.Terms.Unit, s.Terms.Discount = 1<<62, Discount{Percent, 100, 1}
	}
	for name, command := range map[string]func(*life) (Outcome, error){
		"renew":  func(f *life) (Outcome, error) { return f.m.Renew("y", 0, may(1)) },
		"cancel": func(f *life) (Outcome, error) { return f.m.Cancel(Buyer, may(1)) },
		"quote":  func(f *life) (Outcome, error) { return f.try(AskSeats(6), may(1)) },
		"change": func(f *life) (Outcome, error) {
			return f.m.Change(Quote{MembershipID: "m", Version: 1, PricedAt: may(1)}, f.l, "y", "k", may(1))
		},
		"a cheaper tier that is too dear as well": func(f *life) (Outcome, error) { return f.try(tier("basic", 1<<61), april(16)) },
	} {
		t.Run(name, func(t *testing.T) {
			f := live(t, dear)
			f.refusal(ErrOverflow, func() (Outcome, error) { return command(f) })
		})
	}
	t.Run("paying for too many seats", func(t *testing.T) {
		f := live(t, overdue, priceOf(1<<40))
		f.refusal(ErrOverflow, func() (Outcome, error) { return f.m.PayNow(AskSeats(1<<30), f.l, "y", "k", may(2)) })
	})
	t.Run("what is carried, and a price, are too much together", func(t *testing.T) {
		f := live(t, overdue, priceOf(1<<62), seatsOf(1), func(s *MembershipState) { s.Outstanding.Carried = 1 << 62 })
		f.refusal(ErrOverflow, func() (Outcome, error) { return f.m.PayNow(Request{}, f.l, "y", "k", may(2)) })
	})
	t.Run("a reader sees what there is", func(t *testing.T) {
		f := live(t, dear)
		same(t, "a membership", f.m.State().CaughtUp(may(9)), f.m.State())
		s := f.m.State()
		s.Ledger.Owed = Exact{1 << 63, 0}
		same(t, "what is owed", s.Deferred(), int64(0))
		same(t, "a renewal", next(s), Renewal{})
		_, err := RestoreMembership(s).Quote(AskSeats(9), Limits{}, april(2).Add(time.Hour))
		wantError(t, err, "overflow", "")
	})
}
