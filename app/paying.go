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
// must not be lost. An answer that the store does not take is none: money may
// have moved, so the command does not fail as one does that did nothing.
func (m *Memberships) charge(ctx context.Context, done Done) (Done, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerIn)
	defer cancel()
	answer, ok := m.ask(ctx, done.Payment)
	if !ok {
		return done, nil
	}
	settled, err := m.Answered(ctx, done.Payment.SellerID, done.Payment.ID, answer)
	if errors.Is(err, domain.ErrUnavailable) {
		m.log.ErrorContext(ctx, "a payment's answer is not kept yet", "payment", done.Payment.ID, "error", err)
		return done, nil
	}
	if err != nil {
		return Done{}, err
	}
	// A repeat of the command may have had the answer first: it is this one's, too.
	if settled.Result == domain.NoChange && (done.Payment.Kind != domain.RenewalPayment || done.Membership.InFlight.Asked) {
		if settled.Result = settled.Payment.Result(); settled.Result == domain.PaymentRefused {
			return Done{}, domain.ErrPaymentDeclined
		}
	}
	settled.Skipped += done.Skipped
	settled.Credit = done.Credit
	return settled, nil
}

// ask makes a payment for the first time. It reports false if nobody knows what
// came of it.
func (c *core) ask(ctx context.Context, p domain.PaymentState) (domain.Answer, bool) {
	answer, err := c.take(ctx, p)
	switch {
	case errors.Is(err, domain.ErrUnavailable): // this call never left, and there was none before
		return domain.Answer{Status: domain.NotPaid, Decline: domain.Unreachable}, true
	case err != nil:
		c.log.ErrorContext(ctx, "a payment has no answer yet", "payment", p.ID, "error", err)
		return domain.Answer{}, false
	}
	return answer, true
}

// answered carries out what a processor said of a payment, of a sale or of a
// membership. Twice is once; a decline is no failure.
func (c *core) answered(ctx context.Context, p domain.PaymentState, a domain.Answer) error {
	var err error
	if p.Kind == domain.SalePayment {
		_, err = (&Sales{c}).Answered(ctx, p.SellerID, p.ID, a)
	} else {
		_, err = (&Memberships{c}).Answered(ctx, p.SellerID, p.ID, a)
	}
	if errors.Is(err, domain.ErrPaymentDeclined) {
		return nil
	}
	return err
}

func orderOf(p domain.PaymentState) ports.Order {
	return ports.Order{Payment: p.ID, SellerID: p.SellerID, Key: p.Key, Amount: p.Amount, Method: p.Method, CreatedAt: p.CreatedAt}
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
		member, o, err := m.settle(ctx, tx, p.State(), at)
		if err != nil {
			return err
		}
		var more []domain.Event
		if late, more, err = m.savePayment(ctx, tx, p, o.Unwanted, refund, at); err != nil {
			return err
		}
		events = append(events, more...)
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

// savePayment keeps a payment. If nobody wants what it took any more, it
// reserves that to go back.
func (c *core) savePayment(ctx context.Context, tx ports.Tx, p *domain.Payment, unwanted bool, id domain.RefundID, at time.Time) (late domain.Refund, events []domain.Event, err error) {
	if !unwanted || p.State().Left() == 0 {
		return late, nil, tx.Payments.Save(ctx, p)
	}
	if err := c.outside(); err != nil {
		return late, nil, err
	}
	if late, err = p.Refund(id, 0, domain.RefundOfLate, at); err != nil {
		return late, nil, err
	}
	if err := tx.Payments.Save(ctx, p); err != nil {
		return late, nil, err
	}
	return late, []domain.Event{begunOf(late, p.State(), at)}, tx.Refunds.Insert(ctx, late)
}

// settle tells a payment's membership what came of it, and keeps that with what
// hangs on it: the root is saved before its payment.
func (m *Memberships) settle(ctx context.Context, tx ports.Tx, p domain.PaymentState, at time.Time) (*domain.Membership, domain.Outcome, error) {
	member, err := tx.Memberships.ByID(ctx, p.MembershipID)
	if err != nil {
		return nil, domain.Outcome{}, err
	}
	was := member.State()
	o, err := member.Settle(p, at)
	if err != nil {
		return nil, domain.Outcome{}, err
	}
	if err := tx.Memberships.Save(ctx, member); err != nil {
		return nil, domain.Outcome{}, err
	}
	more, err := m.follow(ctx, tx, was, member.State(), o.Events, at)
	o.Events = append(o.Events, more...)
	return member, o, err
}

// giveUp tells the processor that a voided payment is not wanted any more. If
// it was paid all the same, the money goes back.
func (c *core) giveUp(ctx context.Context, p domain.PaymentState) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerIn)
	defer cancel()
	answer, err := c.charger.Void(ctx, orderOf(p))
	if err == nil {
		err = c.answered(ctx, p, answer)
	}
	if err != nil {
		c.log.ErrorContext(ctx, "a voided payment was not given up at the processor", "payment", p.ID, "error", err)
	}
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
	d.Payment = p.State()
	if !d.Payment.Elsewhere { // what was only recorded came to what it was
		d.Result = d.Payment.Result()
	}
	return d, nil
}
