package api

import (
	"github.com/usherhq/usher/domain"
)

// owned returns what a path names by its id, of a seller's whose token has the
// scope. To anybody else, and to every buyer, it is not there (missing); a seller
// without the scope is [domain.ErrForbidden].
func owned[T any](c *call, scope domain.Scope, name string, missing error, get func(domain.SellerID, string) (T, error)) (got T, err error) {
	token, err := c.holder()
	if err != nil {
		return got, domain.Hidden(err, missing)
	}
	id := c.r.PathValue(name)
	if !domain.Storable(id) {
		return got, missing
	}
	if got, err = get(token.State().SellerID, id); err != nil {
		return got, err
	}
	return got, domain.Hidden(token.Allow(scope), missing)
}
