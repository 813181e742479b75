package rest

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// oauths are the paths at which programs get tokens of their own and give them
// back (RFC 6749, RFC 7009). They lie beside the API, and take POST only.
var oauths = map[string]func(call) (*object, error){
	"/oauth/token":  call.token,
	"/oauth/revoke": call.revokeToken,
}

// oauthError is a refusal in the words of RFC 6749, section 5.2.
type oauthError struct {
	status      int
	code, words string
}

func (e *oauthError) Error() string { return e.code }

var (
	errInvalidClient   = &oauthError{http.StatusUnauthorized, "invalid_client", "The client is unknown, or its secret is another one."}
	errInvalidScope    = &oauthError{http.StatusBadRequest, "invalid_scope", "The client may not have that scope."}
	errInvalidRequest  = &oauthError{http.StatusBadRequest, "invalid_request", "The parameter grant_type is missing, or the client says in two ways who it is."}
	errUnsupportedType = &oauthError{http.StatusBadRequest, "unsupported_grant_type", "Only client_credentials is given here."}
)

// serveOAuth answers a program that is about tokens. What stands in the query of
// its address does not count: a secret has no place there.
func (a *api) serveOAuth(w http.ResponseWriter, r *http.Request, do func(call) (*object, error)) {
	h := w.Header()
	if r.Method != http.MethodPost {
		refuseRequest(w, "not_routed", http.StatusNotFound)
		return
	}
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	plain := r.Clone(r.Context())
	plain.URL.RawQuery = ""
	p, err := parseParams(w, plain)
	if err != nil {
		reason(w, reasonOf(err))
		refuseParams(w, r, err)
		return
	}
	o, err := do(call{a, r, p, nil})
	if e, is := errors.AsType[*oauthError](err); is {
		reason(w, e.code)
		if e == errInvalidClient && r.Header.Get("Authorization") != "" {
			h.Set("WWW-Authenticate", `Basic realm="usher"`)
		}
		o = newObject(2)
		o.put("error", e.code)
		o.put("error_description", e.words)
		writeJSON(w, e.status, o)
		return
	}
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	reason(w, "ok")
	writeJSON(w, http.StatusOK, o)
}

// token gives a program a token.
func (c call) token() (*object, error) {
	grant, _, _ := c.p.str("grant_type")
	switch {
	case blank(grant):
		return nil, errInvalidRequest
	case grant != "client_credentials":
		return nil, errUnsupportedType
	}
	by, err := c.client()
	if err != nil {
		return nil, err
	}
	asked, err := c.scopes()
	if err != nil {
		return nil, err
	}
	secret, made, err := c.usher.Applications.Grant(c.r.Context(), by, asked)
	if err != nil {
		return nil, ofClient(err)
	}
	o := newObject(4)
	o.put("access_token", secret)
	o.put("token_type", "bearer")
	o.put("scope", string(made.Scopes))
	o.put("created_at", made.CreatedAt.Unix())
	return o, nil
}

// revokeToken ends a token of the program that asks; any other is left alone, and
// the answer is the same.
func (c call) revokeToken() (*object, error) {
	by, err := c.client()
	if err != nil {
		return nil, err
	}
	secret, _, _ := c.p.str("token")
	if err := c.usher.Applications.GiveUp(c.r.Context(), by, secret); err != nil {
		return nil, ofClient(err)
	}
	return newObject(0), nil
}

// ofClient says in the words of OAuth what the domain refused.
func ofClient(err error) error {
	switch {
	case errors.Is(err, domain.ErrUnauthenticated):
		return errInvalidClient
	case errors.Is(err, domain.ErrForbidden):
		return errInvalidScope
	}
	return err
}

// client returns who a program says it is: by HTTP Basic, with both parts encoded
// as in a form, or by client_id and client_secret. Both ways at once are refused.
func (c call) client() (app.Client, error) {
	id, _, _ := c.p.str("client_id")
	secret, given, _ := c.p.str("client_secret")
	name, word, basic := c.r.BasicAuth()
	if !basic {
		if c.r.Header.Get("Authorization") != "" {
			return app.Client{}, errInvalidClient
		}
		return app.Client{ID: domain.ApplicationID(id), Secret: secret}, nil
	}
	if given {
		return app.Client{}, errInvalidRequest
	}
	name, errName := url.QueryUnescape(name)
	word, errWord := url.QueryUnescape(word)
	if errName != nil || errWord != nil || id != "" && id != name {
		return app.Client{}, errInvalidClient
	}
	return app.Client{ID: domain.ApplicationID(name), Secret: word}, nil
}

// scopes reads which scopes are asked for; none: all that there are to have.
func (c call) scopes() (domain.Scopes, error) {
	list, present, isString := c.p.str("scope")
	if present && !isString {
		return "", errInvalidScope
	}
	var asked []domain.Scope
	for _, name := range strings.Fields(list) {
		asked = append(asked, domain.Scope(name))
	}
	if len(asked) == 0 {
		return "", nil
	}
	made, err := domain.MakeScopes(asked...)
	if err != nil {
		return "", errInvalidScope
	}
	return made, nil
}
