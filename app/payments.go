package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Payments shows what was paid, gives it back, and records what a bank took back.
type Payments struct{ *core }

// Get returns a payment.
func (p *Payments) Get(ctx context.Context, seller domain.SellerID, id domain.PaymentID) (domain.PaymentState, error) {
	return load(ctx, p.core, seller, func(ctx context.Context, tx ports.Tx) (domain.PaymentState, error) {
		got, err := tx.Payments.ByID(ctx, id)
		if err != nil {
			return domain.PaymentState{}, err
		}
		return got.State(), nil
	})
}

// OfPurchase returns the payments of a sale and its membership, oldest first.
func (p *Payments) OfPurchase(ctx context.Context, seller domain.SellerID, id domain.PurchaseID) ([]domain.PaymentState, error) {
	return load(ctx, p.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.PaymentState, error) {
		if _, err := tx.Purchases.ByID(ctx, id); err != nil {
			return nil, err
		}
		return tx.Payments.ByPurchase(ctx, id)
	})
}

// Refunded is what a refund came to.
type Refunded struct {
	Refunds  []domain.Refund // one of each payment that gave something back
	Purchase domain.PurchaseState
	Replayed bool
}

// Refund gives amount minor units of a payment back; 0 means all that is left.
// A refund that has no answer yet stays sent, and is asked for again. What the
// processor refuses is [domain.RefundFailed]. What was charged elsewhere is only
// recorded. It fails as [domain.Payment.Refund] does; with a key twice is once,
// and without one each call is another refund.
func (p *Payments) Refund(ctx context.Context, seller domain.SellerID, id domain.PaymentID, amount int64, key string) (Refunded, error) {
	asked := refundAsked{"refund", string(id), amount}
	return p.refund(ctx, seller, asked, key, func(ctx context.Context, tx ports.Tx, at time.Time) ([]share, error) {
		got, err := tx.Payments.ByID(ctx, id)
		return []share{{got, amount}}, err
	})
}

// RefundPeriod gives amount minor units of a membership's current period back,
// from its newest payment on; 0 means all of it. See
// [domain.Membership.RefundPeriod]. A membership that has ended is
// [domain.ErrNotActive], a period that nothing was paid for
// [domain.ErrNotCharged]; with a key twice is once.
func (p *Payments) RefundPeriod(ctx context.Context, seller domain.SellerID, id domain.MembershipID, amount int64, key string) (Refunded, error) {
	asked := refundAsked{"refund_period", string(id), amount}
	return p.refund(ctx, seller, asked, key, func(ctx context.Context, tx ports.Tx, at time.Time) ([]share, error) {
		member, err := tx.Memberships.ByID(ctx, id)
		if err != nil {
			return nil, err
		}
		s := member.State().CaughtUp(at)
		if !s.Live() {
			return nil, domain.ErrNotActive
		}
		paid, err := paidFor(ctx, tx, s, s.Cycle)
		if err != nil {
			return nil, err
		}
		return shares(paid, amount)
	})
}

// refundAsked is a command, by whose digest a repeat is known.
type refundAsked struct {
	What   string
	ID     string
	Amount int64
}

// share is what one payment gives of a refund; 0 means all that it has left.
type share struct {
	of     *domain.Payment
	amount int64
}

// shares divides a refund among payments, the newest first.
func shares(paid []domain.PaymentState, amount int64) ([]share, error) {
	var all []share
	rest := amount
	for _, s := range slices.Backward(paid) {
		left := s.Left()
		if left == 0 || amount != 0 && rest == 0 {
			continue
		}
		if amount != 0 {
			left = min(left, rest)
			rest -= left
		}
		all = append(all, share{domain.RestorePayment(s), left})
	}
	switch {
	case amount < 0:
		return nil, domain.InvalidField("amount", "must not be negative; leave it out to refund all")
	case len(paid) == 0:
		return nil, domain.ErrNotCharged
	case len(all) == 0:
		return nil, domain.ErrAlreadyRefunded
	case rest > 0:
		return nil, domain.ErrRefundTooLarge
	}
	return all, nil
}

// refund reserves shares of payments in one transaction, has each given back
// outside of it, and reads what came of them.
func (p *Payments) refund(ctx context.Context, seller domain.SellerID, asked refundAsked, key string, of func(context.Context, ports.Tx, time.Time) ([]share, error)) (Refunded, error) {
	at := p.at()
	var ids []string
	var fresh bool
	err := p.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		answer, isFresh, err := p.begin(ctx, tx, key, digestOf(asked), at)
		if err != nil {
			return err
		}
		if fresh = isFresh; !fresh {
			ids = strings.Split(answer, ",")
			return nil
		}
		all, err := of(ctx, tx, at)
		if err != nil {
			return err
		}
		begun := make([]string, len(all))
		events := make([]domain.Event, len(all))
		for i, s := range all {
			if !s.of.State().Elsewhere {
				if err := p.outside(); err != nil {
					return err
				}
			}
			r, err := s.of.Refund(domain.RefundID(p.newID(at)), s.amount, domain.RefundAsked, at)
			if err != nil {
				return err
			}
			r.Status = domain.RefundSent
			if err := tx.Payments.Save(ctx, s.of); err != nil {
				return err
			}
			if err := tx.Refunds.Insert(ctx, r); err != nil {
				return err
			}
			begun[i], events[i] = string(r.ID), begunOf(r, s.of.State(), at)
		}
		if err := p.finish(ctx, tx, key, strings.Join(begun, ",")); err != nil {
			return err
		}
		ids = begun
		return p.emit(ctx, tx, at, events...)
	})
	if err != nil {
		return Refunded{}, err
	}
	ctx = context.WithoutCancel(ctx) // what was begun goes on without its caller
	for _, id := range ids {
		if err := p.recoverRefund(ctx, seller, domain.RefundID(id)); err != nil {
			p.log.ErrorContext(ctx, "a refund has no answer yet", "refund", id, "error", err)
		}
	}
	done, err := p.refundsOf(ctx, seller, ids)
	done.Replayed = !fresh
	return done, unseen(err)
}

// refundsOf reads what refunds have come to.
func (p *Payments) refundsOf(ctx context.Context, seller domain.SellerID, ids []string) (Refunded, error) {
	return load(ctx, p.core, seller, func(ctx context.Context, tx ports.Tx) (Refunded, error) {
		var done Refunded
		for _, id := range ids {
			r, err := tx.Refunds.ByID(ctx, domain.RefundID(id))
			if err != nil {
				return Refunded{}, err
			}
			done.Refunds = append(done.Refunds, r)
		}
		of, err := tx.Payments.ByID(ctx, done.Refunds[0].PaymentID)
		if err != nil {
			return Refunded{}, err
		}
		sale, err := tx.Purchases.ByID(ctx, of.State().PurchaseID)
		if err != nil {
			return Refunded{}, err
		}
		done.Purchase = sale.State()
		return done, nil
	})
}
