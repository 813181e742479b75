package sqlrepo

import (
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type sellers struct{ repo }

var sellerColumns = cols("id user_id name email address created_at")

func sellerArgs(s domain.Seller) []any {
	return []any{string(s.ID), string(s.UserID), s.Name, s.Email, s.Address, s.CreatedAt}
}

func sellerDests(s *domain.Seller) []any {
	return []any{(*string)(&s.ID), (*string)(&s.UserID), &s.Name, &s.Email, &s.Address, Time(&s.CreatedAt)}
}

func scanSeller(rows Rows) (s domain.Seller, err error) { return s, rows.Scan(sellerDests(&s)...) }

// reaches reports whether the scope reaches a seller; the system reaches all.
func (r sellers) reaches(id domain.SellerID) bool {
	return r.who.IsSystem() || id != "" && r.seller() == string(id)
}

var sellerByID = `SELECT ` + sellerColumns.names("") + ` FROM usher_sellers WHERE id = $1`

func (r sellers) ByID(ctx context.Context, id domain.SellerID) (domain.Seller, error) {
	if !r.reaches(id) {
		return domain.Seller{}, domain.ErrSellerNotFound
	}
	return one(ctx, r.c, scanSeller, domain.ErrSellerNotFound, sellerByID, string(id))
}

var sellerList = `SELECT ` + sellerColumns.names("") + ` FROM usher_sellers
	WHERE (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT $3`

func (r sellers) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Seller, error) {
	if !r.who.IsSystem() {
		return many(ctx, r.c, scanSeller, sellerByID+` AND (created_at, id) > ($2, $3)`, r.seller(), since(after), after.ID)
	}
	return many(ctx, r.c, scanSeller, sellerList, since(after), after.ID, most(limit))
}

var sellerInsert = `INSERT INTO usher_sellers (` + sellerColumns.names("") + `)
	VALUES (` + sellerColumns.params() + `) ON CONFLICT DO NOTHING`

func (r sellers) Insert(ctx context.Context, s domain.Seller) error {
	if !r.who.IsSystem() {
		return domain.ErrScope
	}
	return change(ctx, r.c, domain.ErrExists, sellerInsert, sellerArgs(s)...)
}

const productsMove = `UPDATE usher_products SET stamp = stamp + 1 WHERE seller_id = $1`

var sellerSave = `UPDATE usher_sellers SET ` + sellerColumns.set(1) + ` WHERE id = $1`

func (r sellers) Save(ctx context.Context, s domain.Seller) error {
	if !r.reaches(s.ID) {
		return domain.ErrSellerNotFound
	}
	if err := change(ctx, r.c, domain.ErrSellerNotFound, sellerSave, sellerArgs(s)...); err != nil {
		return err
	}
	_, err := r.c.Exec(ctx, productsMove, string(s.ID))
	return err
}
