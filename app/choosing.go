package app

import (
	"context"
	"errors"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Offer asks Circle once more what the token of a connection opens, for a seller
// who has not chosen a community yet. One that is to a community already is
// refused, in the field connection.
func (c *Communities) Offer(ctx context.Context, seller domain.SellerID, id domain.ConnectionID) (offer CircleOffer, err error) {
	if c.circle == nil {
		return offer, domain.ErrNotConfigured
	}
	conn, door, err := c.open(ctx, seller, id)
	if err != nil {
		return offer, unopened(err)
	}
	if conn.Service != domain.Circle || conn.RemoteID != "" {
		return offer, domain.InvalidField("connection", saysChosen)
	}
	asking, cancel := context.WithTimeout(ctx, 3*callWithin)
	defer cancel()
	_, offer.Communities, err = c.circle.Detect(asking, door.Secret, conn.Dialect)
	if err != nil {
		return CircleOffer{}, notRetrieved(troubleOf(err))
	}
	offer.Connection = conn
	return offer, nil
}

// unopened is a connection's own trouble as a refusal that its seller reads.
func unopened(err error) error {
	if t, ok := errors.AsType[*domain.Trouble](err); ok {
		return refused(domain.ErrCommunityRefused.Because(t), saysUnreadable)
	}
	return err
}

// ChooseCommunity takes one of the communities that a v1 token opens, and
// returns its space groups. Where the seller has a connection to it already, the
// token is that one's from now on, and the connection that it came with is closed.
func (c *Communities) ChooseCommunity(ctx context.Context, seller domain.SellerID, id domain.ConnectionID, communityID string) (offer CircleOffer, err error) {
	service, err := c.service(domain.Circle)
	if err != nil {
		return offer, err
	}
	conn, door, err := c.open(ctx, seller, id)
	if err != nil {
		return offer, unopened(err)
	}
	offer.Connection = conn
	if conn.Service != domain.Circle || conn.Dialect != "v1" {
		return offer, domain.InvalidField("connection", saysChosen)
	}
	conn.RemoteID, door.RemoteID = communityID, communityID
	if err := c.notTaken(ctx, conn); err != nil {
		return offer, err
	}
	asking, cancel := context.WithTimeout(ctx, 3*callWithin)
	defer cancel()
	if offer.SpaceGroups, err = service.Choices(asking, door); err != nil {
		return offer, refused(domain.ErrCommunityRefused.Because(troubleOf(err)), saysSpaceGroups)
	}
	if was := offer.Connection.RemoteID; was != "" && was != communityID {
		return CircleOffer{}, domain.InvalidField("community", "another community is another connection; disconnect this one first")
	}
	offer.Connection, err = c.choose(ctx, offer.Connection, communityID, door.Secret)
	return offer, err
}

// ChooseSpaceGroup names the space group of attachments that name none.
func (c *Communities) ChooseSpaceGroup(ctx context.Context, seller domain.SellerID, id domain.ConnectionID, group domain.TargetID) (domain.Connection, error) {
	return c.change(ctx, seller, id, func(conn *domain.Connection) error { conn.Target = group; return nil })
}

// SetMembersOnly says whether also people who were there before usher are
// removed in the end.
func (c *Communities) SetMembersOnly(ctx context.Context, seller domain.SellerID, id domain.ConnectionID, only bool) (domain.Connection, error) {
	return c.change(ctx, seller, id, func(conn *domain.Connection) error { conn.MembersOnly = only; return nil })
}

// SetQuota says how many calls a month the community's plan allows; 0: unknown.
func (c *Communities) SetQuota(ctx context.Context, seller domain.SellerID, id domain.ConnectionID, calls int64) (domain.Connection, error) {
	return c.change(ctx, seller, id, func(conn *domain.Connection) error { conn.Quota = calls; return nil })
}

// CallsUsed returns how many calls of a connection were counted this month. They
// are counted only where the plan's limit is known.
func (c *Communities) CallsUsed(ctx context.Context, seller domain.SellerID, id domain.ConnectionID) (int64, error) {
	month := monthOf(c.at())
	return load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) (int64, error) {
		return tx.Connections.AddCalls(ctx, id, month, 0)
	})
}
