package sqlrepo

import (
	"cmp"
	"context"

	"github.com/usherhq/usher/domain"
)

type variants struct{ repo }

var variantColumns = cols(`id seller_id product_id category name position price ` + priceColumns + ` most_seats created_at deleted_at`)

func variantArgs(v domain.Variant) []any {
	args := []any{string(v.ID), string(v.SellerID), string(v.ProductID), v.Category, v.Name, v.Position, v.Price}
	return append(append(args, priceArgs(v.Prices)...), v.MostSeats, v.CreatedAt, v.DeletedAt)
}

func scanVariant(rows Rows) (v domain.Variant, err error) {
	dests := []any{(*string)(&v.ID), (*string)(&v.SellerID), (*string)(&v.ProductID), &v.Category, &v.Name, &v.Position, &v.Price}
	return v, rows.Scan(append(append(dests, priceDests(&v.Prices)...), &v.MostSeats, Time(&v.CreatedAt), Time(&v.DeletedAt))...)
}

var variantsByProduct = `SELECT ` + variantColumns.names("") + ` FROM usher_variants
	WHERE product_id = $1 AND seller_id = $2 ORDER BY position, id`

func (r variants) ByProduct(ctx context.Context, id domain.ProductID) ([]domain.Variant, error) {
	return many(ctx, r.c, scanVariant, variantsByProduct+r.lock(), string(id), r.seller())
}

var variantInsert = `INSERT INTO usher_variants (` + variantColumns.names("") + `)
	SELECT ` + variantColumns.params() + ` FROM usher_products WHERE id = $3 AND seller_id = $2 ON CONFLICT DO NOTHING`

func (r variants) Insert(ctx context.Context, v domain.Variant) error {
	if err := r.inserting(v.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, variantInsert, variantArgs(v)...)
	if err != nil {
		return err
	}
	if n == 0 {
		return cmp.Or(
			r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_variants WHERE id = $1`, string(v.ID)),
			error(domain.ErrProductNotFound))
	}
	return r.moveProduct(ctx, v.ProductID)
}

var variantSave = `UPDATE usher_variants SET ` + variantColumns.set(3) + ` WHERE id = $1 AND seller_id = $2 AND product_id = $3`

func (r variants) Save(ctx context.Context, v domain.Variant) error {
	if err := r.saving(v.SellerID, domain.ErrVariantNotFound); err != nil {
		return err
	}
	if err := change(ctx, r.c, domain.ErrVariantNotFound, variantSave, variantArgs(v)...); err != nil {
		return err
	}
	return r.moveProduct(ctx, v.ProductID)
}

// moveProduct says that what a product's keys answer may have changed.
func (r variants) moveProduct(ctx context.Context, id domain.ProductID) error {
	_, err := r.c.Exec(ctx, `UPDATE usher_products SET stamp = stamp + 1 WHERE id = $1 AND seller_id = $2`, string(id), r.seller())
	return err
}
