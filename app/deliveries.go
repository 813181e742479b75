package app

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Deliveries returns what webhooks were told and will be, the newest first, also
// those that are deleted.
func (w *Webhooks) Deliveries(ctx context.Context, seller domain.SellerID, q ports.DeliveryQuery) ([]domain.Delivery, error) {
	return load(ctx, w.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.Delivery, error) { return tx.Deliveries.List(ctx, q) })
}

// Delivery returns one with what would be sent now: empty if that would be nothing.
func (w *Webhooks) Delivery(ctx context.Context, seller domain.SellerID, id domain.DeliveryID) (d domain.Delivery, m ports.Message, err error) {
	at := w.at()
	err = w.store.View(ctx, ports.Seller(seller), func(ctx context.Context, tx ports.Tx) (err error) {
		if d, err = tx.Deliveries.ByID(ctx, id); err != nil {
			return err
		}
		hook, err := tx.Webhooks.ByID(ctx, d.WebhookID)
		if err != nil {
			return err
		}
		m, _, err = w.message(ctx, tx, hook, d, at)
		return err
	})
	m.Secrets = nil
	return d, m, err
}

// Replay has a delivery made once more, under the same id. One to a webhook that
// is stopped is [domain.ErrWebhookStopped].
func (w *Webhooks) Replay(ctx context.Context, seller domain.SellerID, id domain.DeliveryID) (d domain.Delivery, err error) {
	at := w.at()
	err = w.update(ctx, seller, func(ctx context.Context, tx ports.Tx) (err error) {
		if d, err = tx.Deliveries.ByID(ctx, id); err != nil {
			return err
		}
		return w.again(ctx, tx, &d, at)
	})
	return d, err
}

func (w *Webhooks) again(ctx context.Context, tx ports.Tx, d *domain.Delivery, at time.Time) error {
	hook, err := webhookThere(ctx, tx, d.WebhookID)
	switch {
	case err != nil:
		return err
	case !hook.Live():
		return domain.ErrWebhookStopped
	}
	d.Again(at)
	if err := tx.Deliveries.Save(ctx, *d); err != nil {
		return err
	}
	return w.emit(ctx, tx, at, domain.DeliveryDue{WebhookID: d.WebhookID, Subject: d.Subject, At: at})
}

// replayAtOnce is how many deliveries one transaction has made again.
const replayAtOnce = 200

// ReplayFailed has all deliveries to a webhook made once more that were given up
// and made since then, and returns how many. What fails meanwhile may be among them.
func (w *Webhooks) ReplayFailed(ctx context.Context, seller domain.SellerID, id domain.WebhookID, since time.Time) (int, error) {
	at := w.at()
	if _, err := w.Get(ctx, seller, id); err != nil {
		return 0, err
	}
	total := 0
	q := ports.DeliveryQuery{WebhookID: id, Status: domain.DeliveryFailed, Limit: replayAtOnce}
	for {
		n, more := 0, false
		next := q.Before
		err := w.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
			some, err := tx.Deliveries.List(ctx, q)
			if err != nil {
				return err
			}
			n, more, next = 0, len(some) == replayAtOnce, q.Before
			for _, d := range some {
				if d.CreatedAt.Before(since) {
					more = false
					break
				}
				next = ports.Cursor{At: d.CreatedAt, ID: string(d.ID)}
				if err := w.again(ctx, tx, &d, at); err != nil {
					return err
				}
				n++
			}
			return nil
		})
		total += n
		if err != nil || !more {
			return total, err
		}
		q.Before = next
	}
}
