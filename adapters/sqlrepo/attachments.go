package sqlrepo

import (
	"cmp"
	"context"

	"github.com/usherhq/usher/domain"
)

type attachments struct{ repo }

var attachmentColumns = cols(`id seller_id connection_id product_id service all_variants variants targets end_action from_at created_at removed_at leaving`)

func attachmentDests(a *domain.Attachment) []any {
	return []any{(*string)(&a.ID), (*string)(&a.SellerID), (*string)(&a.ConnectionID), (*string)(&a.ProductID), (*string)(&a.Service),
		&a.AllVariants, (*string)(&a.Variants), (*string)(&a.Targets), (*string)(&a.EndAction),
		Time(&a.FromAt), Time(&a.CreatedAt), Time(&a.RemovedAt), (*string)(&a.Leaving)}
}

func attachmentArgs(a domain.Attachment) []any { return values(attachmentDests(&a)) }

func scanAttachment(rows Rows) (a domain.Attachment, err error) {
	return a, rows.Scan(attachmentDests(&a)...)
}

var attachmentFrom = `SELECT ` + attachmentColumns.names("") + ` FROM usher_attachments WHERE seller_id = $1`

func (r attachments) ByID(ctx context.Context, id domain.AttachmentID) (domain.Attachment, error) {
	return one(ctx, r.c, scanAttachment, domain.ErrAttachmentNotFound, attachmentFrom+` AND id = $2`+r.lock(), r.seller(), string(id))
}

func (r attachments) ByProduct(ctx context.Context, id domain.ProductID) ([]domain.Attachment, error) {
	return many(ctx, r.c, scanAttachment, attachmentFrom+` AND product_id = $2 ORDER BY created_at, id`+r.lock(), r.seller(), string(id))
}

func (r attachments) ByConnection(ctx context.Context, id domain.ConnectionID) ([]domain.Attachment, error) {
	return many(ctx, r.c, scanAttachment, attachmentFrom+` AND connection_id = $2 ORDER BY created_at, id`+r.lock(), r.seller(), string(id))
}

var attachmentInsert = `INSERT INTO usher_attachments (` + attachmentColumns.names("") + `)
	SELECT ` + attachmentColumns.params() + ` FROM usher_connections c CROSS JOIN usher_products p
	WHERE c.id = $3 AND c.seller_id = $2 AND p.id = $4 AND p.seller_id = $2 ON CONFLICT DO NOTHING`

func (r attachments) Insert(ctx context.Context, a domain.Attachment) error {
	if err := r.inserting(a.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, attachmentInsert, attachmentArgs(a)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(
		r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_attachments WHERE id = $1`, string(a.ID)),
		r.lacking(ctx, domain.ErrConnectionNotFound, hasConnection, string(a.ConnectionID), r.seller()),
		error(domain.ErrProductNotFound))
}

var attachmentSave = `UPDATE usher_attachments SET ` + attachmentColumns.set(4) + `
	WHERE id = $1 AND seller_id = $2 AND connection_id = $3 AND product_id = $4`

func (r attachments) Save(ctx context.Context, a domain.Attachment) error {
	if err := r.saving(a.SellerID, domain.ErrAttachmentNotFound); err != nil {
		return err
	}
	return change(ctx, r.c, domain.ErrAttachmentNotFound, attachmentSave, attachmentArgs(a)...)
}
