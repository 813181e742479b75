package sqlrepo

import (
	"cmp"
	"context"
	"fmt"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type tokens struct{ repo }

var tokenColumns = cols(`id seller_id purchase_id seat_id application_id name digest scopes created_at revoked_at`)

func tokenArgs(s domain.TokenState) []any {
	return []any{string(s.ID), string(s.SellerID), string(s.PurchaseID), string(s.SeatID), string(s.ApplicationID), s.Name, s.Digest[:], string(s.Scopes), s.CreatedAt, s.RevokedAt}
}

func scanToken(rows Rows) (s domain.TokenState, err error) {
	var digest []byte
	err = rows.Scan((*string)(&s.ID), (*string)(&s.SellerID), (*string)(&s.PurchaseID), (*string)(&s.SeatID), (*string)(&s.ApplicationID),
		&s.Name, &digest, (*string)(&s.Scopes), Time(&s.CreatedAt), Time(&s.RevokedAt))
	if err != nil {
		return s, err
	}
	return s, fill(&s.Digest, digest)
}

// fill copies a digest out of its column.
func fill(d *domain.Digest, from []byte) error {
	if len(from) != len(d) {
		return fmt.Errorf("sqlrepo: a digest of %d bytes", len(from))
	}
	copy(d[:], from)
	return nil
}

var tokenFrom = `SELECT ` + tokenColumns.names("") + ` FROM usher_tokens `

func (r tokens) ByID(ctx context.Context, id domain.TokenID) (*domain.Token, error) {
	return restoreToken(one(ctx, r.c, scanToken, domain.ErrTokenNotFound, tokenFrom+`WHERE id = $1 AND seller_id = $2`+r.lock(), string(id), r.seller()))
}

func (r tokens) ByDigest(ctx context.Context, d domain.Digest) (*domain.Token, error) {
	if !r.who.IsSystem() {
		return nil, domain.ErrScope
	}
	return restoreToken(one(ctx, r.c, scanToken, domain.ErrTokenNotFound, tokenFrom+`WHERE digest = $1`+r.lock(), d[:]))
}

func restoreToken(s domain.TokenState, err error) (*domain.Token, error) {
	if err != nil {
		return nil, err
	}
	return domain.RestoreToken(s), nil
}

func (r tokens) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.TokenState, error) {
	return many(ctx, r.c, scanToken, tokenFrom+`WHERE seller_id = $1 AND scopes <> '' AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`,
		r.seller(), since(after), after.ID, most(limit))
}

// A scope stands between blanks among the others.
const tokenLive = `SELECT 1 FROM usher_tokens WHERE seller_id = $1 AND application_id = $2 AND scopes <> '' AND revoked_at IS NULL
	AND ((' ' || scopes || ' ') LIKE $3 OR (' ' || scopes || ' ') LIKE '% account %') LIMIT 1`

func (r tokens) Live(ctx context.Context, of domain.ApplicationID, scope domain.Scope) (bool, error) {
	all, err := many(ctx, r.c, scanNumber, tokenLive, r.seller(), string(of), "% "+string(scope)+" %")
	return len(all) > 0, err
}

var tokenInsert = `INSERT INTO usher_tokens (` + tokenColumns.names("") + `)
	SELECT ` + tokenColumns.params() + ` FROM usher_sellers WHERE id = $2
	AND ($3 = '' OR EXISTS (SELECT 1 FROM usher_purchases WHERE id = $3 AND seller_id = $2))
	AND ($4 = '' OR EXISTS (SELECT 1 FROM usher_seats WHERE id = $4 AND seller_id = $2))
	AND ($5 = '' OR EXISTS (SELECT 1 FROM usher_applications WHERE id = $5 AND seller_id = $2)) ON CONFLICT DO NOTHING`

// Insert: that two tokens have one secret does not happen by chance, so a
// digest that is there is the same token.
func (r tokens) Insert(ctx context.Context, t *domain.Token) error {
	s := t.State()
	if err := r.inserting(s.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, tokenInsert, tokenArgs(s)...)
	if err != nil || n > 0 {
		return err
	}
	why := cmp.Or(
		r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_tokens WHERE id = $1`, string(s.ID)),
		r.lacking(ctx, domain.ErrSellerNotFound, hasSeller, r.seller()))
	if s.PurchaseID != "" {
		why = cmp.Or(why, r.lacking(ctx, domain.ErrPurchaseNotFound, hasPurchase, string(s.PurchaseID), r.seller()))
	}
	if s.SeatID != "" {
		why = cmp.Or(why, r.lacking(ctx, domain.ErrSeatNotFound, hasSeat, string(s.SeatID), r.seller()))
	}
	if s.ApplicationID != "" {
		why = cmp.Or(why, r.lacking(ctx, domain.ErrApplicationNotFound, hasApplication, string(s.ApplicationID), r.seller()))
	}
	return cmp.Or(why, error(domain.ErrExists))
}

var tokenSave = `UPDATE usher_tokens SET ` + tokenColumns.set(5) + ` WHERE id = $1 AND seller_id = $2 AND purchase_id = $3 AND seat_id = $4 AND application_id = $5`

func (r tokens) Save(ctx context.Context, t *domain.Token) error {
	s := t.State()
	if err := r.saving(s.SellerID, domain.ErrTokenNotFound); err != nil {
		return err
	}
	return change(ctx, r.c, domain.ErrTokenNotFound, tokenSave, tokenArgs(s)...)
}
