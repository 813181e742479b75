package app_test

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/pgstore"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/pgtest"
)

// twoProcesses are two ushers, each with a store of its own on one database.
type twoProcesses struct {
	*testing.T
	store ports.Store
	one   *app.Usher // changes things
	other *app.Usher // verifies, and has all in its memory
	ana   domain.Seller
}

// sharedBy are the databases that processes may share. Each makes an empty one,
// and returns what opens it.
var sharedBy = []struct {
	name string
	make func(*testing.T) func() (storeToClose, error)
}{
	{"sqlite", func(t *testing.T) func() (storeToClose, error) {
		path := filepath.Join(t.TempDir(), "usher.db")
		return func() (storeToClose, error) {
			return sqlitestore.Open(t.Context(), path, &sqlitestore.Options{Logger: slog.New(slog.DiscardHandler)})
		}
	}},
	{"postgres", func(t *testing.T) func() (storeToClose, error) {
		url := pgtest.URL(t)
		keys, err := keyring.Create(filepath.Join(t.TempDir(), "usher.secrets"))
		if err != nil {
			t.Fatal(err)
		}
		return func() (storeToClose, error) {
			return pgstore.Open(t.Context(), url, &pgstore.Options{Keyring: keys, Logger: slog.New(slog.DiscardHandler)})
		}
	}},
}

type storeToClose interface {
	ports.Store
	Close() error
}

func newTwoProcesses(t *testing.T, newStore func() (storeToClose, error)) *twoProcesses {
	open := func() (ports.Store, *app.Usher) {
		s, err := newStore()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		u, err := app.New(app.Config{Store: s})
		if err != nil {
			t.Fatal(err)
		}
		return s, u
	}
	p := &twoProcesses{T: t, ana: fixture.Seller("ana")}
	p.store, p.one = open()
	_, p.other = open()
	fixture.Fill(t, p.store, p.ana)
	return p
}

// sold is something that was sold, with its key.
type sold struct {
	product domain.Product
	sale    domain.PurchaseState
	license domain.LicenseState
	what    domain.Lookup
}

func (p *twoProcesses) sell(kinds ...func(*domain.Product)) *sold {
	p.Helper()
	s := &sold{product: fixture.Product(p.ana, kinds...)}
	s.sale = fixture.Purchase(s.product)
	things := []any{s.product}
	if s.product.Kind == domain.MembershipKind {
		var m domain.MembershipState
		s.sale, m = fixture.Renewal(s.product)
		things = append(things, s.sale, m)
	} else {
		things = append(things, s.sale)
	}
	s.license = fixture.License(s.sale)
	s.what = domain.Lookup{Key: s.license.Key, ProductID: s.product.ID}
	fixture.Fill(p, p.store, append(things, s.license)...)
	return s
}

// whatChanges are things that one process does, and what the other must answer
// from then on: a refusal, or facts that show it.
var whatChanges = []struct {
	name string
	do   func(p *twoProcesses, s *sold, round int) (want error, see func(domain.Facts) bool, err error)
}{
	{"disabled and enabled", func(p *twoProcesses, s *sold, round int) (error, func(domain.Facts) bool, error) {
		if round%2 == 0 {
			_, err := p.one.Licensing.Disable(p.Context(), p.ana.ID, s.what)
			return domain.ErrLicenseDisabled, nil, err
		}
		_, err := p.one.Licensing.Enable(p.Context(), p.ana.ID, s.what)
		return nil, func(f domain.Facts) bool { return f.License.DisabledAt.IsZero() }, err
	}},
	{"access taken and given back", func(p *twoProcesses, s *sold, round int) (error, func(domain.Facts) bool, error) {
		if round%2 == 0 {
			_, err := p.one.Sales.Revoke(p.Context(), p.ana.ID, s.sale.ID)
			return domain.ErrAccessRevoked, nil, err
		}
		_, err := p.one.Sales.Unrevoke(p.Context(), p.ana.ID, s.sale.ID)
		return nil, func(f domain.Facts) bool { return f.Purchase.RevokedAt.IsZero() }, err
	}},
	{"refunded", func(p *twoProcesses, s *sold, round int) (error, func(domain.Facts) bool, error) {
		_, err := p.one.Sales.Refund(p.Context(), p.ana.ID, s.sale.ID, 1)
		return nil, func(f domain.Facts) bool { return f.Purchase.Refunded == int64(round)+1 }, err
	}},
	{"rotated", func(p *twoProcesses, s *sold, round int) (error, func(domain.Facts) bool, error) {
		was := s.what
		v, err := p.one.Licensing.Rotate(p.Context(), p.ana.ID, s.what)
		if err != nil {
			return nil, nil, err
		}
		s.what.Key = v.License.Key
		if _, err := p.other.Licensing.Verify(p.Context(), was, true); !errors.Is(err, domain.ErrLicenseNotFound) {
			p.Errorf("round %d: the old key: %v", round, err)
		}
		return nil, func(f domain.Facts) bool { return f.License.Key == v.License.Key }, nil
	}},
	{"licensing off and on", func(p *twoProcesses, s *sold, round int) (error, func(domain.Facts) bool, error) {
		on := round%2 == 1
		_, err := p.one.Catalog.EditProduct(p.Context(), p.ana.ID, s.product.ID, licensed(on))
		return nil, func(f domain.Facts) bool { return f.Product.Licensed == on }, err
	}},
	{"renamed", func(p *twoProcesses, s *sold, round int) (error, func(domain.Facts) bool, error) {
		name := fixture.ID()
		_, err := p.one.Catalog.EditProduct(p.Context(), p.ana.ID, s.product.ID, edit(func(e *productEdit) { e.Name = &name }))
		return nil, func(f domain.Facts) bool { return f.Product.Name == name }, err
	}},
	{"a membership that ends", func(p *twoProcesses, s *sold, round int) (error, func(domain.Facts) bool, error) {
		*s = *p.sell(fixture.Renewable)
		if v, err := p.other.Licensing.Verify(p.Context(), s.what, true); err != nil || v.Membership.Status != domain.Active {
			p.Errorf("round %d: before its end: %q, %v", round, v.Membership.Status, err)
		}
		_, err := p.one.Memberships.EndNow(p.Context(), p.ana.ID, s.sale.MembershipID, domain.SellerActor)
		return nil, func(f domain.Facts) bool { return f.Membership.Status == domain.Ended }, err
	}},
}

// TestVerify_seesOtherProcesses: what one process has done is what the next
// verification of another answers, while that verifies the same key all the
// time. So many times each: USHER_TEST_ROUNDS, or 40. The full test is
//
//	USHER_TEST_ROUNDS=1000 go test -race -run TestVerify_sees ./app
func TestVerify_seesOtherProcesses(t *testing.T) {
	rounds, err := strconv.Atoi(cmp.Or(os.Getenv("USHER_TEST_ROUNDS"), "40"))
	if err != nil {
		t.Fatal(err)
	}
	for _, on := range sharedBy {
		for _, kind := range whatChanges {
			t.Run(on.name+"/"+kind.name, func(t *testing.T) {
				t.Parallel() // most of the time is the disk's
				p := newTwoProcesses(t, on.make(t))
				s := p.sell()
				busy := p.verifying(s.what)
				defer busy()
				for round := range rounds {
					want, see, err := kind.do(p, s, round)
					if err != nil {
						t.Fatalf("round %d: %v", round, err)
					}
					v, err := p.other.Licensing.Verify(t.Context(), s.what, round%3 > 0)
					if !errors.Is(err, want) || err == nil && (want != nil || !see(v.Facts)) {
						t.Fatalf("round %d: got %v of %+v, want %v", round, err, v.Facts, want)
					}
				}
			})
		}
	}
}

// verifying verifies a key all the time, and returns what ends that. It counts
// nothing: two who write to one file wait for each other.
func (p *twoProcesses) verifying(what domain.Lookup) (end func()) {
	ctx, cancel := context.WithCancel(p.Context())
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for ctx.Err() == nil {
				_, err := p.other.Licensing.Verify(ctx, what, false)
				if ctx.Err() == nil && errors.Is(err, domain.ErrUnavailable) && !errors.Is(err, domain.ErrMoved) {
					p.Errorf("meanwhile: %v", err)
				}
			}
		})
	}
	return func() { cancel(); all.Wait() }
}

// TestVerify_countsOnceBesideChanges: each answer has a number of its own,
// whatever moves meanwhile.
func TestVerify_countsOnceBesideChanges(t *testing.T) {
	for _, on := range sharedBy {
		t.Run(on.name, func(t *testing.T) { countsOnceBesideChanges(newTwoProcesses(t, on.make(t))) })
	}
}

func countsOnceBesideChanges(p *twoProcesses) {
	t := p.T
	s := p.sell()
	var all sync.WaitGroup
	var mu sync.Mutex
	seen := map[int64]bool{}
	const callers, each = 8, 50
	for range callers {
		all.Go(func() {
			for range each {
				v, err := p.other.Licensing.Verify(t.Context(), s.what, true)
				if errors.Is(err, domain.ErrMoved) {
					continue // it moved ten times
				}
				mu.Lock()
				if err != nil || seen[v.Uses] {
					t.Errorf("got %d, %v", v.Uses, err)
				}
				seen[v.Uses] = true
				mu.Unlock()
			}
		})
	}
	for round := range 40 {
		if _, _, err := whatChanges[5].do(p, s, round); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
	v, err := p.one.Licensing.Verify(t.Context(), s.what, false)
	if err != nil || v.Uses != int64(len(seen)) {
		t.Errorf("%d uses, %v, after %d answers", v.Uses, err, len(seen))
	}
}
