package app

import (
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Communities is what sellers do with communities: connect one, attach products
// to it, see how it does, and end it. Calls to a service are made outside of
// every transaction. Where no service is configured, everything that needs one
// is refused with [domain.ErrNotConfigured].
type Communities struct{ *core }

// CircleOffer is what a Circle token opens.
type CircleOffer struct {
	Connection  domain.Connection
	Communities []ports.Choice // to choose from; of Admin API v2 the one that was taken
	SpaceGroups []ports.Choice // of the community that was taken; nil: choose one first
}

// ConnectCircle keeps a seller's Circle token after asking Circle what it opens:
// Admin API v2 first, then v1, or only the dialect that is named. A token that
// opens a community that the seller has connected already replaces the one of
// that connection. What is refused says in its text what the seller can do.
func (c *Communities) ConnectCircle(ctx context.Context, seller domain.SellerID, token, dialect string) (CircleOffer, error) {
	return CircleOffer{}, domain.ErrNotConfigured
}

// ChooseCommunity takes one of the communities that a v1 token opens, and
// returns its space groups.
func (c *Communities) ChooseCommunity(ctx context.Context, seller domain.SellerID, id domain.ConnectionID, communityID string) (CircleOffer, error) {
	return CircleOffer{}, domain.ErrNotConfigured
}

// ChooseSpaceGroup names the space group of attachments that name none.
func (c *Communities) ChooseSpaceGroup(ctx context.Context, seller domain.SellerID, id domain.ConnectionID, group domain.TargetID) (domain.Connection, error) {
	return domain.Connection{}, domain.ErrNotConfigured
}

// StartDiscord makes the state of an authorization for this browser, and returns
// the address of Discord's page. browser is the secret of its cookie.
func (c *Communities) StartDiscord(ctx context.Context, seller domain.SellerID, browser string) (url string, err error) {
	return "", domain.ErrNotConfigured
}

// FinishDiscord connects the server that Discord's answer names, whatever the
// browser says, and checks it. The state must be of this seller and browser. A
// server that another seller has is [domain.ErrConnectionTaken]; one that this
// seller has already is refreshed.
func (c *Communities) FinishDiscord(ctx context.Context, seller domain.SellerID, browser string, back Callback) (domain.Connection, error) {
	return domain.Connection{}, domain.ErrNotConfigured
}

// Callback is what a service's page sends back to ours.
type Callback struct{ State, Code, Error string }

// Get returns a connection.
func (c *Communities) Get(ctx context.Context, seller domain.SellerID, id domain.ConnectionID) (domain.Connection, error) {
	return load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) (domain.Connection, error) { return tx.Connections.ByID(ctx, id) })
}

// List returns a page of a seller's connections, closed ones too.
func (c *Communities) List(ctx context.Context, seller domain.SellerID, after ports.Cursor, limit int) ([]domain.Connection, error) {
	return load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.Connection, error) {
		return tx.Connections.List(ctx, after, limit)
	})
}

// SetMembersOnly says whether also people who were there before usher are
// removed in the end.
func (c *Communities) SetMembersOnly(ctx context.Context, seller domain.SellerID, id domain.ConnectionID, only bool) (domain.Connection, error) {
	return domain.Connection{}, domain.ErrNotConfigured
}

// SetQuota says how many calls a month the community's plan allows; 0: unknown.
func (c *Communities) SetQuota(ctx context.Context, seller domain.SellerID, id domain.ConnectionID, calls int64) (domain.Connection, error) {
	return domain.Connection{}, domain.ErrNotConfigured
}

// Choices lists what attachments to a connection can give: its space groups or
// roles, and why some cannot be given.
func (c *Communities) Choices(ctx context.Context, seller domain.SellerID, id domain.ConnectionID) ([]ports.Choice, error) {
	return nil, domain.ErrNotConfigured
}

// Check asks the service how a connection does, tells its seller once per cause
// of what is wrong, and lets go on what waited for what is right again.
func (c *Communities) Check(ctx context.Context, seller domain.SellerID, id domain.ConnectionID) (domain.Connection, error) {
	return domain.Connection{}, domain.ErrNotConfigured
}

// Disconnect ends a connection. leaving says what becomes of those who are in:
// with [domain.RemoveMembers] they are removed first, and the connection is
// closed when they are; else it is closed at once. The bot leaves only if it is
// to and nobody else's connection uses the server; if it cannot leave, nothing
// has changed. Its token is forgotten.
func (c *Communities) Disconnect(ctx context.Context, seller domain.SellerID, id domain.ConnectionID, leaving domain.Leaving, botLeaves bool) error {
	return domain.ErrNotConfigured
}

// Rewrap seals every token anew with today's secret, of every seller, and returns
// how many: after that an older secret can be withdrawn.
func (c *Communities) Rewrap(ctx context.Context) (int, error) { return 0, nil }
