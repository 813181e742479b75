package sqlitestore

import (
	"context"

	"github.com/usherhq/usher/adapters/sqlcopy"
	"github.com/usherhq/usher/adapters/sqlrepo"
)

// Side is the database as it is copied, from or into.
func (s *Store) Side() sqlcopy.Side { return side{s} }

type side struct{ s *Store }

// described describes usher's tables for [sqlcopy.Describe].
const described = `SELECT m.name, p.name, p.type, p."notnull" OR p.pk > 0, p.pk, p.pk > 0 AND m.sql LIKE '%AUTOINCREMENT%',
	coalesce((SELECT f."table" FROM pragma_foreign_key_list(m.name) f WHERE f."from" = p.name), '')
	FROM sqlite_schema m JOIN pragma_table_info(m.name) p
	WHERE m.type = 'table' AND m.name LIKE 'usher\_%' ESCAPE '\' AND m.name <> 'usher_goose'`

// copied is what the types are; truth and time have none of their own here.
var copied = map[string]sqlcopy.Kind{"TEXT": sqlcopy.Text, "INTEGER": sqlcopy.Number, "BLOB": sqlcopy.Bytes}

// Tables implements [sqlcopy.Side].
func (d side) Tables(ctx context.Context) (all []sqlcopy.Table, err error) {
	err = d.Read(ctx, func(ctx context.Context, c sqlrepo.Conn) (err error) {
		all, err = sqlcopy.Describe(ctx, c, described, copied, "")
		return err
	})
	return all, err
}

// Read implements [sqlcopy.Side].
func (d side) Read(ctx context.Context, fn func(context.Context, sqlrepo.Conn) error) error {
	return d.s.snapshot(ctx, fn)
}

// Write implements [sqlcopy.Side].
func (d side) Write(ctx context.Context, fn func(context.Context, sqlrepo.Conn) error) error {
	return d.s.write(ctx, fn, fn)
}

// Last implements [sqlcopy.Side]. SQLite keeps a row for a table once it has
// given it a number.
func (d side) Last(ctx context.Context, c sqlrepo.Conn, t sqlcopy.Table) (last int64, err error) {
	rows, err := c.Query(ctx, `SELECT seq FROM sqlite_sequence WHERE name = $1`, t.Name)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&last); err != nil {
			return 0, err
		}
	}
	return last, rows.Err()
}

// SetLast implements [sqlcopy.Side].
func (d side) SetLast(ctx context.Context, c sqlrepo.Conn, t sqlcopy.Table, last int64) error {
	n, err := c.Exec(ctx, `UPDATE sqlite_sequence SET seq = $2 WHERE name = $1`, t.Name, last)
	if err == nil && n == 0 {
		_, err = c.Exec(ctx, `INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)`, t.Name, last)
	}
	return err
}
