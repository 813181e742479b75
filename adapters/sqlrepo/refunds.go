package sqlrepo

import (
	"cmp"
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type refunds struct{ repo }

var refundColumns = cols(`id seller_id payment_id key amount cause status processor_ref settled_at created_at`)

func refundDests(f *domain.Refund) []any {
	return []any{(*string)(&f.ID), (*string)(&f.SellerID), (*string)(&f.PaymentID), &f.Key, &f.Amount, (*string)(&f.Cause),
		(*string)(&f.Status), &f.ProcessorRef, Time(&f.SettledAt), Time(&f.CreatedAt)}
}

func refundArgs(f domain.Refund) []any { return values(refundDests(&f)) }

func scanRefund(rows Rows) (f domain.Refund, err error) { return f, rows.Scan(refundDests(&f)...) }

var refundFrom = `SELECT ` + refundColumns.names("") + ` FROM usher_refunds WHERE seller_id = $1`

func (r refunds) ByID(ctx context.Context, id domain.RefundID) (domain.Refund, error) {
	return one(ctx, r.c, scanRefund, domain.ErrRefundNotFound, refundFrom+` AND id = $2`+r.lock(), r.seller(), string(id))
}

func (r refunds) ByPayment(ctx context.Context, id domain.PaymentID) ([]domain.Refund, error) {
	return many(ctx, r.c, scanRefund, refundFrom+` AND payment_id = $2 ORDER BY created_at, id`+r.lock(), r.seller(), string(id))
}

func (r refunds) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Refund, error) {
	return many(ctx, r.c, scanRefund, refundFrom+` AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`,
		r.seller(), since(after), after.ID, most(limit))
}

var refundInsert = `INSERT INTO usher_refunds (` + refundColumns.names("") + `)
	SELECT ` + refundColumns.params() + ` FROM usher_payments WHERE id = $3 AND seller_id = $2 ON CONFLICT DO NOTHING`

func (r refunds) Insert(ctx context.Context, f domain.Refund) error {
	if err := r.inserting(f.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, refundInsert, refundArgs(f)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(
		r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_refunds WHERE id = $1`, string(f.ID)),
		r.lacking(ctx, domain.ErrPaymentNotFound, hasPayment, string(f.PaymentID), r.seller()),
		error(domain.ErrExists)) // its key
}

var refundSave = `UPDATE usher_refunds SET ` + refundColumns.set(3) + `
	WHERE id = $1 AND seller_id = $2 AND payment_id = $3
	AND NOT EXISTS (SELECT 1 FROM usher_refunds o WHERE o.seller_id = $2 AND o.key = $4 AND o.id <> $1)`

func (r refunds) Save(ctx context.Context, f domain.Refund) error {
	if err := r.saving(f.SellerID, domain.ErrRefundNotFound); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, refundSave, refundArgs(f)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(
		r.lacking(ctx, domain.ErrRefundNotFound, `SELECT 1 FROM usher_refunds WHERE id = $1 AND seller_id = $2 AND payment_id = $3`,
			string(f.ID), r.seller(), string(f.PaymentID)),
		error(domain.ErrExists))
}
