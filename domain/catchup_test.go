package domain

import (
	"testing"
	"time"
)

func TestNextDue(t *testing.T) {
	for _, tt := range []struct {
		name string
		of   func(*MembershipState)
		want time.Time
	}{
		{"the end of the period", asItIs, may(1)},
		{"the end of a trial", longTrial, april(20)},
		{"the end that is scheduled", cancelledBy(Buyer), may(1)},
		{"the next try", overdue, may(2)},
		{"the end of grace, where no try comes before", func(s *MembershipState) { overdue(s); s.Outstanding.RetryAt = time.Time{} }, may(6)},
		{"nothing of what ended", endedBy(Buyer, Cancelled), time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			same(t, "due", live(t, tt.of).m.State().NextDue(), tt.want)
		})
	}
	t.Run("what has no answer is looked at at once", func(t *testing.T) {
		f := live(t)
		f.do(f.try(AskSeats(8), april(16)))
		same(t, "a change", f.m.State().NextDue(), april(16))
		f = live(t)
		f.do(f.m.Renew("y", 0, may(1)))
		same(t, "a renewal", f.m.State().NextDue(), may(1))
	})
	t.Run("what its buyer must confirm, when that is too late", func(t *testing.T) {
		f := live(t)
		f.answered(confirming, april(16))(f.try(AskSeats(8), april(16)))
		same(t, "a change", f.m.State().NextDue(), april(16).Add(23*time.Hour))
		f = live(t)
		f.answered(confirming, april(30))(f.try(AskSeats(8), may(1).Add(-22*time.Hour)))
		same(t, "a change near the end", f.m.State().NextDue(), may(1))
		f = live(t)
		f.renew(confirming, may(1))
		same(t, "a renewal", f.m.State().NextDue(), may(1).Add(23*time.Hour))
		f = live(t, overdue)
		f.renew(confirming, may(2))
		same(t, "a second try", f.m.State().NextDue(), may(2).Add(23*time.Hour))
		f = live(t, endedBy(Buyer, Cancelled))
		f.answered(confirming, may(2))(f.m.Restart(Buyer, Request{}, f.l, "y", "k", may(2)))
		same(t, "a restart", f.m.State().NextDue(), may(2).Add(23*time.Hour))
	})
}

// Whatever is due when somebody looks, somebody can do something about it: the
// next look is always later.
func TestNextDue_movesOn(t *testing.T) {
	for name, mod := range map[string]func(*MembershipState){
		"active": asItIs, "trial": longTrial, "cancelled": cancelledBy(Buyer), "overdue": overdue, "fixed": fixedTo(2), "free": priceOf(0),
	} {
		f := live(t, mod)
		at := f.m.State().NextDue()
		for range 20 {
			if at.IsZero() {
				break
			}
			f.renew(declining, at)
			due := f.m.State().NextDue()
			if !due.IsZero() && !due.After(at) {
				t.Fatalf("%s: at %v it is due at %v", name, at, due)
			}
			at = due
		}
	}
}

func TestCatchUp_free(t *testing.T) {
	june := may(31).AddDate(0, 0, 1)
	t.Run("several free periods pass without anybody", func(t *testing.T) {
		f := live(t, priceOf(0), func(s *MembershipState) { s.Pending = PendingChange{Seats: 3, Change: 1} })
		s := f.m.State().CaughtUp(june)
		same(t, "cycle", s.Cycle, 3)
		same(t, "seats", s.Seats, 3)
		same(t, "period", s.Period().StartAt, june)
		o := f.do(f.m.Renew("y", 0, june))
		same(t, "result", o.Result, RenewedFree)
		same(t, "skipped", o.Skipped, 0)
		same(t, "version", f.m.State().Version, 2)
		f.happened("membership.change_applied", "membership.changed", "membership.renewed", "membership.renewed")
	})
	t.Run("free ones pass up to the first that is paid", func(t *testing.T) {
		f := live(t, func(s *MembershipState) { s.Terms.Discount = Discount{Percent, 100, 2} })
		o := f.do(f.m.Renew("y", 0, june))
		same(t, "result", o.Result, Unanswered)
		same(t, "cycle it pays for", o.Payment.State().Cycle, 3)
		same(t, "amount", o.Payment.State().Amount.Amount, int64(5000))
	})
	t.Run("a fixed number of free ones ends", func(t *testing.T) {
		f := live(t, priceOf(0), fixedTo(2))
		same(t, "result", f.renew(paying, june).Result, EndedThen)
		same(t, "ended", f.m.State().EndedAt, june)
	})
	t.Run("any command does it", func(t *testing.T) {
		f := live(t, priceOf(0))
		f.do(f.m.Assign(june))
		same(t, "cycle", f.m.State().Cycle, 3)
	})
	t.Run("a refused command does not", func(t *testing.T) {
		f := live(t, priceOf(0))
		f.refusal(ErrNotCancelled, func() (Outcome, error) { return f.m.Uncancel(Buyer, june) })
	})
	t.Run("a free change that was seen before the boundary is carried out after none", func(t *testing.T) {
		f := live(t, priceOf(0))
		q, err := f.m.Quote(AskSeats(8), f.l, june.Add(-time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		f.refusal(ErrQuoteStale, func() (Outcome, error) { return f.m.Change(q, f.l, "y", "k", june) })
	})
}

func TestCatchUp_forReaders(t *testing.T) {
	s := live(t, overdue).m.State()
	same(t, "with grace", s.CaughtUp(may(6).Add(-time.Second)), s)
	same(t, "without", endsOf(s.CaughtUp(may(6))), ends{Status: Ended, Reason: PaidNoMore, Failed: may(6), AccessStoppedFor: may(6)})
	s = live(t).m.State()
	same(t, "a renewal that has not run", s.CaughtUp(may(9)), s)
	same(t, "is access all the same", s.AccessAt(may(9)), true)
	s.Terms.Unit = 1 << 62
	same(t, "a price that cannot be told", s.CaughtUp(may(9)), s)
	same(t, "of none", MembershipState{}.CaughtUp(may(9)), MembershipState{})
	same(t, "access of none", MembershipState{}.AccessAt(may(9)), false)
}

func TestRenew_late(t *testing.T) {
	day := func(s string) time.Time { return day(t, s) }
	for _, tt := range []struct {
		name, anchor, at string
		skipped          int
		end              string
	}{
		{"in time", "2026-04-01", "2026-05-01", 0, "2026-06-01"},
		{"two hours late", "2026-04-01", "2026-05-01T02:00:00Z", 0, "2026-06-01"},
		{"at the next boundary the next period is meant", "2026-04-01", "2026-06-01", 1, "2026-07-01"},
		{"a second before, the one before", "2026-04-01", "2026-05-31T23:59:59Z", 0, "2026-06-01"},
		{"three months late, from a 31st", "2026-01-31", "2026-05-10T06:00:00Z", 2, "2026-05-31"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, func(s *MembershipState) {
				s.AnchorAt, s.LastAt, s.CreatedAt = day(tt.anchor), day(tt.anchor), day(tt.anchor)
			})
			o := f.renew(paying, day(tt.at))
			f.takes(5000)
			same(t, "skipped", o.Skipped, tt.skipped)
			same(t, "end", f.m.State().Period().EndAt, day(tt.end))
			same(t, "anchor", f.m.State().AnchorAt, day(tt.anchor))
			same(t, "cycle", f.m.State().Cycle, 2)
			same(t, "again", f.renew(paying, day(tt.at)).Result, NotDue)
			f.takes(0)
		})
	}
	t.Run("a decline while late: the period that contains the try is owed", func(t *testing.T) {
		f := live(t)
		f.renew(declining, may(31).AddDate(0, 0, 3))
		same(t, "due", f.m.State().Outstanding.DueAt, may(31).AddDate(0, 0, 1))
	})
}

// A clock that steps back is the clock of the last command.
func TestClock_stepsBack(t *testing.T) {
	f := live(t)
	f.do(f.m.Assign(april(16)))
	q, err := f.m.Quote(AskSeats(8), f.l, april(2))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "priced", q.PricedAt, april(16))
	same(t, "due", q.DueNow.Amount, int64(1500))
	o := f.do(f.m.Change(q, f.l, "y", "k", april(1)))
	f.settle(*o.Payment, paying, april(3))
	same(t, "last", f.m.State().LastAt, april(16))
	f.do(f.m.Cancel(Buyer, april(4)))
	same(t, "asked", f.m.State().CancelRequestedAt, april(16))
	f.renew(paying, may(2))
	same(t, "it ended", f.m.State().Status, Ended)
	same(t, "and stays so for a reader whose clock is behind", f.m.State().AccessAt(april(5)), false)
}
