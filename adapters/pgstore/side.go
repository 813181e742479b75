package pgstore

import (
	"context"

	"github.com/usherhq/usher/adapters/sqlcopy"
	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/ports"
)

// Side is the database as it is copied, from or into.
func (s *Store) Side() sqlcopy.Side { return side{s} }

// side is an Analyzer too, since a copy puts much in at once.
type side struct{ *Store }

var _ ports.Analyzer = side{}

// described describes usher's tables for [sqlcopy.Describe].
const described = `SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
	coalesce((SELECT k.n FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k (attnum, n)
		WHERE i.indrelid = c.oid AND i.indisprimary AND k.attnum = a.attnum), 0), a.attidentity <> '',
	coalesce((SELECT f.relname::text FROM pg_constraint x JOIN pg_class f ON f.oid = x.confrelid
		WHERE x.conrelid = c.oid AND x.contype = 'f' AND x.conkey = ARRAY[a.attnum]), '')
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relkind = 'r' AND c.relname LIKE 'usher\_%' AND c.relname <> 'usher_goose' AND pg_table_is_visible(c.oid)`

// copied is what the types are.
var copied = map[string]sqlcopy.Kind{
	"text": sqlcopy.Text, "bigint": sqlcopy.Number, "bytea": sqlcopy.Bytes,
	"boolean": sqlcopy.Truth, "timestamp with time zone": sqlcopy.Time,
}

// Tables implements [sqlcopy.Side].
func (d side) Tables(ctx context.Context) (all []sqlcopy.Table, err error) {
	err = d.Read(ctx, func(ctx context.Context, c sqlrepo.Conn) (err error) {
		all, err = sqlcopy.Describe(ctx, c, described, copied, "OVERRIDING SYSTEM VALUE")
		return err
	})
	return all, err
}

// Read implements [sqlcopy.Side].
func (d side) Read(ctx context.Context, fn func(context.Context, sqlrepo.Conn) error) error {
	return d.read(ctx, func(own context.Context) error { return d.viewOn(own, fn) })
}

// Write implements [sqlcopy.Side].
func (d side) Write(ctx context.Context, fn func(context.Context, sqlrepo.Conn) error) error {
	return d.write(ctx, readCommitted, fn)
}

// Last implements [sqlcopy.Side].
func (d side) Last(ctx context.Context, c sqlrepo.Conn, t sqlcopy.Table) (last int64, err error) {
	err = row(ctx, c, &last, `SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM `+sequenceOf(t))
	return last, err
}

// SetLast implements [sqlcopy.Side]. The number stays also if the transaction
// does not, which does no harm.
func (d side) SetLast(ctx context.Context, c sqlrepo.Conn, t sqlcopy.Table, last int64) error {
	rows, err := c.Query(ctx, `SELECT setval($1::text::regclass, $2)`, sequenceOf(t), last)
	if err != nil {
		return err
	}
	rows.Next()
	rows.Close()
	return rows.Err()
}

// sequenceOf is what PostgreSQL calls the numbers of a table's key.
func sequenceOf(t sqlcopy.Table) string { return t.Name + "_" + t.Key[0] + "_seq" }
