package domain

import (
	"testing"
	"time"
)

// pendingStep asks for something and says what is pending afterwards.
type pendingStep struct {
	ask    Request
	result Result
	want   PendingChange
	events []string
}

func TestPending(t *testing.T) {
	const scheduled, superseded, withdrawn = "membership.change_scheduled", "membership.change_superseded", "membership.change_withdrawn"
	basic := func(seats int, change int64) PendingChange {
		return PendingChange{Seats: seats, Tier: "basic", Unit: 600, Priced: true, Change: change}
	}
	for _, tt := range []struct {
		name  string
		of    func(*MembershipState)
		steps []pendingStep
	}{
		{"a second decrease replaces the first", asItIs, []pendingStep{
			{AskSeats(3), Scheduled, PendingChange{Seats: 3, Change: 2}, []string{scheduled}},
			{AskSeats(2), Scheduled, PendingChange{Seats: 2, Change: 3}, []string{superseded, scheduled}},
		}},
		{"more than is pending but less than is held is still a decrease, and free", asItIs, []pendingStep{
			{AskSeats(2), Scheduled, PendingChange{Seats: 2, Change: 2}, []string{scheduled}},
			{AskSeats(4), Scheduled, PendingChange{Seats: 4, Change: 3}, []string{superseded, scheduled}},
		}},
		{"the same again is the same change", asItIs, []pendingStep{
			{AskSeats(3), Scheduled, PendingChange{Seats: 3, Change: 2}, []string{scheduled}},
			{AskSeats(3), Scheduled, PendingChange{Seats: 3, Change: 2}, nil},
		}},
		{"today's number takes a decrease back", asItIs, []pendingStep{
			{AskSeats(3), Scheduled, PendingChange{Seats: 3, Change: 2}, []string{scheduled}},
			{AskSeats(5), PendingRemoved, PendingChange{}, []string{withdrawn}},
			{AskSeats(5), NoChange, PendingChange{}, nil},
		}},
		{"today's tier takes a tier back", asItIs, []pendingStep{
			{tier("basic", 600), Scheduled, basic(0, 2), []string{scheduled}},
			{tier("standard", 1000), PendingRemoved, PendingChange{}, []string{withdrawn}},
		}},
		{"today's price takes a price back", asItIs, []pendingStep{
			{Request{Unit: 500, HasUnit: true}, Scheduled, PendingChange{Unit: 500, Priced: true, Change: 2}, []string{scheduled}},
			{Request{Unit: 1000, HasUnit: true}, PendingRemoved, PendingChange{}, []string{withdrawn}},
		}},
		{"today's recurrence takes a recurrence back", yearlyAt(10000), []pendingStep{
			{every(Monthly, 1000), Scheduled, PendingChange{Recurrence: Monthly, Unit: 1000, Priced: true, Change: 2}, []string{scheduled}},
			{every(Yearly, 10000), PendingRemoved, PendingChange{}, []string{withdrawn}},
		}},
		{"seats and a tier are asked for one after the other", asItIs, []pendingStep{
			{AskSeats(3), Scheduled, PendingChange{Seats: 3, Change: 2}, []string{scheduled}},
			{tier("basic", 600), Scheduled, basic(3, 3), []string{superseded, scheduled}},
			{AskSeats(2), Scheduled, basic(2, 4), []string{superseded, scheduled}},
			{tier("micro", 100), Scheduled, PendingChange{Seats: 2, Tier: "micro", Unit: 100, Priced: true, Change: 5}, []string{superseded, scheduled}},
		}},
		{"a cheaper tier for today's number ends a pending decrease", asItIs, []pendingStep{
			{AskSeats(3), Scheduled, PendingChange{Seats: 3, Change: 2}, []string{scheduled}},
			{tier("basic", 600).so(5), Scheduled, basic(0, 3), []string{superseded, scheduled}},
		}},
		{"more seats end a pending decrease", asItIs, []pendingStep{
			{AskSeats(3), Scheduled, PendingChange{Seats: 3, Change: 2}, []string{scheduled}},
			{AskSeats(8), Applied, PendingChange{}, []string{"membership.changed", superseded}},
		}},
		{"a dearer tier ends a pending tier", asItIs, []pendingStep{
			{tier("basic", 600), Scheduled, basic(0, 2), []string{scheduled}},
			{tier("plus", 2000), Applied, PendingChange{}, []string{"membership.changed", superseded}},
		}},
		{"a longer recurrence ends a pending tier", asItIs, []pendingStep{
			{tier("basic", 600), Scheduled, basic(0, 2), []string{scheduled}},
			{every(Yearly, 10000), AppliedNewPeriod, PendingChange{}, []string{"membership.changed", superseded}},
		}},
		{"a dearer tier with its seats ends both", asItIs, []pendingStep{
			{tier("basic", 600).so(3), Scheduled, basic(3, 2), []string{scheduled}},
			{tier("plus", 2000).so(5), Applied, PendingChange{}, []string{"membership.changed", superseded}},
		}},
		{"seats that are free to give up are given up at once", func(s *MembershipState) { s.Terms.Included = 9 }, []pendingStep{
			{tier("basic", 600).so(3), Scheduled, basic(3, 2), []string{scheduled}},
			{tier("standard", 1000).so(4), AppliedFree, PendingChange{}, []string{"membership.changed", superseded}},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t, tt.of)
			for i, step := range tt.steps {
				o := f.ask(step.ask, april(16).Add(time.Duration(i)*time.Minute))
				same(t, "result", o.Result, step.result)
				same(t, "pending", f.m.State().Pending, step.want)
				f.happened(step.events...)
			}
		})
	}
}

// What one half of a pending change is replaced by does not touch the other.
func TestPending_fieldsAreIndependent(t *testing.T) {
	for _, tt := range []struct {
		name  string
		steps []Request
		seats int
		tier  VariantID
		unit  int64
	}{
		{"a pending tier survives more seats, and prices them", []Request{tier("basic", 600), AskSeats(6)}, 6, "basic", 600},
		{"a pending tier survives more seats when a decrease was pending with it", []Request{tier("basic", 600).so(3), AskSeats(6)}, 6, "basic", 600},
		{"a pending tier survives that its decrease is taken back", []Request{tier("basic", 600).so(3), AskSeats(5)}, 5, "basic", 600},
		{"a pending decrease survives a dearer tier", []Request{AskSeats(3), tier("plus", 2000)}, 3, "plus", 2000},
		{"a pending decrease survives a longer recurrence", []Request{AskSeats(3), every(Quarterly, 2700)}, 3, "standard", 2700},
		{"a pending decrease survives that its tier is taken back", []Request{tier("basic", 600).so(3), tier("standard", 1000)}, 3, "standard", 1000},
		{"a dearer price survives nothing: the last word counts", []Request{{Unit: 500, HasUnit: true}, {Unit: 1500, HasUnit: true}}, 5, "standard", 1500},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := live(t)
			for _, r := range tt.steps {
				f.ask(r, april(16))
			}
			n := next(f.m.State())
			same(t, "seats", n.Seats, tt.seats)
			same(t, "tier", n.Tier, tt.tier)
			same(t, "price", n.Amount.Amount, int64(tt.seats)*tt.unit)
			shown := n.Amount.Amount
			f.taken = 0
			f.renew(paying, n.At)
			f.takes(shown)
			same(t, "tier in force", f.m.State().Terms.Tier, tt.tier)
			same(t, "pending afterwards", f.m.State().Pending, PendingChange{})
		})
	}
}

// A declined payment leaves what was pending as it was.
func TestPending_declined(t *testing.T) {
	for name, a := range map[string]Answer{"declined": declining, "hard": refusing, "unreachable": unreachable} {
		t.Run(name, func(t *testing.T) {
			f := live(t)
			f.ask(tier("basic", 600).so(3), april(10))
			f.happened("membership.change_scheduled")
			was := f.m.State()
			o := f.answered(a, april(16))(f.try(AskSeats(8), april(16)))
			same(t, "result", o.Result, PaymentRefused)
			same(t, "state", f.m.State(), was)
			f.happened("membership.change_declined")
		})
	}
}

// TestPending_life follows one change to each of its ends.
func TestPending_life(t *testing.T) {
	begin := func(t *testing.T) *life {
		f := live(t)
		f.ask(AskSeats(3), april(10))
		f.happened("membership.change_scheduled")
		return f
	}
	t.Run("applied at the renewal", func(t *testing.T) {
		f := begin(t)
		f.renew(paying, may(1))
		f.happened("membership.change_applied", "membership.changed", "membership.renewed")
	})
	t.Run("applied though the renewal is declined", func(t *testing.T) {
		f := begin(t)
		f.renew(declining, may(1))
		f.happened("membership.change_applied", "membership.changed", "membership.renewal_failed")
		same(t, "seats", f.m.State().Seats, 3)
		same(t, "to be paid", f.m.State().Outstanding.Amount, 3000)
	})
	t.Run("moot at the end", func(t *testing.T) {
		f := begin(t)
		f.do(f.m.Cancel(Buyer, april(11)))
		f.do(f.m.Expire(may(1)))
		f.happened("membership.cancelled", "membership.change_moot", "membership.ended")
	})
	t.Run("withdrawn", func(t *testing.T) {
		f := begin(t)
		f.ask(AskSeats(5), april(11))
		f.happened("membership.change_withdrawn")
	})
	t.Run("what it says", func(t *testing.T) {
		f := live(t, freeSeats(2))
		o := f.ask(tier("basic", 600).so(4), april(10))
		same(t, "event", o.Events[0], Event(ChangeScheduled{"m", "sale", 2, Holding{7, "standard", Monthly, 1000}, Holding{4, "basic", Monthly, 600}, may(1), april(10)}))
	})
	t.Run("a change that is replaced in part gets another number", func(t *testing.T) {
		f := live(t)
		f.ask(tier("basic", 600).so(3), april(10))
		was := f.m.State().Pending.Change
		f.ask(AskSeats(6), april(11))
		if f.m.State().Pending.Change == was {
			t.Errorf("change %d ended and is pending", was)
		}
	})
}
