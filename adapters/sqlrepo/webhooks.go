package sqlrepo

import (
	"cmp"
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type webhooks struct{ repo }

var webhookColumns = cols(`id seller_id application_id name url format topics ping durable secret_set_at rotated_at
	failures retry_at stopped_at stopped created_at deleted_at`)

func webhookDests(w *domain.Webhook) []any {
	return []any{(*string)(&w.ID), (*string)(&w.SellerID), (*string)(&w.ApplicationID), &w.Name, &w.URL, (*string)(&w.Format),
		(*string)(&w.Topics), (*string)(&w.Ping), &w.Durable, Time(&w.SecretSetAt), Time(&w.RotatedAt),
		&w.Failures, Time(&w.RetryAt), Time(&w.StoppedAt), &w.Stopped, Time(&w.CreatedAt), Time(&w.DeletedAt)}
}

func webhookArgs(w domain.Webhook) []any { return values(webhookDests(&w)) }

func scanWebhook(rows Rows) (w domain.Webhook, err error) { return w, rows.Scan(webhookDests(&w)...) }

var webhookFrom = `SELECT ` + webhookColumns.names("") + ` FROM usher_webhooks WHERE `

func (r webhooks) ByID(ctx context.Context, id domain.WebhookID) (domain.Webhook, error) {
	return one(ctx, r.c, scanWebhook, domain.ErrWebhookNotFound, webhookFrom+`seller_id = $1 AND id = $2`+r.lock(), r.seller(), string(id))
}

func (r webhooks) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Webhook, error) {
	return many(ctx, r.c, scanWebhook, webhookFrom+`seller_id = $1 AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`,
		r.seller(), since(after), after.ID, most(limit))
}

// live returns the webhooks of these sellers that are sent to.
func live(ctx context.Context, c Conn, sellers []any) ([]domain.Webhook, error) {
	return many(ctx, c, scanWebhook, webhookFrom+`deleted_at IS NULL AND stopped_at IS NULL AND seller_id IN (`+params(1, len(sellers))+`) ORDER BY created_at, id`, sellers...)
}

var webhookInsert = `INSERT INTO usher_webhooks (` + webhookColumns.names("") + `)
	SELECT ` + webhookColumns.params() + ` FROM usher_sellers WHERE id = $2 ON CONFLICT DO NOTHING`

func (r webhooks) Insert(ctx context.Context, w domain.Webhook) error {
	if err := r.inserting(w.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, webhookInsert, webhookArgs(w)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(r.lacking(ctx, domain.ErrSellerNotFound, hasSeller, r.seller()), error(domain.ErrExists))
}

var webhookSave = `UPDATE usher_webhooks SET ` + webhookColumns.set(2) + ` WHERE id = $1 AND seller_id = $2`

func (r webhooks) Save(ctx context.Context, w domain.Webhook) error {
	if err := r.saving(w.SellerID, domain.ErrWebhookNotFound); err != nil {
		return err
	}
	return change(ctx, r.c, domain.ErrWebhookNotFound, webhookSave, webhookArgs(w)...)
}

func (r webhooks) Secret(ctx context.Context, id domain.WebhookID) (ports.Sealed, error) {
	return one(ctx, r.c, scanSealed, domain.ErrWebhookNotFound, `SELECT sealed, secret FROM usher_webhooks WHERE seller_id = $1 AND id = $2`+r.lock(), r.seller(), string(id))
}

func (r webhooks) SetSecret(ctx context.Context, id domain.WebhookID, s ports.Sealed) error {
	sealed, number := sealedArgs(s)
	return change(ctx, r.c, domain.ErrWebhookNotFound, `UPDATE usher_webhooks SET sealed = $3, secret = $4 WHERE id = $1 AND seller_id = $2`,
		string(id), r.seller(), sealed, number)
}
