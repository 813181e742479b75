package domain

import (
	"cmp"
	"time"
)

// schedule keeps what was asked for until the next period, field by field.
func (s MembershipState) schedule(c change, r Request) (change, error) {
	p, t := &c.after.Pending, c.target
	if r.HasSeats {
		p.Seats = t.Seats
		if t.Seats == s.Seats {
			p.Seats = 0
		}
	}
	if t.EndsTerms {
		p.Tier, p.Recurrence = cmp.Or(r.Tier, p.Tier), cmp.Or(r.Recurrence, p.Recurrence)
		p.Unit, p.Priced = t.Unit, true
	}
	c.result = Scheduled
	return c, c.after.priced()
}

// without returns p without what the target supersedes.
func (p PendingChange) without(t Target) PendingChange {
	if t.EndsSeats {
		p.Seats = 0
	}
	if t.EndsTerms {
		p.Tier, p.Recurrence, p.Unit, p.Priced = "", "", 0, false
	}
	if (p == PendingChange{Change: p.Change}) {
		p.Change = 0
	}
	return p
}

// become makes after the state of a change that is carried out, with its events.
func (s *MembershipState) become(after MembershipState, at time.Time, o *Outcome) {
	was, from := s.Pending, s.holding()
	*s = after
	s.changed(from, at, o)
	s.repended(was, o.Result, at, o)
}

// repended adds the events of a pending change that is not what it was.
func (s *MembershipState) repended(was PendingChange, r Result, at time.Time, o *Outcome) {
	if s.Pending == was {
		return
	}
	if s.Pending != (PendingChange{}) {
		s.Pending.Change = s.Version + 1 // what is left of the old one is another change
	}
	switch {
	case was == PendingChange{}:
	case r == PendingRemoved:
		o.add(ChangeWithdrawn{s.ID, s.PurchaseID, was.Change, at})
	default:
		o.add(ChangeSuperseded{s.ID, s.PurchaseID, was.Change, at})
	}
	if s.Pending == (PendingChange{}) {
		return
	}
	if b, err := s.boundary(time.Time{}); err == nil {
		to := Holding{b.seats + s.Complimentary, b.terms.Tier, b.recurrence, b.terms.Unit}
		o.add(ChangeScheduled{s.ID, s.PurchaseID, s.Pending.Change, s.holding(), to, b.startAt, at})
	}
}
