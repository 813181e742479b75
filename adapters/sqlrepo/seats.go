package sqlrepo

import (
	"cmp"
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type seats struct{ repo }

var seatColumns = cols(`id seller_id purchase_id email status claimed_at revoked_at created_at`)

func seatDests(s *domain.Seat) []any {
	return []any{(*string)(&s.ID), (*string)(&s.SellerID), (*string)(&s.PurchaseID), &s.Email, (*string)(&s.Status),
		Time(&s.ClaimedAt), Time(&s.RevokedAt), Time(&s.CreatedAt)}
}

func seatArgs(s domain.Seat) []any { return values(seatDests(&s)) }

func scanSeat(rows Rows) (s domain.Seat, err error) { return s, rows.Scan(seatDests(&s)...) }

var seatFrom = `SELECT ` + seatColumns.names("") + ` FROM usher_seats WHERE seller_id = $1`

func (r seats) ByID(ctx context.Context, id domain.SeatID) (domain.Seat, error) {
	return one(ctx, r.c, scanSeat, domain.ErrSeatNotFound, seatFrom+` AND id = $2`+r.lock(), r.seller(), string(id))
}

func (r seats) ByPurchase(ctx context.Context, id domain.PurchaseID) ([]domain.Seat, error) {
	return many(ctx, r.c, scanSeat, seatFrom+` AND purchase_id = $2 ORDER BY created_at, id`+r.lock(), r.seller(), string(id))
}

func (r seats) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Seat, error) {
	return many(ctx, r.c, scanSeat, seatFrom+` AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`,
		r.seller(), since(after), after.ID, most(limit))
}

var seatInsert = `INSERT INTO usher_seats (` + seatColumns.names("") + `)
	SELECT ` + seatColumns.params() + ` FROM usher_purchases WHERE id = $3 AND seller_id = $2 ON CONFLICT DO NOTHING`

func (r seats) Insert(ctx context.Context, s domain.Seat) error {
	if err := r.inserting(s.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, seatInsert, seatArgs(s)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(
		r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_seats WHERE id = $1`, string(s.ID)),
		r.lacking(ctx, domain.ErrPurchaseNotFound, hasPurchase, string(s.PurchaseID), r.seller()),
		error(domain.ErrSeatTaken))
}

var seatSave = `UPDATE usher_seats SET ` + seatColumns.set(3) + `
	WHERE id = $1 AND seller_id = $2 AND purchase_id = $3
	AND NOT EXISTS (SELECT 1 FROM usher_seats o WHERE o.purchase_id = $3 AND o.email = $4
		AND o.status <> 'revoked' AND $5 <> 'revoked' AND o.id <> $1)`

func (r seats) Save(ctx context.Context, s domain.Seat) error {
	if err := r.saving(s.SellerID, domain.ErrSeatNotFound); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, seatSave, seatArgs(s)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(
		r.lacking(ctx, domain.ErrSeatNotFound, hasSeat+` AND purchase_id = $3`,
			string(s.ID), r.seller(), string(s.PurchaseID)),
		error(domain.ErrSeatTaken))
}
