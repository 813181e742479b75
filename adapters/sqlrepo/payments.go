package sqlrepo

import (
	"cmp"
	"context"
	"slices"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type payments struct{ repo }

var paymentColumns = cols(`id seller_id purchase_id key processor_ref membership_id cycle kind status attempt amount currency ` +
	targetColumns("target_") + ` method elsewhere priced_at decline refunded refunding paid_at voided_at created_at`)

func paymentDests(s *domain.PaymentState) []any {
	return slices.Concat([]any{
		(*string)(&s.ID), (*string)(&s.SellerID), (*string)(&s.PurchaseID), &s.Key, &s.ProcessorRef,
		(*string)(&s.MembershipID), &s.Cycle, (*string)(&s.Kind), (*string)(&s.Status), &s.Attempt,
		&s.Amount.Amount, (*string)(&s.Amount.Currency),
	}, targetFields(&s.Target), []any{
		&s.Method, &s.Elsewhere, Time(&s.PricedAt), (*string)(&s.Decline), &s.Refunded, &s.Refunding, Time(&s.PaidAt), Time(&s.VoidedAt), Time(&s.CreatedAt),
	})
}

func paymentArgs(s domain.PaymentState) []any { return values(paymentDests(&s)) }

func scanPayment(rows Rows) (s domain.PaymentState, err error) {
	return s, rows.Scan(paymentDests(&s)...)
}

var paymentFrom = `SELECT ` + paymentColumns.names("") + ` FROM usher_payments WHERE seller_id = $1`

func (r payments) ByID(ctx context.Context, id domain.PaymentID) (*domain.Payment, error) {
	s, err := one(ctx, r.c, scanPayment, domain.ErrPaymentNotFound, paymentFrom+` AND id = $2`+r.lock(), r.seller(), string(id))
	if err != nil {
		return nil, err
	}
	return domain.RestorePayment(s), nil
}

func (r payments) ByPurchase(ctx context.Context, id domain.PurchaseID) ([]domain.PaymentState, error) {
	return many(ctx, r.c, scanPayment, paymentFrom+` AND purchase_id = $2 ORDER BY created_at, id`+r.lock(), r.seller(), string(id))
}

func (r payments) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.PaymentState, error) {
	return many(ctx, r.c, scanPayment, paymentFrom+` AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`,
		r.seller(), since(after), after.ID, most(limit))
}

var paymentInsert = `INSERT INTO usher_payments (` + paymentColumns.names("") + `)
	SELECT ` + paymentColumns.params() + ` FROM usher_purchases WHERE id = $3 AND seller_id = $2 ON CONFLICT DO NOTHING`

func (r payments) Insert(ctx context.Context, p *domain.Payment) error {
	s := p.State()
	if err := r.inserting(s.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, paymentInsert, paymentArgs(s)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(
		r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_payments WHERE id = $1`, string(s.ID)),
		r.lacking(ctx, domain.ErrPurchaseNotFound, hasPurchase, string(s.PurchaseID), r.seller()),
		r.clash(ctx, s))
}

// clash says which of a payment's names another one has, if it is not the cycle.
func (r payments) clash(ctx context.Context, s domain.PaymentState) error {
	return cmp.Or(
		r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_payments WHERE seller_id = $1 AND key = $2 AND id <> $3`,
			r.seller(), s.Key, string(s.ID)),
		r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_payments WHERE seller_id = $1 AND processor_ref = $2 AND processor_ref <> '' AND id <> $3`,
			r.seller(), s.ProcessorRef, string(s.ID)),
		error(domain.ErrAlreadyPaid))
}

var paymentSave = `UPDATE usher_payments SET ` + paymentColumns.set(3) + `
	WHERE id = $1 AND seller_id = $2 AND purchase_id = $3
	AND NOT EXISTS (SELECT 1 FROM usher_payments o WHERE o.seller_id = $2 AND o.key = $4 AND o.id <> $1)
	AND NOT EXISTS (SELECT 1 FROM usher_payments o WHERE o.seller_id = $2 AND o.processor_ref = $5 AND o.processor_ref <> '' AND o.id <> $1)
	AND NOT EXISTS (SELECT 1 FROM usher_payments o WHERE o.seller_id = $2 AND o.membership_id = $6 AND o.cycle = $7
		AND o.kind = 'renewal' AND o.status = 'paid' AND $8 = 'renewal' AND $9 = 'paid' AND o.id <> $1)`

func (r payments) Save(ctx context.Context, p *domain.Payment) error {
	s := p.State()
	if err := r.saving(s.SellerID, domain.ErrPaymentNotFound); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, paymentSave, paymentArgs(s)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(
		r.lacking(ctx, domain.ErrPaymentNotFound, hasPayment+` AND purchase_id = $3`, string(s.ID), r.seller(), string(s.PurchaseID)),
		r.clash(ctx, s))
}
