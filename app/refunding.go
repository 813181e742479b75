package app

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// begunOf is the event of a refund that is about to be asked for.
func begunOf(r domain.Refund, p domain.PaymentState, at time.Time) domain.Event {
	return domain.RefundBegun{RefundID: r.ID, PaymentID: p.ID, PurchaseID: p.PurchaseID, Amount: r.Amount, At: at}
}

// giveBack makes a refund whose intent is written down, and keeps its answer.
// One without an answer is asked for again by whoever recovers it.
func (c *core) giveBack(ctx context.Context, p domain.PaymentState, r domain.Refund) {
	if err := c.askBack(ctx, p, r); err != nil {
		c.log.ErrorContext(ctx, "a refund has no answer yet", "refund", r.ID, "error", err)
	}
}

// recoverRefund asks again for a refund that has no answer, under its key, and
// keeps what comes of it. Twice is once. It fails if there is still no answer.
func (c *core) recoverRefund(ctx context.Context, seller domain.SellerID, id domain.RefundID) error {
	var p domain.PaymentState
	r, err := load(ctx, c, seller, func(ctx context.Context, tx ports.Tx) (domain.Refund, error) {
		r, err := tx.Refunds.ByID(ctx, id)
		if err != nil {
			return r, err
		}
		of, err := tx.Payments.ByID(ctx, r.PaymentID)
		if err != nil {
			return r, err
		}
		p = of.State()
		return r, nil
	})
	if err != nil || !r.Open() {
		return err
	}
	return c.askBack(ctx, p, r)
}

func (c *core) askBack(ctx context.Context, p domain.PaymentState, r domain.Refund) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerIn)
	defer cancel()
	answer := ports.RefundAnswer{Done: true}
	if !p.Elsewhere { // else who took the money has given it back: it is only recorded
		var err error
		answer, err = c.charger.Refund(ctx, ports.RefundOrder{
			Refund: r.ID, SellerID: r.SellerID, Key: r.Key, Ref: p.ProcessorRef, Amount: domain.Money{Amount: r.Amount, Currency: p.Amount.Currency},
		})
		if err != nil {
			return err
		}
	}
	return c.refunded(ctx, r, answer)
}

// refunded keeps what came of a refund, with what it takes back. Twice is once.
func (c *core) refunded(ctx context.Context, r domain.Refund, a ports.RefundAnswer) error {
	at := c.at()
	return c.writing(ctx, r.SellerID, func(ctx context.Context, tx ports.Tx) (voided domain.PaymentState, err error) {
		p, err := tx.Payments.ByID(ctx, r.PaymentID)
		if err != nil {
			return voided, err
		}
		kept, err := tx.Refunds.ByID(ctx, r.ID)
		if err != nil {
			return voided, err
		}
		kept, events, err := p.SettleRefund(kept, a.Done, a.Ref, at)
		if err != nil || len(events) == 0 {
			return voided, err
		}
		if a.Done {
			more, err := ofSale(ctx, tx, p.State(), kept.Amount, at)
			if err != nil {
				return voided, err
			}
			events = append(events, more...)
			if voided, more, err = c.ofPeriod(ctx, tx, p.State(), kept.Amount, at); err != nil {
				return voided, err
			}
			events = append(events, more...)
		}
		if err := tx.Payments.Save(ctx, p); err != nil {
			return voided, err
		}
		if err := tx.Refunds.Save(ctx, kept); err != nil {
			return voided, err
		}
		return voided, c.emit(ctx, tx, at, events...)
	})
}

// ofSale takes what was given back of a sale's own payment off the sale: nothing
// if it came too late and bought nothing, or if the sale was refunded by hand
// meanwhile.
func ofSale(ctx context.Context, tx ports.Tx, p domain.PaymentState, amount int64, at time.Time) ([]domain.Event, error) {
	if p.Kind != domain.SalePayment {
		return nil, nil
	}
	sale, err := tx.Purchases.ByID(ctx, p.PurchaseID)
	if err != nil {
		return nil, err
	}
	s := sale.State()
	amount = min(amount, s.Sold().Amount-s.Refunded)
	if s.Status != domain.Successful || amount <= 0 {
		return nil, nil
	}
	events, err := sale.Refund(amount, at)
	if err != nil {
		return nil, err
	}
	return events, tx.Purchases.Save(ctx, sale)
}

// ofPeriod tells a membership what was given back of its current period: all of
// it, once nothing is left of all that was paid for it.
func (c *core) ofPeriod(ctx context.Context, tx ports.Tx, p domain.PaymentState, amount int64, at time.Time) (voided domain.PaymentState, events []domain.Event, err error) {
	member, err := currentOf(ctx, tx, p, at)
	if err != nil || member == nil {
		return voided, nil, err
	}
	paid, err := paidFor(ctx, tx, member.State(), p.PaysFor())
	if err != nil {
		return voided, nil, err
	}
	var left int64
	for _, other := range paid {
		if other.ID == p.ID {
			other = p
		}
		left += other.Amount.Amount - other.Refunded
	}
	if left == 0 {
		amount = 0
	}
	o, err := member.RefundPeriod(amount, at)
	if err != nil {
		return voided, nil, err
	}
	return c.keep(ctx, tx, member, o, at)
}

// currentOf returns the membership whose current period a payment paid for, if
// it is live; else nil. What came too late paid for nothing.
func currentOf(ctx context.Context, tx ports.Tx, p domain.PaymentState, at time.Time) (*domain.Membership, error) {
	if p.MembershipID == "" || p.Status != domain.Paid {
		return nil, nil
	}
	member, err := tx.Memberships.ByID(ctx, p.MembershipID)
	if err != nil {
		return nil, err
	}
	if s := member.State().CaughtUp(at); !s.Live() || s.Cycle != p.PaysFor() {
		return nil, nil
	}
	return member, nil
}

// paidFor returns what was paid for a cycle of a membership, oldest first.
func paidFor(ctx context.Context, tx ports.Tx, m domain.MembershipState, cycle int) ([]domain.PaymentState, error) {
	all, err := tx.Payments.ByPurchase(ctx, m.PurchaseID)
	if err != nil {
		return nil, err
	}
	var paid []domain.PaymentState
	for _, p := range all {
		if p.MembershipID == m.ID && p.Status == domain.Paid && p.PaysFor() == cycle {
			paid = append(paid, p)
		}
	}
	return paid, nil
}
