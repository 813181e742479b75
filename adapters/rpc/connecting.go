package rpc

import (
	"context"

	"google.golang.org/protobuf/types/known/durationpb"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// ConnectCircle keeps a seller's token of Circle, which no answer shows again, and
// says what it opens.
func (s *communities) ConnectCircle(ctx context.Context, r *usherv1.ConnectCircleRequest) (*usherv1.ConnectCircleResponse, error) {
	c, err := s.seller(ctx, domain.EditProducts)
	if err != nil {
		return nil, err
	}
	if r.Dialect != "" && r.Dialect != "v1" && r.Dialect != "v2" {
		return nil, domain.InvalidField("dialect", "must be v1 or v2; leave it out to try both")
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.ConnectCircleResponse, error) {
		offer, err := s.usher.Communities.ConnectCircle(ctx, c.seller, r.Token, r.Dialect)
		if err != nil {
			return nil, err
		}
		opens := offer.Communities
		if r.Community != "" && r.Community != offer.Connection.RemoteID {
			if offer, err = s.choose(ctx, c, offer.Connection.ID, r.Community); err != nil {
				return nil, err
			}
		}
		if r.SpaceGroup != "" {
			if offer.Connection, err = s.usher.Communities.ChooseSpaceGroup(ctx, c.seller, offer.Connection.ID, domain.TargetID(r.SpaceGroup)); err != nil {
				return nil, asField(err, "target", "space_group")
			}
		}
		return &usherv1.ConnectCircleResponse{Connection: connectionOf(offer.Connection), Communities: choicesOf(opens), SpaceGroups: choicesOf(offer.SpaceGroups)}, nil
	})
}

// choose takes one of the communities that a token opens.
func (s *server) choose(ctx context.Context, c caller, id domain.ConnectionID, community string) (app.CircleOffer, error) {
	chosen, err := s.usher.Communities.ChooseCommunity(ctx, c.seller, id, community)
	return chosen, asField(err, "connection", "community")
}

// ListCommunities asks Circle which communities the token of a connection opens.
func (s *communities) ListCommunities(ctx context.Context, r *usherv1.ListCommunitiesRequest) (*usherv1.ListCommunitiesResponse, error) {
	c, conn, err := s.connection(ctx, domain.ViewSales, r.Connection)
	if err != nil {
		return nil, err
	}
	offer, err := s.usher.Communities.Offer(ctx, c.seller, conn.ID)
	if err != nil {
		return nil, err
	}
	return &usherv1.ListCommunitiesResponse{Communities: choicesOf(offer.Communities)}, nil
}

// ChooseCommunity takes one of them.
func (s *communities) ChooseCommunity(ctx context.Context, r *usherv1.ChooseCommunityRequest) (*usherv1.ChooseCommunityResponse, error) {
	c, conn, err := s.connection(ctx, domain.EditProducts, r.Connection)
	switch {
	case err != nil:
		return nil, err
	case r.Community == "":
		return nil, domain.InvalidField("community", "is missing")
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.ChooseCommunityResponse, error) {
		offer, err := s.choose(ctx, c, conn.ID, r.Community)
		if err != nil {
			return nil, err
		}
		return &usherv1.ChooseCommunityResponse{Connection: connectionOf(offer.Connection), SpaceGroups: choicesOf(offer.SpaceGroups)}, nil
	})
}

// ConnectDiscord makes a link to the seller's pages, where a server is connected.
// Whoever has the link acts as the seller, so the token has to allow all.
func (s *communities) ConnectDiscord(ctx context.Context, r *usherv1.ConnectDiscordRequest) (*usherv1.ConnectDiscordResponse, error) {
	c, err := s.seller(ctx, domain.AccountScope)
	if err != nil {
		return nil, err
	}
	if s.public == "" {
		return nil, domain.ErrNotConfigured
	}
	if err := s.usher.Communities.Ready(domain.Discord); err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.ConnectDiscordResponse, error) {
		secret, err := s.usher.Sessions.Link(ctx, c.seller)
		if err != nil {
			return nil, err
		}
		return &usherv1.ConnectDiscordResponse{Url: s.public + "/admin/link/" + secret, ExpiresIn: durationpb.New(domain.PassLink.Lives())}, nil
	})
}
