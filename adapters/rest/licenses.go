package rest

import (
	"context"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// change is a use case that a licence's seller alone may ask for.
type change func(*app.Licensing, context.Context, domain.SellerID, domain.Lookup) (app.Verification, error)

// managed is the action of a change. The token is looked at before all else:
// who has none learns nothing about a key.
func managed(do change, again repeatable) action {
	return func(c call) (*object, error) {
		who, err := c.allowed(domain.EditProducts)
		if err != nil {
			return nil, err
		}
		what, err := lookup(c.p)
		if err != nil {
			return nil, err
		}
		return c.once(who.SellerID, again, func(c call) (*object, error) {
			v, err := do(c.usher.Licensing, c.r.Context(), who.SellerID, what)
			if err != nil {
				return nil, err
			}
			return c.verified(&v), nil
		})
	}
}
