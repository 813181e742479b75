package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// wanted is what a buyer asks to buy.
type wanted struct {
	Product    string   `help:"Product, by id or permalink." placeholder:"PRODUCT"`
	Variant    []string `help:"Chosen variant or tier, by id or name; one of each category." sep:"none" placeholder:"VARIANT"`
	Quantity   int      `help:"How many, or how many seats of a membership." default:"1" placeholder:"N"`
	Recurrence string   `help:"Of a membership: monthly, quarterly, biannually, yearly, every_two_years; the shortest that is offered unless given." placeholder:"RECURRENCE"`
}

func (w wanted) request(c *call, p *app.Usher, seller domain.SellerID) (domain.SaleRequest, error) {
	if w.Product == "" {
		return domain.SaleRequest{}, wrongUse("product", "is missing", `"usher products list" shows the products`)
	}
	product, err := p.Catalog.Product(c.ctx, seller, w.Product)
	if err != nil {
		return domain.SaleRequest{}, err
	}
	r := domain.SaleRequest{ProductID: product.ID, Quantity: w.Quantity}
	if r.Quantity == 0 {
		r.Quantity = -1 // 0 is no way to ask for one
	}
	if w.Recurrence != "" {
		if r.Recurrence, err = domain.ParseRecurrence(w.Recurrence); err != nil {
			return r, err
		}
	}
	r.Variants, err = c.chosenOf(p, seller, product.ID, w.Variant)
	return r, err
}

type purchasesQuoteCmd struct{ wanted }

type saleQuoteView struct {
	Quote           string            `json:"quote"` // its id
	Product         domain.ProductID  `json:"product"`
	Quantity        int               `json:"quantity"`
	MostQuantity    int               `json:"most_quantity"`
	Recurrence      domain.Recurrence `json:"recurrence"`
	Price           int64             `json:"price"` // minor units, of one period if it renews
	DueNow          int64             `json:"due_now"`
	Currency        domain.Currency   `json:"currency"`
	FreeTrialEndsAt *time.Time        `json:"free_trial_ends_at"`
	Next            *nextView         `json:"next_payment"`
	ExpiresAt       time.Time         `json:"expires_at"`
}

// Run prices a sale.
func (q purchasesQuoteCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	r, err := q.request(c, p, seller)
	if err != nil {
		return err
	}
	s, err := p.Sales.Quote(c.ctx, seller, r)
	if err != nil {
		return err
	}
	v := saleQuoteView{
		s.ID, s.Request.ProductID, s.Request.Quantity, s.MostQuantity, s.Request.Recurrence,
		s.Price.Amount, s.DueNow.Amount, s.Price.Currency, at(s.FreeTrialEndsAt), nil, s.ExpiresAt,
	}
	next := ""
	if !s.NextAt.IsZero() {
		v.Next = &nextView{s.NextAt, s.Request.Quantity, s.NextAmount.Amount}
		next = fmt.Sprintf("%s on %s", s.NextAmount, when(s.NextAt))
	}
	c.show(v, line{"quantity", fmt.Sprint(s.Request.Quantity)}, line{"due now", s.DueNow.String()},
		line{"renews", string(s.Request.Recurrence)}, line{"free until", when(s.FreeTrialEndsAt)}, line{"next", next},
		line{"good until", when(s.ExpiresAt)}, line{"quote", s.ID})
	c.hint("For exactly that: usher purchases buy --quote QUOTE --email bo@example.com --method CARD")
	return nil
}

type purchasesBuyCmd struct {
	wanted
	Quote       string   `help:"Buy what this quote says, for what it says." placeholder:"QUOTE"`
	Email       string   `help:"E-mail address of the buyer." required:""`
	FullName    string   `help:"Name of the buyer." placeholder:"NAME"`
	Method      string   `help:"The processor's name of the card or account that pays, such as sandbox_pays." placeholder:"METHOD"`
	Country     string   `help:"Country of the buyer." placeholder:"NAME"`
	Referrer    string   `help:"Where the buyer came from." placeholder:"URL"`
	CustomField []string `help:"What the buyer answered at the checkout." sep:"none" placeholder:"NAME=VALUE"`
	once
}

// Run sells something, and takes the money for it.
func (b purchasesBuyCmd) Run(c *call) error {
	if b.Quote != "" && (b.Product != "" || len(b.Variant) > 0 || b.Recurrence != "" || c.explicit("quantity")) {
		return wrongUse("quote", "a quote says already what is bought", "leave --product, --variant, --quantity and --recurrence out")
	}
	fields, err := customFields(b.CustomField)
	if err != nil {
		return err
	}
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	buyer := app.Buyer{
		Email: b.Email, FullName: b.FullName, Method: b.Method, Country: b.Country, Referrer: b.Referrer, CanContact: true, CustomFields: fields,
	}
	var bought app.Bought
	if b.Quote != "" {
		bought, err = p.Sales.BuyQuoted(c.ctx, seller, strings.TrimSpace(b.Quote), buyer, b.IdempotencyKey)
	} else {
		var r domain.SaleRequest
		if r, err = b.request(c, p, seller); err == nil {
			bought, err = p.Sales.Buy(c.ctx, seller, r, buyer, b.IdempotencyKey)
		}
	}
	if err != nil {
		return c.declined(err, "name another card or account with --method")
	}
	c.doDue(p)
	return c.showSold(p, bought)
}

type boughtView struct {
	saleView
	Result      domain.Result   `json:"result"`
	Replayed    bool            `json:"replayed"` // the command came before under this key
	Payment     *paymentView    `json:"payment"`
	Member      *membershipView `json:"member"`       // what has begun
	AccessToken string          `json:"access_token"` // the buyer's own; shown this once
}

// showSold prints a sale with what began with it.
func (c *call) showSold(p *app.Usher, b app.Bought) error {
	member, err := c.member(p, b.Membership)
	if err != nil {
		return err
	}
	lines := []line{{"charged now", chargedNow(b.Payment)}}
	if b.Result == domain.Unanswered || b.Result == domain.AwaitsAction {
		lines = append(lines, line{"result", resultOf(b.Result)})
	}
	if member == nil {
		lines = append(lines, saleLines(b.Sale)...)
	} else {
		lines = append(lines, without(saleLines(b.Sale), "product", "quantity", "price", "state", "membership")...)
		lines = append(lines, without(membershipLines(member), "of purchase", "paid with")...)
	}
	c.show(boughtView{viewSale(b.Sale), b.Result, b.Replayed, paymentViewOf(b.Payment), member, b.AccessToken},
		append(lines, line{"access token", b.AccessToken})...)
	switch {
	case b.AccessToken == "":
	case b.Membership.ID != "":
		c.hint("With the access token the buyer manages the membership. It is shown this once.")
	default:
		c.hint("With the access token the buyer opens their page, /d/<access token>. It is shown this once.")
	}
	return nil
}
