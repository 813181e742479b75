package domain

import (
	"strings"
	"time"
)

// TierCategory is the category of a membership's tiers.
const TierCategory = "Tier"

// Variant is a version of a product ("Size: Large"), or a tier of a membership.
type Variant struct {
	ID        VariantID
	SellerID  SellerID
	ProductID ProductID
	Category  string // what is chosen: "Size"; [TierCategory] for a tier
	Name      string
	Position  int    // order among the product's variants
	Price     int64  // added to the product's price, in its minor units
	Prices    Prices // a tier's own price for one seat by recurrence; none: the product's
	MostSeats int    // of a tier: of all its live memberships together; 0: any
	CreatedAt time.Time
	DeletedAt time.Time // zero: not deleted
}

// Check refuses a variant whose fields break a rule of form, naming the field.
func (v Variant) Check() error {
	if err := first(checkID("id", string(v.ID)), checkID("seller", string(v.SellerID)), checkID("product", string(v.ProductID))); err != nil {
		return err
	}
	if strings.TrimSpace(v.Name) == "" {
		return InvalidField("name", "is missing")
	}
	if strings.TrimSpace(v.Category) == "" {
		return InvalidField("category", "is missing")
	}
	if err := first(checkText("name", v.Name, 200), checkText("category", v.Category, 200)); err != nil {
		return err
	}
	if v.Price < 0 {
		return InvalidField("price", "must not be negative")
	}
	if v.MostSeats < 0 {
		return InvalidField("most_seats", "must not be negative; 0 is any number")
	}
	if v.MostSeats > 0 && v.Category != TierCategory {
		return InvalidField("most_seats", "only a tier has a number of seats")
	}
	if v.CreatedAt.IsZero() {
		return InvalidField("created_at", "is missing")
	}
	return v.Prices.check()
}
