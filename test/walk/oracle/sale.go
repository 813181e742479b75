package oracle

import "time"

// Grace is how long an unpaid renewal leaves access as it is.
const Grace = 5 * 24 * time.Hour

// Sale is what somebody bought.
type Sale struct {
	ID, Product, Variant string
	Email                string // of who uses it, unless it has seats
	Seats                bool   // used by who sits in its seats
	Monthly              bool   // else it is paid once
	PaidBy               string // the sale whose money paid for it; empty: its own
	At                   time.Time
}

type sale struct {
	Sale
	variantAt time.Time // when it came to that variant
	next      string    // variant from the next period on; empty: the same
	users     map[string]user

	givenBack bool // all of what it cost
	disputed  time.Time
	lost      bool // disputed, and not won
	revoked   bool

	// Of what is paid monthly.
	anchor  time.Time // of the boundaries
	n       int       // months paid since the anchor
	began   time.Time // the period that was paid last
	back    bool      // that period was given back whole
	cancel  bool      // it ends with what is paid
	ended   bool
	charged bool // ended by a dispute, which can be won
}

type user struct {
	email string
	since time.Time
}

// month is the instant n months after the anchor: on its day, or the last of a
// shorter month.
func month(anchor time.Time, n int) time.Time {
	first := time.Date(anchor.Year(), anchor.Month()+time.Month(n), 1, anchor.Hour(), anchor.Minute(), anchor.Second(), 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(anchor.Day(), last)-1)
}

// paidTo is when what is paid for ends.
func (s *sale) paidTo() time.Time { return month(s.anchor, s.n) }

// own reports whether the money that was paid for the sale itself has stayed.
func (s *sale) own() bool {
	switch {
	case s.revoked:
		return false
	case s.givenBack && !s.began.After(s.At):
		return false
	case s.lost && !s.began.After(s.disputed):
		return false
	}
	return true
}

// runs reports whether what is paid monthly goes on.
func (s *sale) runs(now time.Time) bool {
	switch {
	case !s.Monthly:
		return !s.ended
	case s.ended || s.charged || s.back && now.Before(s.paidTo()):
		return false
	case s.cancel:
		return now.Before(s.paidTo())
	}
	return now.Before(s.paidTo().Add(Grace))
}

// gives reports whether the sale gives something.
func (o *Oracle) gives(s *sale) bool {
	if p := o.sales[s.PaidBy]; p != nil && !(p.own() && p.runs(o.now)) {
		return false
	}
	return s.own() && s.runs(o.now)
}

// Sold tells of a sale.
func (o *Oracle) Sold(s Sale) {
	o.now = s.At
	began := s.At.Truncate(time.Second)
	n := &sale{Sale: s, variantAt: s.At, users: map[string]user{}, anchor: began, n: 1, began: began}
	if !s.Seats {
		n.users[""] = user{s.Email, s.At}
	}
	o.sales[s.ID] = n
	o.turn()
}

// of changes a sale, now.
func (o *Oracle) of(id string, change func(*sale)) {
	if s := o.sales[id]; s != nil {
		change(s)
		o.turn()
	}
}

// Sat tells that somebody has a seat of a sale.
func (o *Oracle) Sat(id, seat, email string) {
	o.of(id, func(s *sale) { s.users[seat] = user{email, o.now} })
}

// Stood tells that nobody has that seat any more.
func (o *Oracle) Stood(id, seat string) { o.of(id, func(s *sale) { delete(s.users, seat) }) }

// Readdressed tells that who uses a sale without seats has another address.
func (o *Oracle) Readdressed(id, email string) {
	o.of(id, func(s *sale) {
		if u, ok := s.users[""]; ok {
			s.users[""] = user{email, u.since}
		}
	})
}

// Forgotten tells that nobody uses the sale any more, for good.
func (o *Oracle) Forgotten(id string) { o.of(id, func(s *sale) { clear(s.users) }) }

// GivenBack tells that all that the sale itself cost went back.
func (o *Oracle) GivenBack(id string) {
	o.of(id, func(s *sale) {
		s.givenBack = true
		if s.first() {
			s.periodBack(o.now)
		}
	})
}

// PartBack tells that a part of what the sale itself cost went back: access stays
// as it is, unless the sale was to end anyway.
func (o *Oracle) PartBack(id string) {
	o.of(id, func(s *sale) {
		s.ended = s.ended || s.first() && s.cancel && s.runs(o.now)
	})
}

// PeriodBack tells that all that the current period cost went back.
func (o *Oracle) PeriodBack(id string) { o.of(id, func(s *sale) { s.periodBack(o.now) }) }

func (s *sale) periodBack(now time.Time) {
	if !s.Monthly || s.ended || s.charged || !now.Before(s.paidTo()) {
		return
	}
	s.back = true
	s.ended = s.cancel
}

// Disputed tells that a bank took the money of the sale.
func (o *Oracle) Disputed(id string) {
	o.of(id, func(s *sale) {
		s.disputed, s.lost = o.now, true
		if s.first() && s.runs(o.now) || s.first() && s.back && !s.ended {
			s.charged = true
		}
	})
}

// first reports whether the period is the one that the sale itself paid for.
func (s *sale) first() bool { return s.Monthly && s.began.Equal(s.At.Truncate(time.Second)) }

// Won tells that the seller won the dispute.
func (o *Oracle) Won(id string) {
	o.of(id, func(s *sale) {
		s.lost = false
		if s.charged {
			s.charged = false
			s.ended = !o.now.Before(s.paidTo())
		}
	})
}

// Ended tells that the sale gives nothing any more until it is restarted.
func (o *Oracle) Ended(id string) { o.of(id, func(s *sale) { s.ended = true }) }

// Revoked tells that the seller took the sale's access away, or gave it back.
func (o *Oracle) Revoked(id string, is bool) { o.of(id, func(s *sale) { s.revoked = is }) }

// Cancelled tells that the sale ends with what is paid for.
func (o *Oracle) Cancelled(id string) {
	o.of(id, func(s *sale) {
		s.cancel = true
		s.ended = s.ended || !o.now.Before(s.paidTo()) // it was overdue
	})
}

// Uncancelled tells that it goes on.
func (o *Oracle) Uncancelled(id string) { o.of(id, func(s *sale) { s.cancel = false }) }

// Charged tells that a card paid for a sale that is paid monthly: for the next
// period, if one is due.
func (o *Oracle) Charged(id string) {
	o.of(id, func(s *sale) {
		if !s.Monthly || s.ended || s.charged || s.cancel || o.now.Before(s.paidTo()) {
			return
		}
		s.began = s.paidTo()
		s.n++
		s.back = false
		if s.next != "" {
			s.Variant, s.next, s.variantAt = s.next, "", o.now
		}
	})
}

// Restarted tells that a new paid period of a sale that had ended begins now.
func (o *Oracle) Restarted(id string) {
	o.of(id, func(s *sale) {
		s.anchor, s.n = o.now.Truncate(time.Second), 1
		s.began, s.back, s.cancel, s.ended, s.charged, s.next = s.anchor, false, false, false, false, ""
	})
}

// Changed tells that the sale is of another variant, from now or from its next
// period on.
func (o *Oracle) Changed(id, variant string, now bool) {
	o.of(id, func(s *sale) {
		switch {
		case !now:
			s.next = variant
		case variant != s.Variant:
			s.Variant, s.next, s.variantAt = variant, "", o.now
		default:
			s.next = ""
		}
	})
}
