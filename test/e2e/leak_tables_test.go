package e2e

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
)

// tables looks through every column of every table.
func (l *leaking) tables() {
	driver, source := "sqlite", filepath.Join(l.Folder, "usher.db")
	list := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if l.Database != "" {
		driver, source = "pgx", l.Database
		list = `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		l.Fatal(err)
	}
	defer db.Close()
	rows := 0
	for _, table := range l.cells(db, list) {
		for _, cell := range l.cells(db, "SELECT * FROM "+table[1]) {
			l.Look("table "+strings.TrimPrefix(table[1], "public.")+"."+cell[0], cell[1])
			rows++
		}
	}
	if rows < 100 {
		l.Errorf("the database has %d cells: it was not read", rows)
	}
}

// cells returns what a query finds: the name of each column with a value.
func (l *leaking) cells(db *sql.DB, query string) (all [][2]string) {
	rows, err := db.QueryContext(l.Context(), query)
	if err != nil {
		l.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		l.Fatal(err)
	}
	for rows.Next() {
		cells := make([]any, len(names))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rows.Scan(cells...); err != nil {
			l.Fatal(err)
		}
		for i, c := range cells {
			switch v := (*c.(*any)).(type) {
			case []byte:
				all = append(all, [2]string{names[i], string(v)})
			default:
				all = append(all, [2]string{names[i], fmt.Sprint(v)})
			}
		}
	}
	if err := rows.Err(); err != nil {
		l.Fatal(err)
	}
	return all
}
