package domain

import (
	"strings"
	"testing"
	"time"
)

// elsewhere makes it one that another system charges.
func elsewhere(s *MembershipState) { s.Elsewhere = true }

// overdueThere is one whose renewal on 1 May another system said was declined.
func overdueThere(s *MembershipState) {
	overdue(s)
	s.Elsewhere, s.Outstanding = true, Outstanding{Amount: 5000, Attempts: 1, DueAt: may(1)}
}

func happened(o Outcome) string {
	var names []string
	for _, e := range o.Events {
		names = append(names, strings.TrimPrefix(e.EventName(), "membership."))
	}
	return strings.Join(names, " ")
}

func TestMembership_Record(t *testing.T) {
	june := may(1).AddDate(0, 1, 0)
	type S = MembershipState
	period := func(s *S, offset, cycle int) { s.Offset, s.Cycle = offset, cycle }
	for _, tt := range []struct {
		name   string
		before []func(*S)
		r      Report
		at     time.Time // when it comes
		want   func(*S)  // what is different then, but for the version and the time
		events string
	}{
		{"a renewal at the boundary", nil, Report{Kind: ReportRenewed, Amount: 5000}, may(1), func(s *S) { period(s, 1, 2) }, "renewed"},
		{"a renewal a day early begins the next period", nil, Report{Kind: ReportRenewed, Amount: 5000}, april(30), func(s *S) { period(s, 1, 2) }, "renewed"},
		{"a renewal told late is of its own day", nil, Report{Kind: ReportRenewed, HappenedAt: may(1)}, june.AddDate(0, 3, 0), func(s *S) { period(s, 1, 2) }, "renewed"},
		{"one after two silent months is of the period of that day", nil, Report{Kind: ReportRenewed}, june.AddDate(0, 1, 3), func(s *S) { period(s, 3, 2) }, "renewed"},
		{"one of a trial begins the first period", []func(*S){inTrial}, Report{Kind: ReportRenewed}, april(15), func(s *S) {
			s.Status, s.Cycle = Active, 1
		}, "renewed"},
		{"with more seats at another price", []func(*S){assigned(5)}, Report{Kind: ReportRenewed, Seats: 7, Unit: 900, HasUnit: true}, may(1), func(s *S) {
			period(s, 1, 2)
			s.Seats, s.Terms.Unit = 7, 900
		}, "changed renewed"},
		{"with fewer seats than are assigned", []func(*S){assigned(5)}, Report{Kind: ReportRenewed, Seats: 2}, may(1), func(s *S) {
			period(s, 1, 2)
			s.Seats, s.Assigned = 2, 2
		}, "changed seats_short renewed"},
		{"what was pending comes about", []func(*S){func(s *S) { s.Pending = PendingChange{Seats: 3, Change: 1} }}, Report{Kind: ReportRenewed}, may(1), func(s *S) {
			period(s, 1, 2)
			s.Seats, s.Pending = 3, PendingChange{}
		}, "change_applied changed renewed"},
		{"what is told counts before what was pending", []func(*S){func(s *S) { s.Pending = PendingChange{Seats: 3, Change: 1} }}, Report{Kind: ReportRenewed, Seats: 4}, may(1), func(s *S) {
			period(s, 1, 2)
			s.Seats, s.Pending = 4, PendingChange{}
		}, "changed change_superseded renewed"},
		{"one that was cancelled goes on when it is renewed", []func(*S){cancelledBy(Buyer)}, Report{Kind: ReportRenewed}, april(30), func(s *S) {
			period(s, 1, 2)
			s.Status, s.CancelledBy, s.CancelRequestedAt, s.CancelledAt = Active, "", time.Time{}, time.Time{}
		}, "resumed renewed"},
		{"a refund of the old period is none of the new", []func(*S){func(s *S) { s.GivenBack = 5000 }}, Report{Kind: ReportRenewed}, may(1), func(s *S) {
			period(s, 1, 2)
			s.GivenBack = 0
		}, "renewed"},

		{"a renewal that failed", nil, Report{Kind: ReportFailed}, may(1), func(s *S) {
			period(s, 1, 2)
			s.Status, s.Outstanding = PastDue, Outstanding{Amount: 5000, Attempts: 1, DueAt: may(1)}
		}, "renewal_failed"},
		{"it failed again", []func(*S){overdueThere}, Report{Kind: ReportFailed}, may(4), func(s *S) { s.Outstanding.Attempts = 2 }, "renewal_failed"},
		{"it was paid after all", []func(*S){overdueThere}, Report{Kind: ReportRenewed, Amount: 5000}, may(9), func(s *S) {
			s.Status, s.Outstanding = Active, Outstanding{}
		}, "recovered"},
		{"it was paid after all, for fewer seats", []func(*S){overdueThere, assigned(4)}, Report{Kind: ReportRenewed, Seats: 3}, may(9), func(s *S) {
			s.Status, s.Outstanding, s.Seats, s.Assigned = Active, Outstanding{}, 3, 3
		}, "changed seats_short recovered"},
		{"the next period was paid, that one never", []func(*S){overdueThere}, Report{Kind: ReportRenewed}, june, func(s *S) {
			period(s, 2, 3)
			s.Status, s.Outstanding = Active, Outstanding{}
		}, "renewed"},

		{"more seats", nil, Report{Kind: ReportChanged, Seats: 8}, april(9), func(s *S) { s.Seats = 8 }, "changed"},
		{"fewer seats than are assigned", []func(*S){assigned(5)}, Report{Kind: ReportChanged, Seats: 3}, april(9), func(s *S) { s.Seats, s.Assigned = 3, 3 }, "changed seats_short"},
		{"another tier at its price", nil, Report{Kind: ReportChanged, Tier: "plus", Unit: 2000, HasUnit: true}, april(9), func(s *S) {
			s.Terms.Tier, s.Terms.Unit = "plus", 2000
		}, "changed"},
		{"for nothing", nil, Report{Kind: ReportChanged, HasUnit: true}, april(9), func(s *S) { s.Terms.Unit = 0 }, "changed"},
		{"what it was already", nil, Report{Kind: ReportChanged, Seats: 5, Tier: "standard", Unit: 1000, HasUnit: true}, april(9), func(*S) {}, ""},
		{"seats in all: those that were given are among them", []func(*S){freeSeats(2)}, Report{Kind: ReportChanged, Seats: 4}, april(9), func(s *S) { s.Seats = 2 }, "changed"},
		{"of fewer seats than were given one is paid for", []func(*S){freeSeats(4)}, Report{Kind: ReportChanged, Seats: 3}, april(9), func(s *S) { s.Seats, s.Complimentary = 1, 2 }, "changed"},
		{"a price of a seat is that, whatever was taken off before", []func(*S){func(s *S) { s.Terms.Discount = Discount{Kind: PerMembership, Value: 3} }}, Report{Kind: ReportChanged, Unit: 1100, HasUnit: true}, april(9), func(s *S) {
			s.Terms.Unit, s.Terms.Discount = 1100, Discount{}
		}, "changed"},
		{"while it is overdue", []func(*S){overdueThere}, Report{Kind: ReportChanged, Seats: 2}, may(3), func(s *S) { s.Seats = 2 }, "changed"},

		{"cancelled to the end of the period", nil, Report{Kind: ReportCancelled}, april(9), func(s *S) {
			s.Status, s.CancelledBy, s.CancelRequestedAt, s.CancelledAt = CancelScheduled, Buyer, april(9), may(1)
		}, "cancelled"},
		{"cancelled to a day of its own, by the seller", nil, Report{Kind: ReportCancelled, EndsAt: april(20).Add(300), By: SellerActor}, april(9), func(s *S) {
			s.Status, s.CancelledBy, s.CancelRequestedAt, s.CancelledAt = CancelScheduled, SellerActor, april(9), april(20)
		}, "cancelled"},
		{"cancelled to a day that is over", nil, Report{Kind: ReportCancelled, EndsAt: april(8)}, april(9), func(s *S) {
			s.Status, s.EndReason, s.CancelledBy, s.CancelRequestedAt, s.CancelledAt, s.DeactivatedAt = Ended, Cancelled, Buyer, april(9), april(8), april(8)
		}, "ended"},
		{"cancelled to another day than before", []func(*S){cancelledBy(Buyer)}, Report{Kind: ReportCancelled, EndsAt: may(20)}, april(9), func(s *S) {
			s.CancelRequestedAt, s.CancelledAt = april(9), may(20)
		}, "cancelled"},
		{"cancelled while overdue, at once", []func(*S){overdueThere}, Report{Kind: ReportCancelled}, may(3), func(s *S) {
			s.Status, s.EndReason, s.Outstanding = Ended, Cancelled, Outstanding{}
			s.CancelledBy, s.CancelRequestedAt, s.CancelledAt, s.DeactivatedAt = Buyer, may(3), may(3), may(3)
		}, "ended"},
		{"cancelled while overdue, to a day", []func(*S){overdueThere}, Report{Kind: ReportCancelled, EndsAt: may(9)}, may(3), func(s *S) {
			s.Status, s.Outstanding = CancelScheduled, Outstanding{}
			s.CancelledBy, s.CancelRequestedAt, s.CancelledAt = Buyer, may(3), may(9)
		}, "cancelled"},
		{"the cancellation was taken back, whoever cancelled", []func(*S){cancelledBy(SellerActor)}, Report{Kind: ReportResumed}, april(9), func(s *S) {
			s.Status, s.CancelledBy, s.CancelRequestedAt, s.CancelledAt = Active, "", time.Time{}, time.Time{}
		}, "resumed"},
		{"it was taken back in time, and told after the end", []func(*S){cancelledBy(Buyer), func(s *S) {
			s.Status, s.EndReason, s.DeactivatedAt, s.LastAt = Ended, Cancelled, may(1), may(1)
		}}, Report{Kind: ReportResumed, HappenedAt: april(30)}, may(2), func(s *S) {
			s.Status, s.EndReason, s.CancelledBy = Active, "", ""
			s.CancelRequestedAt, s.CancelledAt, s.DeactivatedAt = time.Time{}, time.Time{}, time.Time{}
		}, "resumed"},

		{"ended, cancelled at once", nil, Report{Kind: ReportEnded, Reason: Cancelled, By: Admin}, april(9), func(s *S) {
			s.Status, s.EndReason = Ended, Cancelled
			s.CancelledBy, s.CancelRequestedAt, s.CancelledAt, s.DeactivatedAt = Admin, april(9), april(9), april(9)
		}, "ended"},
		{"ended before its time, as was asked for", []func(*S){cancelledBy(Buyer)}, Report{Kind: ReportEnded, Reason: Cancelled}, april(9), func(s *S) {
			s.Status, s.EndReason, s.CancelledAt, s.DeactivatedAt = Ended, Cancelled, april(9), april(9)
		}, "ended"},
		{"ended, unpaid", []func(*S){overdueThere}, Report{Kind: ReportEnded, Reason: PaidNoMore}, may(9), func(s *S) {
			s.Status, s.EndReason, s.FailedAt, s.DeactivatedAt, s.Outstanding = Ended, PaidNoMore, may(9), may(9), Outstanding{}
		}, "ended"},
		{"ended, complete", nil, Report{Kind: ReportEnded, Reason: Completed}, may(1), func(s *S) {
			s.Status, s.EndReason, s.EndedAt, s.DeactivatedAt = Ended, Completed, may(1), may(1)
		}, "ended"},
		{"ended, taken away", nil, Report{Kind: ReportEnded, Reason: Revoked}, april(9), func(s *S) {
			s.Status, s.EndReason = Ended, Revoked
			s.CancelledBy, s.CancelRequestedAt, s.CancelledAt, s.DeactivatedAt = Buyer, april(9), april(9), april(9)
		}, "ended"},

		{"restarted", []func(*S){endedBy(Buyer, Cancelled)}, Report{Kind: ReportRestarted, Amount: 5000}, april(20), func(s *S) {
			s.Status, s.EndReason, s.Cycle, s.AnchorAt = Active, "", 2, april(20)
			s.CancelledBy, s.CancelRequestedAt, s.CancelledAt, s.DeactivatedAt = "", time.Time{}, time.Time{}, time.Time{}
		}, "restarted"},
		{"restarted with fewer seats at another price", []func(*S){endedBy("", Completed), assigned(5)}, Report{Kind: ReportRestarted, Seats: 2, Unit: 3000, HasUnit: true}, april(20), func(s *S) {
			s.Status, s.EndReason, s.Cycle, s.AnchorAt = Active, "", 2, april(20)
			s.EndedAt, s.DeactivatedAt, s.Seats, s.Assigned, s.Terms.Unit = time.Time{}, time.Time{}, 2, 2, 3000
		}, "changed seats_short restarted"},
		{"restarted with the seats that were pending", []func(*S){endedBy(Buyer, Cancelled), func(s *S) { s.Pending = PendingChange{Seats: 3, Change: 1} }}, Report{Kind: ReportRestarted}, april(20), func(s *S) {
			s.Status, s.EndReason, s.Cycle, s.AnchorAt, s.Seats, s.Pending = Active, "", 2, april(20), 3, PendingChange{}
			s.CancelledBy, s.CancelRequestedAt, s.CancelledAt, s.DeactivatedAt = "", time.Time{}, time.Time{}, time.Time{}
		}, "changed change_superseded restarted"},

		{"a part of the period went back", nil, Report{Kind: ReportRefunded, Amount: 2000}, april(9), func(s *S) { s.GivenBack = 2000 }, "period_refunded"},
		{"all of it", nil, Report{Kind: ReportRefunded}, april(9), func(s *S) { s.GivenBack = 5000 }, "period_refunded"},
		{"of one that is cancelled", []func(*S){cancelledBy(Buyer)}, Report{Kind: ReportRefunded}, april(9), func(s *S) {
			s.GivenBack, s.Status, s.EndReason, s.CancelledAt, s.DeactivatedAt = 5000, Ended, Cancelled, april(9), april(9)
		}, "period_refunded ended"},
		{"the bank took it back", nil, Report{Kind: ReportDisputed}, april(9), func(s *S) {
			s.Status, s.Before, s.EndReason, s.CancelledAt, s.DeactivatedAt = Ended, Active, Chargeback, april(9), april(9)
		}, "ended"},
		{"and it was won", []func(*S){endedBy("", Chargeback)}, Report{Kind: ReportDisputeWon}, april(20), func(s *S) {
			s.Status, s.Before, s.EndReason, s.CancelledAt, s.DeactivatedAt = Active, "", "", time.Time{}, time.Time{}
		}, "resumed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, append([]func(*S){elsewhere}, tt.before...)...)
			want := f.m.State()
			tt.want(&want)
			tt.r.Sequence = 7
			want.Sequence = 7
			o, err := f.m.Record(tt.r, tt.at)
			got := f.m.State()
			want.Version, want.LastAt = got.Version, got.LastAt
			if err != nil || o.Result != Recorded || o.Payment != nil || o.Voided != "" {
				t.Fatalf("got %+v, %v", o, err)
			}
			same(t, "state", got, want)
			same(t, "events", happened(o), tt.events)
			if err := got.Check(); err != nil {
				t.Error(err)
			}
			if got.Version != 2 || got.LastAt.After(tt.at) {
				t.Errorf("version %d as of %v", got.Version, got.LastAt)
			}
		})
	}
}

func TestMembership_Record_refused(t *testing.T) {
	for _, tt := range []struct {
		name        string
		before      func(*MembershipState)
		r           Report
		code, field string
	}{
		{"of one that we charge", func(s *MembershipState) { s.Elsewhere = false }, Report{Kind: ReportRenewed}, "charged_here", ""},
		{"of no kind", elsewhere, Report{}, "invalid", "kind"},
		{"of another kind", elsewhere, Report{Kind: "paused"}, "invalid", "kind"},
		{"of tomorrow", elsewhere, Report{Kind: ReportRenewed, HappenedAt: april(10)}, "invalid", "happened_at"},
		{"with a negative sequence", elsewhere, Report{Kind: ReportRenewed, Sequence: -1}, "invalid", "sequence"},
		{"with negative seats", elsewhere, Report{Kind: ReportRenewed, Seats: -1}, "invalid", "seats"},
		{"with more seats than there may be", elsewhere, Report{Kind: ReportRenewed, Seats: mostSeats + 1}, "invalid", "seats"},
		{"a cancellation with seats", elsewhere, Report{Kind: ReportCancelled, Seats: 1}, "invalid", "seats"},
		{"a failure with a tier", elsewhere, Report{Kind: ReportFailed, Tier: "plus"}, "invalid", "tier"},
		{"a refund with a price", elsewhere, Report{Kind: ReportRefunded, HasUnit: true}, "invalid", "unit"},
		{"a price without saying so", elsewhere, Report{Kind: ReportChanged, Seats: 1, Unit: 5}, "invalid", "unit"},
		{"a negative price", elsewhere, Report{Kind: ReportChanged, Unit: -1, HasUnit: true}, "invalid", "unit"},
		{"a price that no sum holds", elsewhere, Report{Kind: ReportChanged, Unit: 1 << 62, HasUnit: true}, "invalid", "unit"},
		{"a change of nothing", elsewhere, Report{Kind: ReportChanged}, "invalid", "seats"},
		{"a renewal with an end", elsewhere, Report{Kind: ReportRenewed, EndsAt: may(1)}, "invalid", "ends_at"},
		{"a renewal by somebody", elsewhere, Report{Kind: ReportRenewed, By: Buyer}, "invalid", "by"},
		{"a cancellation by nobody known", elsewhere, Report{Kind: ReportCancelled, By: "robot"}, "invalid", "by"},
		{"a negative amount", elsewhere, Report{Kind: ReportRefunded, Amount: -1}, "invalid", "amount"},
		{"a cancellation with an amount", elsewhere, Report{Kind: ReportCancelled, Amount: 1}, "invalid", "amount"},
		{"an end for no reason", elsewhere, Report{Kind: ReportEnded}, "invalid", "reason"},
		{"an end by chargeback: that is a dispute", elsewhere, Report{Kind: ReportEnded, Reason: Chargeback}, "invalid", "reason"},
		{"a renewal for a reason", elsewhere, Report{Kind: ReportRenewed, Reason: Cancelled}, "invalid", "reason"},
		{"a cancellation for no reason that is known", elsewhere, Report{Kind: ReportCancelled, Reason: "x"}, "invalid", "reason"},

		{"restarted, although it goes on", elsewhere, Report{Kind: ReportRestarted}, "already_active", ""},
		{"resumed, although nobody cancelled", elsewhere, Report{Kind: ReportResumed}, "not_cancelled", ""},
		{"failed, although it was cancelled", cancelledBy(Buyer), Report{Kind: ReportFailed}, "cancellation_scheduled", ""},
		{"renewed, although it has ended", endedBy(Buyer, Cancelled), Report{Kind: ReportRenewed}, "not_active", ""},
		{"failed, although it has ended", endedBy("", PaidNoMore), Report{Kind: ReportFailed}, "not_active", ""},
		{"changed, although it has ended", endedBy("", Completed), Report{Kind: ReportChanged, Seats: 1}, "not_active", ""},
		{"cancelled, although it has ended", endedBy("", Completed), Report{Kind: ReportCancelled}, "not_active", ""},
		{"resumed, after it has ended", endedBy(Buyer, Cancelled), Report{Kind: ReportResumed}, "not_active", ""},
		{"refunded, although it has ended", endedBy(Buyer, Cancelled), Report{Kind: ReportRefunded}, "not_active", ""},
		{"disputed, although it has ended", endedBy(Buyer, Cancelled), Report{Kind: ReportDisputed}, "not_active", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at := april(9)
			f := live(t, func(s *MembershipState) { s.Elsewhere = true; tt.before(s) })
			if f.m.State().Status == Ended {
				at = april(20)
			}
			was := f.m.State()
			_, err := f.m.Record(tt.r, at)
			wantError(t, err, tt.code, tt.field)
			same(t, "state", f.m.State(), was)
		})
	}
}

func TestMembership_Record_knownAlready(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before func(*MembershipState)
		r      Report
	}{
		{"cancelled twice", cancelledBy(Buyer), Report{Kind: ReportCancelled}},
		{"cancelled twice to one day", cancelledBy(Buyer), Report{Kind: ReportCancelled, EndsAt: may(1)}},
		{"ended twice", endedBy(Buyer, Cancelled), Report{Kind: ReportEnded, Reason: Cancelled}},
		{"a dispute won after its period", endedBy("", Chargeback), Report{Kind: ReportDisputeWon}},
		{"a dispute won that there was not", elsewhere, Report{Kind: ReportDisputeWon}},
		{"a trial refunded", inTrial, Report{Kind: ReportRefunded}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, elsewhere, tt.before)
			was, at := f.m.State(), april(12)
			if was.EndReason == Chargeback {
				at = may(2)
			}
			o, err := f.m.Record(tt.r, at)
			if err != nil || o.Result != NoChange || len(o.Events) > 0 {
				t.Errorf("got %+v, %v", o, err)
			}
			same(t, "state", f.m.State(), was)
		})
	}
}

func TestMembership_Record_order(t *testing.T) {
	f := live(t, elsewhere)
	step := func(name string, r Report, at time.Time, want Result, seats int) {
		t.Helper()
		was := f.m.State()
		o, err := f.m.Record(r, at)
		if err != nil || o.Result != want {
			t.Errorf("%s: %v, %v", name, o.Result, err)
		}
		if want == Outdated {
			same(t, name, f.m.State(), was)
		}
		if s := f.m.State(); s.Seats != seats {
			t.Errorf("%s: %d seats", name, s.Seats)
		}
		if last := f.m.State().LastAt; last.Before(was.LastAt) {
			t.Errorf("%s: back to %v", name, last)
		}
	}
	seats := func(n int, sequence int64) Report {
		return Report{Kind: ReportChanged, Seats: n, Sequence: sequence, HappenedAt: april(5)}
	}
	step("the first", seats(6, 10), april(9), Recorded, 6)
	step("an older one", seats(9, 9), april(9), Outdated, 6)
	step("the same number", seats(9, 10), april(9), Outdated, 6)
	step("one without a number counts", seats(7, 0), april(9), Recorded, 7)
	step("it does not move the number back", seats(9, 10), april(9), Outdated, 7)
	step("a newer one of an earlier day", Report{Kind: ReportChanged, Seats: 8, Sequence: 11, HappenedAt: april(3)}, april(9), Recorded, 8)
	same(t, "number", f.m.State().Sequence, 11)
}

// Nobody here decides what becomes of a membership that is charged elsewhere,
// until an end is told.
func TestElsewhere_isLeftAlone(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before func(*MembershipState)
		next   time.Time // when it is looked at
		then   MembershipStatus
	}{
		{"one that goes on", elsewhere, time.Time{}, Active},
		{"one without a price", priceOf(0), time.Time{}, Active},
		{"a trial", inTrial, time.Time{}, Trialing},
		{"one that is overdue", overdueThere, time.Time{}, PastDue},
		{"one that is overdue, with an end of grace", overdue, time.Time{}, PastDue},
		{"one that is overdue in its last period", func(s *MembershipState) { overdueThere(s); s.Charges = 2 }, time.Time{}, PastDue},
		{"one that is overdue in its last period, with an end of grace", func(s *MembershipState) { overdue(s); s.Charges = 2 }, time.Time{}, PastDue},
		{"one in its last period ends with it", fixedTo(1), may(1), Ended},
		{"one that was cancelled ends then", cancelledBy(Buyer), may(1), Ended},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := live(t, elsewhere, tt.before, elsewhere).m.State()
			same(t, "next", s.NextDue(), tt.next)
			later := may(20)
			same(t, "for a reader", s.CaughtUp(later).Status, tt.then)
			if tt.then != Ended {
				same(t, "for a reader", s.CaughtUp(later), s)
			}
			m := RestoreMembership(s)
			o, err := m.Renew("p", 0, later)
			if err != nil || o.Payment != nil || m.State().Status != tt.then {
				t.Errorf("renewed: %+v, %v", o, err)
			}
			if o, err := m.Retry("p", later); err == nil && o.Payment != nil {
				t.Errorf("retried: %+v", o)
			}
			o, err = m.Expire(later)
			if err != nil || m.State().Status != tt.then {
				t.Errorf("expired: %+v, %v", o, err)
			}
		})
	}
}

func TestElsewhere_isNotChargedHere(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before func(*MembershipState)
		do     func(*Membership) error
	}{
		{"a change", elsewhere, func(m *Membership) error {
			_, err := m.Quote(AskSeats(9), Limits{}, april(12))
			return err
		}},
		{"paying what is overdue", overdueThere, func(m *Membership) error {
			_, err := m.PayNow(Request{}, Limits{}, "p", "k", may(2))
			return err
		}},
		{"a restart", endedBy(Buyer, Cancelled), func(m *Membership) error {
			_, err := m.Restart(SellerActor, Request{}, Limits{}, "p", "k", april(12))
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantError(t, tt.do(live(t, elsewhere, tt.before).m), "charged_elsewhere", "")
		})
	}
}
