package api

import (
	"cmp"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// Options are what the API depends on besides the use cases. The zero value,
// and nil, mean the defaults.
type Options struct {
	// PublicURL is the address under which the world reaches the pages that links
	// lead to. The default is where a request came to.
	PublicURL string
	// Logger is told of failures, never of a token, a key or an address. The
	// default is no log.
	Logger *slog.Logger
}

// Handler answers everything below /api/ for u. It looks at the whole path, so
// it is mounted at the root; it is safe for concurrent use.
func Handler(u *app.Usher, o *Options) http.Handler {
	if o == nil {
		o = &Options{}
	}
	a := &api{usher: u, public: strings.TrimRight(o.PublicURL, "/"), log: cmp.Or(o.Logger, slog.New(slog.DiscardHandler)), mux: http.NewServeMux()}
	for pattern, does := range routes() {
		a.mux.Handle(pattern, a.route(does))
	}
	return a
}

type api struct {
	usher  *app.Usher
	public string // without a slash at its end; empty: unknown
	log    *slog.Logger
	mux    *http.ServeMux
}

// action does what one route is for. What it returns beside an error counts
// only as far as an error's answer has a place for it.
type action func(*call) (answer, error)

// actions are what the methods of one path do.
type actions map[string]action

// call is one request.
type call struct {
	*api
	w     http.ResponseWriter
	r     *http.Request
	token domain.TokenState          // of whoever asks, once that is known
	said  map[string]json.RawMessage // what its body says, once that is read
}

// answer is what a request comes to.
type answer struct {
	status   int // 0: 200
	body     any
	location string // of what was made
	replayed bool   // the command came before under this key
	written  bool   // a stream: there is nothing left to write
}

// routes are all that is answered, by path.
func routes() map[string]actions {
	of := func(method string, do action) actions { return actions{method: do} }
	all := map[string]actions{
		"/api/sales":                   of(http.MethodPost, buy),
		"/api/sales/quote":             of(http.MethodPost, quoteSale),
		"/api/sales/{purchase}":        of(http.MethodGet, getSale),
		"/api/sales/{purchase}/refund": of(http.MethodPost, refundSale),

		"/api/memberships/{membership}":          of(http.MethodGet, getMembership),
		"/api/memberships/{membership}/quote":    of(http.MethodPost, quoteChange),
		"/api/memberships/{membership}/change":   of(http.MethodPost, change),
		"/api/memberships/{membership}/keep":     of(http.MethodPost, keep),
		"/api/memberships/{membership}/cancel":   of(http.MethodPost, cancel),
		"/api/memberships/{membership}/uncancel": of(http.MethodPost, uncancel),
		"/api/memberships/{membership}/restart":  of(http.MethodPost, restart),
		"/api/memberships/{membership}/pay":      of(http.MethodPost, payNow),
		"/api/memberships/{membership}/method":   of(http.MethodPut, setMethod),
		"/api/memberships/{membership}/end":      of(http.MethodPost, endNow),
		"/api/memberships/{membership}/refund":   of(http.MethodPost, refundPeriod),

		"/api/memberships/{membership}/seats":               {http.MethodGet: listSeats, http.MethodPost: assignSeat},
		"/api/memberships/{membership}/seats/grant":         of(http.MethodPost, grantSeats),
		"/api/memberships/{membership}/seats/{seat}":        of(http.MethodDelete, revokeSeat),
		"/api/memberships/{membership}/seats/{seat}/invite": of(http.MethodPost, inviteAgain),
		"/api/seats/claim":                                  of(http.MethodPost, claimSeat),

		"/api/clock":         of(http.MethodGet, getClock),
		"/api/clock/advance": of(http.MethodPost, advanceClock),
	}
	for _, more := range []map[string]actions{communityRoutes(), webhookRoutes(), applicationRoutes()} {
		maps.Copy(all, more)
	}
	return all
}

// ServeHTTP finds the route. What would be sent elsewhere for a slash too many
// is not routed.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{api: a, w: w, r: r}
	defer c.recovered()
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if p := r.URL.EscapedPath(); p != path.Clean(p) {
		c.refuse(errNotRouted, answer{})
		return
	}
	if _, pattern := a.mux.Handler(r); pattern == "" {
		c.refuse(errNotRouted, answer{})
		return
	}
	a.mux.ServeHTTP(w, r)
}

// route does what the request's method asks of a path.
func (a *api) route(does actions) http.Handler {
	var names []string
	for method := range does {
		names = append(names, method)
		if method == http.MethodGet {
			names = append(names, http.MethodHead)
		}
	}
	slices.Sort(names)
	allow := strings.Join(names, ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{api: a, w: w, r: r}
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		do, known := does[method]
		if !known {
			w.Header().Set("Allow", allow)
			c.refuse(errMethod, answer{})
			return
		}
		got, err := do(c)
		switch {
		case err != nil:
			c.refuse(err, got)
		case !got.written:
			c.write(got)
		}
	})
}
