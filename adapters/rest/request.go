package rest

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
)

// overrides are the methods that a POST may turn into.
var overrides = []string{
	http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPost,
	http.MethodDelete, http.MethodOptions, http.MethodPatch, "LINK", "UNLINK",
}

// method returns the method that r is about. A POST may name another one: in
// `_method` of its form or multipart body (not in the query, not in JSON), else
// in X-HTTP-Method-Override. Either is read without regard to case, and one
// that is unknown changes nothing. p may be the zero value, when the parameters
// could not be parsed.
func method(r *http.Request, p params) string {
	if r.Method != http.MethodPost {
		return r.Method
	}
	name := r.Header.Get("X-HTTP-Method-Override")
	if p.override.kind != kindNull {
		name = p.override.value
	}
	if name = strings.ToUpper(name); slices.Contains(overrides, name) {
		return name
	}
	return r.Method
}

// bearer returns the access token that r carries, or "": that of the
// Authorization header, else the parameter access_token, else bearer_token. A
// blank one, and a parameter that is no string, counts as missing.
func bearer(r *http.Request, p params) string {
	const scheme = "Bearer "
	header := r.Header.Get("Authorization")
	if len(header) > len(scheme) && strings.EqualFold(header[:len(scheme)], scheme) {
		if token := header[len(scheme):]; !blank(token) {
			return token
		}
	}
	for _, name := range [...]string{"access_token", "bearer_token"} {
		if token, _, isString := p.str(name); isString && !blank(token) {
			return token
		}
	}
	return ""
}

// refuseParams answers a request whose parameters parseParams could not read.
//
// A body that is too large is 413, empty. Anything else is 400: with a body for
// those who accept JSON, and an empty one for everybody else. The content types
// are those that upstream sends from outside of Rails, without a charset.
func refuseParams(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, errTooLarge) {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	accept := strings.Join(r.Header.Values("Accept"), ",")
	if !strings.Contains(accept, "application/json") {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = io.WriteString(w, `{"success":false}`)
}
