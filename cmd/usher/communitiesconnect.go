package main

import (
	"fmt"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// errTokenAsArgument refuses a token where others can read it, without repeating
// it.
var errTokenAsArgument = &fault{exitUsage, "token_as_argument",
	"an API token is never an argument: everybody on this machine can read those, and your shell keeps them", "", "pipe it in"}

type communitiesCircleCmd struct {
	Community  string          `help:"Which community, by its id at Circle, if the token opens several." placeholder:"ID"`
	SpaceGroup domain.TargetID `help:"Space group of attachments that name none." placeholder:"ID"`
	Dialect    string          `help:"Ask only one of Circle's two APIs, v1 or v2; both unless given." enum:",v1,v2" default:"" placeholder:"API"`
}

// Run connects a Circle community.
func (k communitiesCircleCmd) Run(c *call) error {
	token, err := c.readSecret("API token", "pipe it in: usher communities connect-circle < token.txt")
	if err != nil {
		return err
	}
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	offer, err := p.Communities.ConnectCircle(c.ctx, seller, token, k.Dialect)
	if err != nil {
		return err
	}
	if k.Community != "" && k.Community != offer.Connection.RemoteID {
		there := offer.Communities
		if offer, err = p.Communities.ChooseCommunity(c.ctx, seller, offer.Connection.ID, k.Community); err != nil {
			return flagged(err, "community", "community")
		}
		offer.Communities = there
	}
	if k.SpaceGroup != "" {
		if offer.Connection, err = p.Communities.ChooseSpaceGroup(c.ctx, seller, offer.Connection.ID, k.SpaceGroup); err != nil {
			return flagged(err, "target", "space-group")
		}
	}
	c.doDue(p)
	c.showOffer(offer)
	return nil
}

func (c *call) showOffer(o app.CircleOffer) {
	view := struct {
		connectionView
		Communities []choiceView `json:"communities"`
		SpaceGroups []choiceView `json:"space_groups"`
	}{connectionViewOf(o.Connection), viewChoices(o.Communities), viewChoices(o.SpaceGroups)}
	lines := connectionLines(o.Connection)
	if o.Connection.RemoteID == "" {
		c.show(view, append(lines, choiceLines("can be chosen", o.Communities)...)...)
		c.hint("Choose one: usher communities choose %s --community ID", o.Connection.ID)
		return
	}
	c.show(view, append(lines, choiceLines("can be given", o.SpaceGroups)...)...)
	c.hint("Next: usher communities attach PRODUCT --connection %s --space-group ID", o.Connection.ID)
}

// flagged is a refusal of a field as one of the flag that it came from.
func flagged(err error, field, flag string) error {
	f := describe(err)
	if f.Field == field {
		f.Field = flag
	}
	return f
}

type communitiesDisconnectCmd struct {
	oneConnection
	Members   domain.Leaving `help:"What becomes of those who are in: ${enum}." enum:"keep,remove" required:"" placeholder:"WHAT"`
	BotLeaves bool           `help:"The bot leaves the server, too."`
	confirmed
}

// Run ends a connection.
func (d communitiesDisconnectCmd) Run(c *call) error {
	p, conn, done, err := d.find(c)
	if err != nil {
		return err
	}
	defer done()
	if d.BotLeaves && conn.Service != domain.Discord {
		return wrongUse("bot-leaves", "goes with Discord only", "leave it out")
	}
	fate := "Those who are in stay."
	if d.Members == domain.RemoveMembers {
		fate = "Everybody whom usher let in is removed."
	}
	if err := c.confirm(d.confirmed, fmt.Sprintf("Disconnect %q? %s", printable(conn.Name), fate)); err != nil {
		return err
	}
	if err := p.Communities.Disconnect(c.ctx, conn.SellerID, conn.ID, d.Members, d.BotLeaves); err != nil {
		return err
	}
	c.doDue(p)
	if conn, err = p.Communities.Get(c.ctx, conn.SellerID, conn.ID); err != nil {
		return err
	}
	c.show(viewConnection(conn), connectionLines(conn)...)
	if conn.ClosedAt.IsZero() {
		c.hint("It is disconnected once everybody is out, by the server or the next command that does what is due.")
	}
	return nil
}
