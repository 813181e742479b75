package jsonl

import (
	"fmt"
	"time"

	"github.com/usherhq/usher/domain"
)

type seller struct {
	Kind      string          `json:"kind"`
	ID        domain.SellerID `json:"id"`
	UserID    domain.UserID   `json:"user_id"`
	Name      string          `json:"name"`
	Email     string          `json:"email"`
	Address   string          `json:"address,omitzero"`
	CreatedAt instant         `json:"created_at"`
}

func ofSeller(s domain.Seller) *seller {
	return &seller{"seller", s.ID, s.UserID, s.Name, s.Email, s.Address, instant(s.CreatedAt)}
}

func (l *seller) value() (any, error) {
	return domain.Seller{
		ID: l.ID, UserID: l.UserID, Name: l.Name, Email: l.Email, Address: l.Address,
		CreatedAt: time.Time(l.CreatedAt),
	}, nil
}

type product struct {
	Kind               string             `json:"kind"`
	ID                 domain.ProductID   `json:"id"`
	Seller             domain.SellerID    `json:"seller"`
	Name               string             `json:"name"`
	ProductKind        domain.ProductKind `json:"product_kind,omitzero"` // left out: one_time
	Permalink          string             `json:"permalink"`
	CustomPermalink    string             `json:"custom_permalink,omitzero"`
	Price              int64              `json:"price,omitzero"`
	Currency           domain.Currency    `json:"currency"`
	Prices             prices             `json:"prices,omitzero"`
	Includes           []include          `json:"includes,omitzero"`
	Licensed           bool               `json:"licensed,omitzero"`
	Multiseat          bool               `json:"multiseat,omitzero"`
	MostSeats          int                `json:"most_seats,omitzero"`
	Published          bool               `json:"published,omitzero"`
	Preorder           bool               `json:"preorder,omitzero"`
	ProductIDNotNeeded bool               `json:"product_id_not_needed,omitzero"`
	RefundKeepsAccess  bool               `json:"refund_keeps_access,omitzero"`
	FreeTrial          int64              `json:"free_trial,omitzero"` // seconds
	CreatedAt          instant            `json:"created_at"`
	DeletedAt          instant            `json:"deleted_at,omitzero"`
}

type include struct {
	Product  domain.ProductID `json:"product"`
	Quantity int              `json:"quantity"`
}

func ofProduct(p domain.Product) (*product, error) {
	if p.FreeTrial%time.Second != 0 {
		return nil, fmt.Errorf("jsonl: the free trial of product %q is not whole seconds", p.ID)
	}
	l := &product{
		Kind: "product", ID: p.ID, Seller: p.SellerID, Name: p.Name, ProductKind: p.Kind,
		Permalink: p.Permalink, CustomPermalink: p.CustomPermalink,
		Price: p.Price.Amount, Currency: p.Price.Currency, Prices: ofPrices(p.Prices),
		Licensed: p.Licensed, Multiseat: p.Multiseat, MostSeats: p.MostSeats, Published: p.Published, Preorder: p.Preorder,
		ProductIDNotNeeded: p.ProductIDNotNeeded, RefundKeepsAccess: p.RefundKeepsAccess, FreeTrial: int64(p.FreeTrial / time.Second),
		CreatedAt: instant(p.CreatedAt), DeletedAt: instant(p.DeletedAt),
	}
	if p.Kind == domain.OneTime {
		l.ProductKind = ""
	}
	for b := range p.Includes.All() {
		l.Includes = append(l.Includes, include{b.ProductID, b.Quantity})
	}
	return l, nil
}

func (l *product) value() (any, error) {
	switch l.ProductKind {
	case "":
		l.ProductKind = domain.OneTime
	case domain.OneTime, domain.MembershipKind, domain.Bundle:
	default: // the domain would call the field kind, which is another one here
		return nil, domain.InvalidField("product_kind", "must be one_time, membership or bundle")
	}
	trial := time.Duration(l.FreeTrial) * time.Second
	if int64(trial/time.Second) != l.FreeTrial {
		return nil, domain.InvalidField("free_trial", "is too long")
	}
	var lines []domain.BundleLine
	for _, i := range l.Includes {
		lines = append(lines, domain.BundleLine{ProductID: i.Product, Quantity: i.Quantity})
	}
	return domain.Product{
		ID: l.ID, SellerID: l.Seller, Kind: l.ProductKind, Name: l.Name,
		Permalink: l.Permalink, CustomPermalink: l.CustomPermalink,
		Price: domain.Money{Amount: l.Price, Currency: l.Currency}, Prices: l.Prices.all(),
		Includes: domain.MakeBundleLines(lines...), Licensed: l.Licensed, Multiseat: l.Multiseat, MostSeats: l.MostSeats,
		Published: l.Published, Preorder: l.Preorder, ProductIDNotNeeded: l.ProductIDNotNeeded, RefundKeepsAccess: l.RefundKeepsAccess,
		FreeTrial: trial, CreatedAt: time.Time(l.CreatedAt), DeletedAt: time.Time(l.DeletedAt),
	}, nil
}

type variant struct {
	Kind      string           `json:"kind"`
	ID        domain.VariantID `json:"id"`
	Seller    domain.SellerID  `json:"seller"`
	Product   domain.ProductID `json:"product"`
	Category  string           `json:"category"`
	Name      string           `json:"name"`
	Position  int              `json:"position,omitzero"`
	Price     int64            `json:"price,omitzero"`
	Prices    prices           `json:"prices,omitzero"`
	MostSeats int              `json:"most_seats,omitzero"`
	CreatedAt instant          `json:"created_at"`
	DeletedAt instant          `json:"deleted_at,omitzero"`
}

func ofVariant(v domain.Variant) *variant {
	return &variant{
		"variant", v.ID, v.SellerID, v.ProductID, v.Category, v.Name, v.Position, v.Price, ofPrices(v.Prices), v.MostSeats,
		instant(v.CreatedAt), instant(v.DeletedAt),
	}
}

func (l *variant) value() (any, error) {
	return domain.Variant{
		ID: l.ID, SellerID: l.Seller, ProductID: l.Product, Category: l.Category, Name: l.Name,
		Position: l.Position, Price: l.Price, Prices: l.Prices.all(), MostSeats: l.MostSeats,
		CreatedAt: time.Time(l.CreatedAt), DeletedAt: time.Time(l.DeletedAt),
	}, nil
}

// prices are pointers because 0 is an offer and nil is none.
type prices struct {
	Monthly       *int64 `json:"monthly,omitzero"`
	Quarterly     *int64 `json:"quarterly,omitzero"`
	Biannually    *int64 `json:"biannually,omitzero"`
	Yearly        *int64 `json:"yearly,omitzero"`
	EveryTwoYears *int64 `json:"every_two_years,omitzero"`
}

// offers are the prices in the order of [domain.Recurrences].
func (l *prices) offers() []**int64 {
	return []**int64{&l.Monthly, &l.Quarterly, &l.Biannually, &l.Yearly, &l.EveryTwoYears}
}

func ofPrices(p domain.Prices) (l prices) {
	for i, r := range domain.Recurrences() {
		if amount, ok := p.At(r); ok {
			*l.offers()[i] = &amount
		}
	}
	return l
}

func (l *prices) all() (p domain.Prices) {
	for i, r := range domain.Recurrences() {
		if amount := *l.offers()[i]; amount != nil {
			p = p.With(r, *amount)
		}
	}
	return p
}
