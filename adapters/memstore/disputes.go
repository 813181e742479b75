package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type dispute struct{ domain.Dispute }

func (d dispute) place() (domain.SellerID, time.Time, string) {
	return d.SellerID, d.OpenedAt, string(d.ID)
}

type disputes struct{ *tx }

func (r disputes) ByID(ctx context.Context, id domain.DisputeID) (domain.Dispute, error) {
	if err := r.reading(ctx); err != nil {
		return domain.Dispute{}, err
	}
	d, ok := find(r.tx, r.disputes, string(id))
	if !ok {
		return domain.Dispute{}, domain.ErrDisputeNotFound
	}
	return d.Dispute, nil
}

func (r disputes) ByPayment(ctx context.Context, id domain.PaymentID) ([]domain.Dispute, error) {
	return r.states(ctx, func() []dispute { return all(r.tx, r.disputes, r.disputesOf[id]) })
}

func (r disputes) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Dispute, error) {
	return r.states(ctx, func() []dispute { return list(r.disputes, r.disputes.pages[r.seller], after, limit, nil) })
}

func (r disputes) states(ctx context.Context, of func() []dispute) ([]domain.Dispute, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.Dispute
	for _, d := range of() {
		found = append(found, d.Dispute)
	}
	return found, nil
}

func (r disputes) Insert(ctx context.Context, d domain.Dispute) error {
	if err := r.inserting(ctx, d.SellerID); err != nil {
		return err
	}
	if _, there := r.disputes.rows[string(d.ID)]; there {
		return domain.ErrExists
	}
	if _, ok := find(r.tx, r.payments, string(d.PaymentID)); !ok {
		return domain.ErrPaymentNotFound
	}
	r.put(dispute{d})
	return nil
}

func (r disputes) Save(ctx context.Context, d domain.Dispute) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	old, ok := find(r.tx, r.disputes, string(d.ID))
	if !ok || d.SellerID != old.SellerID || d.PaymentID != old.PaymentID {
		return domain.ErrDisputeNotFound
	}
	r.put(dispute{d})
	return nil
}

func (r disputes) put(d dispute) {
	if old, had := r.disputes.rows[string(d.ID)]; had {
		r.remove(page(r.disputesOf, old.PaymentID), placeOf(old.OpenedAt, string(old.ID)))
	}
	r.add(page(r.disputesOf, d.PaymentID), placeOf(d.OpenedAt, string(d.ID)))
	put(r.tx, r.disputes, d)
}
