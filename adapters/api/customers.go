package api

import (
	"net/http"
	"slices"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// listPlaces shows which communities come with a sale, to whoever uses it.
func listPlaces(c *call) (answer, error) {
	id, err := c.sale(domain.ViewSales)
	if err != nil {
		return answer{}, err
	}
	return c.showPlaces(id)
}

// places returns which those are, its buyer's seat among them.
func (c *call) places(id domain.PurchaseID) ([]app.Place, error) {
	return c.usher.Access.Places(c.r.Context(), c.token.SellerID, id, "")
}

func (c *call) showPlaces(id domain.PurchaseID) (answer, error) {
	all, err := c.places(id)
	body := placesBody{Places: []place{}}
	for _, p := range all {
		body.Places = append(body.Places, placeOf(p))
	}
	return answer{body: body}, err
}

// leavePlace takes who uses a sale out of a server, as they wish.
func leavePlace(c *call) (answer, error) {
	id, err := c.sale(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	if err := c.read(nil); err != nil {
		return answer{}, err
	}
	all, err := c.places(id)
	if err != nil {
		return answer{}, err
	}
	if !slices.ContainsFunc(all, func(p app.Place) bool { return string(p.Claim.ID) == c.r.PathValue("claim") }) {
		return answer{}, domain.ErrClaimNotFound
	}
	return c.once(c.token.SellerID, func() (answer, error) {
		if err := c.usher.Access.Leave(c.r.Context(), c.token.SellerID, domain.ClaimID(c.r.PathValue("claim"))); err != nil {
			return answer{}, err
		}
		return c.showPlaces(id)
	})
}

// linkSale makes another link to the page of a sale, for whoever uses it.
func linkSale(c *call) (answer, error) {
	id, err := c.sale(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	if c.token.Scopes == "" {
		return answer{}, domain.ErrForbidden
	}
	if err := c.read(nil); err != nil {
		return answer{}, err
	}
	return c.onceOrAgain(c.token.SellerID, func() (answer, error) {
		link, err := c.usher.Access.Link(c.r.Context(), c.token.SellerID, id)
		return answer{status: http.StatusCreated, body: pageBody{link}}, err
	})
}

// readdressSale gives a sale another address of its buyer's.
func readdressSale(c *call) (answer, error) {
	id, err := c.sale(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	if c.token.Scopes == "" {
		return answer{}, domain.ErrForbidden
	}
	var email string
	if err := c.read(fields{"email": &email}); err != nil {
		return answer{}, err
	}
	return c.onceOrAgain(c.token.SellerID, func() (answer, error) {
		ctx := c.r.Context()
		if err := c.usher.Access.Readdress(ctx, c.token.SellerID, id, email); err != nil {
			return answer{}, err
		}
		sale, err := c.usher.Sales.Get(ctx, c.token.SellerID, id)
		return answer{body: saleOf(sale)}, err
	})
}

// readdressAll gives all sales of an address another one.
func readdressAll(c *call) (answer, error) {
	var from, to string
	return c.ofAddress(fields{"from": &from, "to": &to}, func(seller domain.SellerID) error {
		if domain.NormalizeEmail(from) == "" {
			return domain.InvalidField("from", "is missing")
		}
		return asField(c.usher.Access.ReaddressAll(c.r.Context(), seller, from, to), "email", "to")
	})
}

// erase forgets who has an address.
func erase(c *call) (answer, error) {
	var email string
	return c.ofAddress(fields{"email": &email}, func(seller domain.SellerID) error {
		return c.usher.Access.Erase(c.r.Context(), seller, email)
	})
}

// ofAddress does something about everything that an address has. Its answer says
// nothing but that it is done.
func (c *call) ofAddress(into fields, do func(domain.SellerID) error) (answer, error) {
	seller, err := c.seller(domain.EditProducts)
	if err != nil {
		return answer{}, err
	}
	if err := c.read(into); err != nil {
		return answer{}, err
	}
	return c.onceOrAgain(seller, func() (answer, error) { return answer{body: struct{}{}}, do(seller) })
}
