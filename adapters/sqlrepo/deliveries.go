package sqlrepo

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type deliveries struct{ repo }

var deliveryColumns = cols(`id seller_id webhook_id event_id subject seq event topic payload at created_at
	status first_due_at tries due_at tried_at answered why done_at`)

func deliveryDests(d *domain.Delivery) []any {
	return []any{(*string)(&d.ID), (*string)(&d.SellerID), (*string)(&d.WebhookID), (*string)(&d.EventID), &d.Subject, &d.Seq,
		&d.Event, (*string)(&d.Topic), &d.Payload, Time(&d.At), Time(&d.CreatedAt),
		(*string)(&d.Status), Time(&d.FirstDueAt), &d.Tries, Time(&d.DueAt), Time(&d.TriedAt), &d.Answered, &d.Why, Time(&d.DoneAt)}
}

func deliveryArgs(d domain.Delivery) []any { return values(deliveryDests(&d)) }

func scanDelivery(rows Rows) (d domain.Delivery, err error) {
	return d, rows.Scan(deliveryDests(&d)...)
}

var deliveryFrom = `SELECT ` + deliveryColumns.names("") + ` FROM usher_deliveries WHERE seller_id = $1`

func (r deliveries) ByID(ctx context.Context, id domain.DeliveryID) (domain.Delivery, error) {
	return one(ctx, r.c, scanDelivery, domain.ErrDeliveryNotFound, deliveryFrom+` AND id = $2`+r.lock(), r.seller(), string(id))
}

func (r deliveries) Waiting(ctx context.Context, to domain.WebhookID, subject string, limit int) ([]domain.Delivery, error) {
	return many(ctx, r.c, scanDelivery, deliveryFrom+` AND webhook_id = $2 AND subject = $3 AND status = 'waiting' ORDER BY seq, id LIMIT $4`,
		r.seller(), string(to), subject, most(limit))
}

func (r deliveries) List(ctx context.Context, q ports.DeliveryQuery) ([]domain.Delivery, error) {
	sql, args := deliveryFrom, []any{r.seller(), most(q.Limit)}
	with := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition += strconv.Itoa(len(args))
			sql += condition
			condition = `, $`
		}
	}
	if q.WebhookID != "" {
		with(` AND webhook_id = $`, string(q.WebhookID))
	}
	if q.Status != "" {
		with(` AND status = $`, string(q.Status))
	}
	if q.Before != (ports.Cursor{}) {
		with(` AND (created_at, id) < ($`, q.Before.At, q.Before.ID)
		sql += `)`
	}
	return many(ctx, r.c, scanDelivery, sql+` ORDER BY created_at DESC, id DESC LIMIT $2`, args...)
}

var deliveryInsert = `INSERT INTO usher_deliveries (` + deliveryColumns.names("") + `)
	SELECT ` + deliveryColumns.params() + ` FROM usher_webhooks WHERE id = $3 AND seller_id = $2 ON CONFLICT DO NOTHING`

func (r deliveries) Insert(ctx context.Context, d domain.Delivery) error {
	if err := r.inserting(d.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, deliveryInsert, deliveryArgs(d)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(
		r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_deliveries WHERE id = $1`, string(d.ID)),
		r.lacking(ctx, domain.ErrWebhookNotFound, `SELECT 1 FROM usher_webhooks WHERE id = $1 AND seller_id = $2`, string(d.WebhookID), r.seller()),
		error(domain.ErrExists))
}

// deliver makes deliveries; one that is there stays as it is.
func deliver(ctx context.Context, c Conn, all []domain.Delivery) error {
	for _, d := range all {
		if _, err := c.Exec(ctx, deliveryInsert, deliveryArgs(d)...); err != nil {
			return err
		}
	}
	return nil
}

var deliverySave = `UPDATE usher_deliveries SET ` + deliveryColumns.set(6) + `
	WHERE id = $1 AND seller_id = $2 AND webhook_id = $3 AND event_id = $4 AND subject = $5 AND seq = $6`

func (r deliveries) Save(ctx context.Context, d domain.Delivery) error {
	if err := r.saving(d.SellerID, domain.ErrDeliveryNotFound); err != nil {
		return err
	}
	return change(ctx, r.c, domain.ErrDeliveryNotFound, deliverySave, deliveryArgs(d)...)
}

const deliveriesForget = `DELETE FROM usher_deliveries WHERE id IN (
	SELECT id FROM usher_deliveries WHERE status <> 'waiting' AND done_at < $1 ORDER BY done_at LIMIT $2)`

func (r deliveries) Forget(ctx context.Context, before time.Time, limit int) (int, error) {
	if !r.who.IsSystem() {
		return 0, domain.ErrScope
	}
	n, err := r.c.Exec(ctx, deliveriesForget, before, max(limit, 0))
	return int(n), err
}
