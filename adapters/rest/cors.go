package rest

import (
	"net/http"
	"slices"
	"strings"
)

// corsMethods are the methods that a page of another origin may use.
var corsMethods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete}

// cors lets pages of any origin call what lies under /v2, without credentials.
// What lies elsewhere, /api/v2 included, is passed on untouched.
//
// A request with an Origin gets the headers on whatever is answered, errors
// included, for they are set before next runs. A preflight is answered here:
// always 200 with an empty body, and with the headers only if it asks for one
// of corsMethods. An OPTIONS that is no preflight goes to next.
//
// Two things differ from upstream on purpose. It sends an empty
// Access-Control-Expose-Headers; here the header names Usher-Reason, which a
// page could not read otherwise. Vary: Origin is the same, and needed: a cache
// between must not give an answer without the headers to a page.
func cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v2" && !strings.HasPrefix(r.URL.Path, "/v2/") {
			next.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		origin := r.Header.Get("Origin")
		asked := r.Header.Get("Access-Control-Request-Method")
		if origin != "" && asked != "" && r.Method == http.MethodOptions {
			if slices.Contains(corsMethods, strings.ToUpper(asked)) {
				allowOrigin(h)
				if names := r.Header.Values("Access-Control-Request-Headers"); len(names) > 0 {
					h.Set("Access-Control-Allow-Headers", strings.Join(names, ", "))
				}
			}
			w.WriteHeader(http.StatusOK)
			return
		}
		h.Add("Vary", "Origin")
		if origin != "" {
			allowOrigin(h)
			h.Set("Access-Control-Expose-Headers", "Usher-Reason")
		}
		next.ServeHTTP(w, r)
	})
}

func allowOrigin(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", strings.Join(corsMethods, ", "))
	h.Set("Access-Control-Max-Age", "7200")
}
