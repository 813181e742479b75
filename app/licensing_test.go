package app_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// keyed makes a product, a sale of it and its licence, and returns the licence
// and what it is looked up by.
func keyed(w *world, mods ...func(*domain.LicenseState)) (domain.LicenseState, domain.Lookup) {
	w.t.Helper()
	pencil := fixture.Product(w.ana)
	p := fixture.Purchase(pencil)
	l := fixture.License(p, mods...)
	w.fill(pencil, p, ports.CountedLicense{License: l, Uses: 4})
	return l, domain.Lookup{Key: l.Key, ProductID: pencil.ID}
}

func TestVerify(t *testing.T) {
	w := newWorld(t)
	l, what := keyed(w)
	for _, row := range []struct {
		name  string
		count bool
		want  int64
	}{{"without counting", false, 4}, {"counting", true, 5}, {"and once more", true, 6}, {"without again", false, 6}} {
		v, err := w.Licensing.Verify(w.ctx(), what, row.count)
		if err != nil || v.Uses != row.want || v.License != l || !v.At.Equal(w.clock.now()) {
			t.Errorf("%s: got %d uses of %+v at %s, %v; want %d", row.name, v.Uses, v.License, v.At, err, row.want)
		}
	}
	if got := w.happened(); len(got) > 0 {
		t.Errorf("uses are no events, but there are %q", got)
	}
}

// What cannot be a name of anything is unknown before a store is asked.
func TestVerify_unstorable(t *testing.T) {
	w := newWorld(t)
	_, what := keyed(w)
	w.hooks.facts = func() error { t.Error("the store was asked"); return nil }
	for _, s := range fixture.Unstorable() {
		for _, by := range []domain.Lookup{
			{Key: domain.LicenseKey(s), ProductID: what.ProductID},
			{Key: what.Key, ProductID: domain.ProductID(s)},
			{Key: what.Key, Permalink: s},
		} {
			if _, err := w.Licensing.Verify(w.ctx(), by, true); !errors.Is(err, domain.ErrLicenseNotFound) {
				t.Errorf("%+v: got %v", by, err)
			}
		}
	}
}

// What was decided from has moved when the use is to be counted: it is decided
// again, from what is true now.
func TestVerify_decidesAgain(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*world, domain.LicenseState, domain.Lookup) error
		want   error
		see    func(domain.Facts) bool
	}{
		{"disabled meanwhile", func(w *world, _ domain.LicenseState, what domain.Lookup) error {
			u, _ := w.process()
			_, err := u.Licensing.Disable(w.ctx(), w.ana.ID, what)
			return err
		}, domain.ErrLicenseDisabled, nil},
		{"rotated meanwhile", func(w *world, _ domain.LicenseState, what domain.Lookup) error {
			u, _ := w.process()
			_, err := u.Licensing.Rotate(w.ctx(), w.ana.ID, what)
			return err
		}, domain.ErrLicenseNotFound, nil},
		{"access taken meanwhile", func(w *world, l domain.LicenseState, _ domain.Lookup) error {
			u, _ := w.process()
			_, err := u.Sales.Revoke(w.ctx(), w.ana.ID, l.PurchaseID)
			return err
		}, domain.ErrAccessRevoked, nil},
		{"refunded meanwhile", func(w *world, l domain.LicenseState, _ domain.Lookup) error {
			u, _ := w.process()
			_, err := u.Sales.Refund(w.ctx(), w.ana.ID, l.PurchaseID, 0)
			return err
		}, nil, func(f domain.Facts) bool { return f.Purchase.FullyRefunded() }},
		{"the product called otherwise meanwhile", func(w *world, l domain.LicenseState, _ domain.Lookup) error {
			u, _ := w.process()
			name := "Crayon"
			_, err := u.Catalog.EditProduct(w.ctx(), w.ana.ID, l.ProductID, edit(func(e *productEdit) { e.Name = &name }))
			return err
		}, nil, func(f domain.Facts) bool { return f.Product.Name == "Crayon" }},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			l, what := keyed(w)
			w.hooks.count = once(1, func() error { return row.change(w, l, what) })
			v, err := w.Licensing.Verify(w.ctx(), what, true)
			if !errors.Is(err, row.want) {
				t.Fatalf("got %v, want %v", err, row.want)
			}
			want := int64(4)
			if err == nil {
				want = 5
				if v.Uses != want || !row.see(v.Facts) {
					t.Errorf("it answers %d uses of %+v", v.Uses, v.Facts)
				}
			}
			if got := w.licenses()[0].Uses; got != want {
				t.Errorf("%d uses are stored, want %d", got, want)
			}
		})
	}
}

// A licence that changes faster than it can be decided is not answered.
func TestVerify_givesUp(t *testing.T) {
	w := newWorld(t)
	l, what := keyed(w)
	rounds := 0
	w.hooks.count = func() error {
		rounds++
		return w.base.Update(w.ctx(), ports.Seller(w.ana.ID), func(ctx context.Context, tx ports.Tx) error {
			return tx.Licenses.Save(ctx, domain.RestoreLicense(l))
		})
	}
	_, err := w.Licensing.Verify(w.ctx(), what, true)
	if !errors.Is(err, domain.ErrUnavailable) || !errors.Is(err, domain.ErrMoved) || domain.KindOf(err) != domain.Unavailable {
		t.Errorf("got %v", err)
	}
	if rounds < 3 || rounds > 100 {
		t.Errorf("it tried %d times", rounds)
	}
	if got := w.licenses()[0].Uses; got != 4 {
		t.Errorf("%d uses are stored, want 4", got)
	}
}

func TestVerify_withoutAStore(t *testing.T) {
	w := newWorld(t)
	_, what := keyed(w)
	down := func() error { return domain.ErrUnavailable }
	for _, row := range []struct {
		name string
		hook *func() error
	}{{"when facts cannot be read", &w.hooks.facts}, {"when uses cannot be counted", &w.hooks.count}} {
		*row.hook = down
		if _, err := w.Licensing.Verify(w.ctx(), what, true); !errors.Is(err, domain.ErrUnavailable) {
			t.Errorf("%s: got %v", row.name, err)
		}
		*row.hook = nil
	}
	if got := w.licenses()[0].Uses; got != 4 {
		t.Errorf("%d uses are stored, want 4", got)
	}
}

func TestDisableAndEnable(t *testing.T) {
	w := newWorld(t)
	l, what := keyed(w)
	noon := w.clock.now()
	disable := func() domain.LicenseState {
		t.Helper()
		v, err := w.Licensing.Disable(w.ctx(), w.ana.ID, what)
		if err != nil || v.Uses != 4 {
			t.Fatalf("got %d uses, %v", v.Uses, err)
		}
		return v.License
	}
	if got := disable(); !got.DisabledAt.Equal(noon) {
		t.Errorf("disabled it is %+v", got)
	}
	if _, err := w.Licensing.Verify(w.ctx(), what, true); !errors.Is(err, domain.ErrLicenseDisabled) {
		t.Errorf("then verify says %v", err)
	}
	w.clock.advance(time.Hour)
	if got := disable(); !got.DisabledAt.Equal(noon.Add(time.Hour)) {
		t.Errorf("disabled again it is %+v", got)
	}
	for range 2 {
		v, err := w.Licensing.Enable(w.ctx(), w.ana.ID, what)
		if err != nil || v.License != l || v.Uses != 4 {
			t.Errorf("enabled it is %+v, %v", v.License, err)
		}
	}
	if v, err := w.Licensing.Verify(w.ctx(), what, true); err != nil || v.Uses != 5 {
		t.Errorf("then verify says %d, %v", v.Uses, err)
	}
	of := " " + string(l.PurchaseID)
	want := []string{"license.disabled" + of, "license.disabled" + of, "license.enabled" + of, "license.enabled" + of}
	if got := w.happened(); !slices.Equal(got, want) {
		t.Errorf("what happened is %q, want %q", got, want)
	}
}

func TestRotate(t *testing.T) {
	w := newWorld(t)
	noon := w.clock.now()
	l, what := keyed(w, func(l *domain.LicenseState) { l.DisabledAt = noon })
	v := must(w.Licensing.Rotate(w.ctx(), w.ana.ID, what))
	want := l
	want.Key = v.License.Key
	if v.License != want || v.License.Key == l.Key || v.Uses != 4 {
		t.Errorf("it answers %+v with %d uses", v.License, v.Uses)
	}
	if _, err := w.Licensing.Verify(w.ctx(), what, true); !errors.Is(err, domain.ErrLicenseNotFound) {
		t.Errorf("the old key: got %v", err)
	}
	if _, err := w.Licensing.Rotate(w.ctx(), w.ana.ID, what); !errors.Is(err, domain.ErrLicenseNotFound) {
		t.Errorf("by the old key again: got %v", err)
	}
	what.Key = v.License.Key
	if _, err := w.Licensing.Verify(w.ctx(), what, true); !errors.Is(err, domain.ErrLicenseDisabled) {
		t.Errorf("the new key: got %v, want it disabled still", err)
	}
	rows := w.events()
	if len(rows) != 1 || decoded[domain.LicenseRotated](t, rows[0]) != (domain.LicenseRotated{LicenseID: l.ID, PurchaseID: l.PurchaseID, At: noon}) {
		t.Errorf("what happened is %+v", rows)
	}
}

func TestDecrement(t *testing.T) {
	w := newWorld(t)
	noon := w.clock.now()
	_, what := keyed(w, func(l *domain.LicenseState) { l.DisabledAt = noon })
	for _, want := range []int64{3, 2, 1, 0, 0} {
		if v, err := w.Licensing.Decrement(w.ctx(), w.ana.ID, what); err != nil || v.Uses != want {
			t.Errorf("got %d, %v; want %d, of a disabled licence too", v.Uses, err, want)
		}
	}
}

// managing is every use case of licences that is for their seller.
func managing(w *world) map[string]func(context.Context, domain.SellerID, domain.Lookup) error {
	return map[string]func(context.Context, domain.SellerID, domain.Lookup) error{
		"disable": func(ctx context.Context, s domain.SellerID, l domain.Lookup) error {
			_, err := w.Licensing.Disable(ctx, s, l)
			return err
		},
		"enable": func(ctx context.Context, s domain.SellerID, l domain.Lookup) error {
			_, err := w.Licensing.Enable(ctx, s, l)
			return err
		},
		"rotate": func(ctx context.Context, s domain.SellerID, l domain.Lookup) error {
			_, err := w.Licensing.Rotate(ctx, s, l)
			return err
		},
		"decrement": func(ctx context.Context, s domain.SellerID, l domain.Lookup) error {
			_, err := w.Licensing.Decrement(ctx, s, l)
			return err
		},
	}
}

func TestManage_refuses(t *testing.T) {
	for verb := range managing(newWorld(t)) {
		t.Run(verb, func(t *testing.T) {
			w := newWorld(t)
			l, what := keyed(w)
			do := managing(w)[verb]
			unknown := what
			unknown.Key = "nobody's"
			for _, row := range []struct {
				name   string
				seller domain.Seller
				what   domain.Lookup
				want   error
			}{
				{"another seller", w.bob, what, domain.ErrNotOwner},
				{"another seller with an unknown key", w.bob, unknown, domain.ErrLicenseNotFound},
				{"an unknown key", w.ana, unknown, domain.ErrLicenseNotFound},
				{"without the product's id", w.ana, domain.Lookup{Key: l.Key}, domain.ErrProductIDRequired},
			} {
				if err := do(w.ctx(), row.seller.ID, row.what); !errors.Is(err, row.want) {
					t.Errorf("%s: got %v, want %v", row.name, err, row.want)
				}
			}
			if _, err := w.Sales.Revoke(w.ctx(), w.ana.ID, l.PurchaseID); err != nil {
				t.Fatal(err)
			}
			if err := do(w.ctx(), w.ana.ID, what); !errors.Is(err, domain.ErrAccessRevoked) {
				t.Errorf("its owner, after access was taken: got %v", err)
			}
			if got := w.licenses()[0]; got.License != l || got.Uses != 4 {
				t.Errorf("the licence is %+v with %d uses", got.License, got.Uses)
			}
		})
	}
}

// What was found has changed when it is to be changed: it is decided again,
// inside the transaction.
func TestManage_decidesAgain(t *testing.T) {
	for _, verb := range []string{"disable", "enable", "rotate"} {
		for _, row := range []struct {
			name   string
			change func(*world, domain.LicenseState, domain.Lookup) error
			want   error
		}{
			{"rotated meanwhile", func(w *world, _ domain.LicenseState, what domain.Lookup) error {
				u, _ := w.process()
				_, err := u.Licensing.Rotate(w.ctx(), w.ana.ID, what)
				return err
			}, domain.ErrLicenseNotFound},
			{"access taken meanwhile", func(w *world, l domain.LicenseState, _ domain.Lookup) error {
				u, _ := w.process()
				_, err := u.Sales.Revoke(w.ctx(), w.ana.ID, l.PurchaseID)
				return err
			}, domain.ErrAccessRevoked},
		} {
			t.Run(verb+", "+row.name, func(t *testing.T) {
				w := newWorld(t)
				l, what := keyed(w)
				var after []ports.CountedLicense
				w.hooks.update = once(1, func() error {
					err := row.change(w, l, what)
					after = w.licenses()
					return err
				})
				if err := managing(w)[verb](w.ctx(), w.ana.ID, what); !errors.Is(err, row.want) {
					t.Errorf("got %v, want %v", err, row.want)
				}
				if got := w.licenses(); !slices.Equal(got, after) {
					t.Errorf("the licence is %+v, want it as it was left, %+v", got, after)
				}
			})
		}
	}
}
