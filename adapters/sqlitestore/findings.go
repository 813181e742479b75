package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
)

// whole finds what is wrong in the file itself.
func (f *Findings) whole(ctx context.Context, db *sql.DB, copied bool) error {
	check := "PRAGMA quick_check(10)"
	if copied {
		check = "PRAGMA integrity_check(10)"
	}
	err := each(ctx, db, func(r *sql.Rows) error {
		var said string
		err := r.Scan(&said)
		if err == nil && said != "ok" {
			f.Faults = append(f.Faults, said)
		}
		return err
	}, check)
	if err != nil || !copied {
		return err
	}
	return each(ctx, db, func(*sql.Rows) error { f.Strays++; return nil }, "PRAGMA foreign_key_check")
}

// each hands every row of a result on.
func each(ctx context.Context, db *sql.DB, row func(*sql.Rows) error, query string) error {
	r, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer r.Close()
	for r.Next() {
		if err := row(r); err != nil {
			return err
		}
	}
	return errors.Join(r.Err(), r.Close())
}
