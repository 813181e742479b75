package sqlcopy

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/usherhq/usher/adapters/sqlrepo"
)

// row is the values of a row, in the order of the table's columns: each is a
// string, an int64, bytes, or nil.
type row []any

// meta is the table that also says things about the database itself, which a
// copy has of its own.
const (
	meta        = "usher_meta"
	progressKey = "copy:" // before the name of the table whose progress a row is
	ofItself    = `key IN ('schema', 'oldest', 'check', '` + sqlrepo.CopyRow + `') OR substr(key, 1, 5) = '` + progressKey + `'`
)

// where chooses the rows that are copied.
func (t Table) where() string {
	if t.Name == meta {
		return "NOT (" + ofItself + ")"
	}
	return "1 = 1"
}

// slice reads up to n rows after a key; an empty key is before the first.
func slice(ctx context.Context, s Side, t Table, after row, n int) ([]row, error) {
	q := "SELECT " + t.names() + " FROM " + t.Name + " WHERE " + t.where()
	var args []any
	if len(after) > 0 {
		marks := make([]string, len(t.Key))
		for i, v := range after {
			marks[i], args = "$"+strconv.Itoa(i+1), append(args, v)
		}
		q += " AND (" + strings.Join(t.Key, ", ") + ") > (" + strings.Join(marks, ", ") + ")"
	}
	q += " ORDER BY " + strings.Join(t.Key, ", ") + " LIMIT " + strconv.Itoa(n)
	var all []row
	err := s.Read(ctx, func(ctx context.Context, c sqlrepo.Conn) error {
		all = nil
		rows, err := c.Query(ctx, q, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			r := make(row, len(t.Columns))
			dests := make([]any, len(r))
			for i := range r {
				dests[i] = &cell{&r[i]}
			}
			if err := rows.Scan(dests...); err != nil {
				return fmt.Errorf("%s: %w", t.Name, err)
			}
			all = append(all, r)
		}
		return rows.Err()
	})
	return all, err
}

// cell scans a value of any kind as it travels.
type cell struct{ v *any }

// Scan implements sql.Scanner.
func (c *cell) Scan(src any) error {
	switch v := src.(type) {
	case nil, int64, string:
		*c.v = v
	case []byte:
		*c.v = append([]byte{}, v...)
	case bool:
		*c.v = int64(0)
		if v {
			*c.v = int64(1)
		}
	case time.Time:
		*c.v = v.UnixMicro()
	default:
		return fmt.Errorf("sqlcopy: a %T cannot travel", src)
	}
	return nil
}

// mostValues bounds a statement that inserts.
const mostValues = 2000

// insert adds rows to a table, many with one statement.
func insert(ctx context.Context, c sqlrepo.Conn, t Table, rows []row) error {
	for most := max(1, mostValues/len(t.Columns)); len(rows) > 0; rows = rows[min(most, len(rows)):] {
		var q strings.Builder
		q.WriteString("INSERT INTO " + t.Name + " (" + t.names() + ") " + t.Override + " VALUES ")
		var args []any
		for i, r := range rows[:min(most, len(rows))] {
			if i > 0 {
				q.WriteString(", ")
			}
			q.WriteString("(")
			for j, v := range r {
				arg, err := t.Columns[j].kept(v)
				if err != nil {
					return fmt.Errorf("%s.%s: %w", t.Name, t.Columns[j].Name, err)
				}
				args = append(args, arg)
				if j > 0 {
					q.WriteString(", ")
				}
				q.WriteString("$" + strconv.Itoa(len(args)))
			}
			q.WriteString(")")
		}
		if _, err := c.Exec(ctx, q.String(), args...); err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	return nil
}

// kept is what a column keeps of a value that has travelled.
func (c Column) kept(v any) (any, error) {
	n, number := v.(int64)
	switch {
	case v == nil:
		return nil, nil
	case c.Kind == Truth && (n == 0 || n == 1) && number:
		return n == 1, nil
	case c.Kind == Time && number:
		return time.UnixMicro(n).UTC(), nil
	case c.Kind == Truth || c.Kind == Time || number != (c.Kind == Number):
		return nil, fmt.Errorf("a %T cannot be kept there", v)
	}
	return v, nil
}

// text adds a row in the form of which checksums are made: each value with its
// type and length, so that no two rows have the same.
func (r row) text(b *bytes.Buffer) {
	for _, v := range r {
		switch v := v.(type) {
		case nil:
			b.WriteString("-")
		case int64:
			fmt.Fprintf(b, "i%d", v)
		case string:
			fmt.Fprintf(b, "t%d:%s", len(v), v)
		case []byte:
			fmt.Fprintf(b, "b%d:%x", len(v), v)
		}
		b.WriteByte(' ')
	}
	b.WriteByte('\n')
}

// key is the row's primary key.
func (t Table) key(r row) row {
	k := make(row, len(t.Key))
	for i, name := range t.Key {
		k[i] = r[t.column(name)]
	}
	return k
}
