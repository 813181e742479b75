package sqlrepo

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
)

type passes struct{ repo }

// reached refuses everybody but the system.
func (r passes) reached() error {
	if !r.who.IsSystem() {
		return domain.ErrScope
	}
	return nil
}

var passColumns = cols(`digest kind seller_id claim_id browser created_at expires_at used_at`)

func passArgs(p domain.Pass) []any {
	return []any{p.Digest[:], string(p.Kind), string(p.SellerID), string(p.ClaimID), p.Browser[:], p.CreatedAt, p.ExpiresAt, p.UsedAt}
}

func scanPass(rows Rows) (p domain.Pass, err error) {
	var digest, browser []byte
	err = rows.Scan(&digest, (*string)(&p.Kind), (*string)(&p.SellerID), (*string)(&p.ClaimID), &browser, Time(&p.CreatedAt), Time(&p.ExpiresAt), Time(&p.UsedAt))
	if err != nil {
		return p, err
	}
	return p, errors.Join(fill(&p.Digest, digest), fill(&p.Browser, browser))
}

func (r passes) ByDigest(ctx context.Context, d domain.Digest) (domain.Pass, error) {
	if err := r.reached(); err != nil {
		return domain.Pass{}, err
	}
	return one(ctx, r.c, scanPass, domain.ErrPassNotFound, `SELECT `+passColumns.names("")+` FROM usher_passes WHERE digest = $1`+r.lock(), d[:])
}

func (r passes) Insert(ctx context.Context, p domain.Pass) error {
	if err := r.reached(); err != nil {
		return err
	}
	return change(ctx, r.c, domain.ErrExists, `INSERT INTO usher_passes (`+passColumns.names("")+`)
	VALUES (`+passColumns.params()+`) ON CONFLICT DO NOTHING`, passArgs(p)...)
}

func (r passes) Save(ctx context.Context, p domain.Pass) error {
	if err := r.reached(); err != nil {
		return err
	}
	return change(ctx, r.c, domain.ErrPassNotFound, `UPDATE usher_passes SET `+passColumns.set(1)+` WHERE digest = $1`, passArgs(p)...)
}

const passesExpire = `DELETE FROM usher_passes WHERE digest IN (
	SELECT digest FROM usher_passes WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`

func (r passes) Expire(ctx context.Context, before time.Time, limit int) (int, error) {
	if err := r.reached(); err != nil {
		return 0, err
	}
	n, err := r.c.Exec(ctx, passesExpire, before, max(limit, 0))
	return int(n), err
}
