package domain_test

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/usherhq/usher/domain"
)

func (w *world) sameAnswer(out domain.Outcome, code string, want refAnswer) {
	got := refAnswer{
		code: code, result: string(out.Result), voided: string(out.Voided), unwanted: out.Unwanted,
		skipped: out.Skipped, credit: out.Credit,
	}
	if out.Payment != nil {
		got.pay = out.Payment.State().Amount.Amount
	}
	w.check(got == want, "answered\n   %+v, by the rules\n   %+v", got, want)
	s := w.m.State()
	w.check(s.Check() == nil, "the state breaks a rule of form: %v\n%+v", s.Check(), s)
	if is, rule := seen(s, w.least, w.now), w.ref.seen(w.least, w.now); is != rule {
		w.fail("%s", apart(is, rule))
	}
}

// apart names the fields in which two views differ.
func apart(is, rule view) string {
	var b strings.Builder
	v, r := reflect.ValueOf(is), reflect.ValueOf(rule)
	for i := range v.NumField() {
		if x, y := v.Field(i).Interface(), r.Field(i).Interface(); x != y {
			fmt.Fprintf(&b, "%s is %+v, by the rules %+v\n", v.Type().Field(i).Name, x, y)
		}
	}
	return b.String()
}

// view is what can be seen of a membership.
type view struct {
	Version                                        int64
	Status, Why, Before, By                        string
	Start, End                                     int64
	Cycle, Seats, Free, Assigned, Assignable       int
	Tier, Recurrence                               string
	Unit, Price, Unrefunded, Deferred, Settled     int64
	Renews                                         bool
	NextAt, NextAmount                             int64
	NextSeats                                      int
	NextTier, NextRecurrence                       string
	Wish                                           refWish
	Notice                                         refNotice
	Flight                                         string
	FlightDue, FlightExpires                       int64
	Owed, Carried, Due, GraceEnds, Retry           int64
	Attempts                                       int
	RequestedAt, CancelledAt, FailedAt, EndedAt    int64
	StoppedAt, LastAt                              int64
	Access, AccessInADay, AccessInAMonth, AccessIn bool
}

func seen(s domain.MembershipState, least, at int64) view {
	p, f, o := s.Period(), s.InFlight, s.Outstanding
	v := view{
		Version: s.Version, Status: string(s.Status), Why: string(s.EndReason), Before: string(s.Before), By: string(s.CancelledBy),
		Start: unix(p.StartAt), End: unix(p.EndAt), Cycle: s.Cycle, Seats: s.Seats, Free: s.Complimentary,
		Assigned: s.Assigned, Assignable: s.Assignable(), Tier: string(s.Terms.Tier), Recurrence: string(s.Recurrence),
		Unit: s.Terms.Unit, Price: s.Price().Amount, Unrefunded: max(0, s.Price().Amount-s.GivenBack), Deferred: s.Deferred(), Settled: s.Ledger.Settled,
		Wish: refWish{
			seats: s.Pending.Seats, length: s.Pending.Recurrence.Months(), tier: string(s.Pending.Tier),
			unit: s.Pending.Unit, priced: s.Pending.Priced,
		},
		Notice: refNotice{
			tier: string(s.Notice.Tier), length: s.Notice.Recurrence.Months(), unit: s.Notice.Unit,
			effective: unix(s.Notice.EffectiveAt), notified: unix(s.Notice.NotifiedAt),
		},
		Flight: fmt.Sprint(f.PaymentID, " ", f.Kind, " ", f.Asked, " ", unix(f.PricedAt)), FlightDue: f.Due, FlightExpires: unix(f.ExpiresAt),
		Owed: o.Amount, Carried: o.Carried, Due: unix(o.DueAt), GraceEnds: unix(o.GraceEndsAt), Retry: unix(o.RetryAt), Attempts: o.Attempts,
		RequestedAt: unix(s.CancelRequestedAt), CancelledAt: unix(s.CancelledAt), FailedAt: unix(s.FailedAt),
		EndedAt: unix(s.EndedAt), StoppedAt: unix(s.DeactivatedAt), LastAt: unix(s.LastAt),
		Access: s.AccessAt(unixTime(at)), AccessInADay: s.AccessAt(unixTime(at + refDay)), AccessInAMonth: s.AccessAt(unixTime(at + 31*refDay)),
		AccessIn: s.AccessAt(unixTime(at + 800*refDay)),
	}
	if n, ok := s.Next(least); ok {
		v.Renews, v.NextAt, v.NextAmount, v.NextSeats = true, unix(n.At), n.Amount.Amount, n.Seats
		v.NextTier, v.NextRecurrence = string(n.Tier), string(n.Recurrence)
	}
	return v
}

func (r *reference) seen(least, at int64) view {
	f, o := r.flight, r.debt
	v := view{
		Version: r.version, Status: r.status, Why: r.why, Before: r.before, By: r.by, Start: r.start(), End: r.end(),
		Cycle: r.cycle, Seats: r.seats, Free: r.free, Assigned: r.assigned, Assignable: r.assignable(), Tier: r.tier,
		Recurrence: recurrenceOf(r.length), Unit: r.unit, Price: r.now(), Unrefunded: r.unrefunded(), Deferred: r.rides(), Settled: r.settled,
		Wish: r.wish, Notice: r.notice,
		Flight: fmt.Sprint(f.id, " ", f.kind, " ", f.asked, " ", f.at), FlightDue: f.due, FlightExpires: f.expires,
		Owed: o.amount, Carried: o.carried, Due: o.due, GraceEnds: o.graceEnds, Retry: o.try, Attempts: o.attempts,
		RequestedAt: r.requestedAt, CancelledAt: r.cancelledAt, FailedAt: r.failedAt, EndedAt: r.endedAt, StoppedAt: r.stoppedAt,
		LastAt: r.lastAt, Access: r.access(at), AccessInADay: r.access(at + refDay), AccessInAMonth: r.access(at + 31*refDay),
		AccessIn: r.access(at + 800*refDay),
	}
	if p, ok := r.next(least); ok {
		v.Renews, v.NextAt, v.NextAmount, v.NextSeats = true, p.start, p.amount, p.seats+r.free
		v.NextTier, v.NextRecurrence = p.tier, recurrenceOf(p.length)
	}
	return v
}

// access reports whether the member may use what was bought.
func (r *reference) access(at int64) bool {
	c := r.clone()
	c.pass(max(at, c.lastAt), &refAnswer{})
	return c.live()
}

// sameQuote compares previews.
func (w *world) sameQuote(q domain.Quote, ref refQuote) {
	type shown struct {
		result      string
		due, credit int64
		seats       int
		seatsNext   int
		at, amount  int64
		expires     int64
	}
	got := shown{string(q.Result), q.DueNow.Amount, q.Credit, q.SeatsNow, q.SeatsNext, unix(q.NextAt), q.NextAmount.Amount, unix(q.ExpiresAt)}
	want := shown{ref.result, ref.due, ref.credit, ref.after.all(), 0, 0, 0, ref.expires}
	if p, ok := ref.after.next(w.least); ok {
		want.seatsNext, want.at, want.amount = p.seats+ref.after.free, p.start, p.amount
	}
	w.check(got == want, "the quote is\n   %+v, by the rules\n   %+v", got, want)
}
