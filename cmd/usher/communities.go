package main

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type communitiesCmd struct {
	List          communitiesListCmd        `cmd:"" help:"List the communities that are connected."`
	Show          communitiesShowCmd        `cmd:"" help:"Show a community, and what attachments to it can give."`
	Status        communitiesStatusCmd      `cmd:"" help:"Show how each community does, and how many people are in or wait."`
	ConnectCircle communitiesCircleCmd      `cmd:"" help:"Connect a Circle community. Its API token comes on standard input or from a prompt."`
	Attach        communitiesAttachCmd      `cmd:"" help:"Let who buys a product into a community."`
	Reattach      communitiesReattachCmd    `cmd:"" help:"Change what an attachment gives, to whom, and how it ends."`
	Detach        communitiesDetachCmd      `cmd:"" help:"Let nobody more in for a product."`
	Attachments   communitiesAttachmentsCmd `cmd:"" help:"List the communities that come with a product."`
	Choose        communitiesChooseCmd      `cmd:"" help:"Choose the community of a token that opens several, also later than when it was connected."`
	Set           communitiesSetCmd         `cmd:"" help:"Change the settings of a connection."`
	Check         communitiesCheckCmd       `cmd:"" help:"Ask the service how a community does, and try again what waited for it."`
	People        communitiesPeopleCmd      `cmd:"" help:"List who was let in, or is to be."`
	Retry         communitiesRetryCmd       `cmd:"" help:"Try again at once what somebody waits for."`
	InviteAgain   communitiesInviteCmd      `cmd:"" help:"Let somebody in again who was taken out by hand."`
	LeaveOut      communitiesLeaveOutCmd    `cmd:"" help:"Leave somebody out who was taken out by hand, whatever they pay for."`
	Block         communitiesBlockCmd       `cmd:"" help:"Let nobody of an address in anywhere, and take out who is in."`
	Unblock       communitiesUnblockCmd     `cmd:"" help:"Let an address in again for what it paid."`
	Blocks        communitiesBlocksCmd      `cmd:"" help:"List the addresses that are blocked."`
	Reconcile     communitiesReconcileCmd   `cmd:"" help:"Compare who is in with who should be, and mend it."`
	Disconnect    communitiesDisconnectCmd  `cmd:"" help:"End a connection."`
}

type connectionView struct {
	ID         domain.ConnectionID `json:"id"`
	Service    domain.Service      `json:"service"`
	Dialect    string              `json:"dialect"`
	Community  string              `json:"community"` // the service's id of it
	Name       string              `json:"name"`
	Account    string              `json:"account"`
	SpaceGroup domain.TargetID     `json:"space_group"`
	Members    bool                `json:"members_only"`
	CallsLimit int64               `json:"calls_limit"` // a month; 0: not known
	TokenEnd   string              `json:"token_ends_in"`
	Health     domain.Health       `json:"health"`
	Causes     []string            `json:"causes"`
	CheckedAt  *time.Time          `json:"checked_at"`
	Leaving    domain.Leaving      `json:"leaving"` // while it is being disconnected
	CreatedAt  time.Time           `json:"created_at"`
	ClosedAt   *time.Time          `json:"closed_at"`
}

func viewConnection(c domain.Connection) any { return connectionViewOf(c) }

func connectionViewOf(c domain.Connection) connectionView {
	causes := append([]string{}, strings.Fields(string(c.Causes))...)
	return connectionView{c.ID, c.Service, c.Dialect, c.RemoteID, c.Name, c.Account, c.Target, c.MembersOnly, c.Quota, c.SecretEnd,
		c.Health, causes, at(c.CheckedAt), c.Leaving, c.CreatedAt, at(c.ClosedAt)}
}

// stateOfConnection is how a connection does, for a person.
func stateOfConnection(c domain.Connection) string {
	switch {
	case !c.ClosedAt.IsZero():
		return "disconnected"
	case c.Leaving != "":
		return "being disconnected"
	case c.RemoteID == "":
		return "no community chosen"
	case c.Causes != "":
		return string(c.Health) + " (" + strings.ReplaceAll(string(c.Causes), " ", ", ") + ")"
	}
	return string(c.Health)
}

func connectionLines(c domain.Connection) []line {
	token := ""
	if c.SecretEnd != "" {
		token = "ends in " + c.SecretEnd
	}
	limit, members := "", ""
	if c.Quota > 0 {
		limit = fmt.Sprintf("%d calls a month", c.Quota)
	}
	if c.MembersOnly {
		members = "yes: also who was there before usher is removed in the end"
	}
	return []line{
		{"id", string(c.ID)}, {"service", strings.TrimSpace(string(c.Service) + " " + c.Dialect)}, {"community", strings.TrimSpace(c.Name + " " + c.RemoteID)},
		{"connected by", c.Account}, {"space group", string(c.Target)}, {"members only", members}, {"limit", limit}, {"token", token}, {"state", stateOfConnection(c)},
		{"checked", when(c.CheckedAt)}, {"connected", when(c.CreatedAt)}, {"disconnected", when(c.ClosedAt)},
	}
}

func allConnections(c *call, p *app.Usher, seller domain.SellerID) iter.Seq2[domain.Connection, error] {
	return app.Paged(func(after ports.Cursor, n int) ([]domain.Connection, error) {
		return p.Communities.List(c.ctx, seller, after, n)
	}, func(c domain.Connection) ports.Cursor { return ports.Cursor{At: c.CreatedAt, ID: string(c.ID)} })
}

// findConnection finds the connection that a word names: by id, or by a name or
// service that only one has that is not disconnected.
func (c *call) findConnection(p *app.Usher, seller domain.SellerID, word, flag string) (domain.Connection, error) {
	var named []domain.Connection
	for one, err := range allConnections(c, p, seller) {
		switch {
		case err != nil:
			return domain.Connection{}, err
		case string(one.ID) == word:
			return one, nil
		case one.ClosedAt.IsZero() && (strings.EqualFold(one.Name, word) || strings.EqualFold(string(one.Service), word)):
			named = append(named, one)
		}
	}
	switch len(named) {
	case 0:
		return domain.Connection{}, &fault{exitNotFound, domain.ErrConnectionNotFound.Code, "no community " + printable(word) + " is connected", flag, hints[domain.ErrConnectionNotFound.Code]}
	case 1:
		return named[0], nil
	}
	return domain.Connection{}, wrongUse(flag, fmt.Sprintf("%d communities are called %s", len(named), printable(word)), "name it by its id")
}

type communitiesListCmd struct {
	All bool `help:"Those that were disconnected, too."`
}

// Run lists connections.
func (l communitiesListCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	some := func(yield func(domain.Connection, error) bool) {
		for one, err := range allConnections(c, p, seller) {
			if (err != nil || l.All || one.ClosedAt.IsZero()) && !yield(one, err) {
				return
			}
		}
	}
	columns := []column{left("ID"), left("SERVICE"), left("COMMUNITY"), left("CONNECTED (UTC)"), left("STATE")}
	return list(c, some, viewConnection, columns, func(one domain.Connection) []string {
		return []string{string(one.ID), string(one.Service), one.Name, day(one.CreatedAt), stateOfConnection(one)}
	}, "No community is connected. Connect one: usher communities connect-circle < token.txt, or a Discord server in a browser: usher admin link")
}

// oneConnection is the argument of commands about one.
type oneConnection struct {
	Connection string `arg:"" help:"Id of the connection, as communities list shows it; or the name or service of the only one."`
}

// find opens the data folder and finds the connection.
func (o oneConnection) find(c *call) (*app.Usher, domain.Connection, func(), error) {
	p, seller, done, err := c.work()
	if err != nil {
		return nil, domain.Connection{}, nil, err
	}
	conn, err := c.findConnection(p, seller, o.Connection, "connection")
	if err != nil {
		done()
		return nil, conn, nil, err
	}
	return p, conn, done, nil
}

type choiceView struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Refused string `json:"refused"` // why it cannot be given; empty: it can
}

func viewChoices(of []ports.Choice) []choiceView {
	all := []choiceView{}
	for _, one := range of {
		all = append(all, choiceView{one.ID, one.Name, one.Refused})
	}
	return all
}

// choiceLines shows what can be given, or chosen.
func choiceLines(name string, of []ports.Choice) (lines []line) {
	for _, one := range of {
		text := one.ID + "  " + one.Name
		if one.Refused != "" {
			text += " (cannot be given: " + one.Refused + ")"
		}
		lines = append(lines, line{name, text})
	}
	return lines
}

type communitiesShowCmd struct{ oneConnection }

// Run shows a connection, with what the service says can be given. A service
// that does not answer leaves that out.
func (s communitiesShowCmd) Run(c *call) error {
	p, conn, done, err := s.find(c)
	if err != nil {
		return err
	}
	defer done()
	var choices []ports.Choice
	if conn.Open() && conn.RemoteID != "" {
		if choices, err = p.Communities.Choices(c.ctx, conn.SellerID, conn.ID); err != nil {
			c.say("(!) %s", describe(err).Error())
		}
	}
	used, err := p.Communities.CallsUsed(c.ctx, conn.SellerID, conn.ID)
	if err != nil {
		return err
	}
	view := struct {
		connectionView
		CallsUsed int64        `json:"calls_used"` // this month, counted where the limit is known
		Choices   []choiceView `json:"choices"`    // the space groups or roles that can be given
	}{connectionViewOf(conn), used, viewChoices(choices)}
	name := "space group"
	if conn.Service == domain.Discord {
		name = "role"
	}
	lines := connectionLines(conn)
	if conn.Quota > 0 {
		lines = append(lines, line{"used", fmt.Sprintf("%d calls this month", used)})
	}
	c.show(view, append(lines, choiceLines(name, choices)...)...)
	if conn.Open() && conn.RemoteID == "" {
		c.hint("Choose its community: usher communities choose %s", conn.ID)
	}
	return nil
}

type communitiesCheckCmd struct{ oneConnection }

// Run checks a connection. One that is not well ends with a number of its own.
func (k communitiesCheckCmd) Run(c *call) error {
	p, conn, done, err := k.find(c)
	if err != nil {
		return err
	}
	defer done()
	if conn, err = p.Communities.Check(c.ctx, conn.SellerID, conn.ID); err != nil {
		return err
	}
	c.doDue(p)
	if conn, err = p.Communities.Get(c.ctx, conn.SellerID, conn.ID); err != nil {
		return err
	}
	c.show(viewConnection(conn), connectionLines(conn)...)
	if conn.Health != domain.HealthOK {
		return ended(exitDoubtful)
	}
	return nil
}
