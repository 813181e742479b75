package jsonl

import (
	"time"

	"github.com/usherhq/usher/domain"
)

type purchase struct {
	Kind         string                `json:"kind"`
	ID           domain.PurchaseID     `json:"id"`
	Seller       domain.SellerID       `json:"seller"`
	Product      domain.ProductID      `json:"product"`
	Membership   domain.MembershipID   `json:"membership,omitzero"`
	OrderNumber  int64                 `json:"order_number"`
	Status       domain.PurchaseStatus `json:"status,omitzero"` // left out: successful
	Email        string                `json:"email"`
	FullName     string                `json:"full_name,omitzero"`
	PurchaserID  domain.UserID         `json:"purchaser_id,omitzero"`
	Quantity     *int                  `json:"quantity,omitzero"` // left out: 1
	Price        int64                 `json:"price,omitzero"`
	Currency     domain.Currency       `json:"currency"`
	Original     *int64                `json:"original_price,omitzero"` // left out: price
	Variants     []domain.VariantID    `json:"variants,omitzero"`
	VariantsAt   instant               `json:"variants_at,omitzero"`
	Multiseat    bool                  `json:"multiseat,omitzero"`
	GiftGiven    bool                  `json:"gift_given,omitzero"`
	GiftOf       domain.PurchaseID     `json:"gift_of,omitzero"`
	BundleOf     domain.PurchaseID     `json:"bundle_of,omitzero"`
	PreorderOf   domain.PurchaseID     `json:"preorder_of,omitzero"`
	Fee          int64                 `json:"fee,omitzero"`
	CustomFields []customField         `json:"custom_fields,omitzero"`
	OfferCode    offerCode             `json:"offer_code,omitzero"`
	Affiliate    affiliate             `json:"affiliate,omitzero"`
	Card         card                  `json:"card,omitzero"`
	Referrer     string                `json:"referrer,omitzero"`
	Country      string                `json:"country,omitzero"`
	CanContact   bool                  `json:"can_contact,omitzero"`
	DiscoverFee  bool                  `json:"discover_fee,omitzero"`
	Refunded     int64                 `json:"refunded,omitzero"`
	RefundedAt   instant               `json:"refunded_at,omitzero"`
	DisputedAt   instant               `json:"disputed_at,omitzero"`
	DisputeWonAt instant               `json:"dispute_won_at,omitzero"`
	RevokedAt    instant               `json:"revoked_at,omitzero"`
	AccessKept   bool                  `json:"access_kept,omitzero"`
	ErasedAt     instant               `json:"erased_at,omitzero"`
	ShippedAt    instant               `json:"shipped_at,omitzero"`
	TrackingURL  string                `json:"tracking_url,omitzero"`
	CreatedAt    instant               `json:"created_at"`
}

type customField struct {
	Name  string `json:"name"`
	Value string `json:"value,omitzero"`
}

type offerCode struct {
	Code    string `json:"code"`
	Percent int    `json:"percent,omitzero"`
	Amount  int64  `json:"amount,omitzero"`
}

type affiliate struct {
	Email  string `json:"email"`
	Credit int64  `json:"credit,omitzero"`
}

type card struct {
	Visual      string `json:"visual,omitzero"`
	Type        string `json:"type,omitzero"`
	ExpiryMonth int    `json:"expiry_month,omitzero"`
	ExpiryYear  int    `json:"expiry_year,omitzero"`
}

func ofPurchase(s domain.PurchaseState) *purchase {
	l := &purchase{
		Kind: "purchase", ID: s.ID, Seller: s.SellerID, Product: s.ProductID, Membership: s.MembershipID,
		OrderNumber: s.OrderNumber, Status: s.Status, Email: s.Email, FullName: s.FullName,
		PurchaserID: s.PurchaserID, Quantity: &s.Quantity, Price: s.Price.Amount, Currency: s.Price.Currency,
		VariantsAt: instant(s.VariantsAt), Multiseat: s.Multiseat, GiftGiven: s.GiftGiven, GiftOf: s.GiftOf, BundleOf: s.BundleOf, PreorderOf: s.PreorderOf,
		Fee: s.Fee, OfferCode: offerCode(s.OfferCode), Affiliate: affiliate(s.Affiliate), Card: card(s.Card),
		Referrer: s.Referrer, Country: s.Country, CanContact: s.CanContact, DiscoverFee: s.DiscoverFee,
		Refunded: s.Refunded, RefundedAt: instant(s.RefundedAt), DisputedAt: instant(s.DisputedAt),
		DisputeWonAt: instant(s.DisputeWonAt), RevokedAt: instant(s.RevokedAt), AccessKept: s.AccessKept, ErasedAt: instant(s.ErasedAt), ShippedAt: instant(s.ShippedAt), TrackingURL: s.TrackingURL,
		CreatedAt: instant(s.CreatedAt),
	}
	if s.Status == domain.Successful {
		l.Status = ""
	}
	if s.Quantity == 1 {
		l.Quantity = nil
	}
	if s.Original.Currency != "" {
		l.Original = &s.Original.Amount
	}
	for id := range s.Variants.All() {
		l.Variants = append(l.Variants, id)
	}
	for f := range s.CustomFields.All() {
		l.CustomFields = append(l.CustomFields, customField(f))
	}
	return l
}

func (l *purchase) value() (any, error) {
	var fields []domain.CustomField
	for _, f := range l.CustomFields {
		fields = append(fields, domain.CustomField(f))
	}
	s := domain.PurchaseState{
		ID: l.ID, SellerID: l.Seller, ProductID: l.Product, MembershipID: l.Membership,
		OrderNumber: l.OrderNumber, Status: domain.Successful, Email: l.Email, FullName: l.FullName,
		PurchaserID: l.PurchaserID, Quantity: 1, Price: domain.Money{Amount: l.Price, Currency: l.Currency},
		Variants: domain.ChosenVariants(l.Variants...), VariantsAt: time.Time(l.VariantsAt),
		Multiseat: l.Multiseat, GiftGiven: l.GiftGiven, GiftOf: l.GiftOf, BundleOf: l.BundleOf, PreorderOf: l.PreorderOf,
		Fee: l.Fee, CustomFields: domain.MakeCustomFields(fields...),
		OfferCode: domain.OfferCode(l.OfferCode), Affiliate: domain.Affiliate(l.Affiliate), Card: domain.Card(l.Card),
		Referrer: l.Referrer, Country: l.Country, CanContact: l.CanContact, DiscoverFee: l.DiscoverFee,
		Refunded: l.Refunded, RefundedAt: time.Time(l.RefundedAt), DisputedAt: time.Time(l.DisputedAt),
		DisputeWonAt: time.Time(l.DisputeWonAt), RevokedAt: time.Time(l.RevokedAt), AccessKept: l.AccessKept, ErasedAt: time.Time(l.ErasedAt), ShippedAt: time.Time(l.ShippedAt), TrackingURL: l.TrackingURL,
		CreatedAt: time.Time(l.CreatedAt),
	}
	if l.Status != "" {
		s.Status = l.Status
	}
	if l.Quantity != nil {
		s.Quantity = *l.Quantity
	}
	if l.Original != nil {
		s.Original = domain.Money{Amount: *l.Original, Currency: l.Currency}
	}
	return s, nil
}
