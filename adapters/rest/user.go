package rest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/usherhq/usher/domain"
)

// seesAccount are the scopes that show more of an account than everybody may see.
var seesAccount = []domain.Scope{domain.EditProducts, domain.ViewSales, domain.ViewProfile}

// user answers whose token it is. usher knows neither a biography nor a picture
// of anybody: what Gumroad leaves out where it is missing is left out, and the
// rest is null.
func (c call) user() (*object, error) {
	who, err := c.reader()
	if err != nil {
		return nil, err
	}
	s, err := c.usher.Sellers.Get(c.r.Context(), who.SellerID)
	if err != nil {
		return nil, err
	}
	products, err := c.catalog(who.SellerID)
	if err != nil {
		return nil, err
	}
	more := sees(who, seesAccount...)
	o := newObject(11)
	o.put("name", s.Name)
	if more {
		o.put("currency_type", "usd")
		o.put("bio", nil)
		o.put("twitter_handle", nil)
	}
	o.put("id", string(s.UserID))
	o.put("user_id", string(s.ID))
	o.put("url", c.address(s))
	o.put("links", nil)
	if len(products) > 0 {
		o.put("links", permalinks(products))
	}
	if more {
		o.put("profile_url", nil)
		o.put("email", s.Email)
	}
	if sees(who, domain.ViewProfile) {
		o.put("display_name", s.Name)
	}
	return about("user", o), nil
}

// sees reports whether a token has one of the scopes.
func sees(who domain.TokenState, scopes ...domain.Scope) bool {
	for _, s := range scopes {
		if who.Scopes.Has(s) {
			return true
		}
	}
	return false
}

// address is where the pages of a seller are, without a slash at the end.
func (a *api) address(s domain.Seller) string {
	return cmp.Or(strings.TrimRight(s.Address, "/"), a.publicURL)
}

// slug is what a product is called in its address.
func slug(p domain.Product) string { return cmp.Or(p.CustomPermalink, p.Permalink) }

// permalinks are those of the products that are on sale, oldest first.
func permalinks(newest []domain.Product) (links []string) {
	for _, p := range slices.Backward(newest) {
		if p.Published {
			links = append(links, slug(p))
		}
	}
	return links
}
