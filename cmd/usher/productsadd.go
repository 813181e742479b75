package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
)

type productsAddCmd struct {
	Name               string           `help:"Name that buyers see." required:""`
	Price              int64            `help:"Price in minor units of the currency: 1200 is 12 dollars, and 1200 yen." placeholder:"MINOR"`
	Currency           string           `help:"Currency, a code of ISO 4217." default:"usd" placeholder:"CODE"`
	Kind               string           `help:"How it is sold: ${enum}." enum:"one_time,membership,bundle" default:"one_time"`
	Prices             map[string]int64 `help:"A membership's prices of one seat, in minor units: monthly, quarterly, biannually, yearly, every_two_years." mapsep:"," placeholder:"yearly=9000,..."`
	Includes           []string         `help:"Products of a bundle, by id or permalink, and how many of each." placeholder:"PRODUCT=N"`
	Permalink          string           `help:"Permalink, unique on the server; made unless given."`
	CustomPermalink    string           `help:"A second permalink, unique among the seller's."`
	Licensed           bool             `help:"Each sale gets a license key."`
	Multiseat          bool             `help:"Buyers choose a number of seats; for memberships with license keys."`
	MostSeats          int              `help:"Seats that one membership may have, complimentary ones too; any number unless given." placeholder:"N"`
	Published          bool             `help:"On sale." default:"true" negatable:""`
	Preorder           bool             `help:"Sold before it is released."`
	ProductIDNotNeeded bool             `name:"product-id-not-needed" help:"Its keys verify by permalink, however new it is."`
	FreeTrial          time.Duration    `help:"Free trial of a membership, such as 336h." placeholder:"DURATION"`
}

// Run adds a product.
func (a productsAddCmd) Run(c *call) error {
	currency, err := domain.ParseCurrency(a.Currency)
	if err != nil {
		return err
	}
	prices, err := parsePrices(a.Prices)
	if err != nil {
		return err
	}
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	var lines []domain.BundleLine
	for _, text := range a.Includes {
		name, number, counted := cutLast(text, "=")
		n := 1
		if counted {
			if n, err = strconv.Atoi(number); err != nil {
				return wrongUse("includes", "after = comes a whole number, as in inkwell=1", "")
			}
		}
		product, err := p.Catalog.Product(c.ctx, seller, name)
		if err != nil {
			return err
		}
		lines = append(lines, domain.BundleLine{ProductID: product.ID, Quantity: n})
	}
	product, err := p.Catalog.AddProduct(c.ctx, seller, domain.Product{
		Kind: domain.ProductKind(a.Kind), Name: a.Name, Permalink: a.Permalink, CustomPermalink: a.CustomPermalink,
		Price: domain.Money{Amount: a.Price, Currency: currency}, Prices: prices, Includes: domain.MakeBundleLines(lines...),
		Licensed: a.Licensed, Multiseat: a.Multiseat, MostSeats: a.MostSeats, Published: a.Published, Preorder: a.Preorder,
		ProductIDNotNeeded: a.ProductIDNotNeeded, FreeTrial: a.FreeTrial,
	})
	if err != nil {
		return err
	}
	c.showProduct(product)
	c.hint("Next: usher purchases record --product %s --email bo@example.com", product.Permalink)
	return nil
}

// cutLast cuts at the last sep whose right side is not empty, since an id of
// usher's ends in "==".
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 || i == len(s)-len(sep) {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func parsePrices(of map[string]int64) (domain.Prices, error) {
	var prices domain.Prices
	for name, amount := range of {
		r, err := domain.ParseRecurrence(name)
		if err != nil {
			return prices, domain.InvalidField("prices", fmt.Sprintf("%q is not monthly, quarterly, biannually, yearly or every_two_years", name))
		}
		prices = prices.With(r, amount)
	}
	return prices, nil
}

type productsVariantsCmd struct{ oneProduct }

type variantView struct {
	ID        domain.VariantID `json:"id"`
	Product   domain.ProductID `json:"product"`
	Category  string           `json:"category"`
	Name      string           `json:"name"`
	Position  int              `json:"position"`
	Price     int64            `json:"price"` // minor units, on top of the product's
	Prices    map[string]int64 `json:"prices"`
	MostSeats int              `json:"most_seats"` // of all live memberships of the tier; 0: any
	CreatedAt time.Time        `json:"created_at"`
	DeletedAt *time.Time       `json:"deleted_at"`
}

func viewVariant(v domain.Variant) any {
	return variantView{v.ID, v.ProductID, v.Category, v.Name, v.Position, v.Price, viewPrices(v.Prices), v.MostSeats, v.CreatedAt, at(v.DeletedAt)}
}

// Run lists a product's variants.
func (s productsVariantsCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	product, err := p.Catalog.Product(c.ctx, seller, s.Product)
	if err != nil {
		return err
	}
	variants, err := p.Catalog.Variants(c.ctx, seller, product.ID)
	if err != nil {
		return err
	}
	return list(c, each(variants), viewVariant, []column{left("ID"), left("CATEGORY"), left("NAME"), right("MINOR UNITS")},
		func(v domain.Variant) []string {
			return []string{string(v.ID), v.Category, v.Name, fmt.Sprint(v.Price)}
		}, "It has no variants. Add one: usher products add-variant "+product.Permalink+" --name Studio --price 2000")
}

type productsAddVariantCmd struct {
	oneProduct
	Name      string           `help:"Name of the version or tier." required:""`
	Category  string           `help:"What is chosen, such as Size; Version or Tier unless given."`
	Price     int64            `help:"What it costs on top of the product's price, in minor units." placeholder:"MINOR"`
	Prices    map[string]int64 `help:"A tier's own prices of one seat, in minor units." mapsep:"," placeholder:"yearly=9000,..."`
	MostSeats int              `help:"Seats that all memberships of a tier may have together; any number unless given." placeholder:"N"`
}

// Run adds a variant.
func (a productsAddVariantCmd) Run(c *call) error {
	prices, err := parsePrices(a.Prices)
	if err != nil {
		return err
	}
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	product, err := p.Catalog.Product(c.ctx, seller, a.Product)
	if err != nil {
		return err
	}
	v, err := p.Catalog.AddVariant(c.ctx, seller, domain.Variant{
		ProductID: product.ID, Category: a.Category, Name: a.Name, Price: a.Price, Prices: prices, MostSeats: a.MostSeats,
	})
	if err != nil {
		return err
	}
	c.show(viewVariant(v), line{"id", string(v.ID)}, line{"product", product.Name}, line{"category", v.Category}, line{"name", v.Name},
		line{"price", domain.Money{Amount: v.Price, Currency: product.Price.Currency}.String()}, line{"most seats", most(v.MostSeats)})
	return nil
}
