package rest

import (
	"context"
	"net/http"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// change is a use case that a licence's seller alone may ask for.
type change func(*app.Licensing, context.Context, domain.SellerID, domain.Lookup) (app.Verification, error)

// managed is the action of a change. The token is looked at before all else:
// who has none learns nothing about a key.
func managed(do change) action {
	return func(a *api, r *http.Request, p params) (app.Verification, error) {
		seller, err := a.authenticate(r, p, domain.EditProducts)
		if err != nil {
			return app.Verification{}, err
		}
		what, err := lookup(p)
		if err != nil {
			return app.Verification{}, err
		}
		return do(a.usher.Licensing, r.Context(), seller, what)
	}
}
