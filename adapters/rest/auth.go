package rest

import (
	"net/http"

	"github.com/usherhq/usher/domain"
)

// challenge says how to ask again with a token (RFC 6750, section 3), in
// Gumroad's words for every token that does not work, whatever is wrong with it.
const challenge = `Bearer realm="Doorkeeper", error="invalid_token", error_description="The access token is invalid"`

// authenticate returns the seller that the token of r acts for, if it has the
// scope: else domain.ErrUnauthenticated or domain.ErrForbidden.
func (a *api) authenticate(r *http.Request, p params, scope domain.Scope) (domain.SellerID, error) {
	return a.usher.Tokens.Authenticate(r.Context(), bearer(r, p), scope)
}
