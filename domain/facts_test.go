package domain

import (
	"errors"
	"testing"
	"time"
)

// old is before the default cutoff, young after it.
var (
	cutoffDay = time.Date(2023, 1, 9, 0, 0, 0, 0, time.UTC)
	old       = cutoffDay.AddDate(-1, 0, 0)
	young     = cutoffDay.AddDate(1, 0, 0)
)

// holder makes the facts of a licence of a product.
func holder(product ProductID, permalink string, made time.Time, mods ...func(*Facts)) Facts {
	f := Facts{
		License: LicenseState{ID: LicenseID("l-" + product), SellerID: "ana", ProductID: product},
		Product: Product{ID: product, SellerID: "ana", Permalink: permalink, CreatedAt: made},
	}
	for _, m := range mods {
		m(&f)
	}
	return f
}

func revoked(f *Facts)   { f.Purchase.RevokedAt = t0 }
func disabled(f *Facts)  { f.License.DisabledAt = t0 }
func exempt(f *Facts)    { f.Product.ProductIDNotNeeded = true }
func customMug(f *Facts) { f.Product.CustomPermalink = "My-Mug" }
func noPermalink(f *Facts) {
	f.Product.Permalink = ""
}

func TestChoose(t *testing.T) {
	for _, tt := range []struct {
		name    string
		holders []Facts
		by      Lookup
		cutoff  Cutoff
		want    ProductID // whose licence
		refused *Error
		about   string
	}{
		{name: "nobody has the key", by: Lookup{ProductID: "pen"}, refused: ErrLicenseNotFound},
		{name: "nobody has the key, and nothing was said", refused: ErrLicenseNotFound},

		{name: "by its id", holders: []Facts{holder("pen", "p", young)}, by: Lookup{ProductID: "pen"}, want: "pen"},
		{name: "by another id", holders: []Facts{holder("pen", "p", young)}, by: Lookup{ProductID: "mug"}, refused: ErrLicenseNotFound},
		{name: "an id in other letters is another id", holders: []Facts{holder("pen", "p", young)}, by: Lookup{ProductID: "Pen"}, refused: ErrLicenseNotFound},
		{name: "by its id, whatever the permalink", holders: []Facts{holder("pen", "p", young)}, by: Lookup{ProductID: "pen", Permalink: "x"}, want: "pen"},
		{name: "another id is not mended by the permalink", holders: []Facts{holder("pen", "p", old)}, by: Lookup{ProductID: "mug", Permalink: "p"}, refused: ErrLicenseNotFound},

		{name: "an old product by its permalink", holders: []Facts{holder("pen", "p", old)}, by: Lookup{Permalink: "p"}, want: "pen"},
		{name: "a permalink in other letters", holders: []Facts{holder("pen", "pEn", old)}, by: Lookup{Permalink: "PeN"}, want: "pen"},
		{name: "a custom permalink", holders: []Facts{holder("pen", "p", old, customMug)}, by: Lookup{Permalink: "my-mug"}, want: "pen"},
		{name: "another permalink", holders: []Facts{holder("pen", "p", old)}, by: Lookup{Permalink: "x"}, refused: ErrLicenseNotFound},
		{name: "no permalink", holders: []Facts{holder("pen", "p", old)}, refused: ErrLicenseNotFound},
		{name: "no permalink, of a product without one", holders: []Facts{holder("pen", "", old, noPermalink)}, refused: ErrLicenseNotFound},

		{name: "a young product by its permalink", holders: []Facts{holder("pen", "p", young)}, by: Lookup{Permalink: "p"}, refused: ErrProductIDRequired, about: "pen"},
		{name: "a young product by another permalink must be asked for by id first", holders: []Facts{holder("pen", "p", young)}, by: Lookup{Permalink: "x"}, refused: ErrProductIDRequired, about: "pen"},
		{name: "a young product by nothing", holders: []Facts{holder("pen", "p", young)}, refused: ErrProductIDRequired, about: "pen"},
		{name: "a product of the very instant is not later", holders: []Facts{holder("pen", "p", cutoffDay)}, by: Lookup{Permalink: "p"}, want: "pen"},
		{name: "a microsecond later it is", holders: []Facts{holder("pen", "p", cutoffDay.Add(time.Microsecond))}, by: Lookup{Permalink: "p"}, refused: ErrProductIDRequired, about: "pen"},
		{name: "a young product that is exempt", holders: []Facts{holder("pen", "p", young, exempt)}, by: Lookup{Permalink: "p"}, want: "pen"},
		{name: "a young product, without a cutoff", holders: []Facts{holder("pen", "p", young)}, by: Lookup{Permalink: "p"}, cutoff: NoCutoff, want: "pen"},
		{name: "a young product, before a later cutoff", holders: []Facts{holder("pen", "p", young)}, by: Lookup{Permalink: "p"}, cutoff: CutoffAt(young), want: "pen"},
		{name: "an old product, after an earlier cutoff", holders: []Facts{holder("pen", "p", old)}, by: Lookup{Permalink: "p"}, cutoff: CutoffAt(old.AddDate(-1, 0, 0)), refused: ErrProductIDRequired, about: "pen"},

		{name: "access was taken away", holders: []Facts{holder("pen", "p", old, revoked)}, by: Lookup{ProductID: "pen"}, refused: ErrAccessRevoked},
		{name: "access was taken away, by permalink", holders: []Facts{holder("pen", "p", old, revoked)}, by: Lookup{Permalink: "p"}, refused: ErrAccessRevoked},
		{name: "a wrong id comes before the end of access", holders: []Facts{holder("pen", "p", old, revoked)}, by: Lookup{ProductID: "mug"}, refused: ErrLicenseNotFound},
		{name: "a wrong permalink comes before the end of access", holders: []Facts{holder("pen", "p", old, revoked)}, by: Lookup{Permalink: "x"}, refused: ErrLicenseNotFound},
		{name: "the need for an id comes before the end of access", holders: []Facts{holder("pen", "p", young, revoked)}, by: Lookup{Permalink: "p"}, refused: ErrProductIDRequired, about: "pen"},
		{name: "a disabled licence is chosen all the same", holders: []Facts{holder("pen", "p", old, disabled)}, by: Lookup{ProductID: "pen"}, want: "pen"},

		{name: "of several, the one with the id", holders: []Facts{holder("pen", "p", old), holder("mug", "m", old)}, by: Lookup{ProductID: "mug"}, want: "mug"},
		{name: "of several, the one with the permalink", holders: []Facts{holder("pen", "p", old), holder("mug", "m", old)}, by: Lookup{Permalink: "M"}, want: "mug"},
		{name: "of several with the permalink, the first", holders: []Facts{holder("cup", "c", old), holder("pen", "p", old), holder("mug", "x", old, func(f *Facts) { f.Product.CustomPermalink = "p" })}, by: Lookup{Permalink: "p"}, want: "pen"},
		{name: "of several, a young one with the permalink", holders: []Facts{holder("pen", "p", old), holder("mug", "m", young)}, by: Lookup{Permalink: "m"}, refused: ErrProductIDRequired, about: "mug"},
		{name: "of several, none has the permalink: the first is meant", holders: []Facts{holder("pen", "p", young), holder("mug", "m", old)}, by: Lookup{Permalink: "x"}, refused: ErrProductIDRequired, about: "pen"},
		{name: "of several, none has the permalink, and the first is old", holders: []Facts{holder("pen", "p", old), holder("mug", "m", young)}, by: Lookup{Permalink: "x"}, refused: ErrLicenseNotFound},
		{name: "of several, none has the id", holders: []Facts{holder("pen", "p", old), holder("mug", "m", old)}, by: Lookup{ProductID: "cup"}, refused: ErrLicenseNotFound},
		{name: "of several, access to another one was taken away", holders: []Facts{holder("pen", "p", old, revoked), holder("mug", "m", old)}, by: Lookup{Permalink: "m"}, want: "mug"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Choose(tt.holders, tt.by, tt.cutoff)
			if tt.refused == nil {
				if err != nil || got.Product.ID != tt.want {
					t.Errorf("got the licence of %q, %v", got.Product.ID, err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) || !errors.Is(e, tt.refused) || e.About != tt.about || got != (Facts{}) {
				t.Errorf("got %v about %q, and the licence of %q", err, e.About, got.Product.ID)
			}
		})
	}
}

func TestFacts_Verify(t *testing.T) {
	for _, tt := range []struct {
		name string
		mod  func(*Facts)
		code string
	}{
		{"an enabled licence verifies", func(*Facts) {}, ""},
		{"a disabled one does not", disabled, "license_disabled"},
		{"a refund is reported only", func(f *Facts) { f.Purchase.RefundedAt = t0 }, ""},
		{"a dispute is reported only", func(f *Facts) { f.Purchase.DisputedAt = t0 }, ""},
		{"the end of a membership is reported only", func(f *Facts) { f.Membership.EndedAt = t0 }, ""},
		{"a deleted product's keys verify", func(f *Facts) { f.Product.DeletedAt = t0 }, ""},
		{"keys outlive licensing", func(f *Facts) { f.Product.Licensed = false }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantError(t, holder("pen", "p", old, tt.mod).Verify(), tt.code, "")
		})
	}
}

func TestFacts_OwnedBy(t *testing.T) {
	f := holder("pen", "p", old)
	wantError(t, f.OwnedBy("ana"), "", "")
	wantError(t, f.OwnedBy("eva"), "not_owner", "")
	wantError(t, f.OwnedBy(""), "not_owner", "")
}

func TestOwn(t *testing.T) {
	holder := func(id LicenseID, seller SellerID) Facts {
		return Facts{License: LicenseState{ID: id, SellerID: seller}}
	}
	for _, tt := range []struct {
		name    string
		holders []Facts
		want    LicenseID
		code    string
	}{
		{"the one that is the seller's", []Facts{holder("l1", "bob"), holder("l2", "ana")}, "l2", ""},
		{"none is", []Facts{holder("l1", "bob")}, "", "license_not_found"},
		{"there is none", nil, "", "license_not_found"},
		{"two are", []Facts{holder("l1", "ana"), holder("l2", "ana")}, "", "several_licenses"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Own(tt.holders, "ana")
			if CodeOf(err) != tt.code && !(err == nil && tt.code == "") {
				t.Errorf("got %v, want %s", err, tt.code)
			}
			same(t, "licence", got.License.ID, tt.want)
		})
	}
}
