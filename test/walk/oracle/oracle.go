package oracle

import (
	"maps"
	"slices"
	"time"
)

// Conn is a seller's connection to a community.
type Conn struct {
	ID, Place   string // Place is the community
	Invites     bool   // people are let in without their doing
	Silent      bool   // cannot be asked who is in before somebody is let in
	MembersOnly bool   // also who was there before goes in the end
	Owner       string // who connected it, and is never taken out
}

// Oracle knows the facts.
type Oracle struct {
	now      time.Time
	sales    map[string]*sale
	attached []*Attachment
	conns    map[string]*conn
	blocked  map[string]bool
	reasons  map[key]*reason
	people   map[spot]*person
	trying   key // the reason that somebody is taking up just now
}

type conn struct {
	Conn
	closed   bool
	hindered bool // what usher gives may be refused
}

// spot is somebody in a community.
type spot struct{ place, who string }

// New returns an Oracle that knows nothing.
func New() *Oracle {
	return &Oracle{
		sales: map[string]*sale{}, conns: map[string]*conn{}, blocked: map[string]bool{},
		reasons: map[key]*reason{}, people: map[spot]*person{},
	}
}

// At tells what time it is: some things end by themselves.
func (o *Oracle) At(now time.Time) {
	o.now = now
	o.turn()
}

// Connected tells of a connection, or of another state of one. Whoever is in a
// community when it is connected was there before.
func (o *Oracle) Connected(c Conn) {
	was := o.conns[c.ID]
	if was == nil {
		for at, p := range o.people {
			if at.place == c.Place {
				p.ours, p.vague, p.ends = false, false, nil
				clear(p.given)
				clear(p.unsure)
			}
		}
	}
	o.conns[c.ID] = &conn{Conn: c, hindered: was != nil && was.hindered}
	o.turn()
}

// Hindered tells that sellers stand in the way of what usher gives.
func (o *Oracle) Hindered() {
	for _, c := range o.conns {
		c.hindered = true
	}
}

// Closed tells that a connection is no more: nothing happens through it.
func (o *Oracle) Closed(id string) { o.conns[id].closed = true }

// Dropped tells that a connection is being closed: all of its attachments are
// removed together, also those that let people stay until the end.
func (o *Oracle) Dropped(id string, how Leaving) {
	for _, a := range o.attached {
		if a.Conn == id && (a.Left == Stands || a.Left == UntilEnd) {
			a.Left, a.LeftAt = how, o.now
		}
	}
	o.turn()
}

// Gone says who should be out of a community before its connection is closed.
func (o *Oracle) Gone(id string) (wrong []string) {
	c := o.conns[id]
	for at := range o.people {
		if at.place == c.Place && !c.closed {
			wrong = append(wrong, o.settled(at, c)...)
		}
	}
	return wrong
}

// Blocked tells that an address gets nothing, or that it does again.
func (o *Oracle) Blocked(email string, is bool) {
	o.blocked[email] = is
	o.turn()
}

// key names a reason.
type key struct{ conn, sale, seat string }

// reason is one reason for somebody to be in a community.
type reason struct {
	conn    string
	live    bool
	since   time.Time
	by      []*Attachment // that it lives by, or last did
	targets []string
	end     End
	who     string   // whom it lets in; empty: nobody has joined
	maybe   []string // or, since an answer was lost, one of these
	olds    []string // who stay in until who is
	joined  bool     // who has come in, and has not gone since
	outside bool     // who was taken out by hand, and is not let in again by itself
}

// turn finds out which reasons live now.
func (o *Oracle) turn() {
	fit := map[key]bool{}
	for _, c := range o.conns {
		for _, s := range o.sales {
			if c.closed || !o.gives(s) {
				continue
			}
			for seat, u := range s.users {
				k := key{c.ID, s.ID, seat}
				r := o.reasons[k]
				var by []*Attachment
				if r != nil && r.live {
					by = r.by
				}
				by = o.cover(c.ID, s, u.since, by)
				if len(by) == 0 || o.blocked[u.email] {
					continue
				}
				fit[k] = true
				if r == nil {
					r = &reason{conn: c.ID}
					o.reasons[k] = r
				}
				if !r.live { // how whoever it let in goes is settled
					r.outside, r.since = false, o.now
					if c.Invites && r.who != u.email {
						r.who, r.olds = "", nil
					}
				}
				r.live, r.by = true, by
				r.targets, r.end = sum(by)
				if c.Invites && r.who != u.email {
					o.move(c, r, u.email)
				}
			}
		}
	}
	for k, r := range o.reasons {
		if r.live && !fit[k] && !o.conns[k.conn].closed {
			o.die(k, r)
		}
	}
}

// die ends a reason, and notes for everybody that it let in how they go.
func (o *Oracle) die(k key, r *reason) {
	r.live = false
	ends := o.endings(o.sales[k.sale], r)
	r.end = ends[0]
	o.letGo(o.conns[k.conn], r, ends...)
}

// letGo notes for everybody of a reason how they go. Of who may have had it, it
// is not known that they do.
func (o *Oracle) letGo(c *conn, r *reason, ends ...End) {
	for _, who := range append(slices.Clone(r.olds), r.who) {
		o.goes(c, who, ends...)
	}
	for _, who := range r.maybe {
		o.goes(c, who, append(ends, EndNothing)...)
	}
}

// move gives a reason to another address. Who had it stays in until they are.
func (o *Oracle) move(c *conn, r *reason, to string) {
	if r.who != "" && !slices.Contains(r.olds, r.who) {
		r.olds = append(r.olds, r.who)
	}
	r.who, r.joined, r.outside = to, false, false
	r.olds = slices.DeleteFunc(r.olds, func(old string) bool { return old == to })
	if p := o.people[spot{c.Place, to}]; p != nil && p.in {
		o.arrive(c, r)
	}
}

// arrive lets those go whose place somebody has taken, also where people are
// kept in the end.
func (o *Oracle) arrive(c *conn, r *reason) {
	for _, old := range r.olds {
		o.goes(c, old, asked(r.end))
	}
	r.olds, r.joined = nil, true
}

// asked is how somebody goes who asked to, or whose place another one takes: also
// where people are kept in the end.
func asked(e End) End {
	if e == EndNothing {
		return EndWhole
	}
	return e
}

// goes notes how somebody goes by what has ended just now.
func (o *Oracle) goes(c *conn, who string, ends ...End) {
	if who == "" {
		return
	}
	p := o.person(spot{c.Place, who})
	if !p.endAt.Equal(o.now) {
		p.ends, p.endAt = nil, o.now
	}
	p.ends = append(p.ends, ends...)
}

// wanted is what live reasons ask for.
type wanted struct {
	sure, maybe bool            // to be in
	targets     map[string]bool // that are asked for, for sure
	perhaps     map[string]bool // or that may be
	joined      bool            // and has come in by one of the sure ones
	why         []key           // the sure reasons
}

func (o *Oracle) wants(at spot) wanted {
	w := wanted{targets: map[string]bool{}, perhaps: map[string]bool{}}
	for k, r := range o.reasons {
		c := o.conns[k.conn]
		if !r.live || c.closed || c.Place != at.place {
			continue
		}
		old := slices.Contains(r.olds, at.who)
		switch {
		case r.who == at.who && !r.outside:
			w.sure, w.joined = true, w.joined || r.joined
			w.why = append(w.why, k)
			for _, t := range r.targets {
				w.targets[t] = true
			}
		case r.who == at.who, slices.Contains(r.maybe, at.who), old:
			w.maybe = true
		default:
			continue
		}
		for _, t := range r.targets {
			w.perhaps[t] = true
		}
		if p := o.people[spot{at.place, r.who}]; old && (p == nil || !p.in) && len(r.maybe) == 0 {
			w.sure = true // until the other is in
		}
	}
	return w
}

// open returns the connection to a community, if there is one.
func (o *Oracle) open(place string) *conn {
	for _, id := range slices.Sorted(maps.Keys(o.conns)) {
		if c := o.conns[id]; c.Place == place && !c.closed {
			return c
		}
	}
	return nil
}
