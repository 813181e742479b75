package domain

import (
	"cmp"
	"strconv"
	"time"
)

// noticeBefore is how long before it counts a new price is announced.
const noticeBefore = 7 * 24 * time.Hour

// Renewal is what the next renewal will be if nothing changes before.
type Renewal struct {
	At         time.Time
	Amount     Money // what will be charged
	Seats      int   // paid and free
	Tier       VariantID
	Recurrence Recurrence
}

// Next returns the next renewal, and whether there is one: not of a membership
// that ends instead, nor while a payment is overdue. least is what the
// processor does not collect less than.
func (s MembershipState) Next(least int64) (Renewal, bool) {
	if s.Status != Trialing && s.Status != Active || s.last() {
		return Renewal{}, false
	}
	b, err := s.boundary(time.Time{})
	if err != nil {
		return Renewal{}, false
	}
	if b.amount < least {
		b.amount = 0
	}
	return Renewal{b.startAt, Money{b.amount, b.terms.Currency}, b.seats + s.Complimentary, b.terms.Tier, b.recurrence}, true
}

// Deferred returns what is owed, in minor units, but too little to collect: it
// rides on the next charge.
func (s MembershipState) Deferred() int64 {
	due, err := s.Ledger.due(s.Period().seconds())
	if err != nil {
		return 0
	}
	return due
}

// boundary is a period that is about to begin.
type boundary struct {
	startAt    time.Time
	offset     int
	recurrence Recurrence
	seats      int
	terms      Terms
	noticed    bool // the announced price counts
	skipped    int
	carried    int64 // of the period before
	amount     int64 // its price, and what is carried
}

// boundary returns the period that follows the current one; if that is over at
// the given time, then the one which contains that time, and how many were
// skipped: they are never billed. The zero time skips none.
func (s MembershipState) boundary(at time.Time) (boundary, error) {
	b := boundary{recurrence: cmp.Or(s.Pending.Recurrence, s.Recurrence), seats: cmp.Or(s.Pending.Seats, s.Seats), terms: s.Terms}
	b.terms.Tier = cmp.Or(s.Pending.Tier, s.Terms.Tier)
	if s.Pending.Priced {
		b.terms.Unit = s.Pending.Unit
	}
	if s.Cycle > 0 {
		b.offset = s.Offset + s.Recurrence.Months()
	}
	for n := b.recurrence.Months(); !at.IsZero() && !at.Before(Boundary(s.AnchorAt, b.offset+n)); {
		b.offset += n
		b.skipped++
	}
	b.startAt = Boundary(s.AnchorAt, b.offset)
	// A price that the buyer agreed to for this period is not overwritten.
	if n := s.Notice; n != (PriceNotice{}) && !s.Pending.Priced && n.Tier == b.terms.Tier && n.Recurrence == b.recurrence &&
		!b.startAt.Before(n.EffectiveAt) && !n.NotifiedAt.IsZero() && !b.startAt.Before(n.NotifiedAt.Add(noticeBefore)) {
		b.terms.Unit, b.noticed = n.Unit, true
	}
	var err error
	if b.carried, err = s.Ledger.due(s.Period().seconds()); err != nil {
		return b, err
	}
	price, err := b.terms.Price(b.seats, s.Cycle+1)
	if err != nil {
		return b, err
	}
	sum, err := Money{price, ""}.Add(Money{b.carried, ""})
	b.amount = sum.Amount
	return b, err
}

// inFlight returns the period whose payment is in flight, as it was priced: a
// price that was announced since does not change it.
func (s MembershipState) inFlight(f InFlight) (boundary, error) {
	b, err := s.boundary(f.PricedAt)
	if b.terms.Unit != f.Target.Unit {
		b.terms.Unit, b.noticed = f.Target.Unit, false
	}
	b.amount = f.Due
	return b, err
}

// advance begins the period b, of which so much was collected. What was agreed
// for it is in force now, whether it is paid or not.
func (s *MembershipState) advance(b boundary, collected int64, o *Outcome) {
	from := s.holding()
	if s.Pending != (PendingChange{}) {
		o.add(ChangeApplied{s.ID, s.PurchaseID, s.Pending.Change, b.startAt})
	}
	if n := s.Notice; b.noticed || n != (PriceNotice{}) && !b.startAt.Before(n.EffectiveAt) && (n.Tier != b.terms.Tier || n.Recurrence != b.recurrence) {
		s.Notice = PriceNotice{}
	}
	s.Offset, s.Recurrence, s.Seats, s.Terms = b.offset, b.recurrence, b.seats, b.terms
	s.Cycle++
	s.Status, s.Pending, s.GivenBack = Active, PendingChange{}, 0
	s.Ledger = carried(b.amount-collected, s.Period().seconds())
	if to := s.holding(); to != from {
		o.add(MembershipChanged{MembershipID: s.ID, PurchaseID: s.PurchaseID, From: from, To: to, At: b.startAt, Deferred: true})
	}
	s.fit(b.startAt, o)
	o.Skipped += b.skipped
}

func (s MembershipState) renewed(r Result, collected int64, b boundary, o *Outcome) {
	o.Result = r
	o.add(MembershipRenewed{s.ID, s.PurchaseID, s.Cycle, collected, b.skipped, b.startAt})
}

// Renew runs what is due: it begins the next period, puts its payment in flight
// under the given id, tries an overdue one again once its time has come, or
// ends what has no more time. Twice is once: the second call is [NotDue]. While
// what is in flight has no answer it is [Unanswered]: ask about that payment,
// settle or void it, and call again. least is what the processor does not
// collect less than.
func (m *Membership) Renew(id PaymentID, least int64, at time.Time) (Outcome, error) {
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error {
		switch {
		case s.Live() && s.InFlight.Kind == RenewalPayment, s.InFlight.Kind == ChangePayment && !at.Before(s.Period().EndAt):
			o.Result = Unanswered
			return nil
		case s.Status == PastDue && !s.Elsewhere && !s.Outstanding.RetryAt.IsZero() && !at.Before(s.Outstanding.RetryAt):
			s.retry(id, at, o)
			return nil
		case s.Status != Active && s.Status != Trialing, at.Before(s.Period().EndAt), s.Elsewhere:
			o.Result = cmp.Or(o.Result, NotDue)
			return nil
		}
		b, err := s.boundary(at)
		if err != nil {
			return err
		}
		if !collects(b.amount, least) {
			s.advance(b, 0, o)
			s.renewed(Renewed, 0, b, o)
			return nil
		}
		s.pay(o, PaymentState{
			ID: id, Kind: RenewalPayment, Cycle: s.Cycle + 1, Attempt: 1, Key: s.renewKey(s.Cycle+1, 1), PricedAt: at,
			Amount: Money{b.amount, b.terms.Currency}, Target: Target{Seats: b.seats, Tier: b.terms.Tier, Recurrence: b.recurrence, Unit: b.terms.Unit},
		})
		return nil
	})
}

// payKey is the processor's idempotency key of what a command pays for.
func (s MembershipState) payKey(what, key string) string {
	return "mbr/" + string(s.ID) + "/" + what + "/" + key
}

func (s MembershipState) renewKey(cycle, attempt int) string {
	return "mbr/" + string(s.ID) + "/renew/" + strconv.Itoa(cycle) + "/" + strconv.Itoa(attempt)
}

// NextDue returns when the membership next needs somebody to look at it: a
// boundary, a retry, the end of grace, the expiry of what is in flight. It is
// zero for one that has ended with nothing in flight, and for one that somebody
// else charges until it has an end.
func (s MembershipState) NextDue() time.Time {
	switch {
	case !s.InFlight.ExpiresAt.IsZero(): // before the end of the period, or instead of it
		return s.InFlight.ExpiresAt
	case s.InFlight != (InFlight{}): // at once: somebody has to ask what came of it
		return s.InFlight.PricedAt
	case s.Elsewhere && s.Live() && s.Status != CancelScheduled && (s.Status == PastDue || !s.last()):
		return time.Time{}
	case s.Status == PastDue:
		return earliest(s.Outstanding.RetryAt, s.Outstanding.GraceEndsAt)
	case s.Status == CancelScheduled:
		return s.CancelledAt
	case s.Live():
		return s.Period().EndAt
	}
	return time.Time{}
}
