package domain

import (
	"strings"
	"testing"
)

// TestEvents holds the names of events, which are permanent: other people's
// programs ask for them.
func TestEvents(t *testing.T) {
	for _, tt := range []struct {
		e             Event
		name, subject string
	}{
		{LicenseIssued{LicenseID: "l", PurchaseID: "b", ProductID: "p"}, "license.issued", "b"},
		{LicenseDisabled{LicenseID: "l", PurchaseID: "b"}, "license.disabled", "b"},
		{LicenseEnabled{LicenseID: "l", PurchaseID: "b"}, "license.enabled", "b"},
		{LicenseRotated{LicenseID: "l", PurchaseID: "b"}, "license.rotated", "b"},
		{PurchaseCompleted{PurchaseID: "b", ProductID: "p"}, "purchase.completed", "b"},
		{PurchasePreordered{PurchaseID: "b", ProductID: "p"}, "purchase.preordered", "b"},
		{PurchaseRefunded{PurchaseID: "b"}, "purchase.refunded", "b"},
		{PurchaseDisputed{PurchaseID: "b"}, "purchase.disputed", "b"},
		{DisputeWon{PurchaseID: "b"}, "purchase.dispute_won", "b"},
		{AccessRevoked{PurchaseID: "b"}, "purchase.access_revoked", "b"},
		{AccessRestored{PurchaseID: "b"}, "purchase.access_restored", "b"},
		{LicensingEnabled{ProductID: "p"}, "product.licensing_enabled", "p"},
		{LicensingDisabled{ProductID: "p"}, "product.licensing_disabled", "p"},
		{PastSalesLicensed{ProductID: "p"}, "product.past_sales_licensed", "p"},
		{ProductDeleted{ProductID: "p"}, "product.deleted", "p"},
		{ProductUndeleted{ProductID: "p"}, "product.undeleted", "p"},
		{RecordsImported{Source: "d"}, "records.imported", "d"},
	} {
		if tt.e.EventName() != tt.name || tt.e.EventSubject() != tt.subject {
			t.Errorf("%T is %q about %q", tt.e, tt.e.EventName(), tt.e.EventSubject())
		}
		if strings.Trim(tt.name, "abcdefghijklmnopqrstuvwxyz._") != "" {
			t.Errorf("%q has other characters than its kind", tt.name)
		}
	}
}
