package rpc

import (
	"context"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/domain"
)

// DisputeSale records that a bank took back what a sale was paid with.
func (s *sales) DisputeSale(ctx context.Context, r *usherv1.DisputeSaleRequest) (*usherv1.DisputeSaleResponse, error) {
	return changed(ctx, s.server, r, onceOrAgain, s.usher.Sales.Dispute, func(p *usherv1.Purchase) *usherv1.DisputeSaleResponse {
		return &usherv1.DisputeSaleResponse{Purchase: p}
	})
}

// WinDispute records that the seller won that dispute.
func (s *sales) WinDispute(ctx context.Context, r *usherv1.WinDisputeRequest) (*usherv1.WinDisputeResponse, error) {
	return changed(ctx, s.server, r, onceOrAgain, s.usher.Sales.WinDispute, func(p *usherv1.Purchase) *usherv1.WinDisputeResponse {
		return &usherv1.WinDisputeResponse{Purchase: p}
	})
}

// GetPayment shows a payment.
func (s *sales) GetPayment(ctx context.Context, r *usherv1.GetPaymentRequest) (*usherv1.GetPaymentResponse, error) {
	_, p, err := s.payment(ctx, domain.ViewSales, r.Payment)
	if err != nil {
		return nil, err
	}
	return &usherv1.GetPaymentResponse{Payment: paymentOf(p)}, nil
}

// DisputePayment records that a bank took a payment back.
func (s *sales) DisputePayment(ctx context.Context, r *usherv1.DisputePaymentRequest) (*usherv1.DisputePaymentResponse, error) {
	c, p, err := s.payment(ctx, domain.EditProducts, r.Payment)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.DisputePaymentResponse, error) {
		d, err := s.usher.Payments.Dispute(ctx, c.seller, p.ID, r.Reference)
		if err != nil {
			return nil, err
		}
		return &usherv1.DisputePaymentResponse{Dispute: disputeOf(d)}, nil
	})
}

// CloseDispute records how a dispute ended.
func (s *sales) CloseDispute(ctx context.Context, r *usherv1.CloseDisputeRequest) (*usherv1.CloseDisputeResponse, error) {
	c, err := s.ours(ctx, domain.EditProducts, domain.ErrDisputeNotFound)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.CloseDisputeResponse, error) {
		d, err := s.usher.Payments.CloseDispute(ctx, c.seller, domain.DisputeID(r.Dispute), r.Won)
		if err != nil {
			return nil, err
		}
		return &usherv1.CloseDisputeResponse{Dispute: disputeOf(d)}, nil
	})
}
