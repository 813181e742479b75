package app

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// GiveBack refunds a sale of a list, that of a purchase or of a renewal, as
// [Sales.Refund] and [Payments.Refund] say, and returns it as it is then. With a
// key twice is once. What the processor refuses is [domain.ErrRefundRefused].
func (s *Sales) GiveBack(ctx context.Context, seller domain.SellerID, id string, amount int64, key string) (Listed, error) {
	paid, err := load(ctx, s.core, seller, func(ctx context.Context, tx ports.Tx) (domain.PaymentID, error) {
		e, err := found(ctx, tx, id)
		if err != nil || e.renewal.ID != "" {
			return e.renewal.ID, err
		}
		return salePaid(ctx, tx, e.purchase.ID)
	})
	if err != nil {
		return Listed{}, err
	}
	if paid == "" {
		what := Command{Seller: seller, Key: key, Asked: refundAsked{"refund_sale", id, amount}}
		_, _, err = (&Commands{s.core}).Once(ctx, what, func(ctx context.Context) (string, error) {
			_, err := s.Refund(ctx, seller, domain.PurchaseID(id), amount)
			return id, err
		})
	} else {
		var done Refunded
		done, err = (&Payments{s.core}).Refund(ctx, seller, paid, amount, key)
		if err == nil && done.Refunds[0].Status == domain.RefundFailed {
			err = domain.ErrRefundRefused
		}
	}
	if err != nil {
		return Listed{}, err
	}
	sale, err := s.Find(ctx, seller, id)
	return sale, unseen(err)
}

// Ship marks a sale as shipped; see [domain.Purchase.Ship]. A renewal ships
// nothing of its own: its id is [domain.ErrPurchaseNotFound].
func (s *Sales) Ship(ctx context.Context, seller domain.SellerID, id domain.PurchaseID, tracking string) (Listed, error) {
	_, err := s.change(ctx, seller, id, func(p *domain.Purchase, at time.Time) ([]domain.Event, error) {
		return nil, p.Ship(tracking, at)
	})
	if err != nil {
		return Listed{}, err
	}
	l, err := s.Find(ctx, seller, string(id))
	return l, unseen(err)
}

// salePaid returns the payment that a sale was paid by, if it is known.
func salePaid(ctx context.Context, tx ports.Tx, id domain.PurchaseID) (domain.PaymentID, error) {
	all, err := tx.Payments.ByPurchase(ctx, id)
	for _, p := range all {
		if p.Kind == domain.SalePayment && p.Status == domain.Paid {
			return p.ID, nil
		}
	}
	return "", err
}
