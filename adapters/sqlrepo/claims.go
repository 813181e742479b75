package sqlrepo

import (
	"cmp"
	"context"
	"strconv"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type claims struct{ repo }

var claimColumns = cols(`id seller_id connection_id purchase_id seat_id product_id service email subject name old_subject
	targets end_action state cause missing forget created_at ended_at`)

func claimDests(c *domain.Claim) []any {
	return []any{(*string)(&c.ID), (*string)(&c.SellerID), (*string)(&c.ConnectionID), (*string)(&c.PurchaseID), (*string)(&c.SeatID), (*string)(&c.ProductID),
		(*string)(&c.Service), &c.Email, (*string)(&c.Subject), &c.Name, (*string)(&c.OldSubject),
		(*string)(&c.Targets), (*string)(&c.EndAction), (*string)(&c.State), (*string)(&c.Cause), (*string)(&c.Missing), &c.Forget, Time(&c.CreatedAt), Time(&c.EndedAt)}
}

func claimArgs(c domain.Claim) []any { return values(claimDests(&c)) }

func scanClaim(rows Rows) (c domain.Claim, err error) { return c, rows.Scan(claimDests(&c)...) }

const claimOrder = ` ORDER BY created_at, id`

var (
	claimFrom = `SELECT ` + claimColumns.names("") + ` FROM usher_claims WHERE seller_id = $1`

	// An empty subject is nobody's. Each half is found by an index of its own,
	// which SQLite does not use behind an OR, nor for an id beside a seller. A claim
	// that somebody changes until it is locked is asked once more who it touches.
	claimTouching = `SELECT ` + claimColumns.names("") + ` FROM usher_claims WHERE (subject = $3 OR old_subject = $3) AND id IN (
		SELECT id FROM usher_claims WHERE seller_id = $1 AND connection_id = $2 AND subject = $3 AND subject <> ''
		UNION ALL SELECT id FROM usher_claims WHERE seller_id = $1 AND connection_id = $2 AND old_subject = $3 AND old_subject <> '')` + claimOrder
)

func (r claims) ByID(ctx context.Context, id domain.ClaimID) (domain.Claim, error) {
	return one(ctx, r.c, scanClaim, domain.ErrClaimNotFound, claimFrom+` AND id = $2`+r.lock(), r.seller(), string(id))
}

func (r claims) ByPurchase(ctx context.Context, id domain.PurchaseID) ([]domain.Claim, error) {
	return many(ctx, r.c, scanClaim, claimFrom+` AND purchase_id = $2`+claimOrder+r.lock(), r.seller(), string(id))
}

func (r claims) Touching(ctx context.Context, id domain.ConnectionID, s domain.Subject) ([]domain.Claim, error) {
	return many(ctx, r.c, scanClaim, claimTouching+r.lock(), r.seller(), string(id), string(s))
}

func (r claims) ByEmail(ctx context.Context, email string) ([]domain.Claim, error) {
	return many(ctx, r.c, scanClaim, claimFrom+` AND email = $2`+claimOrder+r.lock(), r.seller(), email)
}

func (r claims) List(ctx context.Context, q ports.ClaimQuery) ([]domain.Claim, error) {
	sql, args := claimFrom+` AND (created_at, id) > ($2, $3)`, []any{r.seller(), since(q.After), q.After.ID, most(q.Limit)}
	for _, is := range []struct{ column, value string }{
		{"connection_id", string(q.ConnectionID)}, {"product_id", string(q.ProductID)}, {"state", string(q.State)},
	} {
		if is.value != "" {
			args = append(args, is.value)
			sql += ` AND ` + is.column + ` = $` + strconv.Itoa(len(args))
		}
	}
	return many(ctx, r.c, scanClaim, sql+claimOrder+` LIMIT $4`, args...)
}

var claimInsert = `INSERT INTO usher_claims (` + claimColumns.names("") + `)
	SELECT ` + claimColumns.params() + ` FROM usher_connections c CROSS JOIN usher_purchases p
	WHERE c.id = $3 AND c.seller_id = $2 AND p.id = $4 AND p.seller_id = $2 ON CONFLICT DO NOTHING`

func (r claims) Insert(ctx context.Context, c domain.Claim) error {
	if err := r.inserting(c.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, claimInsert, claimArgs(c)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(
		r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_claims WHERE id = $1`, string(c.ID)),
		r.lacking(ctx, domain.ErrConnectionNotFound, hasConnection, string(c.ConnectionID), r.seller()),
		r.lacking(ctx, domain.ErrPurchaseNotFound, hasPurchase, string(c.PurchaseID), r.seller()),
		error(domain.ErrExists))
}

var claimSave = `UPDATE usher_claims SET ` + claimColumns.set(6) + `
	WHERE id = $1 AND seller_id = $2 AND connection_id = $3 AND purchase_id = $4 AND seat_id = $5 AND product_id = $6`

func (r claims) Save(ctx context.Context, c domain.Claim) error {
	if err := r.saving(c.SellerID, domain.ErrClaimNotFound); err != nil {
		return err
	}
	return change(ctx, r.c, domain.ErrClaimNotFound, claimSave, claimArgs(c)...)
}

func (r claims) Delete(ctx context.Context, id domain.ClaimID) error {
	_, err := r.c.Exec(ctx, `DELETE FROM usher_claims WHERE id = $1 AND seller_id = $2`, string(id), r.seller())
	return err
}
