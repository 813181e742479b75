package walk

import (
	"context"
	"fmt"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/walk/oracle"
)

// mend ends all faults, has everybody do what only they can, and then nothing
// may be left to do.
func (w *world) mend() {
	w.Helper()
	w.tell("all is mended")
	w.s.circle.Heal()
	w.s.discord.Mend()
	w.life.mu.Lock()
	w.life.left = -1
	w.life.mu.Unlock()
	w.nap = false
	for w.wakes() {
	}
	w.moveTo(w.business().Add(24 * time.Hour))
	for range 10 {
		if w.sellerMends() {
			break
		}
		w.moveTo(w.business().Add(2 * time.Minute))
	}
	for _, l := range w.conns {
		w.patiently(l, func(u *app.Usher) error {
			_, err := u.Communities.Check(w.ctx, w.seller, l.id)
			return err
		})
		w.patiently(l, func(u *app.Usher) error { return u.Communities.Mend(w.ctx, w.seller, l.id) })
		w.decides(l)
		w.moveTo(w.business().Add(24 * time.Hour))
	}
	w.closes()
	w.rejoins()
	w.moveTo(w.business().Add(24 * time.Hour))
	w.closes()
	w.fine()
	w.quiet()
	w.facts.Lock()
	defer w.facts.Unlock()
	if wrong := w.o.Verdict(); len(wrong) > 0 {
		w.fail(wrong)
	}
}

// decides is what a seller does about people of whom usher says that somebody
// has to do something.
func (w *world) decides(l *link) {
	if w.closes(); l.closed {
		return
	}
	all, err := w.usher.Communities.People(w.ctx, w.seller, ports.ClaimQuery{ConnectionID: l.id})
	w.must(err)
	for _, c := range all {
		if len(c.Choices()) > 0 {
			w.must(w.usher.Communities.InviteAgain(w.ctx, w.seller, c.ID))
			w.known(func(o *oracle.Oracle) { o.InvitedAgain(l.name, w.nameOf(c.PurchaseID), string(c.SeatID)) })
		} else if c.State == domain.ClaimFailed || c.State == domain.ClaimNeedsSeller {
			w.must(w.usher.Communities.Retry(w.ctx, w.seller, c.ID))
		}
	}
}

func (w *world) nameOf(id domain.PurchaseID) string {
	for _, s := range w.sales {
		if s.id == id {
			return s.name
		}
	}
	return ""
}

// quiet fails if something is left to do, or not known.
func (w *world) quiet() {
	w.Helper()
	if due, waits, err := w.store.NextDue(w.ctx, tried); err != nil || waits {
		w.Fatalf("something is left to do at %s: %v", due.Sub(begin), err)
	}
	dead, err := w.store.Dead(w.ctx, "", 10)
	w.must(err)
	if len(dead) > 0 {
		w.Fatalf("work was given up: %v", dead)
	}
	for _, l := range w.conns {
		if l.closed {
			continue
		}
		w.must(w.store.View(w.ctx, ports.Seller(w.seller), func(ctx context.Context, tx ports.Tx) error {
			all, err := tx.Grants.List(ctx, l.id, ports.Cursor{}, 1000)
			for _, g := range all {
				switch {
				case g.Intent.Kind != "", g.Unanswered:
					return fmt.Errorf("nobody knows what came of %s for %s in %s", g.Intent.Kind, g.Subject, l.name)
				case g.Origin == domain.OriginUnknown && l.dialect != "v1":
					return fmt.Errorf("it is not known how %s came into %s", g.Subject, l.name)
				}
			}
			return err
		}))
	}
}

// patiently has somebody ask until a service does not stand in the way.
func (w *world) patiently(l *link, ask func(*app.Usher) error) {
	w.Helper()
	for range 10 {
		if w.closes(); l.closed {
			return
		}
		err := w.asks(ask)
		if !refusedFor(err, domain.ErrCommunityRefused, domain.ErrUnavailable) {
			w.must(err)
			return
		}
		w.tell("patience: %v", err)
		w.moveTo(w.business().Add(2 * time.Minute))
	}
	w.Fatalf("what a seller asks is never done")
}

// rejoins has everybody try again who does not know whether they have joined.
func (w *world) rejoins() {
	w.Helper()
	for _, u := range w.uses() {
		for _, p := range w.places(u) {
			unsure := false
			w.known(func(o *oracle.Oracle) { unsure = o.Unsure(p.link.name, p.sale.name, string(p.seat)) })
			if unsure && p.link.place != theCircle && !p.link.leaving {
				if err := w.join(p, p.human.accounts[0], true); err != nil {
					w.Fatalf("%s cannot join again: %v", p.human.email, err)
				}
				w.moveTo(w.business().Add(time.Minute))
			}
		}
	}
}
