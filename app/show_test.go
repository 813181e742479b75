package app_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func TestShow(t *testing.T) {
	w := newWorld(t)
	l, what := keyed(w)
	disabled, off := keyed(w, func(l *domain.LicenseState) { l.DisabledAt = fixture.T0 })
	pen, brush, theirs := fixture.Product(w.ana), fixture.Product(w.ana), fixture.Product(w.bob)
	shared := []any{pen, brush, theirs}
	for _, p := range []domain.Product{pen, brush, theirs} {
		s := fixture.Purchase(p)
		shared = append(shared, s, ports.CountedLicense{License: fixture.License(s, func(l *domain.LicenseState) { l.Key = "OLD-KEY" })})
	}
	bare := fixture.Purchase(pen)
	w.fill(append(shared, bare)...)

	for _, row := range []struct {
		name    string
		what    domain.Lookup
		want    domain.LicenseID
		refused error
	}{
		{"by the key alone", domain.Lookup{Key: l.Key}, l.ID, nil},
		{"in small letters", domain.Lookup{Key: domain.LicenseKey(strings.ToLower(string(l.Key)))}, l.ID, nil},
		{"a disabled one", off, disabled.ID, nil},
		{"a permalink is not looked at", domain.Lookup{Key: l.Key, Permalink: "x"}, l.ID, nil},
		{"another product", domain.Lookup{Key: l.Key, ProductID: pen.ID}, "", domain.ErrLicenseNotFound},
		{"a key of two of the products", domain.Lookup{Key: "old-key"}, "", domain.ErrSeveralLicenses},
		{"nobody's key", domain.Lookup{Key: "x"}, "", domain.ErrLicenseNotFound},
		{"another seller's", domain.Lookup{Key: "old-key", ProductID: theirs.ID}, "", domain.ErrLicenseNotFound},
		{"what no store keeps", domain.Lookup{Key: "\x00"}, "", domain.ErrLicenseNotFound},
	} {
		v, err := w.Licensing.Show(w.ctx(), w.ana.ID, row.what)
		if !errors.Is(err, row.refused) || v.License.ID != row.want {
			t.Errorf("%s: got %q, %v; want %q, %v", row.name, v.License.ID, err, row.want, row.refused)
		}
	}
	if v := must(w.Licensing.Show(w.ctx(), w.ana.ID, what)); v.Uses != 4 || !v.At.Equal(w.clock.now()) {
		t.Errorf("it was shown after %d uses at %s, want 4 and nothing counted", v.Uses, v.At)
	}
	if v := must(w.Licensing.ShowOf(w.ctx(), w.ana.ID, l.PurchaseID)); v.License != l {
		t.Errorf("by its purchase: %+v", v.License)
	}
	if _, err := w.Licensing.ShowOf(w.ctx(), w.ana.ID, bare.ID); !errors.Is(err, domain.ErrLicenseNotFound) {
		t.Errorf("a purchase without a licence: %v", err)
	}
	if _, err := w.Licensing.ShowOf(w.ctx(), w.bob.ID, l.PurchaseID); !errors.Is(err, domain.ErrPurchaseNotFound) {
		t.Errorf("another seller's purchase: %v", err)
	}
}

// A change that was made is answered as made, even if somebody rotates the key
// before the answer is read.
func TestDisable_rotatedBeforeTheAnswer(t *testing.T) {
	w := newWorld(t)
	l, what := keyed(w)
	other, _ := w.process()
	asked := 0
	w.hooks.facts = func() error {
		if asked++; asked == 2 { // the first finds the licence, the second reads the answer
			must(other.Licensing.Rotate(w.ctx(), w.ana.ID, what))
		}
		return nil
	}
	v, err := w.Licensing.Disable(w.ctx(), w.ana.ID, what)
	if err != nil || v.License.DisabledAt.IsZero() || v.License.Key == l.Key {
		t.Errorf("got %+v, %v; want it disabled, with its new key", v.License, err)
	}
}
