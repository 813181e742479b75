package oracle

import (
	"slices"
	"time"
)

// End is what happens to somebody when their last reason dies.
type End int

// The ends, from the mildest.
const (
	EndNothing End = iota // they stay as they are
	EndTargets            // they lose what they were given
	EndWhole              // they are taken out
)

// Leaving is what becomes of who is in through an attachment that is removed.
type Leaving int

// The ways.
const (
	Stands   Leaving = iota // it is not removed
	Keep                    // they stay
	UntilEnd                // they stay until what they bought ends
	Remove                  // they go
)

// Attachment lets who uses a product, or one of some variants of it, into a
// community.
type Attachment struct {
	ID, Conn, Product string
	Variants          []string // nil: all
	Targets           []string
	End               End
	From              time.Time // who came before is left out; zero: nobody is
	At                time.Time
	Left              Leaving
	LeftAt            time.Time
}

// Attached tells of an attachment, or of another state of one.
func (o *Oracle) Attached(a Attachment) {
	i := slices.IndexFunc(o.attached, func(x *Attachment) bool { return x.ID == a.ID })
	if i < 0 {
		o.attached = append(o.attached, &a)
	} else {
		o.attached[i] = &a
	}
	o.turn()
}

// Attachment returns one as it is.
func (o *Oracle) Attachment(id string) (Attachment, bool) {
	for _, a := range o.attached {
		if a.ID == id {
			return *a, true
		}
	}
	return Attachment{}, false
}

// Detached tells that one was removed.
func (o *Oracle) Detached(id string, how Leaving) {
	for _, a := range o.attached {
		if a.ID == id && (a.Left == Stands || a.Left == UntilEnd) {
			a.Left, a.LeftAt = how, o.now
		}
	}
	o.turn()
}

// fits reports whether a is about what was sold.
func (a *Attachment) fits(s *sale) bool {
	return a.Product == s.Product && (a.Variants == nil || slices.Contains(a.Variants, s.Variant))
}

// covers reports whether a lets in who uses s since then; had says that it did
// until now.
func (a *Attachment) covers(s *sale, since time.Time, had bool) bool {
	if !a.fits(s) {
		return false
	}
	switch a.Left {
	case UntilEnd:
		return had
	case Stands:
		if a.Variants != nil && s.variantAt.After(since) {
			since = s.variantAt
		}
		return had || !since.Before(a.From)
	}
	return false
}

// cover returns the attachments of a connection that let a user in; by are those
// that did until now.
func (o *Oracle) cover(conn string, s *sale, since time.Time, by []*Attachment) (now []*Attachment) {
	for _, a := range o.attached {
		had := slices.ContainsFunc(by, func(b *Attachment) bool { return b.ID == a.ID })
		if a.Conn == conn && a.covers(s, since, had) {
			now = append(now, a)
		}
	}
	return now
}

// sum is what attachments come to together.
func sum(all []*Attachment) (targets []string, end End) {
	for i, a := range all {
		for _, t := range a.Targets {
			if !slices.Contains(targets, t) {
				targets = append(targets, t)
			}
		}
		if i == 0 || a.End < end {
			end = a.End
		}
	}
	return targets, end
}

// endings are what the death of a reason may do. Where no attachment covers it any
// more, what its seller said of one that was removed earlier in its life may make
// it milder: usher remembers that an attachment was removed, and not when others
// were changed. So may what was removed once before its connection was.
func (o *Oracle) endings(s *sale, r *reason) []End {
	end, covered := o.ending(s, r)
	all := []End{end}
	for _, a := range o.attached {
		if a.Conn == r.conn && a.fits(s) && (a.Left == Keep || a.Left == Remove) && !covered && !a.LeftAt.Before(r.since) {
			all = append(all, min(end, a.leaves()))
		}
	}
	return all
}

// leaves is what the removal of an attachment does to who was in through it.
func (a *Attachment) leaves() End {
	switch {
	case a.Left == Keep:
		return EndNothing
	case a.End == EndNothing:
		return EndWhole
	}
	return a.End
}

// ending is what the death of a reason does: what covered the sale says so, or
// what stopped covering it just now.
func (o *Oracle) ending(s *sale, r *reason) (end End, covered bool) {
	if still := o.cover(r.conn, s, time.Time{}, r.by); len(still) > 0 {
		var own []*Attachment
		for _, a := range still {
			if slices.ContainsFunc(r.by, func(b *Attachment) bool { return b.ID == a.ID }) {
				own = append(own, a)
			}
		}
		if len(own) > 0 {
			_, end = sum(own)
			return end, true
		}
	}
	ok := false
	end = r.end
	for _, b := range r.by {
		a, _ := o.Attachment(b.ID)
		if a.Left == Stands || a.Left == UntilEnd || !a.fits(s) {
			continue
		}
		if by := a.leaves(); !ok || by < end {
			end, ok = by, true
		}
	}
	return end, false
}
