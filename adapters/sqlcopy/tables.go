package sqlcopy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/usherhq/usher/adapters/sqlrepo"
)

// Describe makes tables of the answer to a query with one row for each column of
// each table: the table, the column, its type, whether it must not be NULL, its
// place in the primary key from 1 (0: it is not in it), whether the database
// gives its numbers, and the table that it refers to (empty: none). kinds says
// what each of the database's types is; override is [Table.Override].
func Describe(ctx context.Context, c sqlrepo.Conn, query string, kinds map[string]Kind, override string) ([]Table, error) {
	rows, err := c.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type part struct {
		place  int64
		column string
	}
	all := map[string]*Table{}
	keys := map[string][]part{}
	for rows.Next() {
		var table, kind string
		var col Column
		var place int64
		var numbered bool
		if err := rows.Scan(&table, &col.Name, &kind, &col.NotNull, &place, &numbered, &col.Refers); err != nil {
			return nil, err
		}
		if col.Kind = kinds[kind]; col.Kind == 0 {
			return nil, fmt.Errorf("sqlcopy: %s.%s has the type %s, of which it is not known how to copy it", table, col.Name, kind)
		}
		t := all[table]
		if t == nil {
			t = &Table{Name: table}
			all[table] = t
		}
		if t.Columns = append(t.Columns, col); place > 0 {
			if col.Kind != Text && col.Kind != Number && col.Kind != Bytes {
				return nil, fmt.Errorf("sqlcopy: the key of %s has the type %s and must be text, a number or bytes", table, kind)
			}
			keys[table] = append(keys[table], part{place, col.Name})
		}
		if numbered {
			t.Numbered, t.Override = true, override
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var tables []Table
	for name, t := range all {
		slices.SortFunc(keys[name], func(a, b part) int { return cmp.Compare(a.place, b.place) })
		for _, k := range keys[name] {
			t.Key = append(t.Key, k.column)
		}
		if len(t.Key) == 0 {
			return nil, fmt.Errorf("sqlcopy: %s has no primary key, by which its rows could be read in slices", name)
		}
		slices.SortFunc(t.Columns, func(a, b Column) int { return strings.Compare(a.Name, b.Name) })
		tables = append(tables, *t)
	}
	slices.SortFunc(tables, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	return tables, nil
}

// sameTables refuses two sides whose tables are not the same.
func sameTables(from, to []Table) error {
	var differ []string
	of := func(all []Table) map[string]Table {
		m := map[string]Table{}
		for _, t := range all {
			m[t.Name] = t
		}
		return m
	}
	theirs := of(to)
	for _, t := range from {
		if o, ok := theirs[t.Name]; !ok || !t.same(o) {
			differ = append(differ, t.Name)
		}
		delete(theirs, t.Name)
	}
	for name := range theirs {
		differ = append(differ, name)
	}
	if len(differ) > 0 {
		slices.Sort(differ)
		return errSchemas(differ)
	}
	return nil
}

func (t Table) same(o Table) bool {
	return slices.Equal(t.Key, o.Key) && t.Numbered == o.Numbered &&
		slices.EqualFunc(t.Columns, o.Columns, func(a, b Column) bool {
			return a.Name == b.Name && a.NotNull == b.NotNull && a.Refers == b.Refers && a.Kind.travels(b.Kind)
		})
}

// inOrder puts tables after those that they refer to.
func inOrder(all []Table) ([]Table, error) {
	var ordered []Table
	placed := map[string]bool{}
	for len(ordered) < len(all) {
		before := len(ordered)
		for _, t := range all {
			waits := slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Refers != "" && c.Refers != t.Name && !placed[c.Refers] })
			if !placed[t.Name] && !waits {
				ordered, placed[t.Name] = append(ordered, t), true
			}
		}
		if len(ordered) == before {
			return nil, fmt.Errorf("sqlcopy: of %d tables some refer to each other in a circle", len(all))
		}
	}
	return ordered, nil
}

// names are the columns of a statement.
func (t Table) names() string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

// column finds a column by its name.
func (t Table) column(name string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
}
