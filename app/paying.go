package app

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// answerIn is how long a processor is waited for. What it did after that is
// found out later.
const answerIn = 30 * time.Second

// charge makes the payment of a command whose intent is written down, and
// carries its answer out. A caller who leaves does not stop it: what was taken
// must not be lost.
func (m *Memberships) charge(ctx context.Context, done Done) (Done, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerIn)
	defer cancel()
	answer, err := m.charger.Charge(ctx, orderOf(done.Payment))
	switch {
	case errors.Is(err, domain.ErrUnavailable): // this call never left, and there was none before
		answer = domain.Answer{Status: domain.NotPaid, Decline: domain.Unreachable}
	case err != nil:
		m.log.ErrorContext(ctx, "a payment has no answer yet", "payment", done.Payment.ID, "error", err)
		return done, nil
	}
	settled, err := m.Answered(ctx, done.Payment.SellerID, done.Payment.ID, answer)
	if err != nil {
		return Done{}, err
	}
	settled.Skipped += done.Skipped
	settled.Credit = done.Credit
	return settled, nil
}

func orderOf(p domain.PaymentState) ports.Order {
	return ports.Order{Payment: p.ID, SellerID: p.SellerID, Key: p.Key, Amount: p.Amount, CreatedAt: p.CreatedAt}
}

// Answered carries out what a processor said of a payment, whoever asked and
// whenever: what it was for is in force once it is paid. Twice is once. One
// that is declined is [domain.ErrPaymentDeclined] if a buyer's command made it;
// a renewal makes the membership past due instead. Money that nobody wants any
// more goes back.
func (m *Memberships) Answered(ctx context.Context, seller domain.SellerID, id domain.PaymentID, a domain.Answer) (Done, error) {
	at := m.at()
	refund := domain.RefundID(m.newID(at))
	var done Done
	var late domain.Refund
	err := m.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		done, late = Done{}, domain.Refund{}
		p, err := tx.Payments.ByID(ctx, id)
		if err != nil {
			return err
		}
		events, err := p.Settle(a, at)
		if err != nil {
			return err
		}
		member, o, err := settle(ctx, tx, p.State(), at)
		if err != nil {
			return err
		}
		if o.Unwanted && p.State().Left() > 0 {
			if late, err = p.Refund(refund, 0, domain.RefundOfLate, at); err != nil {
				return err
			}
		}
		if err := tx.Payments.Save(ctx, p); err != nil {
			return err
		}
		if late.ID != "" {
			if err := tx.Refunds.Insert(ctx, late); err != nil {
				return err
			}
		}
		done = Done{Membership: member.State(), Result: o.Result, Payment: p.State(), Skipped: o.Skipped, Credit: o.Credit}
		return m.emit(ctx, tx, at, append(events, o.Events...)...)
	})
	if err != nil {
		return Done{}, err
	}
	if late.ID != "" {
		m.giveBack(ctx, done.Payment, late)
	}
	if done.Result == domain.PaymentRefused {
		return Done{}, domain.ErrPaymentDeclined
	}
	return done, nil
}

// settle tells a payment's membership what came of it, and keeps that: the root
// is saved before its payment.
func settle(ctx context.Context, tx ports.Tx, p domain.PaymentState, at time.Time) (*domain.Membership, domain.Outcome, error) {
	member, err := tx.Memberships.ByID(ctx, p.MembershipID)
	if err != nil {
		return nil, domain.Outcome{}, err
	}
	o, err := member.Settle(p, at)
	if err != nil {
		return nil, domain.Outcome{}, err
	}
	return member, o, tx.Memberships.Save(ctx, member)
}

// giveUp tells the processor that a voided payment is not wanted any more. If
// it was paid all the same, the money goes back.
func (m *Memberships) giveUp(ctx context.Context, p domain.PaymentState) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerIn)
	defer cancel()
	answer, err := m.charger.Void(ctx, orderOf(p))
	if err == nil {
		_, err = m.Answered(ctx, p.SellerID, p.ID, answer)
	}
	if err != nil && !errors.Is(err, domain.ErrPaymentDeclined) {
		m.log.ErrorContext(ctx, "a voided payment was not given up at the processor", "payment", p.ID, "error", err)
	}
}

// giveBack makes a refund whose intent is written down, and keeps its answer.
func (m *Memberships) giveBack(ctx context.Context, p domain.PaymentState, r domain.Refund) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerIn)
	defer cancel()
	answer, err := m.charger.Refund(ctx, ports.RefundOrder{
		Refund: r.ID, SellerID: r.SellerID, Key: r.Key, Ref: p.ProcessorRef, Amount: domain.Money{Amount: r.Amount, Currency: p.Amount.Currency},
	})
	if err == nil {
		err = m.refunded(ctx, r, answer)
	}
	if err != nil {
		m.log.ErrorContext(ctx, "a refund has no answer yet", "refund", r.ID, "error", err)
	}
}

// refunded keeps what came of a refund. Twice is once.
func (m *Memberships) refunded(ctx context.Context, r domain.Refund, a ports.RefundAnswer) error {
	at := m.at()
	return m.update(ctx, r.SellerID, func(ctx context.Context, tx ports.Tx) error {
		p, err := tx.Payments.ByID(ctx, r.PaymentID)
		if err != nil {
			return err
		}
		kept, err := tx.Refunds.ByID(ctx, r.ID)
		if err != nil {
			return err
		}
		kept, events, err := p.SettleRefund(kept, a.Done, a.Ref, at)
		if err != nil {
			return err
		}
		if err := tx.Payments.Save(ctx, p); err != nil {
			return err
		}
		if err := tx.Refunds.Save(ctx, kept); err != nil {
			return err
		}
		return m.emit(ctx, tx, at, events...)
	})
}

// kept is the answer of a command, as it is remembered under its key.
type kept struct {
	Result  domain.Result    `json:"result"`
	Payment domain.PaymentID `json:"payment,omitzero"`
	Skipped int              `json:"skipped,omitzero"`
	Credit  int64            `json:"credit,omitzero"`
}

func answerOf(d Done) string {
	b, err := json.Marshal(kept{d.Result, d.Payment.ID, d.Skipped, d.Credit})
	if err != nil {
		panic(err) // a plain struct
	}
	return string(b)
}

// replay answers a command that came before. What its payment has come to since
// is part of the answer.
func replay(ctx context.Context, tx ports.Tx, id domain.MembershipID, answer string) (Done, error) {
	var k kept
	if err := json.Unmarshal([]byte(answer), &k); err != nil {
		return Done{}, err
	}
	member, err := tx.Memberships.ByID(ctx, id)
	if err != nil {
		return Done{}, err
	}
	d := Done{Membership: member.State(), Result: k.Result, Skipped: k.Skipped, Credit: k.Credit, Replayed: true}
	if k.Payment == "" {
		return d, nil
	}
	p, err := tx.Payments.ByID(ctx, k.Payment)
	if err != nil {
		return Done{}, err
	}
	d.Payment, d.Result = p.State(), p.State().Result()
	return d, nil
}
