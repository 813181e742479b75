package sqlrepo

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
)

type blocks struct{ repo }

func (r blocks) Has(ctx context.Context, email string) (bool, error) {
	all, err := many(ctx, r.c, scanNumber, `SELECT 1 FROM usher_blocks WHERE seller_id = $1 AND email = $2`, r.seller(), email)
	return len(all) > 0, err
}

func (r blocks) List(ctx context.Context, after string, limit int) ([]string, error) {
	scan := func(rows Rows) (email string, err error) { return email, rows.Scan(&email) }
	return many(ctx, r.c, scan, `SELECT email FROM usher_blocks WHERE seller_id = $1 AND email > $2 ORDER BY email LIMIT $3`, r.seller(), after, most(limit))
}

func (r blocks) Put(ctx context.Context, email string, at time.Time) error {
	if err := r.inserting(domain.SellerID(r.seller())); err != nil {
		return err
	}
	_, err := r.c.Exec(ctx, `INSERT INTO usher_blocks (seller_id, email, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, r.seller(), email, at)
	return err
}

func (r blocks) Delete(ctx context.Context, email string) error {
	_, err := r.c.Exec(ctx, `DELETE FROM usher_blocks WHERE seller_id = $1 AND email = $2`, r.seller(), email)
	return err
}
