package walk

import (
	"fmt"
	"slices"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/walk/oracle"
)

// sold is a sale.
type sold struct {
	name   string // the oracle's
	good   *good
	id     domain.PurchaseID
	member domain.MembershipID
	email  string
	card   string
	seats  []*seat
	payer  *sold

	cost, back int64 // what it cost itself, and what of that went back
}

// seat is a seat of a sale that somebody was given.
type seat struct {
	id      domain.SeatID
	email   string
	claimed bool
}

func (w *world) someone() *human { return w.people[w.upTo("person", len(w.people)-1)] }

func (w *world) human(email string) *human {
	if i := slices.IndexFunc(w.people, func(h *human) bool { return h.email == email }); i >= 0 {
		return w.people[i]
	}
	return nil
}

// aSale draws a sale that is so; nil if none is.
func (w *world) aSale(is func(*sold) bool) *sold {
	var fit []*sold
	for _, s := range w.sales {
		if is(s) {
			fit = append(fit, s)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return fit[w.upTo("sale", len(fit)-1)]
}

func monthly(s *sold) bool { return s.good.monthly && s.payer == nil }

func (w *world) buys() bool {
	g := &w.goods[w.upTo("product", len(w.goods)-1)]
	h := w.someone()
	w.n++
	s := &sold{name: fmt.Sprintf("%s-%d", g.name, w.n), good: g, email: h.email}
	s.card = "card of " + s.name
	r := domain.SaleRequest{ProductID: g.id}
	variant := ""
	if len(g.variants) > 0 {
		v := g.variants[w.upTo("variant", len(g.variants)-1)]
		r.Variants, variant = domain.ChosenVariants(v), string(v)
	}
	if g.monthly {
		r.Recurrence = domain.Monthly
	}
	if g.seats {
		r.Quantity = 1 + w.upTo("more seats", 2)
	}
	var done app.Bought
	w.must(w.asks(func(u *app.Usher) (err error) {
		done, err = u.Sales.Buy(w.ctx, w.seller, r, app.Buyer{Email: h.email, Method: s.card}, "buy "+s.name)
		return err
	}))
	s.id, s.member = done.Purchase.ID, done.Purchase.MembershipID
	s.cost = done.Payment.Amount.Amount
	w.sales = append(w.sales, s)
	w.tell("%s buys %s %s", h.email, s.name, variant)
	w.known(func(o *oracle.Oracle) {
		o.Sold(oracle.Sale{ID: s.name, Product: g.name, Variant: variant, Email: h.email, Seats: g.seats, Monthly: g.monthly, At: w.business()})
	})
	if g.seats {
		var all []domain.Seat
		w.must(w.asks(func(u *app.Usher) (err error) {
			all, err = u.Memberships.Seats(w.ctx, w.seller, s.member)
			return err
		}))
		w.sits(s, &seat{id: all[0].ID, email: h.email, claimed: true})
	}
	return true
}

// sits notes that somebody has a seat.
func (w *world) sits(s *sold, d *seat) {
	s.seats = append(s.seats, d)
	w.known(func(o *oracle.Oracle) { o.Sat(s.name, string(d.id), d.email) })
}

func (w *world) cancels() bool {
	s := w.aSale(monthly)
	if s == nil {
		return false
	}
	err := w.asks(func(u *app.Usher) error {
		_, err := u.Memberships.Cancel(w.ctx, w.seller, s.member, domain.Buyer)
		return err
	})
	if refusedFor(err, domain.ErrNotActive, domain.ErrCancelScheduled) {
		return false
	}
	w.must(err)
	w.tell("%s is cancelled", s.name)
	w.known(func(o *oracle.Oracle) { o.Cancelled(s.name) })
	return true
}

func (w *world) uncancels() bool {
	s := w.aSale(monthly)
	if s == nil {
		return false
	}
	err := w.asks(func(u *app.Usher) error {
		_, err := u.Memberships.Uncancel(w.ctx, w.seller, s.member, domain.Buyer)
		return err
	})
	if refusedFor(err, domain.ErrNotActive, domain.ErrNotCancelled) {
		return false
	}
	w.must(err)
	w.tell("%s is not cancelled after all", s.name)
	w.known(func(o *oracle.Oracle) { o.Uncancelled(s.name) })
	return true
}

func (w *world) restarts() bool {
	s := w.aSale(monthly)
	if s == nil {
		return false
	}
	w.pays(s, true)
	w.n++
	key := fmt.Sprint("restart ", w.n)
	var done app.Done
	err := w.asks(func(u *app.Usher) (err error) {
		done, err = u.Memberships.Restart(w.ctx, w.seller, s.member, domain.Buyer, domain.Request{}, key)
		return err
	})
	if refusedFor(err, domain.ErrAlreadyActive, domain.ErrNotRestartable, domain.ErrNotActive, domain.ErrErased) {
		return false
	}
	w.must(err)
	w.tell("%s is restarted: %s", s.name, done.Result)
	w.known(func(o *oracle.Oracle) {
		if done.Result == domain.Resumed {
			o.Uncancelled(s.name)
		} else {
			o.Restarted(s.name)
		}
	})
	return true
}

// pays has the card of a sale pay, or not.
func (w *world) pays(s *sold, does bool) {
	w.facts.Lock()
	defer w.facts.Unlock()
	delete(w.declines, s.card)
	if !does {
		w.declines[s.card] = sandbox.Declines
	}
}

func (w *world) runsDry() bool {
	s := w.aSale(monthly)
	if s == nil {
		return false
	}
	w.pays(s, w.oneIn("pays again", 3))
	w.tell("%s may pay no more", s.card)
	return true
}

func (w *world) refunds() bool {
	s := w.aPaid()
	if s == nil {
		return false
	}
	whole := !w.oneIn("in part", 3)
	amount := int64(0)
	if !whole {
		amount = 100
	}
	err := w.once(func(u *app.Usher) error {
		_, err := u.Sales.Refund(w.ctx, w.seller, s.id, amount)
		return err
	}, domain.ErrAlreadyRefunded, domain.ErrRefundTooLarge)
	if refusedFor(err, domain.ErrAlreadyRefunded, domain.ErrRefundTooLarge, domain.ErrNotCharged, errNotNow) {
		return false
	}
	w.must(err)
	w.tell("%s is refunded, whole %v", s.name, whole)
	s.back += amount
	w.known(func(o *oracle.Oracle) {
		if whole || s.back >= s.cost {
			o.GivenBack(s.name)
		} else {
			o.PartBack(s.name)
		}
	})
	return true
}

// once has usher do what another process does not do again: then these refusals
// say that it was done.
func (w *world) once(do func(*app.Usher) error, done ...error) error {
	died := false
	err := w.asks(func(u *app.Usher) error {
		life := w.life
		err := do(u)
		if died && refusedFor(err, done...) {
			return nil
		}
		died = died || life.dead.Load()
		return err
	})
	return err
}

func (w *world) disputes() bool {
	s := w.aPaid()
	if s == nil {
		return false
	}
	won := w.oneIn("won", 2)
	var p domain.PurchaseState
	err := w.asks(func(u *app.Usher) (err error) {
		if won {
			p, err = u.Sales.WinDispute(w.ctx, w.seller, s.id)
		} else {
			p, err = u.Sales.Dispute(w.ctx, w.seller, s.id)
		}
		return err
	})
	if err != nil {
		if domain.KindOf(err) == domain.Precondition {
			return false
		}
		w.must(err)
	}
	w.tell("%s is disputed at %s, won %v", s.name, p.DisputedAt.Sub(begin), won)
	w.known(func(o *oracle.Oracle) {
		if won {
			o.Won(s.name)
		} else {
			o.Disputed(s.name)
		}
	})
	return true
}
