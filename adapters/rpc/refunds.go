package rpc

import (
	"context"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// RefundSale gives money back that a sale itself was paid with.
func (s *sales) RefundSale(ctx context.Context, r *usherv1.RefundSaleRequest) (*usherv1.RefundSaleResponse, error) {
	c, err := s.ownSale(ctx, r.Purchase, domain.RefundSales)
	if err != nil {
		return nil, err
	}
	id := domain.PurchaseID(r.Purchase)
	payments, err := s.usher.Payments.OfPurchase(ctx, c.seller, id)
	if err != nil {
		return nil, err
	}
	for _, p := range payments {
		if p.Kind != domain.SalePayment || !p.Taken() {
			continue
		}
		done, err := s.refund(ctx, c, id, r.Amount, r.KeepAccess, func(amount int64, key string) (app.Refunded, error) {
			return s.usher.Payments.Refund(ctx, c.seller, p.ID, amount, key)
		})
		if err != nil {
			return nil, err
		}
		return &usherv1.RefundSaleResponse{Refunds: refundsOf(done.Refunds), Purchase: purchaseOf(done.Purchase)}, nil
	}
	amount, _, err := readRefund(ctx, c, r.Amount)
	if err != nil {
		return nil, err
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.RefundSaleResponse, error) {
		if err := s.keepAccess(ctx, c, id, r.KeepAccess); err != nil {
			return nil, err
		}
		p, err := s.usher.Sales.Refund(ctx, c.seller, id, amount)
		if err != nil {
			return nil, err
		}
		return &usherv1.RefundSaleResponse{Purchase: purchaseOf(p)}, nil
	})
}

// RefundPayment gives money of one payment back.
func (s *sales) RefundPayment(ctx context.Context, r *usherv1.RefundPaymentRequest) (*usherv1.RefundPaymentResponse, error) {
	c, p, err := s.payment(ctx, domain.RefundSales, r.Payment)
	if err != nil {
		return nil, err
	}
	done, err := s.refund(ctx, c, p.PurchaseID, r.Amount, r.KeepAccess, func(amount int64, key string) (app.Refunded, error) {
		return s.usher.Payments.Refund(ctx, c.seller, p.ID, amount, key)
	})
	if err != nil {
		return nil, err
	}
	return &usherv1.RefundPaymentResponse{Refund: refundsOf(done.Refunds)[0], Purchase: purchaseOf(done.Purchase)}, nil
}

// payment returns the payment that a request names.
func (s *server) payment(ctx context.Context, scope domain.Scope, id string) (caller, domain.PaymentState, error) {
	return owned(ctx, s, scope, domain.ErrPaymentNotFound, func(seller domain.SellerID) (domain.PaymentState, error) {
		return s.usher.Payments.Get(ctx, seller, domain.PaymentID(id))
	})
}

// readRefund reads how much is to go back, 0 for all that is left, and under which
// key.
func readRefund(ctx context.Context, c caller, given *int64) (amount int64, key string, err error) {
	if given != nil {
		if amount = *given; amount <= 0 {
			return 0, "", domain.InvalidField("amount", "must be more than 0; leave it out to refund all")
		}
	}
	key, err = c.key(ctx, true)
	return amount, key, err
}

// refund gives money back that hangs on a sale. What the processor refused gave
// nothing back.
func (s *server) refund(ctx context.Context, c caller, sale domain.PurchaseID, given *int64, keep bool, do func(amount int64, key string) (app.Refunded, error)) (app.Refunded, error) {
	amount, key, err := readRefund(ctx, c, given)
	if err == nil {
		err = s.keepAccess(ctx, c, sale, keep)
	}
	if err != nil {
		return app.Refunded{}, err
	}
	done, err := do(amount, key)
	if done.Replayed {
		replayed(ctx)
	}
	if err != nil {
		return done, err
	}
	for _, r := range done.Refunds {
		if r.Status != domain.RefundFailed {
			return done, nil
		}
	}
	return done, domain.ErrRefundRefused
}

// keepAccess records, if it is to, that refunds of a sale leave access as it is:
// before there is one, since what follows from it comes at once.
func (s *server) keepAccess(ctx context.Context, c caller, sale domain.PurchaseID, keep bool) error {
	if !keep {
		return nil
	}
	return s.usher.Sales.KeepAccess(ctx, c.seller, sale)
}
