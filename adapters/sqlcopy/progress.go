package sqlcopy

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/usherhq/usher/adapters/sqlrepo"
)

// The copy keeps in usher_meta how far it is: one row for itself, and one for
// each table.
const (
	metaAll    = `SELECT key, value FROM usher_meta WHERE ` + ofItself
	metaOthers = `SELECT 1 FROM usher_meta WHERE NOT (` + ofItself + `) LIMIT 1`
	metaMake   = `INSERT INTO usher_meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`
	metaMove   = `UPDATE usher_meta SET value = $2 WHERE key = $1 AND value = $3`
	metaClear  = `DELETE FROM usher_meta WHERE substr(key, 1, 5) = '` + progressKey + `'`
)

// reached is how far the copy of a table is.
type reached struct {
	Rows  int64    `json:"rows"`
	After []string `json:"after"` // the key of the last row, bytes in hexadecimal digits
	text  string   // as it is kept; empty: it is not yet
}

// next is how far it is with these rows too.
func (p reached) next(t Table, rows []row) reached {
	n := reached{Rows: p.Rows + int64(len(rows))}
	for _, v := range t.key(rows[len(rows)-1]) {
		text := fmt.Sprint(v)
		if b, ok := v.([]byte); ok {
			text = hex.EncodeToString(b)
		}
		n.After = append(n.After, text)
	}
	text, _ := json.Marshal(n) // of texts and a number
	n.text = string(text)
	return n
}

// key is After as it travels.
func (p reached) key(t Table) (row, error) {
	var k row
	for i, text := range p.After {
		var v any
		var err error
		switch t.Columns[t.column(t.Key[i])].Kind {
		case Text:
			v = text
		case Bytes:
			v, err = hex.DecodeString(text)
		default:
			v, err = strconv.ParseInt(text, 10, 64)
		}
		if err != nil {
			return nil, fmt.Errorf("sqlcopy: how far %s is cannot be read: %w", t.Name, err)
		}
		k = append(k, v)
	}
	return k, nil
}

// keep writes it in place of what was kept before, or fails if that has changed.
func (p reached) keep(ctx context.Context, c sqlrepo.Conn, t Table, before reached) error {
	q, args := metaMake, []any{progressKey + t.Name, p.text}
	if before.text != "" {
		q, args = metaMove, append(args, before.text)
	}
	n, err := c.Exec(ctx, q, args...)
	if err == nil && n == 0 {
		err = errTwo
	}
	return err
}

// state is what the target says about the copy that it is.
type state struct {
	sqlrepo.Copied
	reached map[string]reached
}

func readState(ctx context.Context, s Side) (st state, err error) {
	err = s.Read(ctx, func(ctx context.Context, c sqlrepo.Conn) error {
		st = state{reached: map[string]reached{}}
		rows, err := c.Query(ctx, metaAll)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var key, value string
			if err := rows.Scan(&key, &value); err != nil {
				return err
			}
			if key == sqlrepo.CopyRow {
				st.Copied = sqlrepo.ParseCopied(value)
			}
			if table, ok := strings.CutPrefix(key, progressKey); ok {
				p := reached{text: value}
				if err := json.Unmarshal([]byte(value), &p); err != nil {
					return fmt.Errorf("sqlcopy: how far %s is cannot be read: %w", table, err)
				}
				st.reached[table] = p
			}
		}
		return rows.Err()
	})
	return st, err
}

// begin marks an empty target as a half copy.
func begin(ctx context.Context, to Side, tables []Table, mark sqlrepo.Copied) error {
	return to.Write(ctx, func(ctx context.Context, c sqlrepo.Conn) error {
		var full []string
		for _, t := range tables {
			q := "SELECT 1 FROM " + t.Name + " LIMIT 1"
			if t.Name == meta {
				q = metaOthers
			}
			any, err := has(ctx, c, q)
			if err != nil {
				return err
			}
			last := int64(0)
			if t.Numbered {
				if last, err = to.Last(ctx, c, t); err != nil {
					return err
				}
			}
			if any || last > 0 {
				full = append(full, t.Name)
			}
		}
		if len(full) > 0 {
			slices.Sort(full)
			return errFull(full)
		}
		n, err := c.Exec(ctx, metaMake, sqlrepo.CopyRow, mark.String())
		if err == nil && n == 0 {
			err = errTwo
		}
		return err
	})
}

func has(ctx context.Context, c sqlrepo.Conn, q string) (bool, error) {
	rows, err := c.Query(ctx, q)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}

// finish marks the target as a whole copy.
func finish(ctx context.Context, to Side, was, done sqlrepo.Copied) error {
	return to.Write(ctx, func(ctx context.Context, c sqlrepo.Conn) error {
		n, err := c.Exec(ctx, metaMove, sqlrepo.CopyRow, done.String(), was.String())
		if err == nil && n == 0 {
			err = errTwo
		}
		if err == nil {
			_, err = c.Exec(ctx, metaClear)
		}
		return err
	})
}
