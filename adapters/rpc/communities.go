package rpc

import (
	"context"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// communities is CommunityService.
type communities struct{ *server }

// ListConnections shows a page of a seller's connections.
func (s *communities) ListConnections(ctx context.Context, r *usherv1.ListConnectionsRequest) (*usherv1.ListConnectionsResponse, error) {
	c, err := s.seller(ctx, domain.ViewSales)
	if err != nil {
		return nil, err
	}
	all, next, err := list(r, func(after ports.Cursor, limit int) ([]domain.Connection, error) {
		return s.usher.Communities.List(ctx, c.seller, after, limit)
	}, func(o domain.Connection) ports.Cursor { return ports.Cursor{At: o.CreatedAt, ID: string(o.ID)} }, connectionOf)
	if err != nil {
		return nil, err
	}
	return &usherv1.ListConnectionsResponse{Connections: all, NextPageToken: next}, nil
}

// connection returns the connection that a request names.
func (s *server) connection(ctx context.Context, scope domain.Scope, id string) (caller, domain.Connection, error) {
	return owned(ctx, s, scope, domain.ErrConnectionNotFound, func(seller domain.SellerID) (domain.Connection, error) {
		return s.usher.Communities.Get(ctx, seller, domain.ConnectionID(id))
	})
}

// GetConnection shows a connection, without asking its service.
func (s *communities) GetConnection(ctx context.Context, r *usherv1.GetConnectionRequest) (*usherv1.GetConnectionResponse, error) {
	c, conn, err := s.connection(ctx, domain.ViewSales, r.Connection)
	if err != nil {
		return nil, err
	}
	used, err := s.usher.Communities.CallsUsed(ctx, c.seller, conn.ID)
	if err != nil {
		return nil, err
	}
	return &usherv1.GetConnectionResponse{Connection: connectionOf(conn), CallsUsed: used}, nil
}

// EditConnection changes what is given of a connection's settings.
func (s *communities) EditConnection(ctx context.Context, r *usherv1.EditConnectionRequest) (*usherv1.EditConnectionResponse, error) {
	c, conn, err := s.connection(ctx, domain.EditProducts, r.Connection)
	switch {
	case err != nil:
		return nil, err
	case r.SpaceGroup == nil && r.MembersOnly == nil && r.CallsLimit == nil:
		return nil, domain.InvalidField("space_group", "say what to change: space_group, members_only or calls_limit")
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.EditConnectionResponse, error) {
		is, use := conn, s.usher.Communities
		if r.CallsLimit != nil {
			if is, err = use.SetQuota(ctx, c.seller, conn.ID, *r.CallsLimit); err != nil {
				return nil, asField(err, "quota", "calls_limit")
			}
		}
		if r.SpaceGroup != nil {
			if is, err = use.ChooseSpaceGroup(ctx, c.seller, conn.ID, domain.TargetID(*r.SpaceGroup)); err != nil {
				return nil, asField(err, "target", "space_group")
			}
		}
		if r.MembersOnly != nil {
			if is, err = use.SetMembersOnly(ctx, c.seller, conn.ID, *r.MembersOnly); err != nil {
				return nil, err
			}
		}
		return &usherv1.EditConnectionResponse{Connection: connectionOf(is)}, nil
	})
}

// ListChoices asks the service what attachments to a connection can give.
func (s *communities) ListChoices(ctx context.Context, r *usherv1.ListChoicesRequest) (*usherv1.ListChoicesResponse, error) {
	c, conn, err := s.connection(ctx, domain.ViewSales, r.Connection)
	if err != nil {
		return nil, err
	}
	all, err := s.usher.Communities.Choices(ctx, c.seller, conn.ID)
	if err != nil {
		return nil, err
	}
	return &usherv1.ListChoicesResponse{Choices: choicesOf(all)}, nil
}

// CheckConnection asks the service how a connection does.
func (s *communities) CheckConnection(ctx context.Context, r *usherv1.CheckConnectionRequest) (*usherv1.CheckConnectionResponse, error) {
	c, conn, err := s.connection(ctx, domain.EditProducts, r.Connection)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.CheckConnectionResponse, error) {
		is, err := s.usher.Communities.Check(ctx, c.seller, conn.ID)
		if err != nil {
			return nil, err
		}
		return &usherv1.CheckConnectionResponse{Connection: connectionOf(is)}, nil
	})
}

// Reconcile compares who is in with who should be.
func (s *communities) Reconcile(ctx context.Context, r *usherv1.ReconcileRequest) (*usherv1.ReconcileResponse, error) {
	c, conn, err := s.connection(ctx, domain.EditProducts, r.Connection)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.ReconcileResponse, error) {
		found, err := s.usher.Communities.Compare(ctx, c.seller, conn.ID, false)
		if err == nil && !r.DryRun {
			err = s.usher.Communities.Mend(ctx, c.seller, conn.ID)
		}
		if err != nil {
			return nil, err
		}
		return &usherv1.ReconcileResponse{
			Ok: small(len(found.OK)), ShouldBeIn: textsOf(found.NotIn), ShouldNotBeIn: textsOf(found.ShouldNotBeIn), Lacks: textsOf(found.MissingTarget),
			NotClaimed: textsOf(found.TargetNotClaimed), Complete: found.Complete, Mended: !r.DryRun,
		}, nil
	})
}

// Disconnect ends a connection. Where people are removed first, it goes on after
// the answer.
func (s *communities) Disconnect(ctx context.Context, r *usherv1.DisconnectRequest) (*usherv1.DisconnectResponse, error) {
	c, conn, err := s.connection(ctx, domain.EditProducts, r.Connection)
	if err != nil {
		return nil, err
	}
	members, err := wordOf[domain.Leaving]("members", r.Members)
	switch {
	case err != nil:
		return nil, err
	case r.BotLeaves && conn.Service != domain.Discord:
		return nil, domain.InvalidField("bot_leaves", "goes with Discord only")
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.DisconnectResponse, error) {
		if err := s.usher.Communities.Disconnect(ctx, c.seller, conn.ID, members, r.BotLeaves); err != nil {
			return nil, err
		}
		is, err := s.usher.Communities.Get(ctx, c.seller, conn.ID)
		if err != nil {
			return nil, err
		}
		return &usherv1.DisconnectResponse{Connection: connectionOf(is)}, nil
	})
}
