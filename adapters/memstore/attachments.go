package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
)

type attachment struct{ domain.Attachment }

func (a attachment) place() (domain.SellerID, time.Time, string) {
	return a.SellerID, a.CreatedAt, string(a.ID)
}

type attachments struct{ *tx }

func (r attachments) ByID(ctx context.Context, id domain.AttachmentID) (domain.Attachment, error) {
	if err := r.reading(ctx); err != nil {
		return domain.Attachment{}, err
	}
	a, ok := find(r.tx, r.attachments, string(id))
	if !ok {
		return domain.Attachment{}, domain.ErrAttachmentNotFound
	}
	return a.Attachment, nil
}

func (r attachments) ByProduct(ctx context.Context, id domain.ProductID) ([]domain.Attachment, error) {
	return r.of(ctx, r.attachedTo[id])
}

func (r attachments) ByConnection(ctx context.Context, id domain.ConnectionID) ([]domain.Attachment, error) {
	return r.of(ctx, r.attachedIn[id])
}

func (r attachments) of(ctx context.Context, o *order) ([]domain.Attachment, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.Attachment
	for _, a := range all(r.tx, r.attachments, o) {
		found = append(found, a.Attachment)
	}
	return found, nil
}

func (r attachments) Insert(ctx context.Context, a domain.Attachment) error {
	if err := r.inserting(ctx, a.SellerID); err != nil {
		return err
	}
	if _, there := r.attachments.rows[string(a.ID)]; there {
		return domain.ErrExists
	}
	if _, ok := find(r.tx, r.connections, string(a.ConnectionID)); !ok {
		return domain.ErrConnectionNotFound
	}
	if _, ok := find(r.tx, r.products, string(a.ProductID)); !ok {
		return domain.ErrProductNotFound
	}
	r.put(attachment{a})
	return nil
}

func (r attachments) Save(ctx context.Context, a domain.Attachment) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	old, ok := find(r.tx, r.attachments, string(a.ID))
	if !ok || a.SellerID != old.SellerID || a.ConnectionID != old.ConnectionID || a.ProductID != old.ProductID {
		return domain.ErrAttachmentNotFound
	}
	r.put(attachment{a})
	return nil
}

func (r attachments) put(a attachment) {
	if old, had := r.attachments.rows[string(a.ID)]; had {
		was := placeOf(old.CreatedAt, string(old.ID))
		r.remove(page(r.attachedTo, old.ProductID), was)
		r.remove(page(r.attachedIn, old.ConnectionID), was)
	}
	at := placeOf(a.CreatedAt, string(a.ID))
	r.add(page(r.attachedTo, a.ProductID), at)
	r.add(page(r.attachedIn, a.ConnectionID), at)
	put(r.tx, r.attachments, a)
}
