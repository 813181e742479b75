package app

import (
	"context"

	"github.com/usherhq/usher/domain"
)

// Callback is what a service's page sends back to ours.
type Callback struct{ State, Code, Error string }

// StartDiscord makes the state of an authorization for this browser, and returns
// the address of Discord's page. browser is the secret of its cookie.
func (c *Communities) StartDiscord(ctx context.Context, seller domain.SellerID, browser string) (url string, err error) {
	if c.discord == nil {
		return "", domain.ErrNotConfigured
	}
	return c.authorize(ctx, domain.PassConnect, seller, "", browser)
}

// FinishDiscord connects the server that Discord's answer names, whatever the
// browser says, and checks it. The state must be of this seller and browser:
// else [domain.ErrPassNotFound] or [domain.ErrPassSpent]. A server that another
// seller has is [domain.ErrConnectionTaken]; one that this seller has already is
// refreshed. What is wrong with it is in the connection's Causes.
func (c *Communities) FinishDiscord(ctx context.Context, seller domain.SellerID, browser string, back Callback) (domain.Connection, error) {
	var none domain.Connection
	if c.discord == nil {
		return none, domain.ErrNotConfigured
	}
	pass, err := c.usePass(ctx, back.State, browser, domain.PassConnect)
	switch {
	case err != nil:
		return none, err
	case pass.SellerID != seller:
		return none, domain.ErrPassNotFound
	case back.Error != "" || back.Code == "":
		return none, refused(domain.ErrCommunityRefused, saysSellerCanceled)
	}
	failed := func(err error) error {
		t := troubleOf(err)
		if t.Party == domain.OperatorActs {
			c.warnOperator(ctx, t)
		}
		return refused(domain.ErrCommunityRefused.Because(t), saysNotConnected)
	}
	asking, cancel := context.WithTimeout(ctx, 3*callWithin)
	defer cancel()
	consent, err := c.discord.Exchange(asking, back.Code, verifierOf(back.State, browser))
	if err != nil {
		return none, failed(err)
	}
	if consent.ServerID == "" {
		return none, refused(domain.ErrCommunityRefused, saysNotConnected)
	}
	account, err := c.discord.WhoIs(asking, consent.Token)
	if err != nil {
		return none, failed(err)
	}
	at := c.at()
	conn, err := c.keepConnection(ctx, domain.Connection{
		ID: domain.ConnectionID(c.newID(at)), SellerID: seller, Service: domain.Discord, RemoteID: consent.ServerID, Name: consent.ServerName,
		Account: account.Name, AccountID: account.ID, Health: domain.HealthOK, CreatedAt: at,
	}, "")
	if err != nil {
		return none, err
	}
	if checked, err := c.Check(ctx, seller, conn.ID); err == nil {
		conn = checked
	}
	return conn, nil
}
