package sqlrepo

import (
	"context"
	"fmt"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Findings are what a look at a database came to that may be asked of any.
type Findings struct {
	Schema, Known int       // the database's number, and this program's
	Backup        time.Time // when the copy was made that it is; zero: it is none, or its hold was lifted
	Held          bool      // charges are held
	TestClock     time.Time // where its test clock stands; zero: it has none
	Copied        Copied    // from which database it was made, if it was from one

	Secrets error // the secrets are not the database's, or a key does not open with them
	Proved  int   // license keys that were opened and found again, one of each secret in use

	Rows    []Rowcount // of what a person counts
	Dead    int64      // jobs that were given up
	Waiting int64      // payments without an answer for a day
	Untold  int64      // events that nobody has turned into work for a minute
	LastAt  time.Time  // of the newest event
}

// Rowcount is how many rows a table has.
type Rowcount struct {
	Name string
	Rows int64
}

// Reads runs fn in a read of its own.
type Reads func(ctx context.Context, fn func(context.Context, Conn) error) error

const (
	lookMeta    = `SELECT key, value FROM usher_meta`
	lookDead    = `SELECT count(*) FROM usher_jobs WHERE dead_at IS NOT NULL`
	lookWaiting = `SELECT count(*) FROM usher_payments WHERE status IN ('intended', 'sent', 'needs_action') AND created_at < $1`
	lookUntold  = `SELECT count(*) FROM usher_events WHERE dispatched_at IS NULL AND at < $1`
	lookLast    = `SELECT at FROM usher_events ORDER BY seq DESC LIMIT 1`
	lookKeys    = `SELECT id, seller_id FROM usher_licenses WHERE id IN (SELECT max(id) FROM usher_licenses GROUP BY secret)`
)

// Look looks at a database and changes nothing in it. now is the machine's time,
// which that of a test clock replaces; count names the tables whose rows are
// counted, without usher_. Without keys the secrets are not looked at.
func Look(ctx context.Context, read Reads, keys *keyring.Keyring, now time.Time, count ...string) (f Findings, err error) {
	check, err := f.meta(ctx, read)
	if err != nil {
		return f, err
	}
	if !f.TestClock.IsZero() {
		now = f.TestClock
	}
	for _, name := range count {
		n := Rowcount{Name: name}
		if n.Rows, err = number(ctx, read, `SELECT count(*) FROM usher_`+name); err != nil {
			return f, err
		}
		f.Rows = append(f.Rows, n)
	}
	if f.Dead, err = number(ctx, read, lookDead); err != nil {
		return f, err
	}
	if f.Waiting, err = number(ctx, read, lookWaiting, now.Add(-24*time.Hour)); err != nil {
		return f, err
	}
	if f.Untold, err = number(ctx, read, lookUntold, now.Add(-time.Minute)); err != nil {
		return f, err
	}
	err = read(ctx, func(ctx context.Context, c Conn) error {
		all, err := many(ctx, c, func(rows Rows) (at time.Time, err error) { return at, rows.Scan(Time(&at)) }, lookLast)
		for _, at := range all {
			f.LastAt = at
		}
		return err
	})
	if err == nil && keys != nil {
		if f.Secrets = keys.Verify(check); f.Secrets == nil {
			f.Proved, f.Secrets = prove(ctx, read, keys)
		}
	}
	return f, err
}

// number reads one number.
func number(ctx context.Context, read Reads, q string, args ...any) (n int64, err error) {
	err = read(ctx, func(ctx context.Context, c Conn) error {
		all, err := many(ctx, c, func(rows Rows) (n int64, err error) { return n, rows.Scan(&n) }, q, args...)
		for _, one := range all {
			n = one
		}
		return err
	})
	return n, err
}

// meta reads what the database says of itself, and returns the check value of
// its secrets.
func (f *Findings) meta(ctx context.Context, read Reads) (check string, err error) {
	type row struct{ key, value string }
	err = read(ctx, func(ctx context.Context, c Conn) error {
		all, err := many(ctx, c, func(rows Rows) (r row, err error) { return r, rows.Scan(&r.key, &r.value) }, lookMeta)
		for _, r := range all {
			switch r.key {
			case "check":
				check = r.value
			case BackupRow:
				f.Held, f.Backup = true, MicrosOf(r.value)
			case HeldRow:
				f.Held = true
			case "test_clock":
				f.TestClock = MicrosOf(r.value)
			case CopyRow:
				f.Copied = ParseCopied(r.value)
			}
		}
		return err
	})
	return check, err
}

// prove opens one license key of each secret in use, and finds it again by what
// it says.
func prove(ctx context.Context, read Reads, keys *keyring.Keyring) (proved int, err error) {
	type named struct {
		id     domain.LicenseID
		seller domain.SellerID
	}
	var some []named
	err = read(ctx, func(ctx context.Context, c Conn) (err error) {
		some, err = many(ctx, c, func(rows Rows) (n named, err error) { return n, rows.Scan((*string)(&n.id), (*string)(&n.seller)) }, lookKeys)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, n := range some {
		found := false
		err := read(ctx, func(ctx context.Context, c Conn) error {
			l, err := Tx(c, ports.Seller(n.seller), keys).Licenses.ByID(ctx, n.id)
			if err != nil {
				return fmt.Errorf("the key of license %s does not open: %w", n.id, err)
			}
			facts, err := Facts(ctx, c, keys, domain.Lookup{Key: l.State().Key})
			for _, one := range facts {
				found = found || one.License.ID == n.id
			}
			return err
		})
		if err != nil {
			return proved, err
		}
		if !found {
			return proved, fmt.Errorf("license %s is not found by its key", n.id)
		}
		proved++
	}
	return proved, nil
}
