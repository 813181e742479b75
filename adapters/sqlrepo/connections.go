package sqlrepo

import (
	"cmp"
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type connections struct{ repo }

var connectionColumns = cols(`id seller_id service dialect remote_id name account account_id target members_only quota
	secret_end secret_set_at health causes checked_at leaving bot_leaves created_at closed_at`)

func connectionDests(c *domain.Connection) []any {
	return []any{(*string)(&c.ID), (*string)(&c.SellerID), (*string)(&c.Service), &c.Dialect, &c.RemoteID,
		&c.Name, &c.Account, (*string)(&c.AccountID), (*string)(&c.Target), &c.MembersOnly, &c.Quota,
		&c.SecretEnd, Time(&c.SecretSetAt), (*string)(&c.Health), (*string)(&c.Causes), Time(&c.CheckedAt), (*string)(&c.Leaving), &c.BotLeaves,
		Time(&c.CreatedAt), Time(&c.ClosedAt)}
}

func connectionArgs(c domain.Connection) []any { return values(connectionDests(&c)) }

func scanConnection(rows Rows) (c domain.Connection, err error) {
	return c, rows.Scan(connectionDests(&c)...)
}

var connectionFrom = `SELECT ` + connectionColumns.names("") + ` FROM usher_connections WHERE `

func (r connections) ByID(ctx context.Context, id domain.ConnectionID) (domain.Connection, error) {
	return one(ctx, r.c, scanConnection, domain.ErrConnectionNotFound, connectionFrom+`seller_id = $1 AND id = $2`+r.lock(), r.seller(), string(id))
}

func (r connections) List(ctx context.Context, after ports.Cursor, limit int) ([]domain.Connection, error) {
	return many(ctx, r.c, scanConnection, connectionFrom+`seller_id = $1 AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`,
		r.seller(), since(after), after.ID, most(limit))
}

func (r connections) ByRemote(ctx context.Context, of domain.Service, id string) ([]domain.Connection, error) {
	if !r.who.IsSystem() {
		return nil, domain.ErrScope
	}
	return many(ctx, r.c, scanConnection, connectionFrom+`service = $1 AND remote_id = $2 AND remote_id <> '' AND closed_at IS NULL ORDER BY created_at, id`,
		string(of), id)
}

var connectionInsert = `INSERT INTO usher_connections (` + connectionColumns.names("") + `)
	SELECT ` + connectionColumns.params() + ` FROM usher_sellers WHERE id = $2 ON CONFLICT DO NOTHING`

func (r connections) Insert(ctx context.Context, c domain.Connection) error {
	if err := r.inserting(c.SellerID); err != nil {
		return err
	}
	n, err := r.c.Exec(ctx, connectionInsert, connectionArgs(c)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(r.lacking(ctx, domain.ErrSellerNotFound, hasSeller, r.seller()), error(domain.ErrExists))
}

// The last argument is the community that the connection takes: none if it is
// closed.
var connectionSave = `UPDATE usher_connections SET ` + connectionColumns.set(2) + ` WHERE id = $1 AND seller_id = $2
	AND NOT EXISTS (SELECT 1 FROM usher_connections o WHERE o.service = $3 AND o.remote_id = ` + params(len(connectionColumns)+1, 1) + `
		AND o.remote_id <> '' AND o.seller_id = $2 AND o.closed_at IS NULL AND o.id <> $1)`

func (r connections) Save(ctx context.Context, c domain.Connection) error {
	if err := r.saving(c.SellerID, domain.ErrConnectionNotFound); err != nil {
		return err
	}
	takes := c.RemoteID
	if !c.ClosedAt.IsZero() {
		takes = ""
	}
	n, err := r.c.Exec(ctx, connectionSave, append(connectionArgs(c), takes)...)
	if err != nil || n > 0 {
		return err
	}
	return cmp.Or(r.lacking(ctx, domain.ErrConnectionNotFound, hasConnection, string(c.ID), r.seller()), error(domain.ErrExists))
}

func (r connections) Secret(ctx context.Context, id domain.ConnectionID) (ports.Sealed, error) {
	return one(ctx, r.c, scanSealed, domain.ErrConnectionNotFound, `SELECT sealed, secret FROM usher_connections WHERE seller_id = $1 AND id = $2`+r.lock(), r.seller(), string(id))
}

func scanSealed(rows Rows) (s ports.Sealed, err error) {
	var sealed []byte
	err = rows.Scan(&sealed, &s.Number)
	s.Text = string(sealed)
	return s, err
}

func (r connections) SetSecret(ctx context.Context, id domain.ConnectionID, s ports.Sealed) error {
	sealed, number := sealedArgs(s)
	return change(ctx, r.c, domain.ErrConnectionNotFound, `UPDATE usher_connections SET sealed = $3, secret = $4 WHERE id = $1 AND seller_id = $2`,
		string(id), r.seller(), sealed, number)
}

// sealedArgs are the columns of a sealed text; NULL and 0 for none.
func sealedArgs(s ports.Sealed) (sealed, number any) {
	if s.Text == "" {
		return nil, 0
	}
	return []byte(s.Text), s.Number
}

const (
	callsAdd = `INSERT INTO usher_calls (connection_id, month, n)
	SELECT $1, $3, $4 FROM usher_connections WHERE id = $1 AND seller_id = $2
	ON CONFLICT (connection_id, month) DO UPDATE SET n = usher_calls.n + excluded.n`

	callsOf = `SELECT COALESCE((SELECT n FROM usher_calls WHERE connection_id = $1 AND month = $3), 0)
	FROM usher_connections WHERE id = $1 AND seller_id = $2`
)

// AddCalls of 0 writes nothing, and so works in a View.
func (r connections) AddCalls(ctx context.Context, id domain.ConnectionID, month string, n int64) (int64, error) {
	if n != 0 {
		if err := change(ctx, r.c, domain.ErrConnectionNotFound, callsAdd, string(id), r.seller(), month, n); err != nil {
			return 0, err
		}
	}
	return one(ctx, r.c, scanNumber, domain.ErrConnectionNotFound, callsOf, string(id), r.seller(), month)
}
