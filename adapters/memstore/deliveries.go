package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type delivery struct{ domain.Delivery }

func (d delivery) place() (domain.SellerID, time.Time, string) {
	return d.SellerID, d.CreatedAt, string(d.ID)
}

// told is an event that a webhook is told of, and line what a webhook is told of
// one subject, in order.
type (
	told struct {
		webhook domain.WebhookID
		event   domain.EventID
	}
	line struct {
		webhook domain.WebhookID
		subject string
	}
)

type deliveries struct{ *tx }

func (r deliveries) ByID(ctx context.Context, id domain.DeliveryID) (domain.Delivery, error) {
	if err := r.reading(ctx); err != nil {
		return domain.Delivery{}, err
	}
	d, ok := find(r.tx, r.deliveries, string(id))
	if !ok {
		return domain.Delivery{}, domain.ErrDeliveryNotFound
	}
	return d.Delivery, nil
}

func (r deliveries) Waiting(ctx context.Context, to domain.WebhookID, subject string, limit int) ([]domain.Delivery, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.Delivery
	for p := range r.lines[line{to, subject}].after(first) {
		if len(found) == most(limit) {
			break
		}
		if d, ok := find(r.tx, r.deliveries, p.id); ok {
			found = append(found, d.Delivery)
		}
	}
	return found, nil
}

func (r deliveries) List(ctx context.Context, q ports.DeliveryQuery) ([]domain.Delivery, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	of := r.deliveries.pages[r.seller]
	if q.WebhookID != "" {
		of = r.toldTo[q.WebhookID]
	}
	fits := func(d delivery) bool { return r.reaches(d.SellerID) && (q.Status == "" || d.Status == q.Status) }
	var found []domain.Delivery
	for _, d := range newest(r.deliveries, of, q.Before, q.Limit, fits) {
		found = append(found, d.Delivery)
	}
	return found, nil
}

func (r deliveries) Insert(ctx context.Context, d domain.Delivery) error {
	if err := r.inserting(ctx, d.SellerID); err != nil {
		return err
	}
	if _, there := r.deliveries.rows[string(d.ID)]; there {
		return domain.ErrExists
	}
	if _, ok := find(r.tx, r.webhooks, string(d.WebhookID)); !ok {
		return domain.ErrWebhookNotFound
	}
	if _, taken := r.tellings[told{d.WebhookID, d.EventID}]; taken {
		return domain.ErrExists
	}
	r.putDelivery(delivery{d})
	return nil
}

// deliver makes deliveries; one that is there stays as it is.
func (t *tx) deliver(all []domain.Delivery) {
	for _, d := range all {
		w, ok := t.webhooks.rows[string(d.WebhookID)]
		_, there := t.deliveries.rows[string(d.ID)]
		_, taken := t.tellings[told{d.WebhookID, d.EventID}]
		if ok && w.SellerID == d.SellerID && !there && !taken {
			t.putDelivery(delivery{d})
		}
	}
}

func (r deliveries) Save(ctx context.Context, d domain.Delivery) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	old, ok := find(r.tx, r.deliveries, string(d.ID))
	if !ok || d.SellerID != old.SellerID || d.WebhookID != old.WebhookID || d.EventID != old.EventID || d.Subject != old.Subject || d.Seq != old.Seq {
		return domain.ErrDeliveryNotFound
	}
	r.takeDelivery(old)
	r.putDelivery(delivery{d})
	return nil
}

func (r deliveries) Forget(ctx context.Context, before time.Time, limit int) (int, error) {
	if err := r.writing(ctx); err != nil {
		return 0, err
	}
	if !r.system {
		return 0, domain.ErrScope
	}
	var old []delivery
	for p := range r.delivered.after(first) {
		if len(old) >= limit || p.at >= before.UnixMicro() {
			break
		}
		old = append(old, r.deliveries.rows[p.id])
	}
	for _, d := range old {
		r.takeDelivery(d)
		drop(r.tx, r.deliveries, d)
	}
	return len(old), nil
}

func (t *tx) putDelivery(d delivery) {
	id := string(d.ID)
	set(t, t.tellings, told{d.WebhookID, d.EventID}, d.ID)
	t.add(page(t.toldTo, d.WebhookID), placeOf(d.CreatedAt, id))
	if d.Status == domain.DeliveryWaiting {
		t.add(page(t.lines, line{d.WebhookID, d.Subject}), place{d.Seq, id})
	} else {
		t.add(t.delivered, placeOf(d.DoneAt, id))
	}
	put(t, t.deliveries, d)
}

// takeDelivery takes a delivery out of what it is found by.
func (t *tx) takeDelivery(d delivery) {
	id := string(d.ID)
	unset(t, t.tellings, told{d.WebhookID, d.EventID})
	t.remove(page(t.toldTo, d.WebhookID), placeOf(d.CreatedAt, id))
	if d.Status == domain.DeliveryWaiting {
		t.remove(page(t.lines, line{d.WebhookID, d.Subject}), place{d.Seq, id})
	} else {
		t.remove(t.delivered, placeOf(d.DoneAt, id))
	}
}
