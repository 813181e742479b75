package main

import (
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
)

type purchasesAddCmd struct {
	Product        string            `help:"Product, by id or permalink." required:"" placeholder:"PRODUCT"`
	Email          string            `help:"E-mail address of the buyer." required:""`
	FullName       string            `help:"Name of the buyer." placeholder:"NAME"`
	Variant        []string          `help:"Chosen variant, by id or name." sep:"none" placeholder:"VARIANT"`
	Quantity       int               `help:"How many." default:"1" placeholder:"N"`
	Price          *int64            `help:"What was paid for all of it, in minor units of the product's currency; the product's price unless given." placeholder:"MINOR"`
	CustomField    []string          `help:"What the buyer answered at the checkout." sep:"none" placeholder:"NAME=VALUE"`
	Test           bool              `help:"The seller bought it, to test."`
	GiftGiven      bool              `help:"Somebody else receives it, and the key."`
	GiftOf         domain.PurchaseID `help:"It is the receiver's side of this gift." placeholder:"PURCHASE"`
	OfferCode      string            `help:"Discount code that was used." placeholder:"CODE"`
	Referrer       string            `help:"Where the buyer came from." placeholder:"URL"`
	Country        string            `help:"Country of the buyer." placeholder:"NAME"`
	Fee            int64             `help:"What the marketplace kept, in minor units." placeholder:"MINOR"`
	ID             domain.PurchaseID `name:"id" help:"Id that the sale has elsewhere; made unless given." placeholder:"ID"`
	OrderNumber    int64             `help:"Its order number; made unless given." placeholder:"N"`
	SoldAt         time.Time         `help:"When it was sold, such as 2026-04-01T09:30:00Z; now unless given." placeholder:"TIME"`
	IdempotencyKey string            `help:"With the same key again, nothing is recorded and the sale is shown as it stands." placeholder:"TEXT"`
}

// Run records a sale.
func (a purchasesAddCmd) Run(c *call) error {
	if a.Quantity < 1 {
		return wrongUse("quantity", "must be at least 1", "")
	}
	if a.OrderNumber < 1 && c.explicit("order-number") {
		return wrongUse("order-number", "must be at least 1", "")
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
	sale := domain.PurchaseState{
		ID: a.ID, ProductID: product.ID, OrderNumber: a.OrderNumber, Email: a.Email, FullName: a.FullName,
		Quantity: a.Quantity, GiftGiven: a.GiftGiven, GiftOf: a.GiftOf, Fee: a.Fee,
		OfferCode: domain.OfferCode{Code: a.OfferCode}, Referrer: a.Referrer, Country: a.Country, CreatedAt: a.SoldAt,
	}
	if a.Price != nil {
		sale.Price = domain.Money{Amount: *a.Price, Currency: product.Price.Currency}
	}
	if a.Test {
		s, err := p.Sellers.Get(c.ctx, seller)
		if err != nil {
			return err
		}
		sale.PurchaserID = s.UserID
	}
	if sale.CustomFields, err = customFields(a.CustomField); err != nil {
		return err
	}
	if len(a.Variant) > 0 {
		variants, err := p.Catalog.Variants(c.ctx, seller, product.ID)
		if err != nil {
			return err
		}
		if sale.Variants, err = chosen(variants, a.Variant); err != nil {
			return err
		}
	}
	made, err := p.Sales.Record(c.ctx, seller, a.IdempotencyKey, sale)
	if err != nil {
		return err
	}
	c.show(viewSale(made), saleLines(made)...)
	return nil
}

func customFields(of []string) (domain.CustomFields, error) {
	var all []domain.CustomField
	for _, text := range of {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return "", wrongUse("custom-field", "must be a name, = and a value", `--custom-field "Size=XL"`)
		}
		all = append(all, domain.CustomField{Name: name, Value: value})
	}
	return domain.MakeCustomFields(all...), nil
}

// chosen finds variants by id, or by a name that only one of them has.
func chosen(of []domain.Variant, wanted []string) (domain.VariantIDs, error) {
	var ids []domain.VariantID
	for _, w := range wanted {
		var found []domain.VariantID
		for _, v := range of {
			if string(v.ID) == w {
				found = []domain.VariantID{v.ID}
				break
			}
			if strings.EqualFold(v.Name, w) && v.DeletedAt.IsZero() {
				found = append(found, v.ID)
			}
		}
		switch len(found) {
		case 0:
			return "", &fault{exitNotFound, domain.ErrVariantNotFound.Code, "the product has no variant " + w, "variant", hints[domain.ErrVariantNotFound.Code]}
		case 1:
			ids = append(ids, found[0])
		default:
			return "", wrongUse("variant", "several variants are called "+w, "name the one that was bought by its id")
		}
	}
	return domain.ChosenVariants(ids...), nil
}
