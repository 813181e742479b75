package main

import (
	"strings"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

type purchasesRecordCmd struct {
	Product        string            `help:"Product, by id or permalink." required:"" placeholder:"PRODUCT"`
	Email          string            `help:"E-mail address of the buyer." required:""`
	FullName       string            `help:"Name of the buyer." placeholder:"NAME"`
	Variant        []string          `help:"Chosen variant, by id or name." sep:"none" placeholder:"VARIANT"`
	Quantity       int               `help:"How many, or how many seats of a membership." default:"1" placeholder:"N"`
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

	Recurrence      string    `help:"Of a membership, that somebody else goes on charging: monthly, quarterly, biannually, yearly, every_two_years." placeholder:"RECURRENCE"`
	StartedAt       time.Time `help:"When its present period began; when it was sold unless given." placeholder:"TIME"`
	FreeTrialEndsAt time.Time `help:"When its free trial ends." placeholder:"TIME"`
	OutsideID       string    `name:"outside-id" help:"What the membership is called there: with the same id again, nothing is recorded." placeholder:"ID"`
}

// check refuses flags that are of no use together.
func (r purchasesRecordCmd) check(c *call) error {
	member := r.Recurrence != ""
	switch {
	case r.Quantity < 1:
		return wrongUse("quantity", "must be at least 1", "")
	case r.OrderNumber < 1 && c.explicit("order-number"):
		return wrongUse("order-number", "must be at least 1", "")
	case member && r.IdempotencyKey != "":
		return wrongUse("idempotency-key", "a membership is known again by its id elsewhere", "give --outside-id")
	case !member && (r.OutsideID != "" || !r.StartedAt.IsZero() || !r.FreeTrialEndsAt.IsZero()):
		return wrongUse("recurrence", "is missing: how often the membership renews", "--recurrence monthly")
	}
	return nil
}

// Run records a sale.
func (r purchasesRecordCmd) Run(c *call) error {
	if err := r.check(c); err != nil {
		return err
	}
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	sale, err := r.sale(c, p, seller)
	if err != nil {
		return err
	}
	if r.Recurrence == "" {
		made, err := p.Sales.Record(c.ctx, seller, r.IdempotencyKey, sale)
		if err != nil {
			return err
		}
		c.doDue(p)
		c.show(viewSale(made), saleLines(made)...)
		return nil
	}
	every, err := domain.ParseRecurrence(r.Recurrence)
	if err != nil {
		return err
	}
	made, member, err := p.Sales.RecordMembership(c.ctx, seller, r.OutsideID, sale, domain.MembershipRecord{
		Recurrence: every, StartedAt: r.StartedAt, FreeTrialEndsAt: r.FreeTrialEndsAt,
	})
	if err != nil {
		return err
	}
	c.doDue(p)
	return c.showSold(p, app.Bought{Sale: made, Membership: member})
}

// sale is what the flags describe.
func (r purchasesRecordCmd) sale(c *call, p *app.Usher, seller domain.SellerID) (domain.PurchaseState, error) {
	product, err := p.Catalog.Product(c.ctx, seller, r.Product)
	if err != nil {
		return domain.PurchaseState{}, err
	}
	sale := domain.PurchaseState{
		ID: r.ID, ProductID: product.ID, OrderNumber: r.OrderNumber, Email: r.Email, FullName: r.FullName,
		Quantity: r.Quantity, GiftGiven: r.GiftGiven, GiftOf: r.GiftOf, Fee: r.Fee,
		OfferCode: domain.OfferCode{Code: r.OfferCode}, Referrer: r.Referrer, Country: r.Country, CreatedAt: r.SoldAt,
	}
	if r.Price != nil {
		sale.Price = domain.Money{Amount: *r.Price, Currency: product.Price.Currency}
	}
	if r.Test {
		s, err := p.Sellers.Get(c.ctx, seller)
		if err != nil {
			return sale, err
		}
		sale.PurchaserID = s.UserID
	}
	if sale.CustomFields, err = customFields(r.CustomField); err != nil {
		return sale, err
	}
	sale.Variants, err = c.chosenOf(p, seller, product.ID, r.Variant)
	return sale, err
}

// chosenOf finds the variants that a product's buyer chose.
func (c *call) chosenOf(p *app.Usher, seller domain.SellerID, product domain.ProductID, wanted []string) (domain.VariantIDs, error) {
	if len(wanted) == 0 {
		return "", nil
	}
	variants, err := p.Catalog.Variants(c.ctx, seller, product)
	if err != nil {
		return "", err
	}
	return chosen(variants, wanted)
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
		id, err := theVariant(of, "variant", w)
		if err != nil {
			return "", err
		}
		ids = append(ids, id)
	}
	return domain.ChosenVariants(ids...), nil
}

// theVariant finds the one that a flag names.
func theVariant(of []domain.Variant, flag, wanted string) (domain.VariantID, error) {
	var found []domain.VariantID
	for _, v := range of {
		if string(v.ID) == wanted {
			return v.ID, nil
		}
		if strings.EqualFold(v.Name, wanted) && v.DeletedAt.IsZero() {
			found = append(found, v.ID)
		}
	}
	switch len(found) {
	case 0:
		return "", &fault{exitNotFound, domain.ErrVariantNotFound.Code, "the product has no " + flag + " " + wanted, flag, hints[domain.ErrVariantNotFound.Code]}
	case 1:
		return found[0], nil
	}
	return "", wrongUse(flag, "several are called "+wanted, "name the one that is meant by its id")
}
