package sqlrepo

import (
	"cmp"
	"context"
	"strings"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type products struct{ repo }

// The folded permalinks are written beside those that are shown, and never
// read back.
const productRest = ` kind name permalink custom_permalink price currency ` + priceColumns + ` includes
	licensed multiseat most_seats published preorder product_id_not_needed refund_keeps_access free_trial created_at deleted_at`

var (
	productColumns = cols(`id seller_id` + productRest)
	productWritten = cols(`id seller_id permalink_key custom_key` + productRest)
)

func productArgs(p domain.Product) []any {
	args := []any{string(p.ID), string(p.SellerID), foldPermalink(p.Permalink), foldPermalink(p.CustomPermalink),
		string(p.Kind), p.Name, p.Permalink, p.CustomPermalink, p.Price.Amount, string(p.Price.Currency)}
	args = append(args, priceArgs(p.Prices)...)
	return append(args, string(p.Includes), p.Licensed, p.Multiseat, p.MostSeats, p.Published, p.Preorder, p.ProductIDNotNeeded, p.RefundKeepsAccess,
		int64(p.FreeTrial), p.CreatedAt, p.DeletedAt)
}

func productDests(p *domain.Product) []any {
	dests := []any{(*string)(&p.ID), (*string)(&p.SellerID), (*string)(&p.Kind), &p.Name, &p.Permalink, &p.CustomPermalink,
		&p.Price.Amount, (*string)(&p.Price.Currency)}
	dests = append(dests, priceDests(&p.Prices)...)
	return append(dests, (*string)(&p.Includes), &p.Licensed, &p.Multiseat, &p.MostSeats, &p.Published, &p.Preorder, &p.ProductIDNotNeeded, &p.RefundKeepsAccess,
		(*int64)(&p.FreeTrial), Time(&p.CreatedAt), Time(&p.DeletedAt))
}

func scanProduct(rows Rows) (p domain.Product, err error) { return p, rows.Scan(productDests(&p)...) }

// foldPermalink is the form in which permalinks clash.
func foldPermalink(s string) string { return strings.ToLower(s) }

var (
	productFrom = `SELECT ` + productColumns.names("") + ` FROM usher_products WHERE seller_id = $1`

	productByPermalink = productFrom + ` AND (permalink_key = $2 OR custom_key = $2 AND custom_key <> '')
		ORDER BY CASE WHEN permalink_key = $2 THEN 0 ELSE 1 END LIMIT 1`

	productList = productFrom + ` AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`
)

func (r products) ByID(ctx context.Context, id domain.ProductID) (domain.Product, error) {
	return one(ctx, r.c, scanProduct, domain.ErrProductNotFound, productFrom+` AND id = $2`+r.lock(), r.seller(), string(id))
}

func (r products) ByPermalink(ctx context.Context, permalink string) (domain.Product, error) {
	return one(ctx, r.c, scanProduct, domain.ErrProductNotFound, productByPermalink+r.lock(), r.seller(), foldPermalink(permalink))
}

func (r products) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Product, error) {
	return many(ctx, r.c, scanProduct, productList, r.seller(), since(after), after.ID, most(limit))
}

var productInsert = `INSERT INTO usher_products (` + productWritten.names("") + `)
	SELECT ` + productWritten.params() + ` FROM usher_sellers WHERE id = $2 ON CONFLICT DO NOTHING`

func (r products) Insert(ctx context.Context, p domain.Product) error {
	if err := r.inserting(p.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, productInsert, productArgs(p)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(
		r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_products WHERE id = $1`, string(p.ID)),
		r.lacking(ctx, domain.ErrSellerNotFound, hasSeller, r.seller()),
		error(domain.ErrPermalinkTaken))
}

var productSave = `UPDATE usher_products SET ` + productWritten.set(2) + `, stamp = stamp + 1
	WHERE id = $1 AND seller_id = $2
	AND NOT EXISTS (SELECT 1 FROM usher_products o WHERE o.permalink_key = $3 AND o.id <> $1)
	AND NOT EXISTS (SELECT 1 FROM usher_products o WHERE o.seller_id = $2 AND o.custom_key = $4 AND o.custom_key <> '' AND o.id <> $1)`

func (r products) Save(ctx context.Context, p domain.Product) error {
	if err := r.saving(p.SellerID, domain.ErrProductNotFound); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, productSave, productArgs(p)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(
		r.lacking(ctx, domain.ErrProductNotFound, hasProduct, string(p.ID), r.seller()),
		error(domain.ErrPermalinkTaken))
}
