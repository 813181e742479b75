package sqlrepo

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// conn is a Conn on a SQLite database in memory, made by the migrations.
type conn struct{ db *sql.DB }

func open(t *testing.T) *conn {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:?_pragma=foreign_keys(1)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	names, err := filepath.Glob("../sqlitestore/migrations/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal(len(names), err)
	}
	for _, name := range names {
		script, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(string(script)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return &conn{db}
}

func (c *conn) args(args []any) []any {
	args = append([]any{}, args...)
	for i, a := range args {
		if at, ok := a.(time.Time); ok {
			if args[i] = nil; !at.IsZero() {
				args[i] = at.UnixMicro()
			}
		}
	}
	return args
}

func (c *conn) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	r, err := c.db.ExecContext(ctx, sql, c.args(args)...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

type rows struct{ *sql.Rows }

func (r rows) Close() { r.Rows.Close() }

func (c *conn) Query(ctx context.Context, sql string, args ...any) (Rows, error) {
	r, err := c.db.QueryContext(ctx, sql, c.args(args)...)
	return rows{r}, err
}

// number reads one number.
func (c *conn) number(t *testing.T, sql string, args ...any) (n int64) {
	t.Helper()
	if err := c.db.QueryRow(sql, c.args(args)...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// ring makes a keyring of secrets of these numbers, the first preferred.
func ring(t *testing.T, numbers ...int) *keyring.Keyring {
	t.Helper()
	var secrets []keyring.Secret
	for _, n := range numbers {
		s, err := keyring.NewSecret(n, []byte(strings.Repeat(string(rune('a'+n)), 32)))
		must(t, err)
		secrets = append(secrets, s)
	}
	k, err := keyring.New(secrets...)
	must(t, err)
	return k
}

var t0 = time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)

// shop is a seller with a product, sold once.
type shop struct {
	seller   domain.Seller
	product  domain.Product
	purchase domain.PurchaseState
	license  domain.LicenseState
}

// shopOf keeps a shop whose ids all begin with name.
func shopOf(t *testing.T, c *conn, k *keyring.Keyring, name string) shop {
	t.Helper()
	s := shop{
		seller: domain.Seller{ID: domain.SellerID(name), UserID: "7", Name: name, Email: name + "@example.com", CreatedAt: t0},
		product: domain.Product{ID: domain.ProductID(name + "-pencil"), SellerID: domain.SellerID(name), Kind: domain.OneTime, Name: "Pencil",
			Permalink: name, Price: domain.Money{Amount: 1000, Currency: "usd"}, Licensed: true, CreatedAt: t0},
	}
	s.purchase = s.sale(1)
	s.license = domain.LicenseState{ID: domain.LicenseID(name + "-license"), SellerID: s.seller.ID, ProductID: s.product.ID,
		PurchaseID: s.purchase.ID, Key: domain.LicenseKey("Key-of-" + name), CreatedAt: t0}
	ctx, tx := t.Context(), s.tx(c, k)
	must(t, Tx(c, ports.System, k).Sellers.Insert(ctx, s.seller), tx.Products.Insert(ctx, s.product),
		tx.Purchases.Insert(ctx, domain.RestorePurchase(s.purchase)), tx.Licenses.Insert(ctx, domain.RestoreLicense(s.license), 0))
	return s
}

func (s shop) tx(c Conn, k *keyring.Keyring) ports.Tx { return Tx(c, ports.Seller(s.seller.ID), k) }

// sale makes the purchase of that order number, which is not kept.
func (s shop) sale(number int64) domain.PurchaseState {
	return domain.PurchaseState{
		ID: domain.PurchaseID(string(s.seller.ID) + "-sale-" + string(rune('a'+number))), SellerID: s.seller.ID, ProductID: s.product.ID,
		OrderNumber: number, Status: domain.Successful, Email: "ana@example.com", FullName: "Ana Lima", Quantity: 1,
		Price: s.product.Price, CreatedAt: t0.Add(time.Duration(number) * time.Second),
	}
}
