package discord

import (
	"context"
	"strings"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// AuthorizeURL is where a seller lets the bot in, or a customer agrees to be
// let in.
func (c *Community) AuthorizeURL(kind domain.PassKind, state, verifier string) string {
	if kind == domain.PassConnect {
		return c.client.ConnectURL(state, verifier)
	}
	return c.client.JoinURL(state, verifier)
}

// Exchange turns a code into a token, once.
func (c *Community) Exchange(ctx context.Context, code, verifier string) (ports.Consent, error) {
	g, err := c.client.Exchange(ctx, code, verifier)
	if err != nil {
		return ports.Consent{}, c.trouble(err)
	}
	agreed := ports.Consent{Token: ports.Proof(g.Token), Scopes: strings.Join(g.Scopes, " ")}
	if g.Guild != nil {
		agreed.ServerID, agreed.ServerName = g.Guild.ID, g.Guild.Name
	}
	return agreed, nil
}

// WhoIs asks whose token it is.
func (c *Community) WhoIs(ctx context.Context, token ports.Proof) (ports.Account, error) {
	u, err := c.client.Me(ctx, AccessToken(token))
	if err != nil {
		return ports.Account{}, c.trouble(err)
	}
	return ports.Account{ID: domain.Subject(u.ID), Name: u.Username}, nil
}
