package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type refund struct{ domain.Refund }

func (f refund) place() (domain.SellerID, time.Time, string) {
	return f.SellerID, f.CreatedAt, string(f.ID)
}

func (f refund) key() ofSeller { return ofSeller{f.SellerID, f.Key} }

type refunds struct{ *tx }

func (r refunds) ByID(ctx context.Context, id domain.RefundID) (domain.Refund, error) {
	if err := r.reading(ctx); err != nil {
		return domain.Refund{}, err
	}
	f, ok := find(r.tx, r.refunds, string(id))
	if !ok {
		return domain.Refund{}, domain.ErrRefundNotFound
	}
	return f.Refund, nil
}

func (r refunds) ByPayment(ctx context.Context, id domain.PaymentID) ([]domain.Refund, error) {
	return r.states(ctx, func() []refund { return all(r.tx, r.refunds, r.refundsOf[id]) })
}

func (r refunds) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Refund, error) {
	return r.states(ctx, func() []refund { return list(r.refunds, r.refunds.pages[r.seller], after, limit, nil) })
}

func (r refunds) states(ctx context.Context, of func() []refund) ([]domain.Refund, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.Refund
	for _, f := range of() {
		found = append(found, f.Refund)
	}
	return found, nil
}

func (r refunds) Insert(ctx context.Context, f domain.Refund) error {
	if err := r.inserting(ctx, f.SellerID); err != nil {
		return err
	}
	if _, there := r.refunds.rows[string(f.ID)]; there {
		return domain.ErrExists
	}
	if _, ok := find(r.tx, r.payments, string(f.PaymentID)); !ok {
		return domain.ErrPaymentNotFound
	}
	return r.put(refund{f})
}

func (r refunds) Save(ctx context.Context, f domain.Refund) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	old, ok := find(r.tx, r.refunds, string(f.ID))
	if !ok || f.SellerID != old.SellerID || f.PaymentID != old.PaymentID {
		return domain.ErrRefundNotFound
	}
	return r.put(refund{f})
}

// put keeps f under its key, unless another refund has it.
func (r refunds) put(f refund) error {
	if other, taken := r.refundKeys[f.key()]; taken && other != f.ID {
		return domain.ErrExists
	}
	if old, had := r.refunds.rows[string(f.ID)]; had {
		unset(r.tx, r.refundKeys, old.key())
		r.remove(page(r.refundsOf, old.PaymentID), placeOf(old.CreatedAt, string(old.ID)))
	}
	set(r.tx, r.refundKeys, f.key(), f.ID)
	r.add(page(r.refundsOf, f.PaymentID), placeOf(f.CreatedAt, string(f.ID)))
	put(r.tx, r.refunds, f)
	return nil
}
