package main

import (
	"context"
	"strings"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// wish is what a member could have instead.
type wish struct {
	Seats      *int   `help:"So many seats in all, free ones too." placeholder:"N"`
	Tier       string `help:"Another tier, by id or name, at today's price." placeholder:"TIER"`
	Recurrence string `help:"Another recurrence, at today's price: monthly, quarterly, biannually, yearly, every_two_years." placeholder:"RECURRENCE"`
}

// request returns the wish as the use cases know it.
func (w wish) request(c *call, p *app.Usher, seller domain.SellerID, s domain.MembershipState) (domain.Request, error) {
	if w == (wish{}) {
		return domain.Request{}, wrongUse("", "say what to change", "give --seats, --tier or --recurrence")
	}
	var r domain.Request
	var err error
	if w.Recurrence != "" {
		if r.Recurrence, err = domain.ParseRecurrence(w.Recurrence); err != nil {
			return r, err
		}
	}
	if w.Seats != nil {
		r.Seats, r.HasSeats = *w.Seats, true
	}
	if w.Tier == "" {
		return r, nil
	}
	variants, err := p.Catalog.Variants(c.ctx, seller, s.ProductID)
	if err != nil {
		return r, err
	}
	of := make([]domain.Variant, 0, len(variants))
	for _, v := range variants {
		if v.Category == domain.TierCategory {
			of = append(of, v)
		}
	}
	r.Tier, err = theVariant(of, "tier", w.Tier)
	return r, err
}

// once is the flag of commands that are done once under a key.
type once struct {
	IdempotencyKey string `help:"With the same key again, nothing is done and the first outcome is shown." placeholder:"TEXT"`
}

type membershipsQuoteCmd struct {
	oneMembership
	wish
}

// Run prices a change.
func (m membershipsQuoteCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	s, err := m.find(c, p, seller)
	if err != nil {
		return err
	}
	r, err := m.request(c, p, seller, s)
	if err != nil {
		return err
	}
	q, err := p.Memberships.Quote(c.ctx, seller, s.ID, r)
	if err != nil {
		return err
	}
	c.showQuote(q)
	return nil
}

type membershipsChangeCmd struct {
	oneMembership
	wish
	Quote string `help:"Do what this quote says, for what it says." placeholder:"QUOTE"`
	once
}

// Run changes a membership.
func (m membershipsChangeCmd) Run(c *call) error {
	if m.Quote != "" && m.wish != (wish{}) {
		return wrongUse("quote", "a quote says already what changes", "leave --seats, --tier and --recurrence out")
	}
	return c.ofMembership(m.oneMembership, func(ctx context.Context, p *app.Usher, seller domain.SellerID, s domain.MembershipState) (app.Done, error) {
		if m.Quote != "" {
			quote := strings.TrimSpace(m.Quote)
			if q, err := p.Memberships.QuoteOf(quote); err == nil && q.MembershipID != s.ID {
				return app.Done{}, wrongUse("quote", "it is of another membership, "+string(q.MembershipID), "")
			}
			return p.Memberships.Change(ctx, seller, quote, m.IdempotencyKey)
		}
		r, err := m.request(c, p, seller, s)
		if err != nil {
			return app.Done{}, err
		}
		return p.Memberships.Ask(ctx, seller, s.ID, r, m.IdempotencyKey)
	})
}

// seatsWanted is the flag of commands that may change the seats as well.
type seatsWanted struct {
	Seats *int `help:"For so many seats in all, free ones too; as many as there were unless given." placeholder:"N"`
}

func (s seatsWanted) request() domain.Request {
	if s.Seats == nil {
		return domain.Request{}
	}
	return domain.AskSeats(*s.Seats)
}

type membershipsRestartCmd struct {
	oneMembership
	actor
	seatsWanted
	once
}

// Run begins a new period.
func (m membershipsRestartCmd) Run(c *call) error {
	return c.ofMembership(m.oneMembership, func(ctx context.Context, p *app.Usher, seller domain.SellerID, s domain.MembershipState) (app.Done, error) {
		return p.Memberships.Restart(ctx, seller, s.ID, m.By, m.request(), m.IdempotencyKey)
	})
}

type membershipsPayCmd struct {
	oneMembership
	seatsWanted
	Method string `help:"With this card or account, from now on." placeholder:"METHOD"`
	once
}

// Run pays what is overdue.
func (m membershipsPayCmd) Run(c *call) error {
	return c.ofMembership(m.oneMembership, func(ctx context.Context, p *app.Usher, seller domain.SellerID, s domain.MembershipState) (app.Done, error) {
		if m.Method != "" {
			return p.Memberships.PayNowWith(ctx, seller, s.ID, m.Method, m.request(), m.IdempotencyKey)
		}
		return p.Memberships.PayNow(ctx, seller, s.ID, m.request(), m.IdempotencyKey)
	})
}
