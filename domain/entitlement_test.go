package domain

import (
	"testing"
	"time"
)

func TestEntitlement(t *testing.T) {
	now := time.Date(2025, 3, 10, 12, 0, 0, 0, time.UTC)
	days := func(n int) time.Time { return now.AddDate(0, 0, n) }
	sale := func(f *Facts) {
		f.Purchase = PurchaseState{Status: Successful, Quantity: 1, Price: Money{1000, "usd"}, CreatedAt: days(-40)}
	}
	record := func(mod func(*MembershipRecord)) func(*Facts) {
		return func(f *Facts) {
			f.Purchase.MembershipID = "m"
			r := MembershipRecord{
				ID: "m", SellerID: "ana", ProductID: "club", PurchaseID: "sale", Recurrence: Yearly, StartedAt: days(-40), CreatedAt: days(-40),
			}
			mod(&r)
			if f.Membership = r.Adopt(f.Purchase); f.Membership.Check() != nil {
				t.Fatal(f.Membership.Check())
			}
		}
	}
	membership := record(func(*MembershipRecord) {})
	// A period of a year began so many days ago, after others.
	began := func(n int) func(*Facts) {
		return func(f *Facts) {
			membership(f)
			f.Membership.AnchorAt, f.Membership.Cycle = days(n), 2
		}
	}
	refunded := func(f *Facts) { f.Purchase.Refunded, f.Purchase.RefundedAt = 1000, days(-1) }
	disputed := func(f *Facts) { f.Purchase.DisputedAt = days(-2) }
	disabled := func(f *Facts) { f.License.DisabledAt = days(-3) }
	revoked := func(f *Facts) { f.Purchase.RevokedAt = days(-4) }

	type with = []func(*Facts)
	for _, tt := range []struct {
		name string
		of   with
		want Entitlement
	}{
		{"a sale gives access without an end", with{}, Entitlement{true, "ok", time.Time{}, 1}},
		{"several of a one-time product are one seat", with{func(f *Facts) { f.Purchase.Quantity = 3 }}, Entitlement{true, "ok", time.Time{}, 1}},
		{"a purchase with seats gives those", with{func(f *Facts) { f.Purchase.Quantity, f.Purchase.Multiseat = 3, true }}, Entitlement{true, "ok", time.Time{}, 3}},
		{"a trial gives access", with{func(f *Facts) { f.Purchase.Status = Trial }}, Entitlement{true, "ok", time.Time{}, 1}},
		{"a test does", with{func(f *Facts) { f.Purchase.Status = Test }}, Entitlement{true, "ok", time.Time{}, 1}},
		{"a received gift does", with{func(f *Facts) { f.Purchase.Status = GiftReceived }}, Entitlement{true, "ok", time.Time{}, 1}},
		{"an imported customer does", with{func(f *Facts) { f.Purchase.Status = Imported }}, Entitlement{true, "ok", time.Time{}, 1}},
		{"a payment on its way gives none", with{func(f *Facts) { f.Purchase.Status = Pending }}, Entitlement{false, "not_paid", time.Time{}, 1}},
		{"a failed one gives none", with{func(f *Facts) { f.Purchase.Status = Failed }}, Entitlement{false, "not_paid", time.Time{}, 1}},
		{"a preorder gives none yet", with{func(f *Facts) { f.Purchase.Status = Preordered }}, Entitlement{false, "not_paid", time.Time{}, 1}},

		{"a full refund ends it", with{refunded}, Entitlement{false, "refunded", days(-1), 1}},
		{"a part of one does not", with{refunded, func(f *Facts) { f.Purchase.Refunded = 999 }}, Entitlement{true, "ok", time.Time{}, 1}},
		{"a dispute ends it", with{disputed}, Entitlement{false, "disputed", days(-2), 1}},
		{"a dispute that was won does not", with{disputed, func(f *Facts) { f.Purchase.DisputeWonAt = days(-1) }}, Entitlement{true, "ok", time.Time{}, 1}},
		{"a refund comes before a dispute", with{disputed, refunded}, Entitlement{false, "refunded", days(-1), 1}},
		{"a disabled licence ends it, whatever became of the money", with{refunded, disabled}, Entitlement{false, "license_disabled", days(-3), 1}},
		{"access taken away comes first of all", with{refunded, disabled, revoked}, Entitlement{false, "access_revoked", days(-4), 1}},

		{"a membership without an end gives access", with{membership}, Entitlement{true, "ok", time.Time{}, 1}},
		{"one that will be cancelled says when", with{record(func(r *MembershipRecord) { r.CancelledAt = days(9) })}, Entitlement{true, "ok", days(9), 1}},
		{"one is over at the very instant", with{record(func(r *MembershipRecord) { r.CancelledAt = now })}, Entitlement{false, "membership_ended", now, 1}},
		{"a second before, it is not", with{record(func(r *MembershipRecord) { r.CancelledAt = now.Add(time.Second) })}, Entitlement{true, "ok", now.Add(time.Second), 1}},
		{"a failed one is over", with{record(func(r *MembershipRecord) { r.FailedAt = days(-5) })}, Entitlement{false, "membership_ended", days(-5), 1}},
		{"so is one that ran its length", with{record(func(r *MembershipRecord) { r.EndedAt = days(-6) })}, Entitlement{false, "membership_ended", days(-6), 1}},
		{"the first of several ends counts", with{record(func(r *MembershipRecord) {
			r.CancelledAt, r.FailedAt, r.EndedAt = days(5), days(-7), days(-1)
		})}, Entitlement{false, "membership_ended", days(-7), 1}},
		{"one whose record is missing gives access", with{membership, func(f *Facts) { f.Membership = MembershipState{} }}, Entitlement{true, "ok", time.Time{}, 1}},
		{"instalments paid to the end leave the product with its buyer", with{record(func(r *MembershipRecord) {
			r.Installments, r.EndedAt = true, days(-1)
		})}, Entitlement{true, "ok", time.Time{}, 1}},
		{"instalments that failed do not", with{record(func(r *MembershipRecord) {
			r.Installments, r.FailedAt = true, days(-1)
		})}, Entitlement{false, "membership_ended", days(-1), 1}},

		{"a membership gives the seats in force, paid and free, not those of the sale", with{membership, func(f *Facts) {
			f.Purchase.Multiseat, f.Membership.Seats, f.Membership.Complimentary, f.Membership.Pending.Seats = true, 4, 2, 3
		}}, Entitlement{true, "ok", time.Time{}, 6}},
		{"grace that ran out is over though no worker came", with{began(-10), func(f *Facts) {
			f.Membership.Elsewhere = false
			f.Membership.Status, f.Membership.Outstanding = PastDue, Outstanding{Amount: 1000, Attempts: 1, DueAt: days(-10), GraceEndsAt: days(-5)}
		}}, Entitlement{false, "membership_ended", days(-5), 1}},
		{"for who charges elsewhere grace never runs out by itself", with{began(-10), func(f *Facts) {
			f.Membership.Status, f.Membership.Outstanding = PastDue, Outstanding{Amount: 1000, Attempts: 1, DueAt: days(-10), GraceEndsAt: days(-5)}
		}}, Entitlement{true, "ok", time.Time{}, 1}},
		{"one that is overdue gives access while there is grace", with{began(-1), func(f *Facts) {
			f.Membership.Status, f.Membership.Outstanding = PastDue, Outstanding{Amount: 1000, Attempts: 1, DueAt: days(-1), GraceEndsAt: days(4)}
		}}, Entitlement{true, "ok", time.Time{}, 1}},
		{"one that ran its length is over though no worker came", with{began(-365), func(f *Facts) { f.Membership.Charges = 2 }}, Entitlement{false, "membership_ended", now, 1}},

		{"a refund in a membership's first period ends access", with{membership, refunded}, Entitlement{false, "refunded", days(-1), 1}},
		{"the next period brings it back", with{began(0), refunded}, Entitlement{true, "ok", time.Time{}, 1}},
		{"one that is overdue does not", with{began(-1), refunded, func(f *Facts) {
			f.Membership.Status, f.Membership.Outstanding = PastDue, Outstanding{Amount: 1000, Attempts: 1, DueAt: days(-1), GraceEndsAt: days(4)}
		}}, Entitlement{false, "refunded", days(-1), 1}},
		{"a refund of a period that is over ends nothing", with{began(-10), refunded}, Entitlement{true, "ok", time.Time{}, 1}},
		{"the period after a trial is the first", with{began(-10), refunded, func(f *Facts) {
			f.Membership.FreeTrialEndsAt, f.Membership.Cycle = days(-10), 1
		}}, Entitlement{false, "refunded", days(-1), 1}},
		{"a dispute ends a membership in any period", with{began(-10), disputed}, Entitlement{false, "disputed", days(-2), 1}},
		{"until it is restarted", with{began(-1), disputed}, Entitlement{true, "ok", time.Time{}, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var f Facts
			for _, set := range append(with{sale}, tt.of...) {
				set(&f)
			}
			if got := f.Entitlement(now); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// The reasons that are refusals as well have one name.
func TestEntitlement_reasonsAreTheCodes(t *testing.T) {
	for reason, code := range map[string]string{
		EntitlementAccessRevoked:   ErrAccessRevoked.Code,
		EntitlementLicenseDisabled: ErrLicenseDisabled.Code,
	} {
		if reason != code {
			t.Errorf("the reason %s is refused as %s", reason, code)
		}
	}
}
