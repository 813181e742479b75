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
		{PurchaseFailed{PurchaseID: "b", ProductID: "p"}, "purchase.failed", "b"},
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
		{MembershipStarted{MembershipID: "m", PurchaseID: "b"}, "membership.started", "b"},
		{MembershipChanged{MembershipID: "m", PurchaseID: "b"}, "membership.changed", "b"},
		{ChangeScheduled{MembershipID: "m", PurchaseID: "b"}, "membership.change_scheduled", "b"},
		{ChangeApplied{MembershipID: "m", PurchaseID: "b"}, "membership.change_applied", "b"},
		{ChangeSuperseded{MembershipID: "m", PurchaseID: "b"}, "membership.change_superseded", "b"},
		{ChangeWithdrawn{MembershipID: "m", PurchaseID: "b"}, "membership.change_withdrawn", "b"},
		{ChangeMoot{MembershipID: "m", PurchaseID: "b"}, "membership.change_moot", "b"},
		{ChangeDeclined{MembershipID: "m", PurchaseID: "b"}, "membership.change_declined", "b"},
		{MembershipRenewed{MembershipID: "m", PurchaseID: "b"}, "membership.renewed", "b"},
		{RenewalFailed{MembershipID: "m", PurchaseID: "b"}, "membership.renewal_failed", "b"},
		{MembershipRecovered{MembershipID: "m", PurchaseID: "b"}, "membership.recovered", "b"},
		{MembershipCancelled{MembershipID: "m", PurchaseID: "b"}, "membership.cancelled", "b"},
		{MembershipResumed{MembershipID: "m", PurchaseID: "b"}, "membership.resumed", "b"},
		{MembershipEnded{MembershipID: "m", PurchaseID: "b"}, "membership.ended", "b"},
		{MembershipRestarted{MembershipID: "m", PurchaseID: "b"}, "membership.restarted", "b"},
		{PeriodRefunded{MembershipID: "m", PurchaseID: "b"}, "membership.period_refunded", "b"},
		{SeatsGranted{MembershipID: "m", PurchaseID: "b"}, "membership.seats_granted", "b"},
		{SeatsShort{MembershipID: "m", PurchaseID: "b"}, "membership.seats_short", "b"},
		{MembershipDue{MembershipID: "m", PurchaseID: "b"}, "membership.due", "b"},
		{PriceAnnounced{MembershipID: "m", PurchaseID: "b"}, "membership.price_announced", "b"},
		{PaymentIntended{PaymentID: "y", PurchaseID: "b"}, "payment.intended", "b"},
		{PaymentPaid{PaymentID: "y", PurchaseID: "b"}, "payment.paid", "b"},
		{PaymentDeclined{PaymentID: "y", PurchaseID: "b"}, "payment.declined", "b"},
		{PaymentVoided{PaymentID: "y", PurchaseID: "b"}, "payment.voided", "b"},
		{PaymentLate{PaymentID: "y", PurchaseID: "b"}, "payment.late", "b"},
		{PaymentRefunded{RefundID: "r", PaymentID: "y", PurchaseID: "b"}, "payment.refunded", "b"},
		{RefundRefused{RefundID: "r", PaymentID: "y", PurchaseID: "b"}, "payment.refund_refused", "b"},
		{RefundBegun{RefundID: "r", PaymentID: "y", PurchaseID: "b"}, "payment.refund_begun", "b"},
		{PaymentDisputed{DisputeID: "d", PaymentID: "y", PurchaseID: "b"}, "payment.disputed", "b"},
		{DisputeClosed{DisputeID: "d", PaymentID: "y", PurchaseID: "b"}, "payment.dispute_closed", "b"},
		{SeatAssigned{SeatID: "s", PurchaseID: "b"}, "seat.invited", "b"},
		{Notice{PurchaseID: "b", SeatID: "s"}, "notice", "b"},
		{SeatClaimed{SeatID: "s", PurchaseID: "b"}, "seat.claimed", "b"},
		{SeatTakenBack{SeatID: "s", PurchaseID: "b"}, "seat.revoked", "b"},
	} {
		if tt.e.EventName() != tt.name || tt.e.EventSubject() != tt.subject {
			t.Errorf("%T is %q about %q", tt.e, tt.e.EventName(), tt.e.EventSubject())
		}
		if strings.Trim(tt.name, "abcdefghijklmnopqrstuvwxyz._") != "" {
			t.Errorf("%q has other characters than its kind", tt.name)
		}
	}
}
