package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type purchasesCmd struct {
	List       purchasesListCmd      `cmd:"" help:"List purchases, the oldest first."`
	Show       purchasesShowCmd      `cmd:"" help:"Show a purchase and its license key."`
	Quote      purchasesQuoteCmd     `cmd:"" help:"Say what a sale would cost. Changes nothing."`
	Buy        purchasesBuyCmd       `cmd:"" help:"Sell, and take the money for it. Shows the license key that it earns."`
	Record     purchasesRecordCmd    `cmd:"" help:"Record a sale that was charged elsewhere, once or again and again. Shows the license key that it earns."`
	Report     purchasesReportCmd    `cmd:"" help:"Record what became of a membership that is charged elsewhere."`
	Refund     purchasesRefundCmd    `cmd:"" help:"Give money back, or record that it went back. The key goes on verifying, and says so."`
	Dispute    disputeCmd            `cmd:"" help:"Record that the buyer's bank took the payment back."`
	DisputeWon disputeWonCmd         `cmd:"" help:"Record that the dispute was won."`
	Revoke     revokeCmd             `cmd:"" help:"Take access away: the key verifies no longer."`
	Unrevoke   unrevokeCmd           `cmd:"" help:"Give access back."`
	Readdress  purchasesReaddressCmd `cmd:"" help:"Give a sale another e-mail address of its buyer's."`
	Erase      purchasesEraseCmd     `cmd:"" help:"Forget who has an e-mail address: in every sale, seat and community. What was sold stays."`
}

// onePurchase is the argument of commands about one.
type onePurchase struct {
	Purchase domain.PurchaseID `arg:"" help:"Id of the purchase."`
}

type purchasesListCmd struct {
	Product string `help:"Only of this product, by id or permalink." placeholder:"PRODUCT"`
	Search  string `help:"Only those with these words, or beginnings of words, in name or e-mail address." placeholder:"WORDS"`
	Limit   int    `help:"At most so many; 0: all." default:"100" placeholder:"N"`
}

// Run lists purchases.
func (l purchasesListCmd) Run(c *call) error {
	if l.Limit < 0 {
		return wrongUse("limit", "must not be negative", "")
	}
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	q := ports.PurchaseQuery{Terms: strings.Fields(strings.ToLower(l.Search))}
	if l.Product != "" {
		product, err := p.Catalog.Product(c.ctx, seller, l.Product)
		if err != nil {
			return err
		}
		q.ProductID = product.ID
	}
	more := false
	all := func(yield func(domain.PurchaseState, error) bool) {
		n := 0
		for s, err := range app.Paged(func(after ports.Cursor, page int) ([]domain.PurchaseState, error) {
			q.After, q.Limit = after, page
			return p.Sales.List(c.ctx, seller, q)
		}, func(s domain.PurchaseState) ports.Cursor { return ports.Cursor{At: s.CreatedAt, ID: string(s.ID)} }) {
			if more = l.Limit > 0 && n == l.Limit && err == nil; more {
				return
			}
			if n++; !yield(s, err) {
				return
			}
		}
	}
	columns := []column{left("ID"), left("SOLD (UTC)"), left("E-MAIL"), right("QTY"), right("MINOR UNITS"), left("CURRENCY"), left("STATE")}
	err = list(c, all, viewPurchase, columns, func(s domain.PurchaseState) []string {
		return []string{string(s.ID), day(s.CreatedAt), s.Email, fmt.Sprint(s.Quantity), fmt.Sprint(s.Price.Amount), string(s.Price.Currency), stateOf(s)}
	}, "There are no such purchases.")
	if more {
		c.say("There are more. --limit %d shows twice as many, --limit 0 all.", 2*l.Limit)
	}
	return err
}

type purchasesShowCmd struct {
	onePurchase
	Link bool `help:"With another link to the buyer's page, where a Discord server is joined. Whoever has it acts for the buyer."`
}

// Run shows a purchase.
func (s purchasesShowCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	sale, err := p.Sales.Get(c.ctx, seller, s.Purchase)
	if err != nil {
		return err
	}
	view := struct {
		saleView
		Page string `json:"page"` // the link; empty: none was asked for
	}{saleView: viewSale(sale)}
	if s.Link {
		if view.Page, err = p.Access.Link(c.ctx, seller, s.Purchase); errors.Is(err, domain.ErrNotConfigured) {
			return wrongUse("public-url", "is missing: a link needs the server's address", "usher purchases show PURCHASE --link --url https://keys.example.com")
		} else if err != nil {
			return err
		}
	}
	c.show(view, append(saleLines(sale), line{"page", view.Page})...)
	return nil
}

// The commands that change one purchase and show it afterwards.
type (
	disputeCmd    struct{ onePurchase }
	disputeWonCmd struct{ onePurchase }
	revokeCmd     struct{ onePurchase }
	unrevokeCmd   struct{ onePurchase }
)

type changePurchase func(context.Context, domain.SellerID, domain.PurchaseID) (domain.PurchaseState, error)

// Run records a dispute.
func (d disputeCmd) Run(c *call) error {
	return c.change(d.onePurchase, func(p *app.Usher) changePurchase { return p.Sales.Dispute })
}

// Run records that a dispute was won.
func (d disputeWonCmd) Run(c *call) error {
	return c.change(d.onePurchase, func(p *app.Usher) changePurchase { return p.Sales.WinDispute })
}

// Run takes access away.
func (r revokeCmd) Run(c *call) error {
	return c.change(r.onePurchase, func(p *app.Usher) changePurchase { return p.Sales.Revoke })
}

// Run gives access back.
func (u unrevokeCmd) Run(c *call) error {
	return c.change(u.onePurchase, func(p *app.Usher) changePurchase { return p.Sales.Unrevoke })
}

func (c *call) change(of onePurchase, how func(*app.Usher) changePurchase) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	s, err := how(p)(c.ctx, seller, of.Purchase)
	if err != nil {
		return err
	}
	c.show(viewPurchase(s), purchaseLines(s)...)
	return nil
}
