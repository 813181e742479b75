package walk

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/walk/oracle"
)

// use is a sale, or a seat of it, and who uses it.
type use struct {
	sale  *sold
	seat  domain.SeatID
	human *human
}

// uses returns who uses what.
func (w *world) uses() (all []use) {
	for _, s := range w.sales {
		if s.good.seats {
			for _, d := range s.seats {
				if d.claimed {
					all = append(all, use{s, d.id, w.human(d.email)})
				}
			}
		} else if s.id != "" {
			all = append(all, use{s, "", w.human(s.email)})
		}
	}
	return slices.DeleteFunc(all, func(u use) bool { return u.human == nil })
}

// place is a claim of somebody's on a Discord server, as their page shows it.
type place struct {
	use
	app.Place
	link *link
}

// aPlace draws a place on a server that is so.
func (w *world) aPlace(is func(place) bool) (p place, ok bool) {
	var fit []place
	for _, u := range w.uses() {
		for _, shown := range w.places(u) {
			if is(shown) {
				fit = append(fit, shown)
			}
		}
	}
	if len(fit) == 0 {
		return p, false
	}
	return fit[w.upTo("place", len(fit)-1)], true
}

func (w *world) places(u use) (all []place) {
	w.must(w.asks(func(usher *app.Usher) error {
		all = nil
		shown, err := usher.Access.Places(w.ctx, w.seller, u.sale.id, u.seat)
		for _, p := range shown {
			if l := w.linkOf(p.Claim.ConnectionID); p.Claim.Service == domain.Discord && l != nil {
				all = append(all, place{u, p, l})
			}
		}
		return err
	}))
	return all
}

func (w *world) linkOf(id domain.ConnectionID) *link {
	for _, l := range w.conns {
		if l.id == id {
			return l
		}
	}
	return nil
}

func (w *world) joins() bool {
	p, ok := w.aPlace(func(p place) bool { return p.Joins })
	if !ok {
		return false
	}
	account := p.human.accounts[0]
	if w.oneIn("another account", 6) {
		account = p.human.accounts[1]
	}
	return w.join(p, account, w.oneIn("instead", 3)) == nil
}

func (w *world) switches() bool {
	p, ok := w.aPlace(func(p place) bool { return p.Leaves })
	if !ok {
		return false
	}
	return w.join(p, p.human.accounts[w.upTo("account", 1)], true) == nil
}

// join takes a place up with an account.
func (w *world) join(p place, account string, another bool) error {
	l, s, seat := p.link.name, p.sale.name, string(p.seat)
	_, unheard := w.s.now()
	life := w.life
	w.known(func(o *oracle.Oracle) { o.Joins(l, s, seat, account) })
	err := func() error {
		address, err := w.usher.Access.StartJoin(w.ctx, w.seller, p.Claim.ID, p.human.browser, another)
		if err != nil {
			return err
		}
		back, err := w.agrees(address, discordtest.Consent{UserID: account})
		if err != nil {
			return err
		}
		_, err = w.usher.Access.FinishJoin(w.ctx, p.human.browser, back)
		return err
	}()
	_, unheardNow := w.s.now()
	unknown := err != nil && (life.dead.Load() || unheardNow != unheard)
	w.tell("%s joins %s by %s %s as %s, another %v: %v", p.human.email, l, s, seat, account, another, err)
	w.known(func(o *oracle.Oracle) { o.Joined(l, s, seat, account, err == nil, unknown) })
	if life.dead.Load() {
		w.again()
	}
	return err
}

func (w *world) leaves() bool {
	p, ok := w.aPlace(func(p place) bool { return p.Leaves })
	if !ok {
		return false
	}
	w.must(w.asks(func(u *app.Usher) error { return u.Access.Leave(w.ctx, w.seller, p.Claim.ID) }))
	w.tell("%s leaves %s by %s", p.human.email, p.link.name, p.sale.name)
	w.known(func(o *oracle.Oracle) { o.Left(p.link.name, p.sale.name, string(p.seat)) })
	return true
}

// isThere lets somebody into a community by hand, with something of their own:
// before usher has ever to do with them there.
func (w *world) isThere() bool {
	h := w.someone()
	where := w.upTo("where", len(guilds))
	what := w.upTo("with", 3)
	in, _ := w.s.now()
	if where == len(guilds) {
		if in[theCircle][h.email] != nil || w.touched(theCircle, h.email) {
			return false
		}
		m := circletest.Member{Email: h.email}
		if l := w.aLink(func(l *link) bool { return l.place == theCircle }); what < 3 && l != nil && l.dialect != "v1" { // v1 does not tell what was theirs
			id, _ := strconv.ParseInt(groups[what], 10, 64)
			m.SpaceGroups = []int64{id}
		}
		w.s.byHand(func() { w.s.circle.SetMember(circleID, m) })
	} else {
		id, account := guilds[where], h.accounts[0]
		if in[id][account] != nil || w.touched(id, account) {
			return false
		}
		m := discordtest.Member{UserID: account}
		if what < 3 {
			m.Roles = []string{roles[what]}
		}
		w.s.guild(id, func(g *discordtest.Guild) { g.Members = append(g.Members, m) })
	}
	w.tell("%s is in %d by hand, with %d", h.email, where, what)
	return true
}

// touched reports whether usher has to do with somebody in a community.
func (w *world) touched(place, who string) (is bool) {
	w.known(func(o *oracle.Oracle) { is = o.Touched(place, who) })
	return is
}

// goesByHand takes somebody out by hand, or a target from them.
func (w *world) goesByHand() bool {
	var all [][2]string
	in, _ := w.s.now()
	for _, at := range sorted(in) {
		for _, who := range sorted(in[at]) {
			if who != owner {
				all = append(all, [2]string{at, who})
			}
		}
	}
	if len(all) == 0 {
		return false
	}
	at := all[w.upTo("who", len(all)-1)]
	w.tell("%s goes from %s by hand", at[1], at[0])
	if at[0] == theCircle {
		w.s.byHand(func() { w.s.circle.RemoveMember(circleID, at[1]) })
		return true
	}
	role := w.oneIn("only a role", 2)
	w.s.guild(at[0], func(g *discordtest.Guild) {
		i := slices.IndexFunc(g.Members, func(m discordtest.Member) bool { return m.UserID == at[1] })
		if role && len(g.Members[i].Roles) > 0 {
			g.Members[i].Roles = g.Members[i].Roles[1:]
		} else {
			g.Members = slices.Delete(g.Members, i, i+1)
		}
	})
	return true
}

func (w *world) readdresses() bool {
	s := w.aSale(func(s *sold) bool { return w.human(s.email) != nil && !s.good.seats })
	if s == nil {
		return false
	}
	to := w.someone()
	w.must(w.asks(func(u *app.Usher) error { return u.Access.Readdress(w.ctx, w.seller, s.id, to.email) }))
	w.tell("%s is %s's now", s.name, to.email)
	s.email = to.email
	w.known(func(o *oracle.Oracle) { o.Readdressed(s.name, to.email) })
	return true
}

func (w *world) blocks() bool {
	h := w.someone()
	is := !w.oneIn("not any more", 3)
	w.must(w.asks(func(u *app.Usher) error {
		if is {
			return u.Communities.Block(w.ctx, w.seller, h.email)
		}
		return u.Communities.Unblock(w.ctx, w.seller, h.email)
	}))
	w.tell("%s is blocked: %v", h.email, is)
	w.known(func(o *oracle.Oracle) { o.Blocked(h.email, is) })
	return true
}

func (w *world) erases() bool {
	h := w.someone()
	w.must(w.asks(func(u *app.Usher) error { return u.Access.Erase(w.ctx, w.seller, h.email) }))
	w.tell("%s is erased", h.email)
	w.known(func(o *oracle.Oracle) {
		for _, s := range w.sales {
			for _, d := range s.seats {
				if d.email == h.email {
					o.Stood(s.name, string(d.id))
					d.email, d.claimed = "", false
				}
			}
			s.seats = slices.DeleteFunc(s.seats, func(d *seat) bool { return d.email == "" })
			if s.email == h.email {
				if s.good.monthly && s.payer == nil {
					o.Ended(s.name)
				}
				o.Forgotten(s.name)
				s.email = ""
			}
		}
		for _, l := range w.conns {
			for _, who := range append([]string{h.email}, h.accounts...) {
				o.Erased(l.place, who)
			}
		}
	})
	return true
}

func (w *world) seats() bool {
	s := w.aSale(func(s *sold) bool { return s.good.seats && s.id != "" })
	if s == nil {
		return false
	}
	if len(s.seats) > 0 && w.oneIn("take one", 3) {
		i := w.upTo("seat", len(s.seats)-1)
		d := s.seats[i]
		w.must(w.asks(func(u *app.Usher) error {
			_, err := u.Memberships.Revoke(w.ctx, w.seller, d.id)
			return err
		}))
		s.seats = slices.Delete(s.seats, i, i+1)
		w.tell("%s stands up from %s", d.email, s.name)
		w.known(func(o *oracle.Oracle) { o.Stood(s.name, string(d.id)) })
		return true
	}
	h := w.someone()
	var made domain.Seat
	err := w.asks(func(u *app.Usher) (err error) {
		all, err := u.Memberships.Seats(w.ctx, w.seller, s.member)
		if err != nil {
			return err
		}
		for _, d := range all { // the process died after it
			if d.Assigned() && d.Email == h.email && !slices.ContainsFunc(s.seats, func(k *seat) bool { return k.id == d.ID }) {
				made = d
				return nil
			}
		}
		made, err = u.Memberships.Assign(w.ctx, w.seller, s.member, h.email)
		return err
	})
	if refusedFor(err, domain.ErrNotActive, domain.ErrNoSeatAvailable, domain.ErrSeatTaken) {
		return false
	}
	w.must(err)
	w.must(w.asks(func(u *app.Usher) error {
		_, err := u.Memberships.Claim(w.ctx, w.seller, made.ID)
		return err
	}))
	w.tell("%s sits down in %s", h.email, s.name)
	w.sits(s, &seat{made.ID, h.email, true})
	return true
}

// changes asks for another tier, or another number of seats.
func (w *world) changes() bool {
	s := w.aSale(monthly)
	if s == nil {
		return false
	}
	w.n++
	key := fmt.Sprint("ask ", w.n)
	var r domain.Request
	i := -1
	if s.good.seats {
		r = domain.AskSeats(1 + w.upTo("seats", 3))
	} else {
		i = w.upTo("variant", len(s.good.variants)-1)
		r.Tier = s.good.variants[i]
	}
	var done app.Done
	err := w.asks(func(u *app.Usher) (err error) {
		done, err = u.Memberships.Ask(w.ctx, w.seller, s.member, r, key)
		return err
	})
	if err != nil && (domain.KindOf(err) == domain.Precondition || domain.KindOf(err) == domain.Conflict || domain.KindOf(err) == domain.Invalid || domain.KindOf(err) == domain.Declined) {
		return false
	}
	w.must(err)
	w.tell("%s changes to %d seats, tier %d: %s", s.name, r.Seats, i, done.Result)
	if i >= 0 {
		w.known(func(o *oracle.Oracle) {
			w.seen.did(fmt.Sprintf("tier %d", i))
			o.Changed(s.name, string(r.Tier), s.good.prices[i] >= s.good.prices[len(s.good.prices)-1])
		})
	}
	return true
}
