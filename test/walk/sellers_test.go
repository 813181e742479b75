package walk

import (
	"fmt"
	"slices"

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
	l := w.aLink(anyLink)
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
