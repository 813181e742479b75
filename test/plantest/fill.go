package plantest

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// small are the tables that stay small while sales grow, with the reason. They
// get fewRows rows and no more.
var small = map[string]string{
	"usher_sellers":  "one for each who sells",
	"usher_products": "what a seller sells, made by hand",
	"usher_variants": "what a product comes in, made by hand",
	"usher_progress": "one for each import and each product",
	"usher_leases":   "one for each thing that one process does alone",
}

const fewRows = 20

// skipped are not filled: their rows mean something.
var skipped = map[string]bool{"usher_meta": true, "usher_goose": true}

// apart are columns that tell rows apart without being in a unique index, by the
// end of their name. All others have one value in all rows, or two.
var apart = []string{"purchase_id", "membership_id", "payment_id", "license_id", "seat_id", "gift_of", "bundle_of"}

// shared are columns that many rows share although a unique index names them.
var shared = []string{"seller_id", "product_id", "connection_id"}

// given are values that indexes ask for, by the number i of the row, and those
// that few rows share: a product is attached to few communities, a community to
// few products, and one person has few claims.
var given = map[string]string{
	"usher_attachments.connection_id": `'x' || (i / 5)`,
	"usher_attachments.product_id":    `'x' || ((i + 2) / 5)`,
	"usher_claims.email":              `'x' || (i / 5)`,
	"usher_claims.old_subject":        `'x' || ((i + 1) / 5)`,
	"usher_claims.subject":            `'x' || (i / 5)`,
	"usher_jobs.lane":                 `'x' || (i % 3)`,
	"usher_memberships.status":        `'active'`,
	"usher_payments.kind":             `CASE i % 2 WHEN 0 THEN 'sale' ELSE 'renewal' END`,
	"usher_payments.status":           `CASE i % 2 WHEN 0 THEN 'sent' ELSE 'paid' END`,
	"usher_seats.status":              `'active'`,
}

// column is one of a table.
type column struct {
	name, kind     string
	nullable, uniq bool
}

// dialect is how a database tells of its tables, and makes rows.
type dialect struct {
	tables, columns, unique string // queries; the last two are of a table, $1
	series                  string // rows i from $1 to $2
	value                   func(c column, own bool) string
}

// Fill makes the tables as large as rows, as far as they grow, and leaves what it
// has made before. Of all rows there is one seller and one product, as of who
// has sold a million of the same.
func fill(ctx context.Context, db *sql.DB, d dialect, rows, before int) error {
	tables, err := texts(ctx, db, d.tables)
	if err != nil {
		return err
	}
	for _, table := range tables {
		from, to := before+1, rows
		if _, is := small[table]; is {
			from, to = before+1, fewRows
		}
		if skipped[table] || from > to {
			continue
		}
		columns, err := d.of(ctx, db, table)
		if err != nil {
			return err
		}
		var names, values []string
		for _, c := range columns {
			value, ok := given[table+"."+c.name]
			if !ok {
				value = d.value(c, tellsApart(c))
			}
			names, values = append(names, c.name), append(values, value)
		}
		q := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s", table, strings.Join(names, ", "), strings.Join(values, ", "), fmt.Sprintf(d.series, from, to))
		if _, err := db.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%w in\n%s", err, q)
		}
	}
	return nil
}

func tellsApart(c column) bool {
	return c.uniq && !slices.Contains(shared, c.name) ||
		slices.ContainsFunc(apart, func(end string) bool { return strings.HasSuffix(c.name, end) })
}

// of are the columns of a table that a row is made of.
func (d dialect) of(ctx context.Context, db *sql.DB, table string) ([]column, error) {
	unique, err := texts(ctx, db, d.unique, table)
	if err != nil {
		return nil, err
	}
	var all []column
	r, err := db.QueryContext(ctx, d.columns, table)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for r.Next() {
		var c column
		if err := r.Scan(&c.name, &c.kind, &c.nullable); err != nil {
			return nil, err
		}
		c.uniq = slices.Contains(unique, c.name)
		all = append(all, c)
	}
	return all, r.Err()
}

// texts reads a column of texts.
func texts(ctx context.Context, db *sql.DB, q string, args ...any) ([]string, error) {
	r, err := db.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	all := map[string]bool{}
	for r.Next() {
		var s string
		if err := r.Scan(&s); err != nil {
			return nil, err
		}
		all[s] = true
	}
	return slices.Sorted(maps.Keys(all)), r.Err()
}
