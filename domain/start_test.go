package domain

import (
	"testing"
	"time"
)

func TestNewMembership(t *testing.T) {
	start := Start{
		ID: "m", SellerID: "ana", ProductID: "club", PurchaseID: "sale", Recurrence: Monthly,
		Terms: Terms{Tier: "standard", Unit: 1000, Currency: "usd"}, Seats: 3, Collected: 3000, At: t0,
	}
	first := second(t0)
	for _, tt := range []struct {
		name  string
		mod   func(*Start)
		want  func(*MembershipState)
		trial bool
		field string // of a refusal that is invalid
		code  string
	}{
		{"the first period is paid", func(*Start) {}, func(*MembershipState) {}, false, "", ""},
		{"a fixed length of instalments", func(b *Start) { b.Charges, b.Installments = 4, true }, func(s *MembershipState) { s.Charges, s.Installments = 4, true }, false, "", ""},
		{"too little was collected: the rest rides on the next charge", func(b *Start) { b.Collected = 2975 }, func(s *MembershipState) { s.Ledger = carried(25, 30*86400) }, false, "", ""},
		{"a trial", func(b *Start) { b.FreeTrialEndsAt, b.Collected = t0.AddDate(0, 0, 7), 0 }, func(s *MembershipState) {
			s.Status, s.Cycle, s.FreeTrialEndsAt, s.AnchorAt = Trialing, 0, first.AddDate(0, 0, 7), first.AddDate(0, 0, 7)
		}, true, "", ""},
		{"a trial that is over before it begins is none", func(b *Start) { b.FreeTrialEndsAt = t0 }, func(*MembershipState) {}, false, "", ""},
		{"no seats", func(b *Start) { b.Seats = 0 }, nil, false, "seats", "below_minimum_seats"},
		{"no recurrence", func(b *Start) { b.Recurrence = "" }, nil, false, "recurrence", "invalid"},
		{"no currency", func(b *Start) { b.Terms.Currency = "" }, nil, false, "currency", "invalid"},
		{"more was collected than it costs", func(b *Start) { b.Collected = 3001 }, nil, false, "collected", "invalid"},
		{"less than nothing was collected", func(b *Start) { b.Collected = -1 }, nil, false, "collected", "invalid"},
		{"a price that no number holds", func(b *Start) { b.Terms.Unit = 1 << 62 }, nil, false, "unit", "invalid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := start
			tt.mod(&b)
			m, o, err := NewMembership(b)
			if tt.code != "" {
				wantError(t, err, tt.code, tt.field)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := MembershipState{
				ID: "m", SellerID: "ana", ProductID: "club", PurchaseID: "sale", Version: 1, Status: Active, AnchorAt: first,
				Recurrence: Monthly, Cycle: 1, Terms: b.Terms, Seats: 3, LastAt: first, CreatedAt: t0,
			}
			tt.want(&want)
			same(t, "state", m.State(), want)
			same(t, "result", o.Result, Applied)
			same(t, "event", o.Events[0], Event(MembershipStarted{"m", "sale", tt.trial, first}))
			if err := m.State().Check(); err != nil {
				t.Error(err)
			}
		})
	}
	price, err := start.Price()
	if err != nil || price != (Money{3000, "usd"}) {
		t.Errorf("the first period costs %v (%v)", price, err)
	}
}

func TestTrial(t *testing.T) {
	t.Run("changes in it are free and at once, and its end is the anchor", func(t *testing.T) {
		f := live(t, longTrial)
		f.ask(AskSeats(8), april(2))
		f.ask(tier("plus", 2000).so(2), april(3))
		f.takes(0)
		f.next(2, 4000, april(20))
		same(t, "result", f.renew(paying, april(22)).Result, Renewed)
		f.takes(4000)
		same(t, "period", f.m.State().Period(), Period{april(20), may(20)})
		same(t, "cycle", f.m.State().Cycle, 1)
		f.happened("membership.changed", "membership.changed", "membership.renewed")
	})
	t.Run("it is a trial up to its end", func(t *testing.T) {
		s := live(t, longTrial).m.State()
		same(t, "a second before", s.InTrial(april(20).Add(-time.Second)), true)
		same(t, "at its end", s.InTrial(april(20)), false)
	})
	t.Run("its first payment is declined", func(t *testing.T) {
		f := live(t, longTrial)
		f.renew(declining, april(20))
		same(t, "status", f.m.State().Status, PastDue)
		same(t, "grace", f.m.State().Outstanding.GraceEndsAt, april(25))
		f.answered(paying, april(21))(f.m.PayNow(Request{}, f.l, "y", "k", april(21)))
		same(t, "period", f.m.State().Period().StartAt, april(20))
	})
	t.Run("cancelled, it is never charged", func(t *testing.T) {
		f := live(t, longTrial)
		f.do(f.m.Cancel(Buyer, april(2)))
		same(t, "access before its end", f.m.State().AccessAt(april(20).Add(-time.Second)), true)
		same(t, "result", f.renew(paying, april(20)).Result, EndedThen)
		f.takes(0)
	})
	t.Run("a fixed length counts no trial", func(t *testing.T) {
		f := live(t, longTrial, fixedTo(1))
		same(t, "result", f.renew(paying, april(20)).Result, Renewed)
		same(t, "result", f.renew(paying, may(20)).Result, EndedThen)
		f.takes(5000)
	})
	t.Run("a trial longer than a period is one", func(t *testing.T) {
		f := live(t, longTrial, func(s *MembershipState) { s.FreeTrialEndsAt, s.AnchorAt = may(20), may(20) })
		f.do(f.m.Renew("y", 0, may(3)))
		same(t, "status", f.m.State().Status, Trialing)
	})
}

func TestFixedLength(t *testing.T) {
	f := live(t, fixedTo(3))
	june, july := may(31).AddDate(0, 0, 1), may(31).AddDate(0, 0, 31)
	for _, r := range []Request{AskSeats(8), AskSeats(2), AskSeats(5), tier("plus", 2000), every(Yearly, 1)} {
		f.refusal(ErrFixedLength, func() (Outcome, error) { return f.try(r, april(16)) })
	}
	f.renew(paying, may(1))
	f.next(5, 5000, june)
	f.renew(paying, june)
	same(t, "after its last charge", next(f.m.State()), Renewal{})
	f.takes(10000)
	same(t, "access in the last period", f.m.State().AccessAt(july.Add(-time.Second)), true)
	same(t, "result", f.renew(paying, july).Result, EndedThen)
	f.takes(0)
	same(t, "ends", endsOf(f.m.State()), ends{Status: Ended, Reason: Completed, Completed: july, AccessStoppedFor: july})
	same(t, "nobody looks at it", f.m.State().NextDue(), time.Time{})
}
