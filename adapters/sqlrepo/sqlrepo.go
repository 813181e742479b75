package sqlrepo

import (
	"cmp"
	"context"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Conn is one transaction of a driver. Arguments are string, []byte, bool, int,
// int64, time.Time (in UTC; the zero time is NULL) or nil; destinations are
// pointers to those, [Time], or another sql.Scanner. What the repositories write
// they write by Exec; rows are closed before the next statement is run.
type Conn interface {
	Exec(ctx context.Context, sql string, args ...any) (affected int64, err error)
	Query(ctx context.Context, sql string, args ...any) (Rows, error)
}

// LockingLoads is a [Conn] of a transaction that is not serializable: there what
// was loaded may be changed by somebody else before it is saved. What LoadLock
// returns ends a SELECT that loads things by their key, or by what they hang on,
// and keeps the rows that it finds from others until the transaction ends.
type LockingLoads interface {
	Conn
	LoadLock() string
}

// Rows is what the drivers' rows agree on. An error of the statement itself may
// wait until Err.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close()
}

// Tx returns the repositories over c, for whom it works, with the secrets that
// keys, answers and mails are kept under.
func Tx(c Conn, who ports.Scope, k *keyring.Keyring) ports.Tx {
	r := repo{c, who, k}
	return ports.Tx{
		Sellers:     sellers{r},
		Products:    products{r},
		Variants:    variants{r},
		Purchases:   purchases{r},
		Memberships: memberships{r},
		Payments:    payments{r},
		Refunds:     refunds{r},
		Disputes:    disputes{r},
		Seats:       seats{r},
		Licenses:    licenses{r},
		Tokens:      tokens{r},
		Events:      events{r},
		Commands:    commands{r},
		Mails:       mails{r},
		Connections: connections{r},
		Attachments: attachments{r},
		Claims:      claims{r},
		Grants:      grants{r},
		Passes:      passes{r},
		Blocks:      blocks{r},
		Progress:    progress{r},

		Applications: applications{r},
		Webhooks:     webhooks{r},
		Deliveries:   deliveries{r},
	}
}

// repo is what every repository stands on.
type repo struct {
	c   Conn
	who ports.Scope
	k   *keyring.Keyring
}

// seller returns the seller whom every statement names. It is empty for any
// other scope than a seller's; no row is nobody's, so nothing is found then.
func (r repo) seller() string {
	id, _ := r.who.Seller()
	return string(id)
}

// lock ends a SELECT that loads what may be saved again.
func (r repo) lock() string {
	if l, ok := r.c.(LockingLoads); ok {
		return l.LoadLock()
	}
	return ""
}

// inserting refuses a new thing that does not say that it is this seller's with
// [domain.ErrScope].
func (r repo) inserting(of domain.SellerID) error {
	if of == "" || r.seller() != string(of) {
		return domain.ErrScope
	}
	return nil
}

// saving refuses a thing that does not say that it is this seller's as missing.
func (r repo) saving(of domain.SellerID, missing error) error {
	if of == "" || r.seller() != string(of) {
		return missing
	}
	return nil
}

// many reads every row of a query. Text that no store keeps cannot find any:
// the database, which might choke on it, is not asked.
func many[T any](ctx context.Context, c Conn, scan func(Rows) (T, error), sql string, args ...any) ([]T, error) {
	for _, a := range args {
		if s, ok := a.(string); ok && !domain.Storable(s) {
			return nil, nil
		}
	}
	rows, err := c.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// one reads the first row, or fails with missing.
func one[T any](ctx context.Context, c Conn, scan func(Rows) (T, error), missing error, sql string, args ...any) (T, error) {
	all, err := many(ctx, c, scan, sql, args...)
	if err == nil && len(all) == 0 {
		err = missing
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// What may be missing when an insert has made no row.
const (
	hasSeller      = `SELECT 1 FROM usher_sellers WHERE id = $1`
	hasConnection  = `SELECT 1 FROM usher_connections WHERE id = $1 AND seller_id = $2`
	hasProduct     = `SELECT 1 FROM usher_products WHERE id = $1 AND seller_id = $2`
	hasPurchase    = `SELECT 1 FROM usher_purchases WHERE id = $1 AND seller_id = $2`
	hasPayment     = `SELECT 1 FROM usher_payments WHERE id = $1 AND seller_id = $2`
	hasApplication = `SELECT 1 FROM usher_applications WHERE id = $1 AND seller_id = $2`
	hasSeat        = `SELECT 1 FROM usher_seats WHERE id = $1 AND seller_id = $2`
)

// taken returns err if the query has a row. It and lacking find out why a
// statement met none.
func (r repo) taken(ctx context.Context, err error, sql string, args ...any) error {
	return r.ask(ctx, true, err, sql, args)
}

// lacking returns err if the query has no row.
func (r repo) lacking(ctx context.Context, err error, sql string, args ...any) error {
	return r.ask(ctx, false, err, sql, args)
}

func (r repo) ask(ctx context.Context, there bool, refusal error, sql string, args []any) error {
	all, err := many(ctx, r.c, func(rows Rows) (one int, err error) { return one, rows.Scan(&one) }, sql, args...)
	if err != nil || there == (len(all) > 0) {
		return cmp.Or(err, refusal)
	}
	return nil
}

// change runs a statement that must meet a row, and fails with missing if it
// does not.
func change(ctx context.Context, c Conn, missing error, sql string, args ...any) error {
	n, err := c.Exec(ctx, sql, args...)
	if err == nil && n == 0 {
		err = missing
	}
	return err
}

// most bounds a page: 1,000 rows, which is also what 0 asks for.
func most(limit int) int {
	if limit < 1 || limit > 1000 {
		return 1000
	}
	return limit
}

// until is the place before which to look; the zero one is behind everything.
func until(before ports.Cursor) ports.Cursor {
	if before == (ports.Cursor{}) {
		return ports.Cursor{At: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}
	}
	return before
}

// since is the time of a cursor; that of the zero one is before everything.
func since(after ports.Cursor) time.Time {
	if after.At.IsZero() {
		return time.Time{}.Add(time.Microsecond)
	}
	return after.At
}
