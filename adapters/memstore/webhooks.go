package memstore

import (
	"context"
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type webhook struct{ domain.Webhook }

func (w webhook) place() (domain.SellerID, time.Time, string) {
	return w.SellerID, w.CreatedAt, string(w.ID)
}

type webhooks struct{ *tx }

func (r webhooks) ByID(ctx context.Context, id domain.WebhookID) (domain.Webhook, error) {
	if err := r.reading(ctx); err != nil {
		return domain.Webhook{}, err
	}
	w, ok := find(r.tx, r.webhooks, string(id))
	if !ok {
		return domain.Webhook{}, domain.ErrWebhookNotFound
	}
	return w.Webhook, nil
}

func (r webhooks) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Webhook, error) {
	if err := r.reading(ctx); err != nil {
		return nil, err
	}
	var found []domain.Webhook
	for _, w := range list(r.webhooks, r.webhooks.pages[r.seller], after, limit, nil) {
		found = append(found, w.Webhook)
	}
	return found, nil
}

// liveWebhooks are those of the events' sellers that are sent to.
func (t *tx) liveWebhooks(events []ports.Event) (found []domain.Webhook) {
	var sellers []domain.SellerID
	for _, e := range events {
		if slices.Contains(sellers, e.SellerID) {
			continue
		}
		sellers = append(sellers, e.SellerID)
		for p := range t.webhooks.pages[e.SellerID].after(first) {
			if w := t.webhooks.rows[p.id]; w.Live() {
				found = append(found, w.Webhook)
			}
		}
	}
	return found
}

func (r webhooks) Insert(ctx context.Context, w domain.Webhook) error {
	if err := r.inserting(ctx, w.SellerID); err != nil {
		return err
	}
	if _, there := r.webhooks.rows[string(w.ID)]; there {
		return domain.ErrExists
	}
	put(r.tx, r.webhooks, webhook{w})
	return nil
}

func (r webhooks) Save(ctx context.Context, w domain.Webhook) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	old, ok := find(r.tx, r.webhooks, string(w.ID))
	if !ok || w.SellerID != old.SellerID {
		return domain.ErrWebhookNotFound
	}
	put(r.tx, r.webhooks, webhook{w})
	return nil
}

func (r webhooks) Secret(ctx context.Context, id domain.WebhookID) (ports.Sealed, error) {
	if _, err := r.ByID(ctx, id); err != nil {
		return ports.Sealed{}, err
	}
	return r.signing[id], nil
}

func (r webhooks) SetSecret(ctx context.Context, id domain.WebhookID, s ports.Sealed) error {
	if err := r.writing(ctx); err != nil {
		return err
	}
	if _, err := r.ByID(ctx, id); err != nil {
		return err
	}
	if s.Text == "" {
		unset(r.tx, r.signing, id)
		return nil
	}
	set(r.tx, r.signing, id, s)
	return nil
}
