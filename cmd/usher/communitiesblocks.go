package main

import (
	"context"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// oneClaim is the argument of commands about one of the people.
type oneClaim struct {
	Claim domain.ClaimID `arg:"" help:"Whose turn it is, by the id that communities people shows."`
}

type forClaim func(context.Context, domain.SellerID, domain.ClaimID) error

// run does something about a claim, and shows what came of it.
func (o oneClaim) run(c *call, how func(*app.Usher) forClaim) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	if err := how(p)(c.ctx, seller, o.Claim); err != nil {
		return err
	}
	c.doDue(p)
	m, err := p.Communities.Person(c.ctx, seller, o.Claim)
	if err != nil {
		return err
	}
	c.show(viewClaim(m), line{"id", string(m.ID)}, line{"e-mail", m.Email}, line{"account", m.Name}, line{"state", string(m.State)}, line{"why", string(m.Cause)})
	return nil
}

type (
	communitiesRetryCmd    struct{ oneClaim }
	communitiesInviteCmd   struct{ oneClaim }
	communitiesLeaveOutCmd struct{ oneClaim }
)

// Run tries again at once.
func (r communitiesRetryCmd) Run(c *call) error {
	return r.run(c, func(p *app.Usher) forClaim { return p.Communities.Retry })
}

// Run lets somebody in again who was taken out by hand.
func (i communitiesInviteCmd) Run(c *call) error {
	return i.run(c, func(p *app.Usher) forClaim { return p.Communities.InviteAgain })
}

// Run blocks whoever it is.
func (l communitiesLeaveOutCmd) Run(c *call) error {
	return l.run(c, func(p *app.Usher) forClaim { return p.Communities.LeaveOut })
}

// oneAddress is the argument of commands about everything of one person.
type oneAddress struct {
	Email string `arg:"" help:"E-mail address."`
}

type blockView struct {
	Email   string `json:"email"`
	Blocked bool   `json:"blocked"`
}

func (o oneAddress) block(c *call, is bool) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	does, state := p.Communities.Unblock, "let in for what they paid"
	if is {
		does, state = p.Communities.Block, "let in nowhere"
	}
	if err := does(c.ctx, seller, o.Email); err != nil {
		return err
	}
	c.doDue(p)
	email := domain.NormalizeEmail(o.Email)
	c.show(blockView{email, is}, line{"e-mail", email}, line{"state", state})
	return nil
}

type (
	communitiesBlockCmd   struct{ oneAddress }
	communitiesUnblockCmd struct{ oneAddress }
	communitiesBlocksCmd  struct{}
)

// Run blocks an address.
func (b communitiesBlockCmd) Run(c *call) error { return b.block(c, true) }

// Run ends a block.
func (u communitiesUnblockCmd) Run(c *call) error { return u.block(c, false) }

// Run lists who is blocked.
func (communitiesBlocksCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	all := func(yield func(string, error) bool) {
		for after := ""; ; {
			page, err := p.Communities.Blocked(c.ctx, seller, after, 0)
			if err != nil {
				yield("", err)
				return
			}
			for _, email := range page {
				if !yield(email, nil) {
					return
				}
				after = email
			}
			if len(page) == 0 {
				return
			}
		}
	}
	return list(c, all, func(email string) any { return blockView{email, true} }, []column{left("E-MAIL")},
		func(email string) []string { return []string{email} }, "Nobody is blocked.")
}
