package app_test

import (
	"errors"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// asked counts how often the store is asked for facts, and to count.
func (w *world) asked() (facts, count *int) {
	facts, count = new(int), new(int)
	w.hooks.facts = func() error { *facts++; return nil }
	w.hooks.count = func() error { *count++; return nil }
	return facts, count
}

// A key is read once, and each answer is still the store's.
func TestVerify_remembers(t *testing.T) {
	w := newWorld(t)
	l, what := keyed(w)
	facts, count := w.asked()
	for i, counts := range []bool{true, false, false, true} {
		v, err := w.Licensing.Verify(w.ctx(), what, counts)
		if err != nil || v.License != l {
			t.Fatalf("got %+v, %v", v.License, err)
		}
		if *facts != 1 || *count != i+1 {
			t.Errorf("after %d calls: read %d times, counted %d times", i+1, *facts, *count)
		}
	}
	unknown := what
	unknown.Key = "nobody's"
	for i := range 3 {
		if _, err := w.Licensing.Verify(w.ctx(), unknown, true); !errors.Is(err, domain.ErrLicenseNotFound) || *facts != i+2 {
			t.Errorf("nobody's key: %v, after %d reads", err, *facts)
		}
	}
}

// Without the store there is no answer, whatever is remembered.
func TestVerify_remembersWithoutAStore(t *testing.T) {
	w := newWorld(t)
	_, what := keyed(w)
	must(w.Licensing.Verify(w.ctx(), what, true))
	w.hooks.dead.Store(true)
	for _, counts := range []bool{true, false} {
		if _, err := w.Licensing.Verify(w.ctx(), what, counts); !errors.Is(err, domain.ErrUnavailable) {
			t.Errorf("got %v", err)
		}
	}
}

// What is over is refused no longer, although it is remembered.
func TestVerify_remembersNoRefusal(t *testing.T) {
	for _, row := range []struct {
		name   string
		do     func(*world, domain.LicenseState, domain.Lookup) error
		undo   func(*world, domain.LicenseState, domain.Lookup) error
		refuse error
	}{
		{"disabled", func(w *world, _ domain.LicenseState, what domain.Lookup) error {
			_, err := w.Licensing.Disable(w.ctx(), w.ana.ID, what)
			return err
		}, func(w *world, _ domain.LicenseState, what domain.Lookup) error {
			_, err := w.Licensing.Enable(w.ctx(), w.ana.ID, what)
			return err
		}, domain.ErrLicenseDisabled},
		{"without access", func(w *world, l domain.LicenseState, _ domain.Lookup) error {
			_, err := w.Sales.Revoke(w.ctx(), w.ana.ID, l.PurchaseID)
			return err
		}, func(w *world, l domain.LicenseState, _ domain.Lookup) error {
			_, err := w.Sales.Unrevoke(w.ctx(), w.ana.ID, l.PurchaseID)
			return err
		}, domain.ErrAccessRevoked},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			l, what := keyed(w)
			other, _ := w.process()
			for range 3 {
				if err := row.do(w, l, what); err != nil {
					t.Fatal(err)
				}
				for range 2 {
					if _, err := other.Licensing.Verify(w.ctx(), what, true); !errors.Is(err, row.refuse) {
						t.Errorf("got %v, want %v", err, row.refuse)
					}
				}
				if err := row.undo(w, l, what); err != nil {
					t.Fatal(err)
				}
				if _, err := other.Licensing.Verify(w.ctx(), what, true); err != nil {
					t.Errorf("afterwards: %v", err)
				}
			}
			if got := w.licenses()[0].Uses; got != 4+3 {
				t.Errorf("%d uses are stored, want 7", got)
			}
		})
	}
}

// A product is verified by its permalink, or refused so, from what the store
// says: a seller may import a key that another has, for a product of that name.
func TestVerify_remembersNoPermalinks(t *testing.T) {
	w := newWorld(t)
	old := fixture.Product(w.ana, func(p *domain.Product) { p.ProductIDNotNeeded = true })
	sale := fixture.Purchase(old)
	l := fixture.License(sale)
	theirs := fixture.Product(w.bob, func(p *domain.Product) { p.ProductIDNotNeeded, p.CustomPermalink = true, old.Permalink })
	bought := fixture.Purchase(theirs)
	w.fill(old, sale, l, theirs, bought)
	what := domain.Lookup{Key: l.Key, Permalink: old.Permalink}
	for range 2 {
		if v, err := w.Licensing.Verify(w.ctx(), what, true); err != nil || v.License != l {
			t.Fatalf("got %+v, %v", v.License, err)
		}
	}
	older := fixture.License(bought, func(s *domain.LicenseState) { s.Key, s.CreatedAt = l.Key, l.CreatedAt.Add(-time.Hour) })
	w.fill(ports.CountedLicense{License: older})
	if v, err := w.Licensing.Verify(w.ctx(), what, true); err != nil || v.License != older {
		t.Errorf("got %+v, %v; want the one that was held longer", v.License, err)
	}
}

// A membership is read again once it falls due, though nobody has written down
// yet what became of it; till then it is remembered.
func TestVerify_untilAMembershipIsDue(t *testing.T) {
	w := newWorld(t)
	club := fixture.Product(w.ana, fixture.Renewable)
	ends := w.clock.now().Add(time.Hour)
	sale, m := fixture.Renewal(club)
	m.Status, m.CancelRequestedAt, m.CancelledAt = domain.CancelScheduled, sale.CreatedAt, ends
	l := fixture.License(sale)
	w.fill(club, sale, m, l)
	facts, _ := w.asked()
	what := domain.Lookup{Key: l.Key, ProductID: club.ID}
	for _, row := range []struct {
		after  time.Duration
		reads  int
		active bool
	}{{0, 1, true}, {time.Hour - time.Second, 1, true}, {time.Second, 2, false}, {time.Hour, 3, false}} {
		w.clock.advance(row.after)
		v, err := w.Licensing.Verify(w.ctx(), what, true)
		if err != nil || *facts != row.reads || v.Entitlement(v.At).Active != row.active {
			t.Errorf("%s later: read %d times, %+v, %v; want %d, active %t", row.after, *facts, v.Entitlement(v.At), err, row.reads, row.active)
		}
	}
}
