package main

import (
	"context"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

type seatsCmd struct {
	List   seatsListCmd   `cmd:"" help:"List who sits in the seats of a membership, the earliest assigned first."`
	Assign seatsAssignCmd `cmd:"" help:"Name somebody for a free seat, and invite them to it."`
	Invite seatsInviteCmd `cmd:"" help:"Send the invitation to a seat once more."`
	Revoke seatsRevokeCmd `cmd:"" help:"Free a seat. Who sat in it loses access."`
	Grant  seatsGrantCmd  `cmd:"" help:"Give a membership seats for nothing, or take such seats back."`
}

type seatView struct {
	ID        domain.SeatID     `json:"id"`
	Purchase  domain.PurchaseID `json:"purchase"`
	Email     string            `json:"email"`
	Status    domain.SeatStatus `json:"status"`
	ClaimedAt *time.Time        `json:"claimed_at"`
	RevokedAt *time.Time        `json:"revoked_at"`
	CreatedAt time.Time         `json:"created_at"` // when it was assigned
}

func viewSeat(s domain.Seat) any {
	return seatView{s.ID, s.PurchaseID, s.Email, s.Status, at(s.ClaimedAt), at(s.RevokedAt), s.CreatedAt}
}

func (c *call) showSeat(s domain.Seat) {
	c.show(viewSeat(s), line{"id", string(s.ID)}, line{"e-mail", s.Email}, line{"state", string(s.Status)}, line{"assigned", when(s.CreatedAt)},
		line{"claimed", when(s.ClaimedAt)}, line{"revoked", when(s.RevokedAt)})
}

type seatsListCmd struct {
	oneMembership
	All bool `help:"Those that were taken back, too."`
}

// Run lists seats.
func (l seatsListCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	s, err := l.find(c, p, seller)
	if err != nil {
		return err
	}
	seats, err := p.Memberships.Seats(c.ctx, seller, s.ID)
	if err != nil {
		return err
	}
	var some []domain.Seat
	for _, seat := range seats {
		if l.All || seat.Assigned() {
			some = append(some, seat)
		}
	}
	columns := []column{left("ID"), left("E-MAIL"), left("STATE"), left("ASSIGNED (UTC)")}
	return list(c, each(some), viewSeat, columns, func(s domain.Seat) []string {
		return []string{string(s.ID), s.Email, string(s.Status), day(s.CreatedAt)}
	}, "Nobody has a seat of it. Name somebody: usher seats assign "+l.Membership+" --email cleo@example.com")
}

type seatsAssignCmd struct {
	oneMembership
	Email string `help:"E-mail address of who is to have it." required:""`
}

// Run assigns a seat.
func (a seatsAssignCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	s, err := a.find(c, p, seller)
	if err != nil {
		return err
	}
	seat, err := p.Memberships.Assign(c.ctx, seller, s.ID, a.Email)
	if err != nil {
		return err
	}
	c.doDue(p)
	c.showSeat(seat)
	c.hint(`The invitation is among the mails: usher mail list`)
	return nil
}

// oneSeat is the argument of commands about one.
type oneSeat struct {
	Seat domain.SeatID `arg:"" help:"Id of the seat, as seats list shows it."`
}

// ofSeat runs one command of a seat and shows what it came to.
func (c *call) ofSeat(o oneSeat, do func(*app.Usher) func(context.Context, domain.SellerID, domain.SeatID) (domain.Seat, error)) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	seat, err := do(p)(c.ctx, seller, o.Seat)
	if err != nil {
		return err
	}
	c.doDue(p)
	c.showSeat(seat)
	return nil
}

type (
	seatsInviteCmd struct{ oneSeat }
	seatsRevokeCmd struct{ oneSeat }
)

// Run sends the invitation again.
func (i seatsInviteCmd) Run(c *call) error {
	return c.ofSeat(i.oneSeat, func(p *app.Usher) func(context.Context, domain.SellerID, domain.SeatID) (domain.Seat, error) {
		return p.Memberships.ResendInvite
	})
}

// Run frees a seat.
func (r seatsRevokeCmd) Run(c *call) error {
	return c.ofSeat(r.oneSeat, func(p *app.Usher) func(context.Context, domain.SellerID, domain.SeatID) (domain.Seat, error) {
		return p.Memberships.Revoke
	})
}

type seatsGrantCmd struct {
	oneMembership
	Seats int `help:"How many; below 0 takes so many free seats back, as in --seats=-2." required:"" placeholder:"N"`
	once
}

// Run gives free seats.
func (g seatsGrantCmd) Run(c *call) error {
	return c.ofMembership(g.oneMembership, func(ctx context.Context, p *app.Usher, seller domain.SellerID, s domain.MembershipState) (app.Done, error) {
		return p.Memberships.GrantSeats(ctx, seller, s.ID, g.Seats, g.IdempotencyKey)
	})
}
