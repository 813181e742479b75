package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type productsCmd struct {
	List       productsListCmd       `cmd:"" help:"List the products."`
	Show       productsShowCmd       `cmd:"" help:"Show a product, its variants, and how far the keys for its past sales are."`
	Add        productsAddCmd        `cmd:"" help:"Add a product."`
	Edit       productsEditCmd       `cmd:"" help:"Change a product. Switching license keys on gives past sales theirs."`
	Delete     productsDeleteCmd     `cmd:"" help:"Take a product off sale. Its keys go on verifying."`
	Undelete   productsUndeleteCmd   `cmd:"" help:"Take a deletion back, within ten minutes."`
	Variants   productsVariantsCmd   `cmd:"" help:"List a product's versions or tiers."`
	AddVariant productsAddVariantCmd `cmd:"" help:"Add a version or a tier to a product."`
}

// oneProduct is the argument of commands about one.
type oneProduct struct {
	Product string `arg:"" help:"Id or permalink of the product."`
}

type productView struct {
	ID                 domain.ProductID   `json:"id"`
	Seller             domain.SellerID    `json:"seller"`
	Name               string             `json:"name"`
	ProductKind        domain.ProductKind `json:"product_kind"`
	Permalink          string             `json:"permalink"`
	CustomPermalink    string             `json:"custom_permalink"`
	Price              int64              `json:"price"` // minor units
	Currency           domain.Currency    `json:"currency"`
	Prices             map[string]int64   `json:"prices"`
	Includes           []includeView      `json:"includes"`
	Licensed           bool               `json:"licensed"`
	Multiseat          bool               `json:"multiseat"`
	MostSeats          int                `json:"most_seats"` // of one membership; 0: any
	Published          bool               `json:"published"`
	Preorder           bool               `json:"preorder"`
	ProductIDNotNeeded bool               `json:"product_id_not_needed"`
	FreeTrial          int64              `json:"free_trial"` // seconds
	CreatedAt          time.Time          `json:"created_at"`
	DeletedAt          *time.Time         `json:"deleted_at"`
}

type includeView struct {
	Product  domain.ProductID `json:"product"`
	Quantity int              `json:"quantity"`
}

func viewProduct(p domain.Product) any { return productViewOf(p) }

func productViewOf(p domain.Product) productView {
	v := productView{
		p.ID, p.SellerID, p.Name, p.Kind, p.Permalink, p.CustomPermalink, p.Price.Amount, p.Price.Currency,
		viewPrices(p.Prices), []includeView{}, p.Licensed, p.Multiseat, p.MostSeats, p.Published, p.Preorder, p.ProductIDNotNeeded,
		int64(p.FreeTrial / time.Second), p.CreatedAt, at(p.DeletedAt),
	}
	for l := range p.Includes.All() {
		v.Includes = append(v.Includes, includeView{l.ProductID, l.Quantity})
	}
	return v
}

func viewPrices(p domain.Prices) map[string]int64 {
	all := map[string]int64{}
	for _, r := range domain.Recurrences() {
		if amount, ok := p.At(r); ok {
			all[string(r)] = amount
		}
	}
	return all
}

// showProduct prints a product with what hangs on it.
func (c *call) showProduct(p domain.Product) { c.show(viewProduct(p), productLines(p)...) }

func productLines(p domain.Product) []line {
	var includes []string
	for l := range p.Includes.All() {
		includes = append(includes, fmt.Sprintf("%d of %s", l.Quantity, l.ProductID))
	}
	var prices []string
	for _, r := range domain.Recurrences() {
		if amount, ok := p.Prices.At(r); ok {
			prices = append(prices, fmt.Sprintf("%s %s", r, domain.Money{Amount: amount, Currency: p.Price.Currency}))
		}
	}
	return []line{
		{"id", string(p.ID)}, {"name", p.Name}, {"kind", string(p.Kind)}, {"permalink", p.Permalink},
		{"custom permalink", p.CustomPermalink}, {"price", p.Price.String()}, {"prices", strings.Join(prices, ", ")},
		{"includes", strings.Join(includes, ", ")}, {"license keys", yes(p.Licensed)}, {"seats", yes(p.Multiseat)},
		{"most seats", most(p.MostSeats)},
		{"published", yes(p.Published)}, {"made", when(p.CreatedAt)}, {"deleted", when(p.DeletedAt)},
	}
}

// most is a limit for a person; nothing where there is none.
func most(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

type productsListCmd struct{}

// Run lists the products.
func (productsListCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	all := app.Paged(func(after ports.Cursor, n int) ([]domain.Product, error) {
		return p.Catalog.Products(c.ctx, seller, after, n)
	}, func(p domain.Product) ports.Cursor { return ports.Cursor{At: p.CreatedAt, ID: string(p.ID)} })
	columns := []column{left("ID"), left("PERMALINK"), left("NAME"), left("KIND"), right("MINOR UNITS"), left("CURRENCY"), left("KEYS"), left("STATE")}
	return list(c, all, viewProduct, columns, func(p domain.Product) []string {
		state := "published"
		switch {
		case !p.DeletedAt.IsZero():
			state = "deleted"
		case !p.Published:
			state = "not published"
		}
		return []string{string(p.ID), p.Permalink, p.Name, string(p.Kind), fmt.Sprint(p.Price.Amount), string(p.Price.Currency), yes(p.Licensed), state}
	}, "There are no products. Make one: usher products add --name Inkwell --price 2900 --licensed")
}

type productsShowCmd struct{ oneProduct }

// Run shows a product.
func (s productsShowCmd) Run(c *call) error {
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
	view := struct {
		productView
		Variants  []any    `json:"variants"`
		PastSales *keysFor `json:"past_sales"`
	}{productView: productViewOf(product), Variants: []any{}}
	lines := productLines(product)
	for _, v := range variants {
		view.Variants = append(view.Variants, viewVariant(v))
		about := fmt.Sprintf("%s: %s, %s", v.Category, v.Name, v.ID)
		if v.MostSeats > 0 {
			about += fmt.Sprintf(", at most %d seats", v.MostSeats)
		}
		lines = append(lines, line{"variant", about})
	}
	task, err := p.Catalog.PastSales(c.ctx, seller, product.ID)
	if err == nil {
		view.PastSales = keysForPast(task)
		lines = append(lines, line{"past sales", view.PastSales.String()})
	} else if domain.KindOf(err) != domain.NotFound {
		return err
	}
	c.show(view, lines...)
	return nil
}

type productsDeleteCmd struct {
	oneProduct
	confirmed
}

// Run takes a product off sale.
func (d productsDeleteCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	product, err := p.Catalog.Product(c.ctx, seller, d.Product)
	if err != nil {
		return err
	}
	if err := c.confirm(d.confirmed, fmt.Sprintf("Take %q off sale?", product.Name)); err != nil {
		return err
	}
	if product, err = p.Catalog.DeleteProduct(c.ctx, seller, product.ID); err != nil {
		return err
	}
	c.showProduct(product)
	c.hint("Its keys go on verifying. For ten minutes: usher products undelete %s", product.Permalink)
	return nil
}

type productsUndeleteCmd struct{ oneProduct }

// Run takes a deletion back.
func (u productsUndeleteCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	product, err := p.Catalog.Product(c.ctx, seller, u.Product)
	if err != nil {
		return err
	}
	if product, err = p.Catalog.UndeleteProduct(c.ctx, seller, product.ID); err != nil {
		return err
	}
	c.showProduct(product)
	c.hint("It is not published: usher products edit %s --published", product.Permalink)
	return nil
}
