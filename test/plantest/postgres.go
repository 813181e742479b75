package plantest

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// once and tenfold are how many rows each table has when plans are asked for.
// With fewer, a page would be a good part of a table.
const (
	once    = 2_000
	tenfold = 20_000
)

// aPage is what it may cost, at any size, to find twenty rows one by one by an
// index.
const aPage = 200

// mostGrowth is by how much a plan may cost more among ten times the rows: a
// level more of each index, and the rows of a page that lie farther apart.
const mostGrowth = 2

var inPostgres = dialect{
	tables: `SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'usher\_%' AND relnamespace = current_schema()::regnamespace`,
	columns: `SELECT column_name, data_type, is_nullable = 'YES' FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'NO' ORDER BY ordinal_position`,
	unique: `SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
		WHERE i.indrelid = $1::regclass AND i.indisunique`,
	series: `generate_series(%d, %d) i`,
	value: func(c column, own bool) string {
		switch {
		case c.kind == "boolean":
			return `false`
		case c.kind == "timestamp with time zone" && c.nullable:
			return `CASE i % 2 WHEN 0 THEN timestamptz '2026-03-04 05:06Z' + i * interval '1 second' END`
		case c.kind == "timestamp with time zone":
			return `timestamptz '2026-03-04 05:06Z' + i * interval '1 second'`
		case c.kind == "bytea" && own:
			return `sha256(i::text::bytea)`
		case c.kind == "bytea":
			return `sha256('x')`
		case c.kind == "bigint" && own:
			return `i`
		case c.kind == "bigint":
			return `1`
		case own:
			return `'x' || i`
		}
		return `'x'`
	},
}

// Postgres fills a database that was migrated and is empty, and returns a
// sentence for each statement whose plan grows with the rows of the tables. db
// must speak the simple protocol, by which a statement can be prepared in SQL.
func Postgres(ctx context.Context, db *sql.DB, sent *Sent, except []Exception) (found []string, err error) {
	db.SetMaxOpenConns(1) // what follows is of one session
	for _, setting := range []string{
		`SET session_replication_role = replica`, // the rows refer to nothing
		`SET enable_seqscan = off`, `SET jit = off`, `SET plan_cache_mode = force_generic_plan`,
	} {
		if _, err := db.ExecContext(ctx, setting); err != nil {
			return nil, err
		}
	}
	var plans [2]map[string]string
	before := 0
	for i, rows := range []int{once, tenfold} {
		if err := fill(ctx, db, inPostgres, rows, before); err != nil {
			return nil, err
		}
		before = rows
		if _, err := db.ExecContext(ctx, `VACUUM ANALYZE`); err != nil {
			return nil, err
		}
		plans[i] = map[string]string{}
		for _, q := range sent.statements() {
			if plans[i][q], err = postgresPlan(ctx, db, q); err != nil {
				return nil, fmt.Errorf("%w in\n%s", err, q)
			}
		}
	}
	allowed := excepting(except)
	for _, q := range sent.statements() {
		if sentence := grows(plans[0][q], plans[1][q], q); sentence != "" && !allowed.allows(q, sentence) {
			found = append(found, finding(sentence, plans[1][q], q))
		}
	}
	return append(found, allowed.unused()...), nil
}

var (
	limit     = regexp.MustCompile(`LIMIT \$(\d+)`)
	parameter = regexp.MustCompile(`\$(\d+)`)
	cost      = regexp.MustCompile(`cost=[\d.]+\.\.([\d.]+) rows`)
	whole     = regexp.MustCompile(`Seq Scan on (usher_\w+)`)
	checked   = regexp.MustCompile(`^ *(?:Join )?Filter: (.*)`)
	ofSeller  = regexp.MustCompile(`^\(seller_id = \$\d+\)$`)
)

// postgresPlan is how PostgreSQL would run a statement with whatever arguments;
// a page has few rows, whatever its limit.
func postgresPlan(ctx context.Context, db *sql.DB, q string) (string, error) {
	n := parameters(q)
	kinds, nulls := make([]string, n), make([]string, n)
	for i := range n {
		kinds[i], nulls[i] = "unknown", "NULL"
	}
	for _, m := range limit.FindAllStringSubmatch(q, -1) {
		i, _ := strconv.Atoi(m[1])
		kinds[i-1] = "bigint"
	}
	of, with := "", ""
	if n > 0 {
		of, with = "("+strings.Join(kinds, ", ")+")", "("+strings.Join(nulls, ", ")+")"
	}
	if _, err := db.ExecContext(ctx, `PREPARE plan`+of+` AS `+limit.ReplaceAllString(q, "LIMIT 20")); err != nil {
		return "", err
	}
	defer db.ExecContext(ctx, `DEALLOCATE plan`)
	r, err := db.QueryContext(ctx, `EXPLAIN EXECUTE plan`+with)
	if err != nil {
		return "", err
	}
	defer r.Close()
	var b strings.Builder
	for r.Next() {
		var line string
		if err := r.Scan(&line); err != nil {
			return "", err
		}
		b.WriteString(line + "\n")
	}
	return b.String(), r.Err()
}

// parameters is how many a statement has.
func parameters(q string) (n int) {
	for _, m := range parameter.FindAllStringSubmatch(q, -1) {
		i, _ := strconv.Atoi(m[1])
		n = max(n, i)
	}
	return n
}

// grows says in what way a statement costs more as rows grow, if it does.
func grows(small, large, q string) string {
	if m := whole.FindStringSubmatch(large); m != nil {
		return m[1] + " is read from end to end"
	}
	if by := passes(large); by != "" && strings.Contains(q, "LIMIT") {
		return "rows are passed over until enough are found: " + by
	}
	if a, b := costOf(small), costOf(large); b > aPage && b > mostGrowth*a {
		return fmt.Sprintf("it costs %.1f among %d rows and %.1f among %d", a, once, b, tenfold)
	}
	return ""
}

// passes returns the condition by which a step of a plan passes rows over, if it
// might meet many. That a product's sales are its seller's passes none.
func passes(plan string) string {
	step := 0.0
	for line := range strings.Lines(plan) {
		if cost.MatchString(line) {
			step = costOf(line)
		}
		if m := checked.FindStringSubmatch(line); m != nil && step > aPage && !ofSeller.MatchString(m[1]) {
			return m[1]
		}
	}
	return ""
}

func costOf(plan string) float64 {
	m := cost.FindStringSubmatch(plan)
	if m == nil {
		return 0
	}
	n, _ := strconv.ParseFloat(m[1], 64)
	return n
}
