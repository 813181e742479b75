package oracle

import (
	"fmt"
	"slices"
	"time"
)

// Seen is what a community saw become of one of its people.
type Seen struct {
	Place, Who    string
	ByUs          bool // usher did it; else somebody there
	Unheard       bool // and the answer was lost
	WasIn, In     bool
	Before, After []string // targets
}

// person is somebody as their community sees them.
type person struct {
	in     bool
	ours   bool            // usher let them in
	vague  bool            // how they came in is not known to usher
	given  map[string]bool // targets that usher gave
	unsure map[string]bool // targets of which usher may not know that it gave them
	has    map[string]bool
	byHand bool  // something was taken from them by hand, of which usher may not know
	ends   []End // how they go by what ended last; one of them
	endAt  time.Time
}

// Saw tells what happened in a community, and returns what is wrong with it.
func (o *Oracle) Saw(s Seen) (wrong []string) {
	at := spot{s.Place, s.Who}
	p, c, w := o.person(at), o.open(s.Place), o.wants(at)
	bad := func(format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("%s in %s: ", s.Who, s.Place)+fmt.Sprintf(format, args...))
	}
	if s.ByUs && c == nil {
		bad("usher did something through no connection")
	}
	if s.ByUs && c != nil {
		o.judge(s, p, c, w, bad)
	}
	o.note(s, p, c)
	return wrong
}

func (o *Oracle) judge(s Seen, p *person, c *conn, w wanted, bad func(string, ...any)) {
	switch {
	case !s.WasIn && s.In && !w.sure && !w.maybe:
		bad("was let in without a reason")
	case s.WasIn && !s.In && w.sure:
		bad("was taken out while %v gives access", w.why)
	case s.WasIn && !s.In && s.Who == c.Owner:
		bad("was taken out, and had connected the server")
	case s.WasIn && !s.In && !p.ours && !p.vague && !c.MembersOnly:
		bad("was taken out, and was there before usher")
	case s.WasIn && !s.In && !w.maybe && !slices.Contains(p.ends, EndWhole):
		bad("was taken out, and was to stay (%v)", p.ends)
	}
	for _, t := range s.After {
		if !slices.Contains(s.Before, t) && !w.targets[t] && !w.perhaps[t] {
			bad("was given %s without a reason", t)
		}
	}
	if !s.In {
		return
	}
	for _, t := range s.Before {
		switch {
		case slices.Contains(s.After, t):
		case w.targets[t]:
			bad("lost %s while %v gives it", t, w.why)
		case w.sure && !p.byHand && !c.hindered && p.waits(w, s):
			bad("lost %s before they had what %v gives", t, w.why)
		case !p.given[t] && !p.unsure[t]:
			bad("lost %s, which was theirs before usher", t)
		case !w.sure && !w.maybe && len(p.ends) > 0 && slices.Min(p.ends) == slices.Max(p.ends) && p.ends[0] == EndNothing:
			bad("lost %s, and was to keep it", t)
		}
	}
}

// waits reports whether somebody has not got all yet that they should have for
// sure.
func (p *person) waits(w wanted, s Seen) bool {
	for t := range w.targets {
		if !slices.Contains(s.Before, t) {
			return true
		}
	}
	return false
}

// note keeps what happened.
func (o *Oracle) note(s Seen, p *person, c *conn) {
	switch {
	case s.In && !s.WasIn:
		p.in, p.ours, p.vague = true, s.ByUs, s.ByUs && s.Unheard && c != nil && c.Silent
		o.came(s)
	case s.WasIn && !s.In:
		p.in, p.ours, p.vague = false, false, false
		clear(p.given)
		clear(p.unsure)
		o.went(s)
	}
	p.byHand = s.In && (p.byHand && s.WasIn || !s.ByUs && len(s.After) < len(s.Before))
	clear(p.has)
	for _, t := range s.After {
		p.has[t] = true
		if s.ByUs && !slices.Contains(s.Before, t) {
			p.given[t] = true
			if s.Unheard && c != nil && c.Invites {
				p.unsure[t] = true
			}
		}
	}
	for t := range p.given {
		if !p.has[t] {
			delete(p.given, t)
		}
	}
}

// came tells every reason that its person is in. Who had it of those that may
// have it is known if they come by it, or if it is the only one that they could
// have come by.
func (o *Oracle) came(s Seen) {
	var could []key
	sure := false
	for k, r := range o.reasons {
		c := o.conns[k.conn]
		if c.closed || c.Place != s.Place {
			continue
		}
		switch {
		case r.who == s.Who && r.live:
			sure = true
			o.arrive(c, r)
		case slices.Contains(r.maybe, s.Who):
			could = append(could, k)
		}
	}
	switch {
	case slices.Contains(could, o.trying):
		could = []key{o.trying}
	case sure || len(could) > 1:
		could = nil
	}
	for _, k := range could {
		o.Joined(k.conn, k.sale, k.seat, s.Who, s.ByUs, !s.ByUs)
	}
}

// went tells every reason that its person is out.
func (o *Oracle) went(s Seen) {
	for k, r := range o.reasons {
		c := o.conns[k.conn]
		if c.closed || c.Place != s.Place || r.who != s.Who {
			continue
		}
		r.joined = false
		if !s.ByUs && r.live && c.Invites {
			r.outside = true
		}
	}
}

func (o *Oracle) person(at spot) *person {
	p := o.people[at]
	if p == nil {
		p = &person{given: map[string]bool{}, unsure: map[string]bool{}, has: map[string]bool{}}
		o.people[at] = p
	}
	return p
}

// Doubt tells that usher never heard what it did to somebody just now: a process
// died of it, or another one has taken its place.
func (o *Oracle) Doubt(place, who string) {
	p, c := o.people[spot{place, who}], o.open(place)
	if p == nil || c == nil || !c.Invites {
		return
	}
	p.vague = p.vague || p.in && p.ours && c.Silent
	for t := range p.given {
		p.unsure[t] = true
	}
}

// Touched reports whether usher has, or had, a reason to do with somebody in a
// community.
func (o *Oracle) Touched(place, who string) bool {
	for k, r := range o.reasons {
		if o.conns[k.conn].Place == place && (r.who == who || slices.Contains(r.maybe, who) || slices.Contains(r.olds, who)) {
			return true
		}
	}
	p := o.people[spot{place, who}]
	return p != nil && (p.in || len(p.ends) > 0)
}

// Erased tells that usher forgets somebody, as soon as they have gone: who stays
// in is from then on as one who was there before.
func (o *Oracle) Erased(place, who string) {
	if p := o.people[spot{place, who}]; p != nil && p.in {
		p.vague = true
	}
}
