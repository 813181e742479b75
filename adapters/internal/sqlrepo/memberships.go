package sqlrepo

import (
	"cmp"
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type memberships struct{ repo }

var membershipColumns = cols(`id seller_id product_id purchase_id recurrence started_at free_trial_ends_at charges installments
	cancel_requested_at cancelled_by cancelled_at failed_at ended_at created_at`)

func membershipArgs(m domain.Membership) []any {
	return []any{string(m.ID), string(m.SellerID), string(m.ProductID), string(m.PurchaseID), string(m.Recurrence),
		m.StartedAt, m.FreeTrialEndsAt, m.Charges, m.Installments,
		m.CancelRequestedAt, string(m.CancelledBy), m.CancelledAt, m.FailedAt, m.EndedAt, m.CreatedAt}
}

func membershipDests(m *domain.Membership) []any {
	return []any{(*string)(&m.ID), (*string)(&m.SellerID), (*string)(&m.ProductID), (*string)(&m.PurchaseID), (*string)(&m.Recurrence),
		Time(&m.StartedAt), Time(&m.FreeTrialEndsAt), &m.Charges, &m.Installments,
		Time(&m.CancelRequestedAt), (*string)(&m.CancelledBy), Time(&m.CancelledAt), Time(&m.FailedAt), Time(&m.EndedAt), Time(&m.CreatedAt)}
}

func scanMembership(rows Rows) (m domain.Membership, err error) {
	return m, rows.Scan(membershipDests(&m)...)
}

var membershipFrom = `SELECT ` + membershipColumns.names("") + ` FROM usher_memberships WHERE seller_id = $1`

func (r memberships) ByID(ctx context.Context, id domain.MembershipID) (domain.Membership, error) {
	return one(ctx, r.c, scanMembership, domain.ErrMembershipNotFound, membershipFrom+` AND id = $2`, r.seller(), string(id))
}

func (r memberships) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Membership, error) {
	return many(ctx, r.c, scanMembership, membershipFrom+` AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`,
		r.seller(), since(after), after.ID, most(limit))
}

var membershipInsert = `INSERT INTO usher_memberships (` + membershipColumns.names("") + `)
	SELECT ` + membershipColumns.params() + ` FROM usher_products p CROSS JOIN usher_purchases s
	WHERE p.id = $3 AND p.seller_id = $2 AND s.id = $4 AND s.seller_id = $2 ON CONFLICT DO NOTHING`

func (r memberships) Insert(ctx context.Context, m domain.Membership) error {
	if err := r.inserting(m.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, membershipInsert, membershipArgs(m)...)
	if err != nil {
		return err
	}
	if n == 0 {
		return cmp.Or(
			r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_memberships WHERE id = $1`, string(m.ID)),
			r.lacking(ctx, domain.ErrProductNotFound, hasProduct, string(m.ProductID), r.seller()),
			error(domain.ErrPurchaseNotFound))
	}
	return r.moveLicenses(ctx, membersOf, string(m.ID))
}

var membershipSave = `UPDATE usher_memberships SET ` + membershipColumns.set(4) + `
	WHERE id = $1 AND seller_id = $2 AND product_id = $3 AND purchase_id = $4`

func (r memberships) Save(ctx context.Context, m domain.Membership) error {
	if err := r.saving(m.SellerID, domain.ErrMembershipNotFound); err != nil {
		return err
	}
	if err := change(ctx, r.c, domain.ErrMembershipNotFound, membershipSave, membershipArgs(m)...); err != nil {
		return err
	}
	return r.moveLicenses(ctx, membersOf, string(m.ID))
}
