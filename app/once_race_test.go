package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/adapters/pgstore"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/luck"
	"github.com/usherhq/usher/test/pgtest"
)

// racy is a seller with a product, a sale of it and a membership with seats.
type racy struct {
	*app.Usher
	seller domain.Seller
	pen    domain.Product
	sold   domain.LicenseState // four uses
	member domain.MembershipState
	sale   domain.PurchaseState // the membership's
}

func newRacy(t *testing.T, s ports.Store) *racy {
	t.Helper()
	r := &racy{Usher: usherOn(t, s), seller: fixture.Seller("ana")}
	r.pen = fixture.Product(r.seller)
	bought := fixture.Purchase(r.pen)
	r.sold = fixture.License(bought)
	team := fixture.Product(r.seller, fixture.Renewable, func(p *domain.Product) { p.Multiseat, p.MostSeats = true, 20 })
	r.sale, r.member = fixture.Renewal(team, func(p *domain.PurchaseState) { p.Quantity = 5 })
	fixture.Fill(t, s, r.seller, r.pen, bought, r.sold, team, r.sale, r.member)
	for range 4 {
		must(r.Licensing.Verify(t.Context(), r.key(), true))
	}
	return r
}

func (r *racy) key() domain.Lookup { return domain.Lookup{Key: r.sold.Key, ProductID: r.pen.ID} }

// oneOf are commands for which twice is not once, each with what counts how often
// it was done.
var oneOf = []struct {
	name  string
	do    func(context.Context, *racy) (any, error)
	times func(context.Context, *racy, string) (int, error) // by what it answered
}{
	{
		"a use is taken back",
		func(ctx context.Context, r *racy) (any, error) {
			return r.Licensing.Decrement(ctx, r.seller.ID, r.key())
		},
		func(ctx context.Context, r *racy, _ string) (int, error) {
			v, err := r.Licensing.Verify(ctx, r.key(), false)
			return int(4 - v.Uses), err
		},
	},
	{
		"a key is rotated",
		func(ctx context.Context, r *racy) (any, error) {
			v, err := r.Licensing.Rotate(ctx, r.seller.ID, r.key())
			return v.License.Key, err
		},
		func(ctx context.Context, r *racy, answer string) (int, error) {
			var key domain.LicenseKey
			if err := json.Unmarshal([]byte(answer), &key); err != nil {
				return 0, err
			}
			_, err := r.Licensing.Verify(ctx, domain.Lookup{Key: key, ProductID: r.pen.ID}, false)
			return 1, err
		},
	},
	{
		"a product is made",
		func(ctx context.Context, r *racy) (any, error) {
			return r.Catalog.AddProduct(ctx, r.seller.ID, domain.Product{Name: "Cup", Price: domain.Money{Amount: 1, Currency: "usd"}})
		},
		func(ctx context.Context, r *racy, _ string) (int, error) {
			all, err := r.Catalog.Products(ctx, r.seller.ID, ports.Cursor{}, 1000)
			return len(all) - 2, err
		},
	},
	{
		"a token is made",
		func(ctx context.Context, r *racy) (any, error) {
			secret, _, err := r.Tokens.Create(ctx, r.seller.ID, "a token", domain.Scopes(domain.ViewSales))
			return secret, err
		},
		func(ctx context.Context, r *racy, _ string) (int, error) {
			all, err := r.Tokens.List(ctx, r.seller.ID, ports.Cursor{}, 1000)
			return len(all), err
		},
	},
	{
		"a seat is given",
		func(ctx context.Context, r *racy) (any, error) {
			return r.Memberships.Assign(ctx, r.seller.ID, r.member.ID, "cy@example.com")
		},
		func(ctx context.Context, r *racy, _ string) (int, error) {
			all, err := r.Memberships.Seats(ctx, r.seller.ID, r.member.ID)
			return len(all), err
		},
	},
}

// TestCommands_Once_race sends each command fifty times at once under one key.
func TestCommands_Once_race(t *testing.T) {
	onDatabases(t, func(t *testing.T, s ports.Store) {
		for _, row := range oneOf {
			t.Run(row.name, func(t *testing.T) {
				for range luck.Runs(t, 1) {
					r := newRacy(t, s)
					first := r.together(t, row.do)
					if n, err := row.times(t.Context(), r, first); n != 1 || err != nil {
						t.Errorf("it was done %d times, %v", n, err)
					}
					other := app.Command{Seller: r.seller.ID, Key: "k", Asked: "something else"}
					if _, _, err := r.Commands.Once(t.Context(), other, func(context.Context) (string, error) { return "", nil }); !errors.Is(err, domain.ErrKeyReused) {
						t.Errorf("something else under the key: %v", err)
					}
				}
			})
		}
	})
}

// together carries a command out fifty times at once under one key, and returns
// the answer that all of them had.
func (r *racy) together(t *testing.T, do func(context.Context, *racy) (any, error)) string {
	t.Helper()
	const n = 50
	answers, errs, replays := make([]string, n), make([]error, n), make([]bool, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			what := app.Command{Seller: r.seller.ID, Key: "k", Asked: "this"}
			answers[i], replays[i], errs[i] = r.Commands.Once(t.Context(), what, func(ctx context.Context) (string, error) {
				v, err := do(ctx, r)
				if err != nil {
					return "", err
				}
				text, err := json.Marshal(v)
				return string(text), err
			})
		})
	}
	close(start)
	all.Wait()
	firsts := 0
	for i := range n {
		if errs[i] != nil || answers[i] != answers[0] {
			t.Errorf("one is answered %s, %v, another %s", answers[i], errs[i], answers[0])
		}
		if !replays[i] {
			firsts++
		}
	}
	if firsts != 1 {
		t.Errorf("%d were the first", firsts)
	}
	return answers[0]
}

// onDatabases runs a test on an empty store of each sort, PostgreSQL's too.
func onDatabases(t *testing.T, test func(t *testing.T, s ports.Store)) {
	for name, open := range map[string]func(t *testing.T) ports.Store{
		"memory": func(*testing.T) ports.Store { return memstore.New(nil) },
		"sqlite": func(t *testing.T) ports.Store {
			s, err := sqlitestore.Open(t.Context(), filepath.Join(t.TempDir(), "usher.db"), &sqlitestore.Options{Logger: slog.New(slog.DiscardHandler)})
			return closing(t, s, err)
		},
		"postgres": func(t *testing.T) ports.Store {
			keys, err := keyring.Create(filepath.Join(t.TempDir(), "usher.secrets"))
			if err != nil {
				t.Fatal(err)
			}
			s, err := pgstore.Open(t.Context(), pgtest.URL(t), &pgstore.Options{Keyring: keys, Logger: slog.New(slog.DiscardHandler)})
			return closing(t, s, err)
		},
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func closing(t *testing.T, s storeToClose, err error) ports.Store {
	t.Helper()
	if err != nil {
		t.Fatal(fmt.Errorf("opening a store: %w", err))
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
