package api

import (
	"errors"
	"net/http"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// communityRoutes are those that communities are about, by path.
func communityRoutes() map[string]actions {
	of := func(method string, do action) actions { return actions{method: do} }
	return map[string]actions{
		"/api/communities":                         of(http.MethodGet, listConnections),
		"/api/communities/circle":                  of(http.MethodPost, connectCircle),
		"/api/communities/discord":                 of(http.MethodPost, startDiscord),
		"/api/communities/{connection}":            {http.MethodGet: getConnection, http.MethodPatch: setConnection},
		"/api/communities/{connection}/community":  {http.MethodGet: getOffer, http.MethodPut: chooseCommunity},
		"/api/communities/{connection}/choices":    of(http.MethodGet, getChoices),
		"/api/communities/{connection}/check":      of(http.MethodPost, checkConnection),
		"/api/communities/{connection}/reconcile":  of(http.MethodPost, reconcile),
		"/api/communities/{connection}/disconnect": of(http.MethodPost, disconnect),

		"/api/products/{product}/attachments": {http.MethodGet: listAttachments, http.MethodPost: attach},
		"/api/attachments/{attachment}":       {http.MethodGet: getAttachment, http.MethodPut: reattach, http.MethodDelete: detach},

		"/api/people":                   of(http.MethodGet, listPeople),
		"/api/people/{claim}":           of(http.MethodGet, getPerson),
		"/api/people/{claim}/retry":     of(http.MethodPost, retryPerson),
		"/api/people/{claim}/invite":    of(http.MethodPost, invitePerson),
		"/api/people/{claim}/leave-out": of(http.MethodPost, leavePersonOut),
		"/api/blocks":                   {http.MethodGet: listBlocks, http.MethodPost: block},
		"/api/blocks/lift":              of(http.MethodPost, unblock),
		"/api/customers/readdress":      of(http.MethodPost, readdressAll),
		"/api/customers/erase":          of(http.MethodPost, erase),

		"/api/sales/{purchase}/email":                     of(http.MethodPut, readdressSale),
		"/api/sales/{purchase}/link":                      of(http.MethodPost, linkSale),
		"/api/sales/{purchase}/communities":               of(http.MethodGet, listPlaces),
		"/api/sales/{purchase}/communities/{claim}/leave": of(http.MethodPost, leavePlace),
	}
}

// listConnections shows a page of a seller's connections, those that were
// disconnected too.
func listConnections(c *call) (answer, error) {
	seller, err := c.seller(domain.ViewSales)
	if err != nil {
		return answer{}, err
	}
	limit, mark, err := c.query(nil)
	if err != nil {
		return answer{}, err
	}
	after, err := ports.PlaceAt(mark)
	if err != nil {
		return answer{}, err
	}
	all, err := c.usher.Communities.List(c.r.Context(), seller, after, limit+1)
	if err != nil {
		return answer{}, err
	}
	body := connectionsBody{Connections: []connection{}}
	all, body.Next = page(all, limit, func(o domain.Connection) ports.Cursor { return ports.Cursor{At: o.CreatedAt, ID: string(o.ID)} })
	for _, o := range all {
		body.Connections = append(body.Connections, connectionOf(o))
	}
	return answer{body: body}, nil
}

// connection returns the connection of the path.
func (c *call) connection(scope domain.Scope) (domain.Connection, error) {
	return owned(c, scope, "connection", domain.ErrConnectionNotFound, func(seller domain.SellerID, id string) (domain.Connection, error) {
		return c.usher.Communities.Get(c.r.Context(), seller, domain.ConnectionID(id))
	})
}

// getConnection shows a connection, without asking its service.
func getConnection(c *call) (answer, error) {
	conn, err := c.connection(domain.ViewSales)
	if err != nil {
		return answer{}, err
	}
	used, err := c.usher.Communities.CallsUsed(c.r.Context(), conn.SellerID, conn.ID)
	return answer{body: connectionUsedBody{connectionOf(conn), used}}, err
}

// setConnection changes what is given of a connection's settings.
func setConnection(c *call) (answer, error) {
	conn, err := c.connection(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	var group *string
	var only *bool
	var calls *int
	if err := c.read(fields{"space_group": &group, "members_only": &only, "calls_limit": &calls}); err != nil {
		return answer{}, err
	}
	if group == nil && only == nil && calls == nil {
		return answer{}, malformed("must say what to change: space_group, members_only or calls_limit")
	}
	return c.onceOrAgain(conn.SellerID, func() (answer, error) {
		ctx, communities := c.r.Context(), c.usher.Communities
		conn := conn
		if calls != nil {
			if conn, err = communities.SetQuota(ctx, conn.SellerID, conn.ID, int64(*calls)); err != nil {
				return answer{}, asField(err, "quota", "calls_limit")
			}
		}
		if group != nil {
			if conn, err = communities.ChooseSpaceGroup(ctx, conn.SellerID, conn.ID, domain.TargetID(*group)); err != nil {
				return answer{}, asField(err, "target", "space_group")
			}
		}
		if only != nil {
			if conn, err = communities.SetMembersOnly(ctx, conn.SellerID, conn.ID, *only); err != nil {
				return answer{}, err
			}
		}
		return answer{body: connectionBody{connectionOf(conn)}}, nil
	})
}

// asField is a refusal of a field by the name that it has here.
func asField(err error, field, here string) error {
	if e, ok := errors.AsType[*domain.Error](err); ok && e.Field == field {
		copied := *e
		copied.Field = here
		return &copied
	}
	return err
}

// checkConnection asks the service how a connection does.
func checkConnection(c *call) (answer, error) {
	conn, err := c.connection(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	if err := c.read(nil); err != nil {
		return answer{}, err
	}
	return c.onceOrAgain(conn.SellerID, func() (answer, error) {
		conn, err := c.usher.Communities.Check(c.r.Context(), conn.SellerID, conn.ID)
		return answer{body: connectionBody{connectionOf(conn)}}, err
	})
}

// disconnect ends a connection. Where people are removed first, it goes on
// after the answer.
func disconnect(c *call) (answer, error) {
	conn, err := c.connection(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	var members string
	var leaves bool
	if err := c.read(fields{"members": &members, "bot_leaves": &leaves}); err != nil {
		return answer{}, err
	}
	if leaves && conn.Service != domain.Discord {
		return answer{}, domain.InvalidField("bot_leaves", "goes with Discord only")
	}
	return c.once(conn.SellerID, func() (answer, error) {
		ctx := c.r.Context()
		if err := c.usher.Communities.Disconnect(ctx, conn.SellerID, conn.ID, domain.Leaving(members), leaves); err != nil {
			return answer{}, err
		}
		conn, err := c.usher.Communities.Get(ctx, conn.SellerID, conn.ID)
		if err != nil {
			return answer{}, err
		}
		a := answer{body: connectionBody{connectionOf(conn)}}
		if conn.ClosedAt.IsZero() {
			a.status = http.StatusAccepted
		}
		return a, nil
	})
}

// getChoices asks the service what attachments to a connection can give.
func getChoices(c *call) (answer, error) {
	conn, err := c.connection(domain.ViewSales)
	if err != nil {
		return answer{}, err
	}
	all, err := c.usher.Communities.Choices(c.r.Context(), conn.SellerID, conn.ID)
	return answer{body: choicesBody{choicesOf(all)}}, err
}

// reconcile compares who is in with who should be, and mends it unless it is a
// dry run.
func reconcile(c *call) (answer, error) {
	conn, err := c.connection(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	var dry bool
	if err := c.read(fields{"dry_run": &dry}); err != nil {
		return answer{}, err
	}
	return c.onceOrAgain(conn.SellerID, func() (answer, error) {
		ctx := c.r.Context()
		found, err := c.usher.Communities.Compare(ctx, conn.SellerID, conn.ID, false)
		if err == nil && !dry {
			err = c.usher.Communities.Mend(ctx, conn.SellerID, conn.ID)
		}
		return answer{body: driftOf(found, !dry)}, err
	})
}
