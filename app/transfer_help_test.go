package app_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/jsonl"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// transferStores are what an export can come from and go to.
var transferStores = []struct {
	name string
	open func(t *testing.T) ports.Store
}{
	{"memory", func(*testing.T) ports.Store { return memstore.New(nil) }},
	{"sqlite", func(t *testing.T) ports.Store {
		s, err := sqlitestore.Open(t.Context(), filepath.Join(t.TempDir(), "usher.db"), &sqlitestore.Options{Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	}},
}

// onStores runs a test on an empty store of each sort.
func onStores(t *testing.T, test func(t *testing.T, s ports.Store)) {
	for _, s := range transferStores {
		t.Run(s.name, func(t *testing.T) { test(t, s.open(t)) })
	}
}

// transferSize is how many licences a large transfer has: USHER_TEST_LICENSES,
// or 1,000. The full test is
//
//	USHER_TEST_LICENSES=100000 go test -run TestTransfer -v ./app
func transferSize(t *testing.T) int {
	text := os.Getenv("USHER_TEST_LICENSES")
	if text == "" {
		return 1000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("USHER_TEST_LICENSES is %q, want a number", text)
	}
	return n
}

func usherOn(t *testing.T, s ports.Store) *app.Usher {
	t.Helper()
	at := fixture.T0.AddDate(1, 0, 0)
	u, err := app.New(app.Config{Store: s, Clock: func() time.Time { return at }, Cutoff: domain.NoCutoff})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// exported is everything that a store has, as a file.
func exported(t *testing.T, s ports.Store) string {
	t.Helper()
	var b strings.Builder
	if _, err := jsonl.Write(&b, usherOn(t, s).Transfer.Export(t.Context()), jsonl.Options{WithKeys: true}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// imported brings a file into a store, all of it.
func imported(t *testing.T, s ports.Store, file io.ReadSeeker) app.Imported {
	t.Helper()
	src, err := jsonl.Source(file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := usherOn(t, s).Transfer.Import(t.Context(), src, false)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// fileOf writes things down as a file.
func fileOf(t *testing.T, things ...any) string {
	t.Helper()
	var b strings.Builder
	_, err := jsonl.Write(&b, func(yield func(app.Record, error) bool) {
		for _, v := range things {
			if !yield(app.Record{Value: v}, nil) {
				return
			}
		}
	}, jsonl.Options{WithKeys: true})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// sourceOf is a source of things that is no file. Its digest is the test's.
func sourceOf(t *testing.T, things ...any) app.Source {
	return app.Source{Digest: t.Name(), Records: func(yield func(app.Record, error) bool) {
		for i, v := range things {
			if !yield(app.Record{Line: i + 2, Value: v}, nil) {
				return
			}
		}
	}}
}

// market is everything that two sellers may have: each thing once with all of
// its fields set, and then n plain licences, each with its sale.
func market(n int) iter.Seq2[app.Record, error] {
	return func(yield func(app.Record, error) bool) {
		put := func(v any) bool { return yield(app.Record{Value: v}, nil) }
		for i, s := range []domain.Seller{fixture.Seller("ana"), fixture.Seller("bob", richSeller)} {
			pencil := fixture.Product(s)
			for _, v := range richShop(s, pencil) {
				if !put(v) {
					return
				}
			}
			sales := n / 5
			if i == 0 {
				sales = n - n/5
			}
			for j := range 2 * sales {
				p := plainSale(pencil, i, j%sales)
				if j < sales && !put(p) || j >= sales && !put(plainLicense(p, i, j%sales)) {
					return
				}
			}
		}
	}
}

func richSeller(s *domain.Seller) { *s = fixture.Distinct(*s) }

// richShop is a seller with a pencil and everything else.
func richShop(s domain.Seller, pencil domain.Product) []any {
	set := fixture.Product(s, func(p *domain.Product) {
		p.Kind, p.Licensed, p.Includes = domain.Bundle, true, domain.MakeBundleLines(domain.BundleLine{ProductID: pencil.ID, Quantity: 2})
	})
	club := fixture.Product(s, fixture.Renewable, func(p *domain.Product) { p.Multiseat, p.MostSeats, p.FreeTrial = true, 40, 7*24*time.Hour })
	gone := fixture.Product(s, func(p *domain.Product) {
		p.Kind, p.Prices, p.Includes = domain.MembershipKind, domain.Prices{}.With(domain.Yearly, 0), domain.MakeBundleLines()
		p.DeletedAt, p.Preorder, p.ProductIDNotNeeded, p.CustomPermalink = fixture.T0.AddDate(0, 2, 0), true, true, "gone-"+s.Email[:1]
	})
	large := fixture.Variant(pencil, func(v *domain.Variant) {
		*v = fixture.Distinct(*v)
		v.MostSeats = 0 // only tiers have one
	})
	red := fixture.Variant(pencil, func(v *domain.Variant) { v.Category = "Colour" })
	tier := fixture.Variant(club, func(v *domain.Variant) {
		v.Category, v.Prices = domain.TierCategory, domain.Prices{}.With(domain.Monthly, 5)
		*v = fixture.Distinct(*v)
	})

	renewing, member := fixture.Renewal(club, func(p *domain.PurchaseState) {
		p.Quantity, p.Multiseat, p.Variants = 3, true, domain.ChosenVariants(tier.ID)
	})
	given, received := fixture.Gift(pencil)
	pre := fixture.Purchase(pencil, func(p *domain.PurchaseState) { p.Status = domain.Preordered })
	whole := fixture.Purchase(set)
	part := fixture.Purchase(pencil, func(p *domain.PurchaseState) { p.BundleOf, p.Price.Amount = whole.ID, 0 })
	old := fixture.Purchase(pencil, func(p *domain.PurchaseState) { p.Status, p.Refunded, p.RefundedAt = domain.Imported, 1000, p.CreatedAt })
	rich := fixture.Purchase(pencil, func(p *domain.PurchaseState) {
		p.MembershipID, p.Variants = member.ID, domain.ChosenVariants(red.ID, large.ID)
		p.GiftOf, p.BundleOf, p.PreorderOf = given.ID, whole.ID, pre.ID
		p.Refunded, p.OfferCode.Percent = 10, 20
		*p = fixture.Distinct(*p)
		p.TrackingURL = "https://post.example.com/parcels/17"
	})
	disabled := fixture.License(rich, func(l *domain.LicenseState) {
		l.DisabledAt, l.Key = fixture.T0.AddDate(0, 1, 0), " ключ of another system"
	})
	things := []any{
		s, set, pencil, club, gone, large, red, tier,
		renewing, given, received, pre, whole, part, old, rich, member,
		ports.CountedLicense{License: fixture.License(renewing), Uses: 1 << 40}, ports.CountedLicense{License: fixture.License(received)},
		ports.CountedLicense{License: fixture.License(part)}, ports.CountedLicense{License: disabled, Uses: 7},
		fixture.Token(s, s.Email), fixture.Token(s, s.Email+"'s old secret", func(k *domain.TokenState) {
			*k = fixture.Distinct(*k)
			k.PurchaseID, k.SeatID, k.ApplicationID = "", "", ""
		}),
	}
	return append(things, members(club, tier.ID)...)
}

// plainSale is the j-th sale of the i-th seller's pencil, the same each time.
func plainSale(of domain.Product, i, j int) domain.PurchaseState {
	return domain.PurchaseState{
		ID: domain.PurchaseID(fmt.Sprintf("sale %d/%d", i, j*7919%1000003)), SellerID: of.SellerID, ProductID: of.ID,
		OrderNumber: int64(1e6 + j), Status: domain.Successful, Email: fmt.Sprintf("buyer%d@example.com", j), FullName: "Bo Buyer",
		Quantity: 1, Price: of.Price, CreatedAt: fixture.T0.AddDate(0, 3, 0).Add(time.Duration(j/3) * time.Second),
	}
}

func plainLicense(of domain.PurchaseState, i, j int) ports.CountedLicense {
	return ports.CountedLicense{Uses: int64(j % 4), License: domain.LicenseState{
		ID: domain.LicenseID(fmt.Sprintf("license %d/%d", i, j)), SellerID: of.SellerID, ProductID: of.ProductID, PurchaseID: of.ID,
		Key: plainKey(i, j), CreatedAt: of.CreatedAt,
	}}
}

func plainKey(i, j int) domain.LicenseKey {
	return domain.NewLicenseKey([16]byte{byte(i), byte(j >> 24), byte(j >> 16), byte(j >> 8), byte(j)})
}

// marketFile writes a market down, and returns the file and how many lines it has.
func marketFile(t *testing.T, n int) (*os.File, int64) {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "market.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	lines, err := jsonl.Write(f, market(n), jsonl.Options{WithKeys: true})
	if err != nil {
		t.Fatal(err)
	}
	return f, lines
}

// wrapped is a store that is met before and after its calls.
type wrapped struct {
	ports.Store
	view, update, updated func() error
}

func (w *wrapped) View(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	if w.view != nil {
		if err := w.view(); err != nil {
			return err
		}
	}
	return w.Store.View(ctx, who, fn)
}

func (w *wrapped) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	if w.update != nil {
		if err := w.update(); err != nil {
			return err
		}
	}
	err := w.Store.Update(ctx, who, fn)
	if err == nil && w.updated != nil {
		return w.updated()
	}
	return err
}
