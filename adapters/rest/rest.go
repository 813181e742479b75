package rest

import (
	"cmp"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/usherhq/usher/app"
)

// Options are what the answers depend on besides the store. The zero value, and
// nil, mean the defaults.
type Options struct {
	// PublicURL is where the pages of sellers are that have no address of their
	// own, without a slash at the end: "https://keys.example.com". The default
	// is http://localhost:8080. It is what product_permalink begins with.
	PublicURL string

	// Logger is told of failures, never of a key or a token. The default is no
	// log.
	Logger *slog.Logger
}

// Handler answers the licence API for u. It looks at the whole path, so it is
// mounted at the root; it is safe for concurrent use.
func Handler(u *app.Usher, o *Options) http.Handler {
	if o == nil {
		o = &Options{}
	}
	a := &api{
		usher:     u,
		publicURL: cmp.Or(strings.TrimRight(o.PublicURL, "/"), "http://localhost:8080"),
		log:       cmp.Or(o.Logger, slog.New(slog.DiscardHandler)),
	}
	return cors(a)
}

type api struct {
	usher     *app.Usher
	publicURL string
	log       *slog.Logger
}

// route is what one path is for.
type route struct {
	method string
	do     action
}

// action runs the use case of one route.
type action func(*api, *http.Request, params) (app.Verification, error)

// routes are all that is answered, by the path behind /v2.
var routes = map[string]route{
	"/licenses/verify":               {http.MethodPost, (*api).verify},
	"/licenses/enable":               {http.MethodPut, managed((*app.Licensing).Enable)},
	"/licenses/disable":              {http.MethodPut, managed((*app.Licensing).Disable)},
	"/licenses/decrement_uses_count": {http.MethodPut, managed((*app.Licensing).Decrement)},
	"/licenses/rotate":               {http.MethodPut, managed((*app.Licensing).Rotate)},
}

// ServeHTTP finds the route, reads the parameters, and writes what the use case
// answers.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	to, known := routes[routePath(r.URL.EscapedPath())]
	if !known {
		refuseRequest(w, "not_routed", http.StatusNotFound)
		return
	}
	p, err := parseParams(w, r)
	if method(r, p) != to.method {
		refuseRequest(w, "not_routed", http.StatusNotFound)
		return
	}
	if err != nil {
		reason(w, reasonOf(err))
		refuseParams(w, r, err)
		return
	}
	v, err := to.do(a, r, p)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	reason(w, "ok")
	writeJSON(w, http.StatusOK, a.answer(v, p))
}

// routePath returns what routes has for a path, still escaped: as Rails does,
// it takes several slashes for one, and one at the end for none. It is empty
// for a path under neither /v2 nor /api/v2.
func routePath(path string) string {
	if plain, ok := strings.CutPrefix(path, "/v2"); ok {
		if _, known := routes[plain]; known { // as nearly everybody writes it
			return plain
		}
	}
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) > 0 && parts[0] == "api" {
		parts = parts[1:]
	}
	if len(parts) == 0 || parts[0] != "v2" {
		return ""
	}
	return "/" + strings.TrimSuffix(strings.Join(parts[1:], "/"), ".json")
}

// answer is the body of a 200.
func (a *api) answer(v app.Verification, p params) *object {
	o := newObject(4)
	o.put("success", true)
	o.put("uses", v.Uses)
	if imported(v) {
		o.take("imported_customer", importedCustomer(v))
	} else {
		o.take("purchase", a.purchase(&v.Facts, v.At))
	}
	if includes(p, "entitlement") {
		o.take("entitlement", entitlement(v))
	}
	return o
}

// reason sets the header that says in one word what came of a request.
func reason(w http.ResponseWriter, code string) { w.Header().Set("Usher-Reason", code) }

// writeJSON writes an answer that nobody keeps, and is done with it.
func writeJSON(w http.ResponseWriter, status int, o *object) {
	whole := newObject(0)
	defer whole.done()
	whole.values = o.appendTo(whole.values)
	o.done()
	body := whole.values
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "private, no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone is nobody's error
}
