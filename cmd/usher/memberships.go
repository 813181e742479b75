package main

import (
	"context"
	"errors"
	"strings"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

type membershipsCmd struct {
	Show     membershipsShowCmd     `cmd:"" help:"Show a membership as it is now."`
	Quote    membershipsQuoteCmd    `cmd:"" help:"Say what a change would do and cost. Changes nothing."`
	Change   membershipsChangeCmd   `cmd:"" help:"Change seats, tier or recurrence: more is charged and in force now, less comes with the next period."`
	Cancel   membershipsCancelCmd   `cmd:"" help:"End it when what is paid for ends."`
	Uncancel membershipsUncancelCmd `cmd:"" help:"Take a cancellation back before it has come."`
	Restart  membershipsRestartCmd  `cmd:"" help:"Begin a new period of one that has ended, at its old price."`
	Pay      membershipsPayCmd      `cmd:"" help:"Pay what is overdue."`
	End      membershipsEndCmd      `cmd:"" help:"Take it away at once. Nothing is given back."`
	Method   membershipsMethodCmd   `cmd:"" help:"Name the card or account that pays from now on."`
}

// oneMembership is the argument of commands about one.
type oneMembership struct {
	Membership string `arg:"" help:"Id of the membership, or of the purchase that began it."`
}

// find returns the membership that the id is of, or whose purchase it is of.
func (o oneMembership) find(c *call, p *app.Usher, seller domain.SellerID) (domain.MembershipState, error) {
	s, err := p.Memberships.Get(c.ctx, seller, domain.MembershipID(o.Membership))
	if !errors.Is(err, domain.ErrMembershipNotFound) {
		return s, err
	}
	sale, notSold := p.Sales.Get(c.ctx, seller, domain.PurchaseID(o.Membership))
	switch {
	case errors.Is(notSold, domain.ErrPurchaseNotFound):
		return s, err
	case notSold != nil:
		return s, notSold
	case sale.Purchase.MembershipID == "":
		return s, &fault{exitNotFound, domain.ErrMembershipNotFound.Code, "this purchase does not renew", "membership", ""}
	}
	return p.Memberships.Get(c.ctx, seller, sale.Purchase.MembershipID)
}

// actor is on whose behalf a command comes.
type actor struct {
	By domain.Actor `help:"Who asked for it: ${enum}. A buyer can restart what the buyer cancelled." default:"seller" enum:"seller,buyer"`
}

// ofMembership runs one command of a membership and shows what it came to.
func (c *call) ofMembership(o oneMembership, do func(context.Context, *app.Usher, domain.SellerID, domain.MembershipState) (app.Done, error)) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	s, err := o.find(c, p, seller)
	if err != nil {
		return err
	}
	d, err := do(c.ctx, p, seller, s)
	if err != nil {
		if errors.Is(err, domain.ErrPaymentDeclined) {
			c.doDue(p)
		}
		return c.declined(err, `"usher memberships method MEMBERSHIP METHOD" names another card or account`)
	}
	c.doDue(p)
	return c.showDone(p, d)
}

// declined adds to a decline what to do about it: where nobody takes payments
// all are declined.
func (c *call) declined(err error, hint string) error {
	if !errors.Is(err, domain.ErrPaymentDeclined) {
		return err
	}
	f := describe(err)
	switch c.Payments {
	case "none":
		hint = "usher takes no payments here: say who does with --payments, USHER_PAYMENTS or payments in usher.json"
	case "sandbox":
		hint += "; the sandbox's cards are " + strings.Join(sandbox.Methods(), ", ")
	}
	f.Hint = hint
	return f
}

type membershipsShowCmd struct{ oneMembership }

// Run shows a membership.
func (m membershipsShowCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	s, err := m.find(c, p, seller)
	if err != nil {
		return err
	}
	v, err := c.member(p, s)
	if err != nil {
		return err
	}
	c.show(v, membershipLines(v)...)
	return nil
}

type membershipsCancelCmd struct {
	oneMembership
	actor
}

// Run schedules the end of a membership.
func (m membershipsCancelCmd) Run(c *call) error {
	return c.ofMembership(m.oneMembership, func(ctx context.Context, p *app.Usher, seller domain.SellerID, s domain.MembershipState) (app.Done, error) {
		return p.Memberships.Cancel(ctx, seller, s.ID, m.By)
	})
}

type membershipsUncancelCmd struct {
	oneMembership
	actor
}

// Run takes a cancellation back.
func (m membershipsUncancelCmd) Run(c *call) error {
	return c.ofMembership(m.oneMembership, func(ctx context.Context, p *app.Usher, seller domain.SellerID, s domain.MembershipState) (app.Done, error) {
		return p.Memberships.Uncancel(ctx, seller, s.ID, m.By)
	})
}

type membershipsEndCmd struct {
	oneMembership
	actor
	confirmed
}

// Run takes a membership away.
func (m membershipsEndCmd) Run(c *call) error {
	if err := c.confirm(m.confirmed, "End the membership now? What was paid for it is not given back."); err != nil {
		return err
	}
	return c.ofMembership(m.oneMembership, func(ctx context.Context, p *app.Usher, seller domain.SellerID, s domain.MembershipState) (app.Done, error) {
		return p.Memberships.EndNow(ctx, seller, s.ID, m.By)
	})
}

type membershipsMethodCmd struct {
	oneMembership
	Method string `arg:"" help:"The processor's name of it, such as sandbox_pays."`
}

// Run names what pays.
func (m membershipsMethodCmd) Run(c *call) error {
	return c.ofMembership(m.oneMembership, func(ctx context.Context, p *app.Usher, seller domain.SellerID, s domain.MembershipState) (app.Done, error) {
		return p.Memberships.SetMethod(ctx, seller, s.ID, m.Method)
	})
}
