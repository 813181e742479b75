package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// read finds what is to be found without the secrets.
func (f *Findings) read(ctx context.Context, db *sql.DB, i Inspection, was schema) error {
	if err := f.meta(ctx, db); err != nil {
		return err
	}
	check := "PRAGMA quick_check(10)"
	if i.Copy {
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
	if err != nil {
		return err
	}
	if i.Copy {
		if err := each(ctx, db, func(*sql.Rows) error { f.Strays++; return nil }, "PRAGMA foreign_key_check"); err != nil {
			return err
		}
	}
	for _, name := range counted {
		c := Count{Name: name}
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM usher_"+name).Scan(&c.Rows); err != nil {
			return err
		}
		f.Rows = append(f.Rows, c)
	}
	now := i.Now
	if was.test {
		now = f.TestClock
	}
	for _, n := range []struct {
		to   *int64
		text string
		args []any
	}{
		{&f.Dead, "SELECT count(*) FROM usher_jobs WHERE dead_at IS NOT NULL", nil},
		{&f.Waiting, "SELECT count(*) FROM usher_payments WHERE status IN ('intended', 'sent', 'needs_action') AND created_at < $1", []any{now.Add(-24 * time.Hour).UnixMicro()}},
		{&f.Untold, "SELECT count(*) FROM usher_events WHERE dispatched_at IS NULL AND at < $1", []any{now.Add(-time.Minute).UnixMicro()}},
	} {
		if err := db.QueryRowContext(ctx, n.text, n.args...).Scan(n.to); err != nil {
			return err
		}
	}
	return each(ctx, db, func(r *sql.Rows) error {
		var micros int64
		err := r.Scan(&micros)
		f.LastAt = time.UnixMicro(micros).UTC()
		return err
	}, "SELECT at FROM usher_events ORDER BY seq DESC LIMIT 1")
}

// meta reads what the database says of itself beside its schema.
func (f *Findings) meta(ctx context.Context, db *sql.DB) error {
	return each(ctx, db, func(r *sql.Rows) error {
		var key, value string
		if err := r.Scan(&key, &value); err != nil {
			return err
		}
		switch key {
		case sqlrepo.BackupRow:
			f.Held, f.Backup = true, sqlrepo.MicrosOf(value)
		case sqlrepo.HeldRow:
			f.Held = true
		case "test_clock":
			f.TestClock = sqlrepo.MicrosOf(value)
		}
		return nil
	}, "SELECT key, value FROM usher_meta")
}

// prove opens one license key of each secret in use, and finds it again by
// what it says.
func prove(ctx context.Context, db *sql.DB, keys *keyring.Keyring) (proved int, err error) {
	type named struct {
		id     domain.LicenseID
		seller domain.SellerID
	}
	var some []named
	err = each(ctx, db, func(r *sql.Rows) error {
		var n named
		err := r.Scan((*string)(&n.id), (*string)(&n.seller))
		some = append(some, n)
		return err
	}, "SELECT id, seller_id FROM usher_licenses WHERE id IN (SELECT max(id) FROM usher_licenses GROUP BY secret)")
	if err != nil {
		return 0, err
	}
	s := &Store{keys: keys, readers: newReaders(db, 1), reads: reads{most: viewFor, live: map[*live]struct{}{}}}
	defer s.readers.close()
	for _, n := range some {
		var key domain.LicenseKey
		err := s.View(ctx, ports.Seller(n.seller), func(ctx context.Context, tx ports.Tx) error {
			l, err := tx.Licenses.ByID(ctx, n.id)
			if err == nil {
				key = l.State().Key
			}
			return err
		})
		if err != nil {
			return proved, fmt.Errorf("the key of license %s does not open: %w", n.id, err)
		}
		facts, err := s.Facts(ctx, domain.Lookup{Key: key})
		if err != nil {
			return proved, err
		}
		found := false
		for _, one := range facts {
			found = found || one.License.ID == n.id
		}
		if !found {
			return proved, fmt.Errorf("license %s is not found by its key", n.id)
		}
		proved++
	}
	return proved, nil
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
