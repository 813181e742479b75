package app

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Memberships changes what members have, and moves the money for it.
//
// A command that takes a key is done once under that key: a repeat is answered
// with what the first came to, and another command under it is refused with
// [domain.ErrKeyReused]. A command that was refused has not used its key up,
// except by a declined payment. Without a key each call is another command.
type Memberships struct{ *core }

// Done is what a command came to.
type Done struct {
	Membership domain.MembershipState // as it is now
	Result     domain.Result
	Payment    domain.PaymentState // the zero value: no money moves
	Skipped    int                 // periods that passed and are never billed
	Credit     int64               // unused part of the old period, in the payment of a new one
	Replayed   bool                // the command came before under this key
}

// Get returns a membership as it is stored; [domain.MembershipState.CaughtUp]
// says what has become of it since.
func (m *Memberships) Get(ctx context.Context, seller domain.SellerID, id domain.MembershipID) (domain.MembershipState, error) {
	return load(ctx, m.core, seller, func(ctx context.Context, tx ports.Tx) (domain.MembershipState, error) {
		got, err := tx.Memberships.ByID(ctx, id)
		if err != nil {
			return domain.MembershipState{}, err
		}
		return got.State(), nil
	})
}

// PayNow pays what is overdue, for so many seats if some are asked for; see
// [domain.Membership.PayNow].
func (m *Memberships) PayNow(ctx context.Context, seller domain.SellerID, id domain.MembershipID, r domain.Request, key string) (Done, error) {
	return m.command(ctx, seller, id, key, asked{"pay_now", id, r, ""}, "", func(s step) (domain.Outcome, error) {
		return s.member.PayNow(r, s.limits, s.payment, s.key, s.at)
	})
}

// Restart begins a new period of an ended membership; see
// [domain.Membership.Restart].
func (m *Memberships) Restart(ctx context.Context, seller domain.SellerID, id domain.MembershipID, by domain.Actor, r domain.Request, key string) (Done, error) {
	return m.command(ctx, seller, id, key, asked{"restart", id, r, by}, "", func(s step) (domain.Outcome, error) {
		return s.member.Restart(by, r, s.limits, s.payment, s.key, s.at)
	})
}

// Cancel ends a membership when what is paid for ends; see
// [domain.Membership.Cancel].
func (m *Memberships) Cancel(ctx context.Context, seller domain.SellerID, id domain.MembershipID, by domain.Actor) (Done, error) {
	return m.plain(ctx, seller, id, func(s step) (domain.Outcome, error) { return s.member.Cancel(by, s.at) })
}

// Uncancel takes a scheduled cancellation back; see
// [domain.Membership.Uncancel].
func (m *Memberships) Uncancel(ctx context.Context, seller domain.SellerID, id domain.MembershipID, by domain.Actor) (Done, error) {
	return m.plain(ctx, seller, id, func(s step) (domain.Outcome, error) { return s.member.Uncancel(by, s.at) })
}

// EndNow takes a membership away at once; see [domain.Membership.EndNow].
func (m *Memberships) EndNow(ctx context.Context, seller domain.SellerID, id domain.MembershipID, by domain.Actor) (Done, error) {
	return m.plain(ctx, seller, id, func(s step) (domain.Outcome, error) { return s.member.EndNow(by, s.at) })
}

// GrantSeats gives n free seats, or takes some back if n is negative; see
// [domain.Membership.GrantSeats].
func (m *Memberships) GrantSeats(ctx context.Context, seller domain.SellerID, id domain.MembershipID, n int, key string) (Done, error) {
	return m.command(ctx, seller, id, key, asked{"grant", id, domain.AskSeats(n), ""}, "", func(s step) (domain.Outcome, error) {
		return s.member.GrantSeats(n, s.limits, s.at)
	})
}

// step is what a command of a membership is decided from.
type step struct {
	member  *domain.Membership
	limits  domain.Limits
	payment domain.PaymentID // of the payment it makes, if it makes one
	key     string           // the command's own
	at      time.Time
	listed  func(domain.Request) (domain.Request, error) // see atListPrice
}

// asked is a command, by whose digest a repeat is known.
type asked struct {
	What string
	ID   domain.MembershipID
	Of   domain.Request
	By   domain.Actor
}

// plain runs a command that takes no key and asks for no seats: of the limits it
// knows the least charge alone.
func (m *Memberships) plain(ctx context.Context, seller domain.SellerID, id domain.MembershipID, do func(step) (domain.Outcome, error)) (Done, error) {
	return m.command(ctx, seller, id, "", asked{}, "", do)
}

// command writes down what a command came to, with the payment that it needs,
// and then makes that payment. The limits are those of the tier, or of the
// present one if it is empty.
func (m *Memberships) command(ctx context.Context, seller domain.SellerID, id domain.MembershipID, key string, what asked, tier domain.VariantID, do func(step) (domain.Outcome, error)) (Done, error) {
	at := m.at()
	payment := domain.PaymentID(m.newID(at))
	held, err := m.holds(ctx)
	if err != nil {
		return Done{}, err
	}
	var done Done
	var answer string
	err = m.writing(ctx, seller, func(ctx context.Context, tx ports.Tx) (voided domain.PaymentState, err error) {
		done = Done{}
		var fresh bool
		if answer, fresh, err = m.begin(ctx, tx, key, digestOf(what), at); err != nil {
			return voided, err
		}
		if !fresh {
			done, err = replay(ctx, tx, id, answer)
			return voided, err
		}
		member, err := tx.Memberships.ByID(ctx, id)
		if err != nil {
			return voided, err
		}
		limits := domain.Limits{LeastCharge: m.charger.LeastCharge(member.State().Terms.Currency)}
		if what != (asked{}) { // who asks for nothing needs no room: to count it reads the whole tier
			if limits, err = m.limits(ctx, tx, member.State(), tier); err != nil {
				return voided, err
			}
		}
		o, err := do(step{member, limits, payment, cmp.Or(key, string(payment)), at, func(r domain.Request) (domain.Request, error) {
			return atListPrice(ctx, tx, member.State(), r, at)
		}})
		if err != nil {
			return voided, err
		}
		if held && o.Payment != nil {
			return voided, domain.ErrHeld
		}
		if voided, err = m.write(ctx, tx, member, o, at); err != nil {
			return voided, err
		}
		done = Done{Membership: member.State(), Result: o.Result, Skipped: o.Skipped, Credit: o.Credit}
		if o.Payment != nil {
			done.Payment = o.Payment.State()
		}
		return voided, m.finish(ctx, tx, key, answerOf(done))
	})
	if err != nil {
		return Done{}, err
	}
	switch {
	case done.Replayed:
		return m.joined(ctx, done, answer)
	case done.Payment.ID == "":
		return done, nil
	}
	return m.charge(ctx, done)
}

// joined answers a command that came before: if its payment has no answer yet,
// by finding out what came of it.
func (m *Memberships) joined(ctx context.Context, done Done, answer string) (Done, error) {
	if p := done.Payment; p.Open() {
		if _, err := m.Recover(ctx, p.SellerID, p.ID); err != nil && !errors.Is(err, domain.ErrPaymentDeclined) {
			return Done{}, err
		}
		var err error
		done, err = load(ctx, m.core, p.SellerID, func(ctx context.Context, tx ports.Tx) (Done, error) {
			return replay(ctx, tx, p.MembershipID, answer)
		})
		if err != nil {
			return Done{}, err
		}
	}
	if done.Result == domain.PaymentRefused {
		return done, domain.ErrPaymentDeclined
	}
	return done, nil
}

// writing runs one seller's closure, and tells the processor of the payment that
// it gave up, once that is kept.
func (c *core) writing(ctx context.Context, seller domain.SellerID, fn func(context.Context, ports.Tx) (voided domain.PaymentState, err error)) error {
	var voided domain.PaymentState
	err := c.update(ctx, seller, func(ctx context.Context, tx ports.Tx) (err error) {
		voided, err = fn(ctx, tx)
		return err
	})
	if err == nil && voided.ID != "" {
		c.giveUp(ctx, voided)
	}
	return err
}

// write keeps what a command came to, and tells what happened. It returns the
// payment that was given up.
func (c *core) write(ctx context.Context, tx ports.Tx, member *domain.Membership, o domain.Outcome, at time.Time) (voided domain.PaymentState, err error) {
	voided, events, err := c.keep(ctx, tx, member, o, at)
	if err != nil {
		return voided, err
	}
	return voided, c.emit(ctx, tx, at, events...)
}

// keep keeps what a command came to: the membership first, then the payments
// that it gave up and made, then what hangs on it. What happened is to be told
// when all is saved.
func (c *core) keep(ctx context.Context, tx ports.Tx, member *domain.Membership, o domain.Outcome, at time.Time) (voided domain.PaymentState, events []domain.Event, err error) {
	was, err := tx.Memberships.ByID(ctx, member.State().ID)
	if err != nil {
		return voided, nil, err
	}
	if err := tx.Memberships.Save(ctx, member); err != nil {
		return voided, nil, err
	}
	events = o.Events
	if o.Voided != "" || o.Payment != nil {
		if err := c.outside(); err != nil {
			return voided, nil, err
		}
	}
	if o.Voided != "" {
		p, err := tx.Payments.ByID(ctx, o.Voided)
		if err != nil {
			return voided, nil, err
		}
		e, err := p.Void(at)
		if err != nil {
			return voided, nil, err
		}
		if err := tx.Payments.Save(ctx, p); err != nil {
			return voided, nil, err
		}
		events, voided = append(events, e...), p.State()
	}
	if o.Payment != nil {
		if err := o.Payment.Send(); err != nil {
			return voided, nil, err
		}
		if err := tx.Payments.Insert(ctx, o.Payment); err != nil {
			return voided, nil, err
		}
		events = append(events, o.Payment.Intended())
	}
	more, err := c.follow(ctx, tx, was.State(), member.State(), o.Events, at)
	if err != nil {
		return voided, nil, err
	}
	return voided, append(events, more...), nil
}

// limits returns what the product, the tier and the processor allow.
func (m *Memberships) limits(ctx context.Context, tx ports.Tx, s domain.MembershipState, tier domain.VariantID) (domain.Limits, error) {
	l := domain.Limits{LeastCharge: m.charger.LeastCharge(s.Terms.Currency)}
	product, err := tx.Products.ByID(ctx, s.ProductID)
	if err != nil {
		return l, err
	}
	sale, err := tx.Purchases.ByID(ctx, s.PurchaseID)
	if err != nil {
		return l, err
	}
	l.MostSeats = product.SeatsFor(sale.State())
	tier = cmp.Or(tier, s.Terms.Tier)
	if tier == "" {
		return l, nil
	}
	variants, err := tx.Variants.ByProduct(ctx, s.ProductID)
	if err != nil {
		return l, err
	}
	l.TierRoom, l.Limited, err = roomIn(ctx, tx, variants, tier, s.ID)
	return l, err
}
