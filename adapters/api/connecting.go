package api

import (
	"net/http"
	"net/url"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// connectCircle keeps a seller's token of Circle, which no answer shows again,
// and says what it opens.
func connectCircle(c *call) (answer, error) {
	seller, err := c.seller(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	var token, dialect, community, group string
	if err := c.read(fields{"token": &token, "dialect": &dialect, "community": &community, "space_group": &group}); err != nil {
		return answer{}, err
	}
	if dialect != "" && dialect != "v1" && dialect != "v2" {
		return answer{}, domain.InvalidField("dialect", "must be v1 or v2; leave it out to try both")
	}
	return c.once(seller, func() (answer, error) {
		offer, err := c.usher.Communities.ConnectCircle(c.r.Context(), seller, token, dialect)
		if err == nil && community != "" && community != offer.Connection.RemoteID {
			offer, err = c.choose(offer, community)
		}
		if err == nil && group != "" {
			offer.Connection, err = c.usher.Communities.ChooseSpaceGroup(c.r.Context(), seller, offer.Connection.ID, domain.TargetID(group))
			err = asField(err, "target", "space_group")
		}
		if err != nil {
			return answer{}, err
		}
		at := "/api/communities/" + url.PathEscape(string(offer.Connection.ID))
		return answer{status: http.StatusCreated, body: offerOf(offer), location: at}, nil
	})
}

// choose takes one of the communities that a token opens.
func (c *call) choose(offer app.CircleOffer, community string) (app.CircleOffer, error) {
	chosen, err := c.usher.Communities.ChooseCommunity(c.r.Context(), offer.Connection.SellerID, offer.Connection.ID, community)
	chosen.Communities = offer.Communities
	return chosen, asField(err, "connection", "community")
}

// getOffer asks Circle which communities the token of a connection opens.
func getOffer(c *call) (answer, error) {
	conn, err := c.connection(domain.ViewSales)
	if err != nil {
		return answer{}, err
	}
	offer, err := c.usher.Communities.Offer(c.r.Context(), conn.SellerID, conn.ID)
	return answer{body: offerOf(offer)}, err
}

// chooseCommunity takes one of them.
func chooseCommunity(c *call) (answer, error) {
	conn, err := c.connection(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	var community string
	if err := c.read(fields{"community": &community}); err != nil {
		return answer{}, err
	}
	if community == "" {
		return answer{}, domain.InvalidField("community", "is missing")
	}
	return c.once(conn.SellerID, func() (answer, error) {
		offer, err := c.choose(app.CircleOffer{Connection: conn}, community)
		return answer{body: offerOf(offer)}, err
	})
}

// startDiscord makes a link to the seller's pages, where a server is connected:
// Discord wants its answer in the browser that asked. Whoever has the link acts
// as the seller, so the token has to allow all.
func startDiscord(c *call) (answer, error) {
	seller, err := c.seller(domain.AccountScope)
	if err != nil {
		return answer{}, err
	}
	if err := c.read(nil); err != nil {
		return answer{}, err
	}
	if err := c.usher.Communities.Ready(domain.Discord); err != nil {
		return answer{}, err
	}
	return c.onceOrAgain(seller, func() (answer, error) {
		secret, err := c.usher.Sessions.Link(c.r.Context(), seller)
		if err != nil {
			return answer{}, err
		}
		return answer{status: http.StatusCreated, body: linkBody{c.publicURL() + "/admin/link/" + secret, int64(domain.PassLink.Lives() / time.Second)}}, nil
	})
}

// publicURL is where this server is: where it is said to be, or else where it was
// asked.
func (c *call) publicURL() string {
	switch {
	case c.public != "":
		return c.public
	case c.r.TLS != nil:
		return "https://" + c.r.Host
	}
	return "http://" + c.r.Host
}
