package app

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// charge makes the payment of a sale that is written down, and carries its
// answer out. A caller who leaves does not stop it.
func (s *Sales) charge(ctx context.Context, done Bought) (Bought, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerIn)
	defer cancel()
	answer, ok := s.ask(ctx, done.Payment)
	if !ok {
		return done, nil
	}
	settled, err := s.Answered(ctx, done.Payment.SellerID, done.Payment.ID, answer)
	if errors.Is(err, domain.ErrUnavailable) {
		s.log.ErrorContext(ctx, "a payment's answer is not kept yet", "payment", done.Payment.ID, "error", err)
		return done, nil
	}
	if err != nil {
		return Bought{}, err
	}
	settled.AccessToken = done.AccessToken
	return settled, nil
}

// Answered carries out what a processor said of the payment of a sale, whoever
// asked and whenever: once it is paid the sale is complete, and its membership
// begins as of when it was priced. Twice is once. A decline is
// [domain.ErrPaymentDeclined]: nothing was sold. Money that comes after that
// goes back.
func (s *Sales) Answered(ctx context.Context, seller domain.SellerID, id domain.PaymentID, a domain.Answer) (Bought, error) {
	return s.settle(ctx, seller, id, func(p *domain.Payment, at time.Time) ([]domain.Event, error) { return p.Settle(a, at) })
}

// settle changes the payment of a sale and carries out what came of it.
func (s *Sales) settle(ctx context.Context, seller domain.SellerID, id domain.PaymentID, how func(*domain.Payment, time.Time) ([]domain.Event, error)) (Bought, error) {
	at := s.at()
	refund := domain.RefundID(s.newID(at))
	var done Bought
	var late domain.Refund
	err := s.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		done, late = Bought{}, domain.Refund{}
		p, err := tx.Payments.ByID(ctx, id)
		if err != nil {
			return err
		}
		events, err := how(p, at)
		if err != nil {
			return err
		}
		sale, err := tx.Purchases.ByID(ctx, p.State().PurchaseID)
		if err != nil {
			return err
		}
		waits := sale.State().Status == domain.Pending
		switch was := p.State(); {
		case was.Status == domain.Paid && waits:
			b := begun{target: was.Target, method: was.Method, collected: was.Amount.Amount, pricedAt: was.PricedAt}
			if done.Sale, done.Membership, err = s.deliver(ctx, tx, sale, b, at); err != nil {
				return err
			}
			p.Begins(done.Membership.ID)
		case !was.Open() && waits:
			e, err := sale.Fail(at)
			if err != nil {
				return err
			}
			if err := tx.Purchases.Save(ctx, sale); err != nil {
				return err
			}
			events = append(events, e...)
		}
		var more []domain.Event
		if late, more, err = s.savePayment(ctx, tx, p, p.State().Status == domain.Voided, refund, at); err != nil {
			return err
		}
		events = append(events, more...)
		if err := s.emit(ctx, tx, at, events...); err != nil {
			return err
		}
		done, err = boughtOf(ctx, tx, p.State().PurchaseID, p.State().ID)
		return err
	})
	if err != nil {
		return Bought{}, err
	}
	if late.ID != "" {
		s.giveBack(ctx, done.Payment, late)
	}
	if done.Result == domain.PaymentRefused {
		return Bought{}, domain.ErrPaymentDeclined
	}
	return done, nil
}

// Recover finds out what came of the payment of a sale, and carries that out.
// One that the processor surely never saw is asked for again under the same key
// while its buyer may still be there, and given up after; so is one that its
// buyer did not confirm in time. Without an answer it is [domain.Unanswered].
func (s *Sales) Recover(ctx context.Context, seller domain.SellerID, id domain.PaymentID) (Bought, error) {
	at := s.at()
	was, err := load(ctx, s.core, seller, func(ctx context.Context, tx ports.Tx) (Bought, error) {
		p, err := tx.Payments.ByID(ctx, id)
		if err != nil {
			return Bought{}, err
		}
		return boughtOf(ctx, tx, p.State().PurchaseID, id)
	})
	if err != nil || !was.Payment.Open() {
		return was, err
	}
	if err := s.outside(); err != nil {
		return Bought{}, err
	}
	p := was.Payment
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerIn)
	defer cancel()
	answer, seen, err := s.charger.Find(ctx, orderOf(p))
	switch {
	case err == nil && !seen && at.Sub(p.CreatedAt) > buyerWaits,
		p.Status == domain.NeedsAction && !at.Before(p.ConfirmBy()) && (err != nil || answer.Status == domain.NeedsAction):
		return s.drop(ctx, was)
	case err == nil && !seen:
		answer, err = s.take(ctx, p)
	}
	if errors.Is(err, domain.ErrKeyReused) || errors.Is(err, domain.ErrInvalid) {
		return Bought{}, err // for a person to look at
	}
	if err != nil {
		return was, nil
	}
	return s.Answered(ctx, seller, id, answer)
}

// drop gives a sale up whose payment has no answer. If it is paid all the same,
// the money goes back.
func (s *Sales) drop(ctx context.Context, was Bought) (Bought, error) {
	_, err := s.settle(ctx, was.Payment.SellerID, was.Payment.ID, (*domain.Payment).Void)
	if errors.Is(err, domain.ErrPaymentDeclined) {
		s.giveUp(ctx, was.Payment)
	}
	return Bought{}, err
}

// boughtOf reads what a sale has come to.
func boughtOf(ctx context.Context, tx ports.Tx, id domain.PurchaseID, payment domain.PaymentID) (Bought, error) {
	sale, err := saleOf(ctx, tx, id)
	if err != nil {
		return Bought{}, err
	}
	b := Bought{Sale: sale, Result: domain.Applied}
	if payment != "" {
		p, err := tx.Payments.ByID(ctx, payment)
		if err != nil {
			return Bought{}, err
		}
		b.Payment, b.Result = p.State(), p.State().Result()
		if b.Result == domain.AppliedNewPeriod { // the first one
			b.Result = domain.Applied
		}
	}
	if sale.Purchase.MembershipID == "" {
		return b, nil
	}
	m, err := tx.Memberships.ByID(ctx, sale.Purchase.MembershipID)
	if err != nil {
		return Bought{}, err
	}
	b.Membership = m.State()
	return b, nil
}

// keptSale is the answer of a sale, as it is remembered under its key.
type keptSale struct {
	Purchase domain.PurchaseID `json:"purchase"`
	Payment  domain.PaymentID  `json:"payment,omitzero"`
	Token    string            `json:"token,omitzero"`
}

func keptOf(b Bought) string {
	text, err := json.Marshal(keptSale{b.Purchase.ID, b.Payment.ID, b.AccessToken})
	if err != nil {
		panic(err) // a plain struct
	}
	return string(text)
}

// replaySale answers a sale that came before, with what it has come to since.
func replaySale(ctx context.Context, tx ports.Tx, answer string) (Bought, error) {
	var k keptSale
	if err := json.Unmarshal([]byte(answer), &k); err != nil {
		return Bought{}, err
	}
	b, err := boughtOf(ctx, tx, k.Purchase, k.Payment)
	b.AccessToken, b.Replayed = k.Token, true
	return b, err
}
