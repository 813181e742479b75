package sqlrepo

import (
	"cmp"
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type disputes struct{ repo }

var disputeColumns = cols(`id seller_id payment_id amount processor_ref opened_at won_at lost_at`)

func disputeDests(d *domain.Dispute) []any {
	return []any{(*string)(&d.ID), (*string)(&d.SellerID), (*string)(&d.PaymentID), &d.Amount, &d.ProcessorRef,
		Time(&d.OpenedAt), Time(&d.WonAt), Time(&d.LostAt)}
}

func disputeArgs(d domain.Dispute) []any { return values(disputeDests(&d)) }

func scanDispute(rows Rows) (d domain.Dispute, err error) { return d, rows.Scan(disputeDests(&d)...) }

var disputeFrom = `SELECT ` + disputeColumns.names("") + ` FROM usher_disputes WHERE seller_id = $1`

func (r disputes) ByID(ctx context.Context, id domain.DisputeID) (domain.Dispute, error) {
	return one(ctx, r.c, scanDispute, domain.ErrDisputeNotFound, disputeFrom+` AND id = $2`+r.lock(), r.seller(), string(id))
}

func (r disputes) ByPayment(ctx context.Context, id domain.PaymentID) ([]domain.Dispute, error) {
	return many(ctx, r.c, scanDispute, disputeFrom+` AND payment_id = $2 ORDER BY opened_at, id`+r.lock(), r.seller(), string(id))
}

func (r disputes) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Dispute, error) {
	return many(ctx, r.c, scanDispute, disputeFrom+` AND (opened_at, id) > ($2, $3) ORDER BY opened_at, id LIMIT $4`,
		r.seller(), since(after), after.ID, most(limit))
}

var disputeInsert = `INSERT INTO usher_disputes (` + disputeColumns.names("") + `)
	SELECT ` + disputeColumns.params() + ` FROM usher_payments WHERE id = $3 AND seller_id = $2 ON CONFLICT DO NOTHING`

func (r disputes) Insert(ctx context.Context, d domain.Dispute) error {
	if err := r.inserting(d.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, disputeInsert, disputeArgs(d)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(
		r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_disputes WHERE id = $1`, string(d.ID)),
		error(domain.ErrPaymentNotFound))
}

var disputeSave = `UPDATE usher_disputes SET ` + disputeColumns.set(3) + ` WHERE id = $1 AND seller_id = $2 AND payment_id = $3`

func (r disputes) Save(ctx context.Context, d domain.Dispute) error {
	if err := r.saving(d.SellerID, domain.ErrDisputeNotFound); err != nil {
		return err
	}
	return change(ctx, r.c, domain.ErrDisputeNotFound, disputeSave, disputeArgs(d)...)
}
