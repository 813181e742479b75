package rest

import "github.com/usherhq/usher/domain"

// challenge says how to ask again with a token (RFC 6750, section 3), in
// Gumroad's words for every token that does not work, whatever is wrong with it.
const challenge = `Bearer realm="Doorkeeper", error="invalid_token", error_description="The access token is invalid"`

// allowed returns the token of the call, if it has one of the scopes: else
// domain.ErrUnauthenticated or domain.ErrForbidden.
func (c call) allowed(scopes ...domain.Scope) (domain.TokenState, error) {
	return c.usher.Tokens.Allowed(c.r.Context(), bearer(c.r, c.p), scopes...)
}

// reader is allowed for what every token may see, whatever its scope.
func (c call) reader() (domain.TokenState, error) { return c.allowed(anyScope...) }

var anyScope = domain.AllScopes()
