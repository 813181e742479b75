package rest

import (
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
)

// encoded returns the purchase of f as it is written at noon.
func encoded(f domain.Facts) string {
	a := &api{publicURL: "https://keys.example.com"}
	return string(a.purchase(&f, noon).bytes())
}

// TestPurchase says of single facts what they show: what the body then has, and
// which keys it must not have.
func TestPurchase(t *testing.T) {
	at := time.Date(2025, 3, 10, 12, 0, 0, 0, time.UTC)
	renewable := func(f *domain.Facts) { f.Product.Kind = domain.MembershipKind }
	// member is a membership of 3 seats whose first period runs.
	member := func(f *domain.Facts) {
		renewable(f)
		f.Purchase.MembershipID, f.Purchase.Quantity = "m", 3
		f.Membership = domain.MembershipState{
			ID: "m", SellerID: "ana", ProductID: "club", PurchaseID: "sale", Version: 1, Status: domain.Active, AnchorAt: at.AddDate(0, 0, -5),
			Recurrence: domain.Monthly, Cycle: 1, Terms: domain.Terms{Unit: 500, Currency: "usd"}, Seats: 3, CreatedAt: at.AddDate(0, 0, -5),
		}
	}
	overdue := func(f *domain.Facts, until time.Time) {
		member(f)
		f.Membership.Status = domain.PastDue
		f.Membership.Outstanding = domain.Outstanding{Amount: 1500, Attempts: 1, DueAt: f.Membership.AnchorAt, GraceEndsAt: until}
	}
	type keys = []string
	ends := keys{"subscription_ended_at", "subscription_cancelled_at", "subscription_failed_at"}
	for _, tt := range []struct {
		name   string
		of     func(f *domain.Facts)
		want   string
		absent keys
	}{
		{"what is not known is absent", func(f *domain.Facts) {}, `"variants":""`,
			append(keys{"full_name", "purchaser_id", "subscription_id", "affiliate", "affiliate_credit_amount_cents", "offer_code", "test", "license_key", "is_multiseat_license", "ip_country", "recurrence", "gift_price", "gifter_email"}, ends...)},
		{"or null", func(f *domain.Facts) {}, `"referrer":null,"card":{"bin":null,"expiry_month":null,"expiry_year":null,"type":null,"visual":null}`, nil},
		{"a blank name is absent", func(f *domain.Facts) { f.Purchase.FullName = " " }, "", keys{"full_name"}},
		{"the expiry of a card is never shown", func(f *domain.Facts) {
			f.Purchase.Card = domain.Card{Visual: "**** 4242", ExpiryMonth: 11, ExpiryYear: 2030}
		},
			`"card":{"bin":null,"expiry_month":null,"expiry_year":null,"type":null,"visual":"**** 4242"}`, nil},
		{"one variant", func(f *domain.Facts) { f.Variants = domain.MakeNames("Large") }, `"variants":"(Large)"`, nil},
		{"several variants", func(f *domain.Facts) { f.Variants = domain.MakeNames("Large", "Red") }, `"variants":"(Large, Red)"`, nil},
		{"the tier that nobody named", func(f *domain.Facts) { f.Variants = domain.MakeNames("Untitled") }, `"variants":""`, nil},
		{"beside others it is shown", func(f *domain.Facts) { f.Variants = domain.MakeNames("Untitled", "Red") }, `"variants":"(Untitled, Red)"`, nil},
		{"an offer code of an amount", func(f *domain.Facts) {
			f.Purchase.OfferCode = domain.OfferCode{Code: "FIVE", Amount: 500}
			f.Purchase.Price.Currency = "gbp"
		}, `"offer_code":{"code":"FIVE","displayed_amount_off":"£5","name":"FIVE"}`, nil},
		{"an affiliate without a credit", func(f *domain.Facts) { f.Purchase.Affiliate.Email = "a@example.com" }, `"affiliate":"a@example.com"`, keys{"affiliate_credit_amount_cents"}},
		{"the key and its seats", func(f *domain.Facts) { f.Product.Licensed, f.License.Key, f.Purchase.Multiseat = true, "K", true }, `"license_key":"K","is_multiseat_license":true`, nil},
		{"a product without keys hides old ones", func(f *domain.Facts) { f.License.Key, f.Purchase.Multiseat = "K", true }, "", keys{"license_key", "is_multiseat_license"}},
		{"the price is of the purchase, the currency is the product's", func(f *domain.Facts) {
			f.Purchase.Price = domain.Money{Amount: 7, Currency: "usd"}
			f.Product.Price = domain.Money{Amount: 9, Currency: "eur"}
		}, `"price":7,"gumroad_fee":0,"currency":"eur"`, nil},
		{"a full refund", func(f *domain.Facts) { f.Purchase.RefundedAt = at }, `"refunded":true`, nil},
		{"a part of one", func(f *domain.Facts) {
			f.Purchase.Price.Amount, f.Purchase.Refunded, f.Purchase.RefundedAt = 10, 9, at
		}, `"refunded":false`, nil},
		{"a dispute", func(f *domain.Facts) { f.Purchase.DisputedAt = at }, `"disputed":true,"dispute_won":false`, nil},
		{"is a chargeback", func(f *domain.Facts) { f.Purchase.DisputedAt = at }, `"chargebacked":true`, ends},
		{"a dispute that was won", func(f *domain.Facts) { f.Purchase.DisputedAt, f.Purchase.DisputeWonAt = at, at }, `"disputed":true,"dispute_won":true`, nil},
		{"is none", func(f *domain.Facts) { f.Purchase.DisputedAt, f.Purchase.DisputeWonAt = at, at }, `"chargebacked":false`, ends},
		{"a membership has three ends and no chargeback", func(f *domain.Facts) { renewable(f); f.Purchase.DisputedAt = at },
			`"subscription_ended_at":null,"subscription_cancelled_at":null,"subscription_failed_at":null}`, keys{"chargebacked"}},
		{"each end is its own", func(f *domain.Facts) {
			renewable(f)
			f.Membership = domain.MembershipState{EndedAt: at, CancelledAt: at.AddDate(0, 0, 1), FailedAt: at.AddDate(0, 0, 2)}
		}, `"subscription_ended_at":"2025-03-10T12:00:00Z","subscription_cancelled_at":"2025-03-11T12:00:00Z","subscription_failed_at":"2025-03-12T12:00:00Z"}`, nil},
		{"a membership that will be cancelled says when", func(f *domain.Facts) {
			member(f)
			f.Membership.Status, f.Membership.CancelledAt = domain.CancelScheduled, at.AddDate(0, 0, 10)
		}, `"subscription_cancelled_at":"2025-03-20T12:00:00Z","subscription_failed_at":null}`, nil},
		{"seats are those in force, free ones too, and not those that were bought", func(f *domain.Facts) {
			member(f)
			f.Purchase.Quantity, f.Membership.Seats, f.Membership.Complimentary = 1, 4, 2
		}, `"quantity":6`, nil},
		{"a decrease that is pending is not in force", func(f *domain.Facts) {
			member(f)
			f.Membership.Pending = domain.PendingChange{Seats: 1, Recurrence: domain.Yearly, Unit: 500, Priced: true, Change: 2}
		}, `"quantity":3`, nil},
		{"nor is its recurrence", func(f *domain.Facts) {
			member(f)
			f.Membership.Pending = domain.PendingChange{Seats: 1, Recurrence: domain.Yearly, Unit: 500, Priced: true, Change: 2}
		}, `"recurrence":"monthly"`, nil},
		{"what is agreed for a period that costs nothing is in force once it begins", func(f *domain.Facts) {
			member(f)
			f.Membership.AnchorAt = at.AddDate(0, -1, 0)
			f.Membership.Pending = domain.PendingChange{Seats: 1, Recurrence: domain.Yearly, Priced: true, Change: 2}
		}, `"quantity":1`, nil},
		{"more seats whose payment has no answer are not in force", func(f *domain.Facts) {
			member(f)
			f.Membership.InFlight = domain.InFlight{
				PaymentID: "y", Kind: domain.ChangePayment, Target: domain.Target{Seats: 9}, PricedAt: at, Due: 1, ExpiresAt: at.AddDate(0, 0, 1),
			}
		}, `"quantity":3`, nil},
		{"an overdue one goes on while there is grace", func(f *domain.Facts) { overdue(f, at.Add(time.Second)) },
			`"subscription_ended_at":null,"subscription_cancelled_at":null,"subscription_failed_at":null}`, nil},
		{"without grace it has failed, whether anybody noticed or not", func(f *domain.Facts) { overdue(f, at) },
			`"subscription_ended_at":null,"subscription_cancelled_at":null,"subscription_failed_at":"2025-03-10T12:00:00Z"}`, nil},
		{"a payment that may still come in holds it", func(f *domain.Facts) {
			overdue(f, at)
			f.Membership.InFlight = domain.InFlight{
				PaymentID: "y", Kind: domain.RenewalPayment, Target: domain.Target{Seats: 3}, PricedAt: at, Due: 1, ExpiresAt: at.AddDate(0, 0, 1),
			}
		}, `"subscription_failed_at":null}`, nil},
		{"the last of so many periods has ended it, whether anybody noticed or not", func(f *domain.Facts) {
			member(f)
			f.Membership.AnchorAt, f.Membership.Charges = at.AddDate(0, -1, 0), 1
		}, `"subscription_ended_at":"2025-03-10T12:00:00Z","subscription_cancelled_at":null`, nil},
		{"a second before, it has not", func(f *domain.Facts) {
			member(f)
			f.Membership.AnchorAt, f.Membership.Charges = at.AddDate(0, -1, 0).Add(time.Second), 1
		}, `"subscription_ended_at":null`, nil},
		{"a membership whose record is missing", func(f *domain.Facts) { renewable(f); f.Purchase.MembershipID = "m" }, `"subscription_id":"m"`, keys{"recurrence"}},
		{"a bundle has no ends", func(f *domain.Facts) { f.Product.Kind = domain.Bundle }, `"chargebacked":false`, ends},
		{"instalments renew, their product does not", func(f *domain.Facts) {
			f.Purchase.MembershipID, f.Membership = "m", domain.MembershipState{Recurrence: domain.Monthly, CancelledAt: at}
		}, `"recurrence":"monthly"`, ends},
		{"a received gift", func(f *domain.Facts) {
			f.Purchase.GiftOf, f.Giver = "g", domain.Giver{Email: "g@example.com", Price: domain.Money{Amount: 5, Currency: "usd"}}
		}, `"is_gift_receiver_purchase":true,"gift_price":5,"gifter_email":"g@example.com"`, nil},
		{"a gift that cost nothing", func(f *domain.Facts) { f.Purchase.GiftOf, f.Giver.Email = "g", "g@example.com" }, `"gift_price":0,"gifter_email":"g@example.com"`, nil},
		{"a gift of nobody known", func(f *domain.Facts) { f.Purchase.Status = domain.GiftReceived }, `"is_gift_receiver_purchase":true`, keys{"gift_price", "gifter_email"}},
		{"a given gift is none that was received", func(f *domain.Facts) { f.Purchase.GiftGiven = true }, `"is_gift_receiver_purchase":false`, nil},
		{"a test", func(f *domain.Facts) { f.Purchase.Status = domain.Test }, `"test":true`, nil},
		{"custom fields are listed under their names", func(f *domain.Facts) {
			f.Purchase.CustomFields = domain.MakeCustomFields(domain.CustomField{Name: "b", Value: "1"}, domain.CustomField{Name: "a", Value: "2"})
		}, `"custom_fields":["b: 1","a: 2"]`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := domain.Facts{Purchase: domain.PurchaseState{Status: domain.Successful, Price: domain.Money{Amount: 0, Currency: "usd"}, CreatedAt: at}}
			tt.of(&f)
			if err := f.Membership.Check(); err != nil && f.Membership.ID != "" {
				t.Fatal(err)
			}
			got := encoded(f)
			if !strings.Contains(got, tt.want) {
				t.Errorf("%s\nhas no %s", got, tt.want)
			}
			for _, key := range tt.absent {
				if strings.Contains(got, `"`+key+`":`) {
					t.Errorf("%s\nhas %s", got, key)
				}
			}
		})
	}
}

// BenchmarkPurchase writes one body.
func BenchmarkPurchase(b *testing.B) {
	s := newShop()
	f := domain.Facts{License: s.clubKey, Product: s.club, Purchase: s.joined, Membership: s.member(b), Seller: s.ana}
	b.ReportAllocs()
	for b.Loop() {
		if len(encoded(f)) == 0 {
			b.Fatal("empty")
		}
	}
}
