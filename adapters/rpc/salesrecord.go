package rpc

import (
	"context"
	"strconv"

	"google.golang.org/protobuf/proto"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/domain"
)

// RecordSale keeps a sale that was charged elsewhere.
func (s *sales) RecordSale(ctx context.Context, r *usherv1.RecordSaleRequest) (*usherv1.RecordSaleResponse, error) {
	c, err := s.seller(ctx, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	key, err := c.key(ctx, false)
	if err != nil {
		return nil, err
	}
	sale, err := s.readRecord(ctx, c.seller, r.Sale)
	if err != nil {
		return nil, err
	}
	if r.Pending {
		sale.Status = domain.Pending
	}
	made, err := s.usher.Sales.Record(ctx, c.seller, key, sale)
	if err != nil {
		return nil, err
	}
	if made.Replayed {
		replayed(ctx)
	}
	return &usherv1.RecordSaleResponse{Sale: saleOf(made)}, nil
}

// RecordMembership keeps the sale of a membership that somebody else charges.
func (s *sales) RecordMembership(ctx context.Context, r *usherv1.RecordMembershipRequest) (*usherv1.RecordMembershipResponse, error) {
	c, err := s.seller(ctx, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	sale, err := s.readRecord(ctx, c.seller, r.Sale)
	if err != nil {
		return nil, err
	}
	record, err := readMembershipRecord(r)
	if err != nil {
		return nil, err
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.RecordMembershipResponse, error) {
		made, member, err := s.usher.Sales.RecordMembership(ctx, c.seller, r.OutsideId, sale, record)
		if err != nil {
			return nil, err
		}
		if made.Replayed {
			replayed(ctx)
		}
		return &usherv1.RecordMembershipResponse{Sale: saleOf(made), Membership: s.membership(member)}, nil
	})
}

func readMembershipRecord(r *usherv1.RecordMembershipRequest) (m domain.MembershipRecord, err error) {
	m = domain.MembershipRecord{ID: domain.MembershipID(r.Id), Cycle: int(r.Cycle), Charges: int(r.Charges), Installments: r.Installments}
	if m.Recurrence, err = wordOf[domain.Recurrence]("recurrence", r.Recurrence); err != nil {
		return m, err
	}
	if m.CancelledBy, err = wordOf[domain.Actor]("cancelled_by", r.CancelledBy); err != nil {
		return m, err
	}
	for _, t := range []instantOf{
		{"started_at", r.StartedAt, &m.StartedAt}, {"free_trial_ends_at", r.FreeTrialEndsAt, &m.FreeTrialEndsAt},
		{"cancel_requested_at", r.CancelRequestedAt, &m.CancelRequestedAt}, {"cancelled_at", r.CancelledAt, &m.CancelledAt},
		{"failed_at", r.FailedAt, &m.FailedAt}, {"ended_at", r.EndedAt, &m.EndedAt},
	} {
		if *t.to, err = instant(t.field, t.sent); err != nil {
			return m, err
		}
	}
	return m, nil
}

// CompleteSales ends the wait of purchases for their payment.
func (s *sales) CompleteSales(ctx context.Context, r *usherv1.CompleteSalesRequest) (*usherv1.CompleteSalesResponse, error) {
	c, err := s.ours(ctx, domain.EditProducts, domain.ErrPurchaseNotFound)
	if err != nil {
		return nil, err
	}
	if n := len(r.Purchases); n == 0 || n > onePage {
		return nil, domain.InvalidField("purchases", "must be 1 to "+strconv.Itoa(onePage))
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.CompleteSalesResponse, error) {
		ids := make([]domain.PurchaseID, len(r.Purchases))
		for i, id := range r.Purchases {
			ids[i] = domain.PurchaseID(id)
		}
		all, err := s.usher.Sales.Complete(ctx, c.seller, ids...)
		if err != nil {
			return nil, err
		}
		told := &usherv1.CompleteSalesResponse{}
		for _, sale := range all {
			told.Sales = append(told.Sales, saleOf(sale))
		}
		return told, nil
	})
}

// ReleaseSale charges a preorder.
func (s *sales) ReleaseSale(ctx context.Context, r *usherv1.ReleaseSaleRequest) (*usherv1.ReleaseSaleResponse, error) {
	c, err := s.ownSale(ctx, r.Purchase, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.ReleaseSaleResponse, error) {
		sale, err := s.usher.Sales.Release(ctx, c.seller, domain.PurchaseID(r.Purchase))
		if err != nil {
			return nil, err
		}
		return &usherv1.ReleaseSaleResponse{Sale: saleOf(sale)}, nil
	})
}

// PreorderSale keeps a purchase until its product is released.
func (s *sales) PreorderSale(ctx context.Context, r *usherv1.PreorderSaleRequest) (*usherv1.PreorderSaleResponse, error) {
	return changed(ctx, s.server, r, once, s.usher.Sales.Preorder, func(p *usherv1.Purchase) *usherv1.PreorderSaleResponse {
		return &usherv1.PreorderSaleResponse{Purchase: p}
	})
}

// RevokeSale takes access away.
func (s *sales) RevokeSale(ctx context.Context, r *usherv1.RevokeSaleRequest) (*usherv1.RevokeSaleResponse, error) {
	return changed(ctx, s.server, r, onceOrAgain, s.usher.Sales.Revoke, func(p *usherv1.Purchase) *usherv1.RevokeSaleResponse {
		return &usherv1.RevokeSaleResponse{Purchase: p}
	})
}

// UnrevokeSale gives access back.
func (s *sales) UnrevokeSale(ctx context.Context, r *usherv1.UnrevokeSaleRequest) (*usherv1.UnrevokeSaleResponse, error) {
	return changed(ctx, s.server, r, once, s.usher.Sales.Unrevoke, func(p *usherv1.Purchase) *usherv1.UnrevokeSaleResponse {
		return &usherv1.UnrevokeSaleResponse{Purchase: p}
	})
}

// ofPurchase is a request that names a purchase.
type ofPurchase interface {
	proto.Message
	GetPurchase() string
}

// changed changes a sale of the seller who asks, by once or onceOrAgain.
func changed[M any, P message[M]](ctx context.Context, s *server, r ofPurchase, keep keeper[P], do func(context.Context, domain.SellerID, domain.PurchaseID) (domain.PurchaseState, error), answer func(*usherv1.Purchase) P) (P, error) {
	c, err := s.ownSale(ctx, r.GetPurchase(), domain.EditProducts)
	if err != nil {
		return nil, err
	}
	return keep(ctx, s, c, r, func(ctx context.Context) (P, error) {
		p, err := do(ctx, c.seller, domain.PurchaseID(r.GetPurchase()))
		if err != nil {
			return nil, err
		}
		return answer(purchaseOf(p)), nil
	})
}
