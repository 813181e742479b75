package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

type purchaseView struct {
	ID           domain.PurchaseID     `json:"id"`
	Seller       domain.SellerID       `json:"seller"`
	Product      domain.ProductID      `json:"product"`
	Membership   domain.MembershipID   `json:"membership"`
	OrderNumber  int64                 `json:"order_number"`
	Status       domain.PurchaseStatus `json:"status"`
	Email        string                `json:"email"`
	FullName     string                `json:"full_name"`
	PurchaserID  domain.UserID         `json:"purchaser_id"`
	Quantity     int                   `json:"quantity"`
	Price        int64                 `json:"price"` // minor units, of the whole sale
	Currency     domain.Currency       `json:"currency"`
	Variants     []domain.VariantID    `json:"variants"`
	Multiseat    bool                  `json:"multiseat"`
	GiftGiven    bool                  `json:"gift_given"`
	GiftOf       domain.PurchaseID     `json:"gift_of"`
	BundleOf     domain.PurchaseID     `json:"bundle_of"`
	PreorderOf   domain.PurchaseID     `json:"preorder_of"`
	Fee          int64                 `json:"fee"`
	CustomFields []fieldView           `json:"custom_fields"`
	OfferCode    string                `json:"offer_code"`
	Referrer     string                `json:"referrer"`
	Country      string                `json:"country"`
	Refunded     int64                 `json:"refunded"` // minor units
	RefundedAt   *time.Time            `json:"refunded_at"`
	DisputedAt   *time.Time            `json:"disputed_at"`
	DisputeWonAt *time.Time            `json:"dispute_won_at"`
	RevokedAt    *time.Time            `json:"revoked_at"`
	CreatedAt    time.Time             `json:"created_at"`
}

type fieldView struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func viewPurchase(s domain.PurchaseState) any { return purchaseViewOf(s) }

func purchaseViewOf(s domain.PurchaseState) purchaseView {
	v := purchaseView{
		s.ID, s.SellerID, s.ProductID, s.MembershipID, s.OrderNumber, s.Status, s.Email, s.FullName, s.PurchaserID,
		s.Quantity, s.Price.Amount, s.Price.Currency, []domain.VariantID{}, s.Multiseat, s.GiftGiven, s.GiftOf, s.BundleOf,
		s.PreorderOf, s.Fee, []fieldView{}, s.OfferCode.Code, s.Referrer, s.Country, s.Refunded, at(s.RefundedAt),
		at(s.DisputedAt), at(s.DisputeWonAt), at(s.RevokedAt), s.CreatedAt,
	}
	for id := range s.Variants.All() {
		v.Variants = append(v.Variants, id)
	}
	for f := range s.CustomFields.All() {
		v.CustomFields = append(v.CustomFields, fieldView(f))
	}
	return v
}

// licenseView is a license with its key: whoever has the data folder and its
// secrets may see it.
type licenseView struct {
	ID         domain.LicenseID  `json:"id"`
	Product    domain.ProductID  `json:"product"`
	Purchase   domain.PurchaseID `json:"purchase"`
	Key        domain.LicenseKey `json:"key"`
	DisabledAt *time.Time        `json:"disabled_at"`
	CreatedAt  time.Time         `json:"created_at"`
}

// licenseViewOf returns nil for the license of a sale that earned none.
func licenseViewOf(l domain.LicenseState) *licenseView {
	if l.ID == "" {
		return nil
	}
	return &licenseView{l.ID, l.ProductID, l.PurchaseID, l.Key, at(l.DisabledAt), l.CreatedAt}
}

type saleView struct {
	purchaseView
	License  *licenseView `json:"license"`
	Included []saleView   `json:"included"` // of a bundle
}

func viewSale(s app.Sale) saleView {
	v := saleView{purchaseViewOf(s.Purchase), licenseViewOf(s.License), []saleView{}}
	for _, i := range s.Included {
		v.Included = append(v.Included, viewSale(i))
	}
	return v
}

func saleLines(s app.Sale) []line {
	lines := append(purchaseLines(s.Purchase), line{"license key", string(s.License.Key)}, line{"disabled", when(s.License.DisabledAt)})
	for _, i := range s.Included {
		lines = append(lines, line{"included", fmt.Sprintf("%s of product %s", i.Purchase.ID, i.Purchase.ProductID)},
			line{"its license key", string(i.License.Key)})
	}
	return lines
}

func purchaseLines(s domain.PurchaseState) []line {
	lines := []line{
		{"id", string(s.ID)}, {"product", string(s.ProductID)}, {"order number", fmt.Sprint(s.OrderNumber)},
		{"e-mail", s.Email}, {"name", s.FullName}, {"quantity", fmt.Sprint(s.Quantity)}, {"price", s.Price.String()},
		{"state", stateOf(s)}, {"membership", string(s.MembershipID)}, {"gift of", string(s.GiftOf)},
		{"sold", when(s.CreatedAt)}, {"refunded", when(s.RefundedAt)}, {"disputed", when(s.DisputedAt)},
		{"dispute won", when(s.DisputeWonAt)}, {"revoked", when(s.RevokedAt)},
	}
	for f := range s.CustomFields.All() {
		lines = append(lines, line{f.Name, f.Value})
	}
	return lines
}

// stateOf is what a person wants to know of a sale first.
func stateOf(s domain.PurchaseState) string {
	words := []string{strings.ReplaceAll(string(s.Status), "_", " ")}
	if s.GiftGiven {
		words = append(words, "gift given")
	}
	switch {
	case s.FullyRefunded():
		words = append(words, "refunded")
	case s.Refunded > 0:
		words = append(words, "partly refunded")
	}
	switch {
	case !s.DisputeWonAt.IsZero():
		words = append(words, "dispute won")
	case !s.DisputedAt.IsZero():
		words = append(words, "disputed")
	}
	if !s.RevokedAt.IsZero() {
		words = append(words, "access revoked")
	}
	return strings.Join(words, ", ")
}
