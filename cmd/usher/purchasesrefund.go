package main

import (
	"fmt"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

type purchasesRefundCmd struct {
	onePurchase
	Amount     int64            `help:"How much, in minor units of its currency; all that is left unless given." placeholder:"MINOR"`
	Payment    domain.PaymentID `help:"Of this payment of the sale or its membership; of the sale's own unless given." placeholder:"PAYMENT" xor:"of"`
	Period     bool             `help:"Of what the membership's present period cost, from its newest payment on." xor:"of"`
	KeepAccess bool             `help:"Leave access to communities as it is, also at later refunds of the sale."`
	once
	confirmed
}

// Run gives money back: by the processor what was charged here, and for the
// rest it records that it went back.
func (r purchasesRefundCmd) Run(c *call) error {
	if r.Amount < 0 || r.Amount == 0 && c.explicit("amount") {
		return wrongUse("amount", "must be more than 0", "leave it out to refund all that is left")
	}
	if r.IdempotencyKey != "" && r.Payment == "" && !r.Period {
		return wrongUse("idempotency-key", "goes with --payment or --period", "name the payment")
	}
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	sale, err := p.Sales.Get(c.ctx, seller, r.Purchase)
	if err != nil {
		return err
	}
	payments, err := p.Payments.OfPurchase(c.ctx, seller, r.Purchase)
	if err != nil {
		return err
	}
	if err := c.confirm(r.confirmed, r.question(sale.Purchase)); err != nil {
		return err
	}
	if r.KeepAccess {
		if err := p.Sales.KeepAccess(c.ctx, seller, r.Purchase); err != nil {
			return err
		}
	}
	if r.Payment == "" && !r.Period {
		s, err := p.Sales.Refund(c.ctx, seller, r.Purchase, r.Amount)
		if err != nil {
			return err
		}
		c.doDue(p)
		c.show(viewPurchase(s), purchaseLines(s)...)
		if !chargedHere(payments) {
			c.hint("usher moved no money: give it back where it was charged.")
		}
		return nil
	}
	var back app.Refunded
	if r.Period {
		if sale.Purchase.MembershipID == "" {
			return &fault{exitNotFound, domain.ErrMembershipNotFound.Code, "this purchase does not renew", "period", ""}
		}
		back, err = p.Payments.RefundPeriod(c.ctx, seller, sale.Purchase.MembershipID, r.Amount, r.IdempotencyKey)
	} else if !of(payments, r.Payment) {
		err = domain.ErrPaymentNotFound
	} else {
		back, err = p.Payments.Refund(c.ctx, seller, r.Payment, r.Amount, r.IdempotencyKey)
	}
	if err != nil {
		return err
	}
	c.doDue(p)
	c.showRefunded(back)
	return nil
}

func (r purchasesRefundCmd) question(sale domain.PurchaseState) string {
	amount, what := "all that is left", "the sale"
	if r.Amount > 0 {
		amount = domain.Money{Amount: r.Amount, Currency: sale.Price.Currency}.String()
	}
	switch {
	case r.Period:
		what = "the present period"
	case r.Payment != "":
		what = "the payment"
	}
	return fmt.Sprintf("Give back %s of %s to %s? It cannot be undone.", amount, what, printable(sale.Email))
}

// chargedHere reports whether a processor of usher's took money.
func chargedHere(payments []domain.PaymentState) bool {
	for _, p := range payments {
		if p.Taken() && !p.Elsewhere {
			return true
		}
	}
	return false
}

// of reports whether a payment is among them.
func of(payments []domain.PaymentState, id domain.PaymentID) bool {
	for _, p := range payments {
		if p.ID == id {
			return true
		}
	}
	return false
}

type refundView struct {
	ID        domain.RefundID     `json:"id"`
	Payment   domain.PaymentID    `json:"payment"`
	Status    domain.RefundStatus `json:"status"`
	Amount    int64               `json:"amount"` // minor units
	SettledAt *time.Time          `json:"settled_at"`
}

// showRefunded prints what a refund came to.
func (c *call) showRefunded(back app.Refunded) {
	view := struct {
		purchaseView
		Replayed bool         `json:"replayed"` // the command came before under this key
		Refunds  []refundView `json:"refunds"`
	}{purchaseViewOf(back.Purchase), back.Replayed, []refundView{}}
	var lines []line
	for _, r := range back.Refunds {
		view.Refunds = append(view.Refunds, refundView{r.ID, r.PaymentID, r.Status, r.Amount, at(r.SettledAt)})
		lines = append(lines, line{"given back", fmt.Sprintf("%s of payment %s: %s",
			domain.Money{Amount: r.Amount, Currency: back.Purchase.Price.Currency}.String(), r.PaymentID, r.Status)})
	}
	c.show(view, append(lines, purchaseLines(back.Purchase)...)...)
}
