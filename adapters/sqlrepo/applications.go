package sqlrepo

import (
	"cmp"
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type applications struct{ repo }

var applicationColumns = cols(`id seller_id name digest scopes created_at revoked_at`)

func applicationArgs(a domain.Application) []any {
	return []any{string(a.ID), string(a.SellerID), a.Name, a.Digest[:], string(a.Scopes), a.CreatedAt, a.RevokedAt}
}

func scanApplication(rows Rows) (a domain.Application, err error) {
	var digest []byte
	err = rows.Scan((*string)(&a.ID), (*string)(&a.SellerID), &a.Name, &digest, (*string)(&a.Scopes), Time(&a.CreatedAt), Time(&a.RevokedAt))
	if err != nil {
		return a, err
	}
	return a, fill(&a.Digest, digest)
}

var applicationFrom = `SELECT ` + applicationColumns.names("") + ` FROM usher_applications WHERE `

func (r applications) ByID(ctx context.Context, id domain.ApplicationID) (domain.Application, error) {
	return one(ctx, r.c, scanApplication, domain.ErrApplicationNotFound, applicationFrom+`id = $1 AND seller_id = $2`+r.lock(), string(id), r.seller())
}

func (r applications) ByClient(ctx context.Context, id domain.ApplicationID) (domain.Application, error) {
	if !r.who.IsSystem() {
		return domain.Application{}, domain.ErrScope
	}
	return one(ctx, r.c, scanApplication, domain.ErrApplicationNotFound, applicationFrom+`id = $1`+r.lock(), string(id))
}

func (r applications) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Application, error) {
	return many(ctx, r.c, scanApplication, applicationFrom+`seller_id = $1 AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`,
		r.seller(), since(after), after.ID, most(limit))
}

var applicationInsert = `INSERT INTO usher_applications (` + applicationColumns.names("") + `)
	SELECT ` + applicationColumns.params() + ` FROM usher_sellers WHERE id = $2 ON CONFLICT DO NOTHING`

func (r applications) Insert(ctx context.Context, a domain.Application) error {
	if err := r.inserting(a.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, applicationInsert, applicationArgs(a)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(r.lacking(ctx, domain.ErrSellerNotFound, hasSeller, r.seller()), error(domain.ErrExists))
}

var applicationSave = `UPDATE usher_applications SET ` + applicationColumns.set(2) + ` WHERE id = $1 AND seller_id = $2`

func (r applications) Save(ctx context.Context, a domain.Application) error {
	if err := r.saving(a.SellerID, domain.ErrApplicationNotFound); err != nil {
		return err
	}
	return change(ctx, r.c, domain.ErrApplicationNotFound, applicationSave, applicationArgs(a)...)
}
