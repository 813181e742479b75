package walk

import (
	"fmt"
	"slices"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/walk/oracle"
)

// attached is an attachment that stands.
type attached struct {
	id   domain.AttachmentID
	name string // the oracle's
	good *good
	conn *link
}

func (w *world) aLink(is func(*link) bool) *link {
	var fit []*link
	for _, l := range w.conns {
		if !l.closed && is(l) {
			fit = append(fit, l)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return fit[w.upTo("connection", len(fit)-1)]
}

func anyLink(*link) bool { return true }

var ends = map[domain.Service][]domain.EndAction{
	domain.Circle:  {domain.EndNone, domain.EndSpaceGroup, domain.EndCommunity},
	domain.Discord: {domain.EndNone, domain.EndRoles, domain.EndKick},
}

// terms draws what an attachment covers, gives and ends with.
func (w *world) terms(g *good, l *link) (a domain.Attachment, known oracle.Attachment) {
	a = domain.Attachment{ConnectionID: l.id, ProductID: g.id, AllVariants: true}
	known = oracle.Attachment{Conn: l.name, Product: g.name, At: w.business()}
	if len(g.variants) > 0 && w.oneIn("one variant", 2) {
		v := g.variants[w.upTo("variant", len(g.variants)-1)]
		a.AllVariants, a.Variants, known.Variants = false, domain.ChosenVariants(v), []string{string(v)}
	}
	all, most := roles, 2
	if l.service == domain.Circle {
		all, most = groups, 1
	}
	for range w.upTo("targets", most) {
		t := all[w.upTo("target", len(all)-1)]
		if !slices.Contains(known.Targets, t) {
			known.Targets = append(known.Targets, t)
		}
	}
	var ids []domain.TargetID
	for _, t := range known.Targets {
		ids = append(ids, domain.TargetID(t))
	}
	a.Targets = domain.MakeTargets(ids...)
	n := 2 - w.upTo("milder end", 2)
	a.EndAction, known.End = ends[l.service][n], oracle.End(n)
	return a, known
}

func (w *world) attaches() bool {
	l := w.aLink(func(l *link) bool { return !l.leaving })
	if l == nil || len(w.attached) > 6 {
		return false
	}
	g := &w.goods[w.upTo("product", len(w.goods)-1)]
	a, known := w.terms(g, l)
	all := w.oneIn("all", 2)
	var made app.Attached
	err := w.asks(func(u *app.Usher) (err error) {
		if id := w.unknownAttachment(u, g); id != "" { // the process died after it
			made.ID = id
			return nil
		}
		made, err = u.Communities.Attach(w.ctx, w.seller, a, all)
		return err
	})
	if w.notNow(err) {
		return false
	}
	w.n++
	known.ID = fmt.Sprint("attachment-", w.n)
	if !all {
		known.From = w.business()
	}
	w.attached = append(w.attached, &attached{made.ID, known.ID, g, l})
	w.tell("%s is attached to %s: %v %v, end %d, all %v, as %s", g.name, l.name, known.Variants, known.Targets, known.End, all, known.ID)
	w.known(func(o *oracle.Oracle) { o.Attached(known) })
	return true
}

// unknownAttachment returns one that the walk does not know of.
func (w *world) unknownAttachment(u *app.Usher, g *good) domain.AttachmentID {
	all, _ := u.Communities.Attachments(w.ctx, w.seller, g.id)
	for _, a := range all {
		if !slices.ContainsFunc(w.attached, func(k *attached) bool { return k.id == a.ID }) {
			return a.ID
		}
	}
	return ""
}

// notNow reports whether a service stands in the way of what a seller asks; any
// other error ends the walk.
func (w *world) notNow(err error) bool {
	w.Helper()
	if refusedFor(err, domain.ErrCommunityRefused, domain.ErrUnavailable) || domain.KindOf(err) == domain.Invalid && err != nil {
		w.tell("not now: %v", err)
		return true
	}
	w.must(err)
	return false
}

func (w *world) detaches() bool {
	if len(w.attached) == 0 {
		return false
	}
	i := w.upTo("attachment", len(w.attached)-1)
	a := w.attached[i]
	how := []domain.Leaving{domain.KeepMembers, domain.KeepUntilEnd, domain.RemoveMembers}[w.upTo("leaving", 2)]
	w.must(w.asks(func(u *app.Usher) error { return u.Communities.Detach(w.ctx, w.seller, a.id, how) }))
	w.attached = slices.Delete(w.attached, i, i+1)
	w.tell("%s is detached: %s", a.name, how)
	w.known(func(o *oracle.Oracle) { o.Detached(a.name, leavings[how]) })
	return true
}

var leavings = map[domain.Leaving]oracle.Leaving{domain.KeepMembers: oracle.Keep, domain.KeepUntilEnd: oracle.UntilEnd, domain.RemoveMembers: oracle.Remove}

func (w *world) reattaches() bool {
	if len(w.attached) == 0 {
		return false
	}
	k := w.attached[w.upTo("attachment", len(w.attached)-1)]
	a, known := w.terms(k.good, k.conn)
	all := w.oneIn("all", 2)
	var was oracle.Attachment
	w.known(func(o *oracle.Oracle) { was, _ = o.Attachment(k.name) })
	if len(known.Targets) == 0 {
		known.Targets = was.Targets // empty is what they were
	}
	var made app.Attached
	err := w.asks(func(u *app.Usher) (err error) {
		if id := w.unknownAttachment(u, k.good); id != "" { // the process died after it
			made.ID = id
			return nil
		}
		made, err = u.Communities.Reattach(w.ctx, w.seller, k.id, a, all)
		return err
	})
	if w.notNow(err) {
		return false
	}
	w.tell("%s is changed: %v %v, end %d, all %v", k.name, known.Variants, known.Targets, known.End, all)
	known.ID, known.At, known.From = k.name, was.At, was.From
	w.known(func(o *oracle.Oracle) {
		switch {
		case made.ID != k.id: // those of before stay with what there was
			o.Detached(k.name, oracle.UntilEnd)
			w.n++
			k.id, k.name = made.ID, fmt.Sprint("attachment-", w.n)
			known.ID, known.At, known.From = k.name, w.business(), w.business()
		case all:
			known.From = time.Time{}
		}
		o.Attached(known)
	})
	return true
}

// connects connects a community that is not.
func (w *world) connects() bool {
	place := append([]string{theCircle}, guilds...)[w.upTo("community", len(guilds))]
	if w.aLink(func(l *link) bool { return l.place == place }) != nil {
		return false
	}
	if place == theCircle {
		return w.connectCircle([]string{"v2", "v1"}[w.upTo("dialect", 1)])
	}
	return w.connectDiscord(place)
}

func (w *world) disconnects() bool {
	l := w.aLink(anyLink)
	if l == nil || l.leaving {
		return false
	}
	how, botLeaves := domain.KeepMembers, w.oneIn("bot leaves", 2)
	if w.oneIn("remove", 2) {
		how = domain.RemoveMembers
	}
	err := w.asks(func(u *app.Usher) error { return u.Communities.Disconnect(w.ctx, w.seller, l.id, how, botLeaves) })
	if w.notNow(err) {
		return false
	}
	w.tell("%s is disconnected, members %s, bot leaves %v", l.name, how, botLeaves)
	l.leaving = true
	w.known(func(o *oracle.Oracle) {
		o.Dropped(l.name, leavings[how])
		if how == domain.KeepMembers {
			o.Closed(l.name)
			l.closed = true
		}
	})
	w.attached = slices.DeleteFunc(w.attached, func(a *attached) bool { return a.conn == l })
	return true
}

// closes finds out which connections are closed by now.
func (w *world) closes() {
	for _, l := range w.conns {
		if l.closed || !l.leaving {
			continue
		}
		w.must(w.asks(func(u *app.Usher) error {
			conn, err := u.Communities.Get(w.ctx, w.seller, l.id)
			l.closed = err == nil && !conn.ClosedAt.IsZero()
			return err
		}))
		if l.closed {
			w.tell("%s is closed", l.name)
			w.known(func(o *oracle.Oracle) {
				if !l.spoilt { // whom usher cannot take out is left in
					w.wrong = append(w.wrong, o.Gone(l.name)...)
				}
				o.Closed(l.name)
			})
		}
	}
}

// sellerMends has the seller do something about what stands in the way, or only
// look again.
func (w *world) sellerLooks() bool {
	l := w.aLink(anyLink)
	if l == nil {
		return false
	}
	err := w.asks(func(u *app.Usher) error {
		switch w.upTo("looks", 2) {
		case 0:
			_, err := u.Communities.Check(w.ctx, w.seller, l.id)
			return err
		case 1:
			return u.Communities.Mend(w.ctx, w.seller, l.id)
		}
		_, err := u.Communities.Compare(w.ctx, w.seller, l.id, false)
		return err
	})
	w.tell("the seller looks after %s: %v", l.name, err)
	return err == nil
}
