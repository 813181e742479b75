package app

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Refund gives amount minor units of a sale back; 0 means all that is left.
// Where its payment is known the money goes back as [Payments.Refund] says: it
// is off the sale once the processor has said so, and what the processor
// refuses is [domain.ErrRefundRefused]. Else it is recorded that it went back.
func (s *Sales) Refund(ctx context.Context, seller domain.SellerID, id domain.PurchaseID, amount int64) (domain.PurchaseState, error) {
	paid, err := load(ctx, s.core, seller, func(ctx context.Context, tx ports.Tx) (domain.PaymentID, error) {
		return salePaid(ctx, tx, id)
	})
	if err != nil {
		return domain.PurchaseState{}, err
	}
	if paid == "" {
		refund := func(p *domain.Purchase, at time.Time) ([]domain.Event, error) { return p.Refund(amount, at) }
		return s.byHand(ctx, seller, id, alone(refund),
			func(m *domain.Membership, at time.Time) (domain.Outcome, error) { return m.RefundPeriod(amount, at) })
	}
	done, err := (&Payments{s.core}).Refund(ctx, seller, paid, amount, "")
	if err == nil && done.Refunds[0].Status == domain.RefundFailed {
		err = domain.ErrRefundRefused
	}
	return done.Purchase, err
}

// Dispute records a dispute, of a bundle also on what it included: the bank
// took the money for all of it. A refund stays with the bundle. A membership
// ends with it if the period that the sale paid for is the current one. Twice is
// once. The dispute of a known payment is recorded with [Payments.Dispute].
func (s *Sales) Dispute(ctx context.Context, seller domain.SellerID, id domain.PurchaseID) (domain.PurchaseState, error) {
	return s.byHand(ctx, seller, id, whole((*domain.Purchase).Dispute), (*domain.Membership).Chargeback)
}

// WinDispute records that the seller won, of a bundle also on what it included.
// The membership that the dispute ended goes on if its period still runs. Twice
// is once.
func (s *Sales) WinDispute(ctx context.Context, seller domain.SellerID, id domain.PurchaseID) (domain.PurchaseState, error) {
	return s.byHand(ctx, seller, id, whole((*domain.Purchase).WinDispute), (*domain.Membership).WinDispute)
}

// teller tells a membership what became of the sale that began it.
type teller func(m *domain.Membership, at time.Time) (domain.Outcome, error)

// byHand records what somebody knows to have become of the money of a sale, and
// tells its membership while the period that the sale paid for is the current one.
func (s *Sales) byHand(ctx context.Context, seller domain.SellerID, id domain.PurchaseID, do change, tell teller) (domain.PurchaseState, error) {
	at := s.at()
	var state domain.PurchaseState
	err := s.writing(ctx, seller, func(ctx context.Context, tx ports.Tx) (voided domain.PaymentState, err error) {
		sale, events, err := do(ctx, tx, id, at)
		if err != nil {
			return voided, err
		}
		state = sale
		var more []domain.Event
		if sale.MembershipID != "" && len(events) > 0 {
			if voided, more, err = s.tellFirst(ctx, tx, sale, tell, at); err != nil {
				return voided, err
			}
		}
		return voided, s.emit(ctx, tx, at, append(events, more...)...)
	})
	return state, err
}

// tellFirst tells the membership that a sale began, if it is in its first period.
func (s *Sales) tellFirst(ctx context.Context, tx ports.Tx, sale domain.PurchaseState, tell teller, at time.Time) (voided domain.PaymentState, events []domain.Event, err error) {
	member, err := tx.Memberships.ByID(ctx, sale.MembershipID)
	if err != nil {
		return voided, nil, err
	}
	if m := member.State().CaughtUp(at); m.PurchaseID != sale.ID || m.Cycle > 1 {
		return voided, nil, nil
	}
	o, err := tell(member, at)
	if domain.KindOf(err) == domain.Precondition { // it has ended already
		return voided, nil, nil
	}
	if err != nil {
		return voided, nil, err
	}
	return s.keep(ctx, tx, member, o, at)
}

// change is a change of a sale in a transaction, with what it tells.
type change func(context.Context, ports.Tx, domain.PurchaseID, time.Time) (domain.PurchaseState, []domain.Event, error)

// alone is the change of one purchase.
func alone(do verb) change {
	return func(ctx context.Context, tx ports.Tx, id domain.PurchaseID, at time.Time) (domain.PurchaseState, []domain.Event, error) {
		p, err := tx.Purchases.ByID(ctx, id)
		if err != nil {
			return domain.PurchaseState{}, nil, err
		}
		events, err := do(p, at)
		if err != nil {
			return domain.PurchaseState{}, nil, err
		}
		return p.State(), events, tx.Purchases.Save(ctx, p)
	}
}

// whole is the change of a purchase and, of a bundle, of what it included,
// except what was never paid or never disputed.
func whole(do verb) change {
	return func(ctx context.Context, tx ports.Tx, id domain.PurchaseID, at time.Time) (domain.PurchaseState, []domain.Event, error) {
		state, told, err := alone(do)(ctx, tx, id, at)
		if err != nil {
			return state, nil, err
		}
		included, err := tx.Purchases.List(ctx, ports.PurchaseQuery{BundleOf: id})
		if err != nil {
			return state, nil, err
		}
		for _, p := range included {
			_, events, err := alone(do)(ctx, tx, p.ID, at)
			if err != nil && domain.KindOf(err) != domain.Precondition {
				return state, nil, err
			}
			told = append(told, events...)
		}
		return state, told, nil
	}
}
