package app

import (
	"context"
	"strings"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Communities is what sellers do with communities: connect one, attach products
// to it, see how it does, and end it. Calls to a service are made outside of
// every transaction. Where no service is configured, everything that needs one
// is refused with [domain.ErrNotConfigured].
type Communities struct{ *core }

// What sellers read.
const (
	saysEnterToken     = "Enter an API token"
	saysCheckKey       = "Could not retrieve communities from Circle. Please check your API key."
	saysTryAgain       = "Could not retrieve communities from Circle, which does not answer. Your API key was not checked; please try again."
	saysTooOften       = "Circle is asked too often at the moment. Your API key was not checked; please try again in a few minutes."
	saysRefusedHere    = "Circle refused to name the communities of this API key."
	saysPlan           = "The community's plan has no API access. Change the plan at Circle, or use a token of the older API."
	saysSpaceGroups    = "Could not retrieve space groups from Circle. Please try again."
	saysNotConnected   = "Could not connect to your Discord account, please try again."
	saysSellerCanceled = "You cancelled in Discord; nothing was connected."
	saysTaken          = "This community is already connected by another seller of this server."
	saysChosen         = "is to one community already"
	saysUnreadable     = "The API token that is kept here cannot be read any more. Enter it anew."
	saysNotLeft        = "Could not disconnect the discord integration, please try again."
)

// Ready refuses a service that this server is not set up for, with
// [domain.ErrNotConfigured].
func (c *Communities) Ready(s domain.Service) error {
	_, err := c.service(s)
	return err
}

// CircleOffer is what a Circle token opens.
type CircleOffer struct {
	Connection  domain.Connection
	Communities []ports.Choice // to choose from; of Admin API v2 the one that was taken
	SpaceGroups []ports.Choice // of the community that was taken; nil: choose one first
}

// ConnectCircle keeps a seller's Circle token after asking Circle what it opens:
// Admin API v2 first, then v1, or only the dialect that is named. A token that
// opens a community that the seller has connected already takes the place of
// that connection's. What is refused says in its text what the seller can do.
func (c *Communities) ConnectCircle(ctx context.Context, seller domain.SellerID, token, dialect string) (offer CircleOffer, err error) {
	service, err := c.service(domain.Circle)
	if err != nil || c.circle == nil {
		return offer, domain.ErrNotConfigured
	}
	if token = strings.TrimSpace(token); token == "" {
		return offer, domain.InvalidField("token", saysEnterToken)
	}
	at := c.at()
	conn := domain.Connection{
		ID: domain.ConnectionID(c.newID(at)), SellerID: seller, Service: domain.Circle, Health: domain.HealthOK,
		SecretEnd: domain.SecretEnd(token), SecretSetAt: at, CheckedAt: at, CreatedAt: at,
	}
	asking, cancel := context.WithTimeout(ctx, 3*callWithin)
	defer cancel()
	conn.Dialect, offer.Communities, err = c.circle.Detect(asking, token, dialect)
	if err != nil {
		return CircleOffer{}, notRetrieved(troubleOf(err))
	}
	if conn.Dialect == "v2" && len(offer.Communities) == 1 {
		conn.RemoteID, conn.Name = offer.Communities[0].ID, offer.Communities[0].Name
		door := ports.Door{Connection: conn.ID, SellerID: seller, Dialect: conn.Dialect, RemoteID: conn.RemoteID, Secret: token}
		if offer.SpaceGroups, err = service.Choices(asking, door); err != nil {
			return CircleOffer{}, refused(domain.ErrCommunityRefused.Because(troubleOf(err)), saysSpaceGroups)
		}
	}
	offer.Connection, err = c.keepConnection(ctx, conn, token)
	return offer, err
}

// notRetrieved says why it is not known what a token opens. That the token is
// wrong is said only if Circle says so.
func notRetrieved(t *domain.Trouble) error {
	switch t.Cause {
	case domain.CauseTokenInvalid:
		return refused(domain.ErrCommunityRefused.Because(t), saysCheckKey)
	case domain.CausePlan:
		return refused(domain.ErrCommunityRefused.Because(t), saysPlan)
	case domain.CauseUnreachable:
		return refused(domain.ErrUnavailable.Because(t), saysTryAgain)
	case domain.CauseRateLimited:
		return refused(domain.ErrUnavailable.Because(t), saysTooOften)
	}
	return refused(domain.ErrCommunityRefused.Because(t), saysRefusedHere)
}

// change changes a connection that is not closed.
func (c *core) change(ctx context.Context, seller domain.SellerID, id domain.ConnectionID, by func(*domain.Connection) error) (conn domain.Connection, err error) {
	err = c.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		if conn, err = tx.Connections.ByID(ctx, id); err != nil {
			return err
		}
		if !conn.ClosedAt.IsZero() {
			return domain.ErrConnectionNotFound
		}
		if err := by(&conn); err != nil {
			return err
		}
		if err := conn.Check(); err != nil {
			return err
		}
		return tx.Connections.Save(ctx, conn)
	})
	return conn, err
}

// open returns a connection that is not closed, and the way to its community.
func (c *core) open(ctx context.Context, seller domain.SellerID, id domain.ConnectionID) (conn domain.Connection, door ports.Door, err error) {
	_, err = load(ctx, c, seller, func(ctx context.Context, tx ports.Tx) (struct{}, error) {
		if conn, err = tx.Connections.ByID(ctx, id); err != nil {
			return struct{}{}, err
		}
		if !conn.ClosedAt.IsZero() {
			return struct{}{}, domain.ErrConnectionNotFound
		}
		door, err = c.door(ctx, tx, conn)
		return struct{}{}, err
	})
	if conn.Quota > 0 {
		door.Counted = func() { c.countCall(context.WithoutCancel(ctx), conn) }
	}
	return conn, door, err
}

// countCall counts one request towards those of the month.
func (c *core) countCall(ctx context.Context, conn domain.Connection) {
	month := monthOf(c.at())
	err := c.update(ctx, conn.SellerID, func(ctx context.Context, tx ports.Tx) error {
		_, err := tx.Connections.AddCalls(ctx, conn.ID, month, 1)
		return err
	})
	if err != nil {
		c.log.WarnContext(ctx, "a call was not counted", "connection", conn.ID, "error", domain.CodeOf(err))
	}
}

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

// Choices lists what attachments to a connection can give: its space groups or
// roles, and why some cannot be given.
func (c *Communities) Choices(ctx context.Context, seller domain.SellerID, id domain.ConnectionID) ([]ports.Choice, error) {
	conn, door, err := c.open(ctx, seller, id)
	if err != nil {
		return nil, unopened(err)
	}
	service, err := c.service(conn.Service)
	if err != nil {
		return nil, err
	}
	asking, cancel := context.WithTimeout(ctx, 3*callWithin)
	defer cancel()
	all, err := service.Choices(asking, door)
	if err != nil {
		says := saysSpaceGroups
		if conn.Service == domain.Discord {
			says = "Could not retrieve the server's roles from Discord. Please try again."
		}
		return nil, refused(domain.ErrCommunityRefused.Because(troubleOf(err)), says)
	}
	return all, nil
}
