package plantest

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
)

// some is how many rows each table has, and fewShare how many of them may share
// what a step finds them by.
const (
	some     = 200
	fewShare = 20
)

var inSQLite = dialect{
	tables:  `SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'usher\_%' ESCAPE '\'`,
	columns: `SELECT name, type, "notnull" = 0 AND pk = 0 FROM pragma_table_info($1)`,
	unique: `SELECT c.name FROM pragma_index_list($1) i JOIN pragma_index_info(i.name) c WHERE i."unique"
		UNION SELECT name FROM pragma_table_info($1) WHERE pk > 0`,
	series: `(WITH RECURSIVE s (i) AS (SELECT %d UNION ALL SELECT i + 1 FROM s WHERE i < %d) SELECT i FROM s)`,
	value: func(c column, own bool) string {
		isTime := c.kind == "INTEGER" && (strings.HasSuffix(c.name, "_at") || c.name == "at" || strings.HasSuffix(c.name, "until"))
		switch {
		case isTime && c.nullable:
			return `CASE i % 2 WHEN 0 THEN 1772600760000000 + i * 1000000 END`
		case isTime:
			return `1772600760000000 + i * 1000000`
		case c.kind == "BLOB" && own:
			return `CAST('x' || i AS BLOB)`
		case c.kind == "BLOB":
			return `x'00'`
		case c.kind == "INTEGER" && own:
			return `i`
		case c.kind == "INTEGER":
			return `1`
		case own:
			return `'x' || i`
		}
		return `'x'`
	},
}

// SQLite fills a database that was migrated and is empty, and returns a sentence
// for each step of a statement's plan that meets more rows as the tables grow.
func SQLite(ctx context.Context, db *sql.DB, sent *Sent, except []Exception) (found []string, err error) {
	db.SetMaxOpenConns(1) // what follows is of one connection
	if _, err := db.ExecContext(ctx, `PRAGMA foreign_keys = off`); err != nil {
		return nil, err
	}
	if err := fill(ctx, db, inSQLite, some, 0); err != nil {
		return nil, err
	}
	allowed := excepting(except)
	for _, q := range sent.statements() {
		plan, err := sqlitePlan(ctx, db, q)
		if err != nil {
			return nil, fmt.Errorf("%w in\n%s", err, q)
		}
		for step := range strings.Lines(plan) {
			sentence, err := meets(ctx, db, strings.TrimSpace(step), plan, q)
			if err != nil {
				return nil, fmt.Errorf("%w in\n%s", err, q)
			}
			if sentence != "" && !allowed.allows(q, sentence) {
				found = append(found, finding(sentence, plan, q))
			}
		}
	}
	return append(found, allowed.unused()...), nil
}

// sqlitePlan is how SQLite would run a statement, a line for each step.
func sqlitePlan(ctx context.Context, db *sql.DB, q string) (string, error) {
	r, err := db.QueryContext(ctx, "EXPLAIN QUERY PLAN "+q, make([]any, parameters(q))...)
	if err != nil {
		return "", err
	}
	defer r.Close()
	var b strings.Builder
	for r.Next() {
		var id, parent, unused int
		var detail string
		if err := r.Scan(&id, &parent, &unused, &detail); err != nil {
			return "", err
		}
		b.WriteString(detail + "\n")
	}
	return b.String(), r.Err()
}

var (
	// searched is a step that finds rows: of what, by what index, and how.
	searched = regexp.MustCompile(`^SEARCH (\S+) USING (?:COVERING )?(?:INDEX (\S+)|INTEGER PRIMARY KEY|PRIMARY KEY) \((.*)\)`)
	equals   = regexp.MustCompile(`(\w+)=\?`)
	// made are rows that the statement itself has made.
	made = regexp.MustCompile(`^SCAN (CONSTANT ROW|\d+-ROW VALUES CLAUSE)$`)
)

const sorts = "USE TEMP B-TREE FOR ORDER BY"

// meets says what is wrong with a step, if something is.
func meets(ctx context.Context, db *sql.DB, step, plan, q string) (string, error) {
	if strings.HasPrefix(step, "SCAN ") && !made.MatchString(step) || strings.Contains(step, "AUTOMATIC") {
		return step, nil
	}
	m := searched.FindStringSubmatch(step)
	if m == nil {
		return "", nil
	}
	table, where, err := indexed(ctx, db, m[1], m[2], q)
	if err != nil {
		return "", err
	}
	if _, is := small[table]; is || table == "usher_meta" || strings.Contains(m[3], "rowid=?") {
		return "", nil
	}
	var by []string
	for _, e := range equals.FindAllStringSubmatch(m[3], -1) {
		by = append(by, e[1])
	}
	group := ""
	if len(by) > 0 {
		group = " GROUP BY " + strings.Join(by, ", ")
	}
	var n int
	if err := db.QueryRowContext(ctx, `SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM `+table+where+group+`)`).Scan(&n); err != nil {
		return "", err
	}
	if n <= fewShare || strings.Contains(q, "LIMIT") && !strings.Contains(plan, sorts) {
		return "", nil
	}
	return fmt.Sprintf("%s, which %d of %d rows share", step, n, some), nil
}

// indexed is the table of an index, and the condition of its rows. Where the
// plan names no index, the statement says what the name stands for.
func indexed(ctx context.Context, db *sql.DB, name, index, q string) (table, where string, err error) {
	if index == "" {
		if m := regexp.MustCompile(`(usher_\w+) (?:AS )?` + regexp.QuoteMeta(name) + `\b`).FindStringSubmatch(q); m != nil {
			name = m[1]
		}
		return name, "", nil
	}
	var text string
	err = db.QueryRowContext(ctx, `SELECT tbl_name, coalesce(sql, '') FROM sqlite_master WHERE type = 'index' AND name = $1`, index).Scan(&table, &text)
	if _, condition, ok := strings.Cut(text, " WHERE "); ok {
		where = " WHERE " + condition
	}
	return table, where, err
}
