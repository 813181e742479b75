package app_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/pgstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/pgtest"
)

// A program of your own has its orders in PostgreSQL, and usher's tables beside
// them: an order and its license key are kept together, or neither is.
func TestInAHostsTransaction(t *testing.T) {
	ctx := t.Context()
	pool := must(pgxpool.New(ctx, pgtest.URL(t)))
	defer pool.Close()
	must(pool.Exec(ctx, `CREATE TABLE orders (n text PRIMARY KEY, key text)`))

	options := &pgstore.Options{Keyring: must(keyring.New(must(keyring.NewSecret(1, bytes.Repeat([]byte{1}, keyring.Size)))))}
	must(pgstore.Migrate(ctx, pool, options))
	store := must(pgstore.New(ctx, pool, options))
	defer store.Close()
	u := must(app.New(app.Config{Store: store}))
	seller, product, err := shop(ctx, u)
	if err != nil {
		t.Fatal(err)
	}

	order := func(n string, end error) (key domain.LicenseKey, err error) {
		err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			sale, err := u.Within(store.Within(tx)).Sales.Record(ctx, seller, n, domain.PurchaseState{ProductID: product, Email: "bo@example.com"})
			if err != nil {
				return err
			}
			key = sale.License.Key
			_, err = tx.Exec(ctx, `INSERT INTO orders VALUES ($1, $2)`, n, string(key))
			return errors.Join(err, end)
		})
		return key, err
	}
	kept, err := order("1001", nil)
	if err != nil {
		t.Fatal(err)
	}
	lost, err := order("1002", errors.New("out of stock"))
	if err == nil || lost == "" {
		t.Fatalf("got %v after the key was made, want it out of stock", err)
	}

	if _, err := u.Licensing.Verify(ctx, domain.Lookup{Key: kept, ProductID: product}, true); err != nil {
		t.Errorf("the key of the order that was kept: %v", err)
	}
	if _, err := u.Licensing.Verify(ctx, domain.Lookup{Key: lost, ProductID: product}, true); !errors.Is(err, domain.ErrLicenseNotFound) {
		t.Errorf("the key of the order that was not: %v", err)
	}
}
