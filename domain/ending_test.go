package domain

import (
	"testing"
	"time"
)

// overdue is a membership whose renewal on 1 May was declined.
func overdue(s *MembershipState) {
	s.Status, s.Offset, s.Cycle, s.LastAt = PastDue, 1, 2, may(1)
	s.Outstanding = Outstanding{Amount: 5000, Attempts: 1, DueAt: may(1), GraceEndsAt: may(6), RetryAt: may(2)}
}

func cancelledBy(by Actor) func(*MembershipState) {
	return func(s *MembershipState) {
		s.Status, s.CancelledBy, s.CancelRequestedAt, s.CancelledAt = CancelScheduled, by, april(2), s.Period().EndAt
	}
}

func endedBy(by Actor, why EndReason) func(*MembershipState) {
	return func(s *MembershipState) {
		s.Status, s.EndReason, s.CancelledBy, s.DeactivatedAt, s.LastAt = Ended, why, by, april(10), april(10)
		switch why {
		case Cancelled, Revoked:
			s.CancelRequestedAt, s.CancelledAt = april(10), april(10)
		case Chargeback:
			s.Before, s.CancelledAt = Active, april(10)
		case PaidNoMore:
			s.FailedAt = april(10)
		case Completed:
			s.EndedAt = april(10)
		}
	}
}

// ends are the times of a membership that tell how it ended.
type ends struct {
	Status                      MembershipStatus
	Reason                      EndReason
	By                          Actor
	Asked, Cancelled, Failed    time.Time
	Completed, AccessStoppedFor time.Time
}

func endsOf(s MembershipState) ends {
	return ends{s.Status, s.EndReason, s.CancelledBy, s.CancelRequestedAt, s.CancelledAt, s.FailedAt, s.EndedAt, s.DeactivatedAt}
}

func TestEnding(t *testing.T) {
	never := time.Time{}
	cancel := func(by Actor) func(*Membership, time.Time) (Outcome, error) {
		return func(m *Membership, at time.Time) (Outcome, error) { return m.Cancel(by, at) }
	}
	uncancel := func(by Actor) func(*Membership, time.Time) (Outcome, error) {
		return func(m *Membership, at time.Time) (Outcome, error) { return m.Uncancel(by, at) }
	}
	endNow := func(by Actor) func(*Membership, time.Time) (Outcome, error) {
		return func(m *Membership, at time.Time) (Outcome, error) { return m.EndNow(by, at) }
	}
	for _, tt := range []struct {
		name    string
		of      func(*MembershipState)
		command func(*Membership, time.Time) (Outcome, error)
		at      time.Time
		result  Result
		want    ends
		code    string
		events  []string
	}{
		{"cancelled by its buyer: at the end of the period", asItIs, cancel(Buyer), april(10), Scheduled,
			ends{CancelScheduled, "", Buyer, april(10), may(1), never, never, never}, "", []string{"membership.cancelled"}},
		{"cancelled by its seller: the same", asItIs, cancel(SellerActor), april(10), Scheduled,
			ends{CancelScheduled, "", SellerActor, april(10), may(1), never, never, never}, "", []string{"membership.cancelled"}},
		{"a trial is cancelled: at its end", longTrial, cancel(Buyer), april(10), Scheduled,
			ends{CancelScheduled, "", Buyer, april(10), april(20), never, never, never}, "", []string{"membership.cancelled"}},
		{"cancelled twice: the first counts", cancelledBy(Buyer), cancel(SellerActor), april(10), NoChange,
			ends{CancelScheduled, "", Buyer, april(2), may(1), never, never, never}, "", nil},
		{"cancelled when overdue: now, without the debt", overdue, cancel(Buyer), may(3), EndedNow,
			ends{Ended, Cancelled, Buyer, may(3), may(3), never, never, may(3)}, "", []string{"membership.ended"}},
		{"cancelled when the period is over: as of its end", asItIs, cancel(Buyer), may(2), EndedNow,
			ends{Ended, Cancelled, Buyer, may(2), may(1), never, never, may(1)}, "", []string{"membership.ended"}},
		{"cancelled at the very end", asItIs, cancel(Buyer), may(1), EndedNow,
			ends{Ended, Cancelled, Buyer, may(1), may(1), never, never, may(1)}, "", []string{"membership.ended"}},
		{"cancelled when grace is over: it had failed", overdue, cancel(Buyer), may(6), "", ends{}, "not_active", nil},
		{"cancelled when ended", endedBy(Buyer, Cancelled), cancel(Buyer), april(12), "", ends{}, "not_active", nil},

		{"taken back by its buyer", cancelledBy(Buyer), uncancel(Buyer), april(10), Resumed,
			ends{Status: Active}, "", []string{"membership.resumed"}},
		{"taken back by its buyer a second before the end", cancelledBy(Buyer), uncancel(Buyer), may(1).Add(-time.Second), Resumed,
			ends{Status: Active}, "", []string{"membership.resumed"}},
		{"taken back at the end: it is over", cancelledBy(Buyer), uncancel(Buyer), may(1), "", ends{}, "not_active", nil},
		{"a trial's cancellation is taken back", func(s *MembershipState) { longTrial(s); cancelledBy(Buyer)(s) }, uncancel(Buyer), april(10), Resumed,
			ends{Status: Trialing}, "", []string{"membership.resumed"}},
		{"the seller's cancellation is not the buyer's", cancelledBy(SellerActor), uncancel(Buyer), april(10), "", ends{}, "not_restartable", nil},
		{"nor is an admin's", cancelledBy(Admin), uncancel(Buyer), april(10), "", ends{}, "not_restartable", nil},
		{"the seller takes back any: the own", cancelledBy(SellerActor), uncancel(SellerActor), april(10), Resumed, ends{Status: Active}, "", []string{"membership.resumed"}},
		{"the seller takes back any: the buyer's", cancelledBy(Buyer), uncancel(SellerActor), april(10), Resumed, ends{Status: Active}, "", []string{"membership.resumed"}},
		{"the seller takes back any: an admin's", cancelledBy(Admin), uncancel(SellerActor), april(10), Resumed, ends{Status: Active}, "", []string{"membership.resumed"}},
		{"nothing to take back", asItIs, uncancel(Buyer), april(10), "", ends{}, "not_cancelled", nil},
		{"nothing to take back of one that is overdue", overdue, uncancel(Buyer), may(2), "", ends{}, "not_cancelled", nil},
		{"taken back when ended", endedBy(Buyer, Cancelled), uncancel(Buyer), april(12), "", ends{}, "not_active", nil},

		{"taken away by an admin", asItIs, endNow(Admin), april(10), EndedNow,
			ends{Ended, Revoked, Admin, april(10), april(10), never, never, april(10)}, "", []string{"membership.ended"}},
		{"taken away though it is cancelled", cancelledBy(Buyer), endNow(SellerActor), april(10), EndedNow,
			ends{Ended, Revoked, SellerActor, april(10), april(10), never, never, april(10)}, "", []string{"membership.ended"}},
		{"taken away when overdue", overdue, endNow(SellerActor), may(2), EndedNow,
			ends{Ended, Revoked, SellerActor, may(2), may(2), never, never, may(2)}, "", []string{"membership.ended"}},
		{"taken away when ended", endedBy(Buyer, Cancelled), endNow(Admin), april(12), "", ends{}, "not_active", nil},

		{"a chargeback", asItIs, (*Membership).Chargeback, april(10), EndedNow,
			ends{Ended, Chargeback, "", never, april(10), never, never, april(10)}, "", []string{"membership.ended"}},
		{"a chargeback of one that is cancelled", cancelledBy(Buyer), (*Membership).Chargeback, april(10), EndedNow,
			ends{Ended, Chargeback, Buyer, april(2), april(10), never, never, april(10)}, "", []string{"membership.ended"}},
		{"a chargeback of one that is overdue", overdue, (*Membership).Chargeback, may(3), EndedNow,
			ends{Ended, Chargeback, "", never, may(3), never, never, may(3)}, "", []string{"membership.ended"}},
		{"a chargeback of one that ended", endedBy(Buyer, Cancelled), (*Membership).Chargeback, april(12), "", ends{}, "not_active", nil},

		{"the end of what is cancelled, found late", cancelledBy(Buyer), (*Membership).Expire, may(9), EndedThen,
			ends{Ended, Cancelled, Buyer, april(2), may(1), never, never, may(1)}, "", []string{"membership.ended"}},
		{"the end of a trial that was cancelled", func(s *MembershipState) { longTrial(s); cancelledBy(Buyer)(s) }, (*Membership).Expire, april(20), EndedThen,
			ends{Ended, Cancelled, Buyer, april(2), april(20), never, never, april(20)}, "", []string{"membership.ended"}},
		{"the end of a fixed length", fixedTo(1), (*Membership).Expire, may(9), EndedThen,
			ends{Ended, Completed, "", never, never, never, may(1), may(1)}, "", []string{"membership.ended"}},
		{"not the end yet", fixedTo(2), (*Membership).Expire, may(9), NotDue, ends{Status: Active}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, tt.of)
			command := func() (Outcome, error) { return tt.command(f.m, tt.at) }
			if tt.code != "" {
				f.refusal(&Error{Code: tt.code}, command)
				return
			}
			before := f.m.State()
			same(t, "result", f.do(command()).Result, tt.result)
			s := f.m.State()
			same(t, "ends", endsOf(s), tt.want)
			f.happened(tt.events...)
			version := before.Version
			if s != before {
				version++
			}
			same(t, "version", s.Version, version)
			same(t, "access", s.AccessAt(tt.at), s.Status != Ended)
			if s.Status != CancelScheduled && s.Status != Ended {
				return
			}
			same(t, "the next renewal", next(s), Renewal{})
		})
	}
}

func TestWinDispute(t *testing.T) {
	for _, tt := range []struct {
		name   string
		of     func(*MembershipState)
		won    time.Time
		result Result
		want   ends
	}{
		{"inside the period: as before", asItIs, april(25), Resumed, ends{Status: Active}},
		{"in the last second of the period", asItIs, may(1).Add(-time.Second), Resumed, ends{Status: Active}},
		{"when the period is over: it stays ended", asItIs, may(1), NoChange,
			ends{Status: Ended, Reason: Chargeback, Cancelled: april(10), AccessStoppedFor: april(10)}},
		{"what was cancelled is cancelled again", cancelledBy(Buyer), april(25), Resumed,
			ends{Status: CancelScheduled, By: Buyer, Asked: april(2), Cancelled: may(1)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, tt.of, func(s *MembershipState) { s.Pending = PendingChange{Seats: 3, Change: 1} })
			was := f.m.State()
			f.do(f.m.Chargeback(april(10)))
			f.events = nil
			same(t, "result", f.do(f.m.WinDispute(tt.won)).Result, tt.result)
			s := f.m.State()
			same(t, "ends", endsOf(s), tt.want)
			if tt.result == NoChange {
				f.happened()
				return
			}
			f.happened("membership.resumed")
			same(t, "pending", s.Pending, was.Pending)
			s.Version, s.LastAt = was.Version, was.LastAt
			same(t, "all else", s, was)
		})
	}
	t.Run("what was overdue is overdue again", func(t *testing.T) {
		f := live(t, overdue)
		was := f.m.State().Outstanding
		f.do(f.m.Chargeback(may(2)))
		f.do(f.m.WinDispute(may(3)))
		same(t, "status", f.m.State().Status, PastDue)
		same(t, "outstanding", f.m.State().Outstanding, was)
	})
	t.Run("what was overdue and has no grace left fails", func(t *testing.T) {
		f := live(t, overdue)
		f.do(f.m.Chargeback(may(2)))
		same(t, "result", f.do(f.m.WinDispute(may(8))).Result, Resumed)
		same(t, "ends", endsOf(f.m.State()), ends{Status: Ended, Reason: PaidNoMore, Failed: may(6), AccessStoppedFor: may(6)})
	})
	t.Run("what another reason ended stays ended", func(t *testing.T) {
		f := live(t, endedBy(Buyer, Cancelled))
		same(t, "result", f.do(f.m.WinDispute(april(12))).Result, NoChange)
	})
	t.Run("what never was disputed goes on", func(t *testing.T) {
		f := live(t)
		same(t, "result", f.do(f.m.WinDispute(april(12))).Result, NoChange)
		same(t, "version", f.m.State().Version, 1)
	})
	t.Run("a restart that is on its way is not wanted any more", func(t *testing.T) {
		f := live(t)
		f.do(f.m.Chargeback(april(10)))
		f.do(f.m.Restart(Buyer, Request{}, f.l, "r", "k", april(11)))
		same(t, "given up", f.do(f.m.WinDispute(april(12))).Voided, "r")
		same(t, "status", f.m.State().Status, Active)
	})
}

// What ends gives up the payment that is in flight, and a success that comes
// all the same is not wanted.
func TestEnding_givesUpPayments(t *testing.T) {
	for name, end := range map[string]func(*life) (Outcome, error){
		"taken away": func(f *life) (Outcome, error) { return f.m.EndNow(Admin, april(17)) },
		"chargeback": func(f *life) (Outcome, error) { return f.m.Chargeback(april(17)) },
	} {
		f := live(t)
		o := f.do(f.try(AskSeats(8), april(16)))
		p := *o.Payment
		same(t, name, f.do(end(f)).Voided, p.State().ID)
		if _, err := p.Void(april(17)); err != nil {
			t.Fatal(err)
		}
		same(t, "a late success", f.settle(p, paying, april(18)).Unwanted, true)
		same(t, "seats", f.m.State().Seats, 5)
	}
	t.Run("a cancellation does not: the period goes on", func(t *testing.T) {
		f := live(t)
		o := f.do(f.try(AskSeats(8), april(16)))
		same(t, "voided", f.do(f.m.Cancel(Buyer, april(16))).Voided, "")
		same(t, "result", f.settle(*o.Payment, paying, april(16)).Result, Applied)
		same(t, "seats", f.m.State().Seats, 8)
		same(t, "status", f.m.State().Status, CancelScheduled)
	})
	t.Run("nor does one of a new period, which moves the end", func(t *testing.T) {
		f := live(t)
		o := f.do(f.try(every(Yearly, 10000), april(16)))
		f.do(f.m.Cancel(Buyer, april(16)))
		f.settle(*o.Payment, paying, april(16))
		same(t, "cancelled", f.m.State().CancelledAt, april(16).AddDate(1, 0, 0))
	})
}
