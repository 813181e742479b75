package app

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// buyerWaits is how long after a buyer's own command its payment may still be
// asked for: later the buyer has gone, and would be charged for nothing seen.
const buyerWaits = 15 * time.Minute

// Run does what is due of a membership: it finds out what came of a payment
// without an answer, renews, tries an overdue payment again, ends what has no
// more time. Twice is once. While a payment has no answer it is
// [domain.Unanswered].
func (m *Memberships) Run(ctx context.Context, seller domain.SellerID, id domain.MembershipID) (Done, error) {
	if done, settled, err := m.findOut(ctx, seller, id); err != nil || !settled || renewed(done) {
		return done, err
	}
	return m.plain(ctx, seller, id, func(s step) (domain.Outcome, error) {
		return s.member.Renew(s.payment, s.limits.LeastCharge, s.at)
	})
}

// Retry tries an overdue payment again, now.
func (m *Memberships) Retry(ctx context.Context, seller domain.SellerID, id domain.MembershipID) (Done, error) {
	if done, settled, err := m.findOut(ctx, seller, id); err != nil || !settled || renewed(done) {
		return done, err
	}
	return m.plain(ctx, seller, id, func(s step) (domain.Outcome, error) { return s.member.Retry(s.payment, s.at) })
}

// renewed reports whether finding out carried a renewal out, or its decline:
// that was what was due. One that was given up was not.
func renewed(found Done) bool {
	return found.Payment.Kind == domain.RenewalPayment && found.Payment.Status != domain.Voided
}

// Expire ends a membership whose time or grace is over, and takes no money. A
// try to pay that has no answer by then is given up.
func (m *Memberships) Expire(ctx context.Context, seller domain.SellerID, id domain.MembershipID) (Done, error) {
	s, err := m.Get(ctx, seller, id)
	if err != nil {
		return Done{}, err
	}
	if s.Status == domain.PastDue && !m.at().Before(s.Outstanding.GraceEndsAt) {
		if done, settled, err := m.findOut(ctx, seller, id); err != nil || !settled {
			return done, err
		}
	}
	return m.plain(ctx, seller, id, func(s step) (domain.Outcome, error) { return s.member.Expire(s.at) })
}

// findOut asks what came of a payment in flight that nobody answered for, and
// carries that out. It reports whether nothing is in flight without an answer
// any more; else done says so.
func (m *Memberships) findOut(ctx context.Context, seller domain.SellerID, id domain.MembershipID) (done Done, settled bool, err error) {
	s, err := m.Get(ctx, seller, id)
	f := s.InFlight
	if err != nil || f == (domain.InFlight{}) || !f.ExpiresAt.IsZero() && !m.at().Before(f.ExpiresAt) {
		return Done{}, err == nil, err
	}
	done, err = m.Recover(ctx, seller, s.InFlight.PaymentID)
	if errors.Is(err, domain.ErrPaymentDeclined) {
		err = nil // the answer of the command that made it
	}
	if err != nil {
		return Done{}, false, err
	}
	// A change that is still open holds nothing up but the end of its period.
	return done, !done.Payment.Open() || f.Kind != domain.RenewalPayment, nil
}

// Recover finds out what came of a payment without an answer, and carries that
// out. One that the processor surely never saw is asked for again under the
// same key; but a buyer's own that is older than fifteen minutes, or whose
// period is over, is given up. Without an answer it is [domain.Unanswered].
func (m *Memberships) Recover(ctx context.Context, seller domain.SellerID, id domain.PaymentID) (Done, error) {
	at := m.at()
	var p domain.PaymentState
	member, err := load(ctx, m.core, seller, func(ctx context.Context, tx ports.Tx) (domain.MembershipState, error) {
		got, err := tx.Payments.ByID(ctx, id)
		if err != nil {
			return domain.MembershipState{}, err
		}
		p = got.State()
		member, err := tx.Memberships.ByID(ctx, p.MembershipID)
		if err != nil {
			return domain.MembershipState{}, err
		}
		return member.State(), nil
	})
	if err != nil || !p.Open() {
		return Done{Membership: member, Result: domain.NoChange, Payment: p}, err
	}
	if err := m.outside(); err != nil {
		return Done{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerIn)
	defer cancel()
	answer, seen, err := m.charger.Find(ctx, orderOf(p))
	over := member.InFlight.PaymentID != id || p.Kind == domain.ChangePayment && !at.Before(member.Period().EndAt) ||
		member.Status == domain.PastDue && !at.Before(member.Outstanding.GraceEndsAt)
	asked := p.Kind != domain.RenewalPayment || member.InFlight.Asked
	switch {
	case over && (err != nil || !seen || answer.Status == ""), err == nil && !seen && asked && at.Sub(p.CreatedAt) > buyerWaits:
		return m.drop(ctx, seller, id)
	case err == nil && !seen:
		answer, err = m.take(ctx, p)
	}
	if errors.Is(err, domain.ErrKeyReused) || errors.Is(err, domain.ErrInvalid) {
		return Done{}, err // for a person to look at
	}
	if err != nil {
		return Done{Membership: member, Result: domain.Unanswered, Payment: p}, nil
	}
	return m.Answered(ctx, seller, id, answer)
}

// drop gives a payment without an answer up, as if nobody had asked for it. If
// it is paid all the same, the money goes back.
func (m *Memberships) drop(ctx context.Context, seller domain.SellerID, id domain.PaymentID) (Done, error) {
	at := m.at()
	var done Done
	err := m.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		done = Done{}
		p, err := tx.Payments.ByID(ctx, id)
		if err != nil {
			return err
		}
		events, err := p.Void(at)
		if err != nil {
			return err
		}
		member, o, err := m.settle(ctx, tx, p.State(), p.State().PricedAt) // what is due by now is not this one's to tell
		if err != nil {
			return err
		}
		if err := tx.Payments.Save(ctx, p); err != nil {
			return err
		}
		done = Done{Membership: member.State(), Result: o.Result, Payment: p.State()}
		return m.emit(ctx, tx, at, append(events, o.Events...)...)
	})
	if err != nil {
		return Done{}, err
	}
	m.giveUp(ctx, done.Payment)
	return done, nil
}
