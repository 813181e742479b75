package main

import (
	"fmt"

	"github.com/usherhq/usher/domain"
)

type purchasesReaddressCmd struct {
	onePurchase
	Email string `help:"The buyer's other address. Who was invited under the old one stays in until the new one is." required:""`
	All   bool   `help:"Give it to all sales of the same buyer's."`
}

// Run gives a sale, or all of its buyer's, another address.
func (r purchasesReaddressCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	sale, err := p.Sales.Get(c.ctx, seller, r.Purchase)
	if err != nil {
		return err
	}
	if r.All {
		err = p.Access.ReaddressAll(c.ctx, seller, sale.Purchase.Email, r.Email)
	} else {
		err = p.Access.Readdress(c.ctx, seller, r.Purchase, r.Email)
	}
	if err != nil {
		return err
	}
	c.doDue(p)
	if sale, err = p.Sales.Get(c.ctx, seller, r.Purchase); err != nil {
		return err
	}
	c.show(viewPurchase(sale.Purchase), purchaseLines(sale.Purchase)...)
	return nil
}

type purchasesEraseCmd struct {
	oneAddress
	confirmed
}

// Run forgets somebody.
func (e purchasesEraseCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	email := domain.NormalizeEmail(e.Email)
	if err := c.confirm(e.confirmed, fmt.Sprintf("Forget %s? Memberships end, access to communities too. It cannot be undone.", printable(email))); err != nil {
		return err
	}
	if err := p.Access.Erase(c.ctx, seller, e.Email); err != nil {
		return err
	}
	c.doDue(p)
	c.show(struct {
		Erased bool `json:"erased"`
	}{true}, line{"forgotten", email})
	return nil
}
