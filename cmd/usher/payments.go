package main

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
)

type paymentsCmd struct {
	List paymentsListCmd `cmd:"" help:"List the payments of a sale and its membership, the oldest first."`
}

type paymentView struct {
	ID         domain.PaymentID     `json:"id"`
	Purchase   domain.PurchaseID    `json:"purchase"`
	Membership domain.MembershipID  `json:"membership"`
	Kind       domain.PaymentKind   `json:"kind"`
	Cycle      int                  `json:"cycle"`
	Attempt    int                  `json:"attempt"`
	Status     domain.PaymentStatus `json:"status"`
	Decline    domain.Decline       `json:"decline"`
	Amount     int64                `json:"amount"` // minor units
	Currency   domain.Currency      `json:"currency"`
	Refunded   int64                `json:"refunded"`
	Refunding  int64                `json:"refunding"` // on its way back
	Method     string               `json:"method"`
	Elsewhere  bool                 `json:"elsewhere"` // somebody else charged it
	Processor  string               `json:"processor_ref"`
	PaidAt     *time.Time           `json:"paid_at"`
	CreatedAt  time.Time            `json:"created_at"`
}

// paymentViewOf is null if there is no payment.
func paymentViewOf(p domain.PaymentState) *paymentView {
	if p.ID == "" {
		return nil
	}
	return &paymentView{
		p.ID, p.PurchaseID, p.MembershipID, p.Kind, p.Cycle, p.Attempt, p.Status, p.Decline, p.Amount.Amount, p.Amount.Currency,
		p.Refunded, p.Refunding, p.Method, p.Elsewhere, p.ProcessorRef, at(p.PaidAt), p.CreatedAt,
	}
}

type paymentsListCmd struct {
	Purchase domain.PurchaseID `help:"Of this purchase." required:"" placeholder:"PURCHASE"`
}

// Run lists payments.
func (l paymentsListCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	all, err := p.Payments.OfPurchase(c.ctx, seller, l.Purchase)
	if err != nil {
		return err
	}
	columns := []column{left("ID"), left("MADE (UTC)"), left("FOR"), right("CYCLE"), right("MINOR UNITS"), left("CURRENCY"), left("STATE"), right("REFUNDED")}
	return list(c, each(all), func(p domain.PaymentState) any { return paymentViewOf(p) }, columns, func(p domain.PaymentState) []string {
		state := strings.ReplaceAll(string(p.Status), "_", " ")
		if p.Elsewhere {
			state += ", elsewhere"
		}
		return []string{string(p.ID), day(p.CreatedAt), string(p.Kind), fmt.Sprint(p.Cycle), fmt.Sprint(p.Amount.Amount), string(p.Amount.Currency), state, fmt.Sprint(p.Refunded)}
	}, "Nothing was charged for it.")
}

// each goes through what was read at once.
func each[T any](of []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range of {
			if !yield(v, nil) {
				return
			}
		}
	}
}
