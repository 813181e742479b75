package sqlrepo

import (
	"cmp"
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type grants struct{ repo }

var grantColumns = cols(`id seller_id connection_id subject version name member_id is_in origin given held missing intent intent_targets
	absent unanswered asked party cause stuck blocker detail tries tried_at try_at end_action end_at created_at`)

func grantDests(g *domain.GrantState) []any {
	return []any{(*string)(&g.ID), (*string)(&g.SellerID), (*string)(&g.ConnectionID), (*string)(&g.Subject), &g.Version, &g.Name, &g.MemberID,
		&g.In, (*string)(&g.Origin), (*string)(&g.Given), (*string)(&g.Held), (*string)(&g.Missing), (*string)(&g.Intent.Kind), (*string)(&g.Intent.Targets),
		&g.Absent, &g.Unanswered, (*string)(&g.Asked), (*string)(&g.Party), (*string)(&g.Cause), (*string)(&g.Stuck), (*string)(&g.Blocker), &g.Detail,
		&g.Tries, Time(&g.TriedAt), Time(&g.TryAt), (*string)(&g.End), Time(&g.EndAt), Time(&g.CreatedAt)}
}

func grantArgs(g domain.GrantState) []any { return values(grantDests(&g)) }

func scanGrant(rows Rows) (g domain.GrantState, err error) { return g, rows.Scan(grantDests(&g)...) }

var grantFrom = `SELECT ` + grantColumns.names("") + ` FROM usher_grants WHERE seller_id = $1`

func (r grants) ByID(ctx context.Context, id domain.GrantID) (*domain.Grant, error) {
	return restoreGrant(one(ctx, r.c, scanGrant, domain.ErrGrantNotFound, grantFrom+` AND id = $2`+r.lock(), r.seller(), string(id)))
}

func (r grants) BySubject(ctx context.Context, id domain.ConnectionID, s domain.Subject) (*domain.Grant, error) {
	return restoreGrant(one(ctx, r.c, scanGrant, domain.ErrGrantNotFound, grantFrom+` AND connection_id = $2 AND subject = $3`+r.lock(), r.seller(), string(id), string(s)))
}

func restoreGrant(s domain.GrantState, err error) (*domain.Grant, error) {
	if err != nil {
		return nil, err
	}
	return domain.RestoreGrant(s), nil
}

func (r grants) List(ctx context.Context, of domain.ConnectionID, after ports.Cursor, limit int) ([]domain.GrantState, error) {
	return many(ctx, r.c, scanGrant, grantFrom+` AND connection_id = $5 AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`,
		r.seller(), since(after), after.ID, most(limit), string(of))
}

var grantInsert = `INSERT INTO usher_grants (` + grantColumns.names("") + `)
	SELECT ` + grantColumns.params() + ` FROM usher_connections WHERE id = $3 AND seller_id = $2 ON CONFLICT DO NOTHING`

func (r grants) Insert(ctx context.Context, g *domain.Grant) error {
	s := g.State()
	if err := r.inserting(s.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, grantInsert, grantArgs(s)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(
		r.taken(ctx, domain.ErrExists, `SELECT 1 FROM usher_grants WHERE id = $1`, string(s.ID)),
		r.lacking(ctx, domain.ErrConnectionNotFound, hasConnection, string(s.ConnectionID), r.seller()),
		error(domain.ErrExists))
}

const hasGrant = `SELECT 1 FROM usher_grants WHERE id = $1 AND seller_id = $2 AND connection_id = $3 AND subject = $4`

var grantSave = `UPDATE usher_grants SET ` + grantColumns.set(4) + `
	WHERE id = $1 AND seller_id = $2 AND connection_id = $3 AND subject = $4 AND version = ` + params(len(grantColumns)+1, 1)

func (r grants) Save(ctx context.Context, g *domain.Grant, was int64) error {
	s := g.State()
	if err := r.saving(s.SellerID, domain.ErrGrantNotFound); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, grantSave, append(grantArgs(s), was)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(
		r.lacking(ctx, domain.ErrGrantNotFound, hasGrant, string(s.ID), r.seller(), string(s.ConnectionID), string(s.Subject)),
		error(domain.ErrMoved))
}

func (r grants) Delete(ctx context.Context, id domain.GrantID) error {
	_, err := r.c.Exec(ctx, `DELETE FROM usher_grants WHERE id = $1 AND seller_id = $2`, string(id), r.seller())
	return err
}
