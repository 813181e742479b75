package domain

import (
	"math"
	"testing"
	"time"
)

func TestLicense_changes(t *testing.T) {
	sale := PurchaseState{ID: "sale", SellerID: "ana", ProductID: "pen"}
	l, e := IssueLicense(sale, "l1", "K", t0)
	want := LicenseState{ID: "l1", SellerID: "ana", ProductID: "pen", PurchaseID: "sale", Key: "K", CreatedAt: t0}
	if l.State() != want || e != (LicenseIssued{"l1", "sale", "pen", t0}) {
		t.Errorf("issued %+v with %+v", l.State(), e)
	}
	later := t0.Add(time.Hour)
	for _, step := range []struct {
		name string
		do   func() Event
		want Event
		mod  func(*LicenseState)
	}{
		{"disabled", func() Event { return l.Disable(t0) }, LicenseDisabled{"l1", "sale", t0}, func(s *LicenseState) { s.DisabledAt = t0 }},
		{"disabled again, later", func() Event { return l.Disable(later) }, LicenseDisabled{"l1", "sale", later}, func(s *LicenseState) { s.DisabledAt = later }},
		{"given another key, still disabled", func() Event { return l.Rotate("K2", later) }, LicenseRotated{"l1", "sale", later}, func(s *LicenseState) { s.Key = "K2" }},
		{"enabled", func() Event { return l.Enable(later) }, LicenseEnabled{"l1", "sale", later}, func(s *LicenseState) { s.DisabledAt = time.Time{} }},
		{"enabled again", func() Event { return l.Enable(later) }, LicenseEnabled{"l1", "sale", later}, func(*LicenseState) {}},
	} {
		step.mod(&want)
		if e := step.do(); e != step.want || l.State() != want {
			t.Errorf("%s: %+v with %+v, want %+v with %+v", step.name, l.State(), e, want, step.want)
		}
	}
	if RestoreLicense(want).State() != want {
		t.Error("a restored licence is another one")
	}
}

func TestAddUses(t *testing.T) {
	for _, tt := range []struct {
		uses int64
		n    int
		want int64
	}{{0, 1, 1}, {5, 0, 5}, {5, -1, 4}, {0, -1, 0}, {3, -10, 0}, {1 << 40, 1, 1<<40 + 1}, {0, math.MinInt, 0}} {
		if got := AddUses(tt.uses, tt.n); got != tt.want {
			t.Errorf("%d and %d more are %d, want %d", tt.uses, tt.n, got, tt.want)
		}
	}
}

func TestEarnsLicense(t *testing.T) {
	licensed := Product{Licensed: true}
	for _, tt := range []struct {
		name       string
		product    Product
		p          PurchaseState
		now, later bool
	}{
		{"a paid sale", licensed, PurchaseState{Status: Successful}, true, true},
		{"a paid sale of a product without keys", Product{}, PurchaseState{Status: Successful}, false, false},
		{"a sale whose payment is on the way", licensed, PurchaseState{Status: Pending}, false, false},
		{"a sale that failed", licensed, PurchaseState{Status: Failed}, false, false},
		{"a sale without a status", licensed, PurchaseState{}, false, false},
		{"a free sale", licensed, PurchaseState{Status: Successful, Price: Money{0, "usd"}}, true, true},
		{"a refunded sale", licensed, PurchaseState{Status: Successful, RefundedAt: t0}, true, true},
		{"a disputed sale", licensed, PurchaseState{Status: Successful, DisputedAt: t0}, true, true},
		{"a revoked sale", licensed, PurchaseState{Status: Successful, RevokedAt: t0}, true, true},
		{"a sale of a deleted product", Product{Licensed: true, DeletedAt: t0}, PurchaseState{Status: Successful}, true, true},
		{"a trial's start", licensed, PurchaseState{Status: Trial, MembershipID: "m"}, true, false},
		{"a test", licensed, PurchaseState{Status: Test}, true, false},
		{"a preorder", licensed, PurchaseState{Status: Preordered}, false, false},
		{"a preorder's release", licensed, PurchaseState{Status: Successful, PreorderOf: "p"}, true, true},
		{"a customer known from elsewhere", licensed, PurchaseState{Status: Imported}, false, false},
		{"a gift that was given", licensed, PurchaseState{Status: Successful, GiftGiven: true}, false, false},
		{"a gift that was received", licensed, PurchaseState{Status: GiftReceived, GiftOf: "p"}, true, true},
		{"a gifted membership that was received", licensed, PurchaseState{Status: GiftReceived, GiftOf: "p", MembershipID: "m"}, true, false},
		{"a paid membership", licensed, PurchaseState{Status: Successful, MembershipID: "m"}, true, true},
		{"a product of a bundle", licensed, PurchaseState{Status: Successful, BundleOf: "p"}, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := EarnsLicense(tt.product, tt.p); got != tt.now {
				t.Errorf("at once: got %v", got)
			}
			if got := EarnsLicenseLater(tt.product, tt.p); got != tt.later {
				t.Errorf("when licensing is switched on: got %v", got)
			}
		})
	}
}
