package oracle

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Verdict says who is not where they should be, if nothing is left to do.
func (o *Oracle) Verdict() (wrong []string) {
	spots := slices.SortedFunc(maps.Keys(o.people), func(a, b spot) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.who, b.who))
	})
	for _, at := range spots {
		if c := o.open(at.place); c != nil {
			wrong = append(wrong, o.settled(at, c)...)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(o.reasons), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.conn, b.conn), cmp.Compare(a.sale, b.sale), cmp.Compare(a.seat, b.seat))
	}) {
		r, c := o.reasons[k], o.conns[k.conn]
		if r.live && !c.closed && c.Invites && !r.outside && !o.person(spot{c.Place, r.who}).in {
			wrong = append(wrong, fmt.Sprintf("%s should be in %s by %v, and is not", r.who, c.Place, k))
		}
	}
	return wrong
}

// settled says what is wrong with somebody who is known in a community.
func (o *Oracle) settled(at spot, c *conn) (wrong []string) {
	p, w := o.people[at], o.wants(at)
	bad := func(format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("%s in %s: ", at.who, at.place)+fmt.Sprintf(format, args...))
	}
	if w.sure && w.joined && !p.in {
		bad("should be in by %v, and is not", w.why)
	}
	if !p.in {
		return wrong
	}
	if w.sure && (c.Invites || w.joined) {
		for t := range w.targets {
			if !p.has[t] {
				bad("should have %s by %v, and has not", t, w.why)
			}
		}
	}
	if w.sure || w.maybe {
		o.tooMuch(p, w, bad)
		return wrong
	}
	goes := len(p.ends) > 0 && slices.Min(p.ends) == EndWhole
	switch {
	case goes && at.who != c.Owner && (p.ours || c.MembersOnly && len(p.ends) > 0) && !p.vague:
		bad("should be out (%v), and is in", p.ends)
	case len(p.ends) > 0 && slices.Min(p.ends) > EndNothing:
		for t := range p.given {
			if !p.unsure[t] {
				bad("should not have %s any more (%v), and has", t, p.ends)
			}
		}
	}
	return wrong
}

// tooMuch says what somebody who should be in was given and should not have any
// more. What a reason that died let them keep, they may keep.
func (o *Oracle) tooMuch(p *person, w wanted, bad func(string, ...any)) {
	for t := range p.given {
		if !w.targets[t] && !w.perhaps[t] && !p.unsure[t] && !slices.Contains(p.ends, EndNothing) {
			bad("should not have %s beside what %v gives, and has", t, w.why)
		}
	}
}
