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
func Handler(u *app.Usher, o *Options) http.Handler { return cors(newAPI(u, o)) }

func newAPI(u *app.Usher, o *Options) *api {
	if o == nil {
		o = &Options{}
	}
	return &api{
		usher:     u,
		publicURL: cmp.Or(strings.TrimRight(o.PublicURL, "/"), "http://localhost:8080"),
		log:       cmp.Or(o.Logger, slog.New(slog.DiscardHandler)),
	}
}

type api struct {
	usher     *app.Usher
	publicURL string
	log       *slog.Logger
}

// ServeHTTP finds the route, reads the parameters, and writes what the use case
// answers.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if do := oauths[r.URL.EscapedPath()]; do != nil {
		a.serveOAuth(w, r, do)
		return
	}
	to, ids := routeTo(r.URL.EscapedPath())
	if to == nil {
		refuseRequest(w, "not_routed", http.StatusNotFound)
		return
	}
	p, err := parseParams(w, r)
	do := to.on(method(r, p))
	if do == nil {
		refuseRequest(w, "not_routed", http.StatusNotFound)
		return
	}
	if err != nil {
		reason(w, reasonOf(err))
		refuseParams(w, r, err)
		return
	}
	o, err := do(call{a, r, p, ids})
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	reason(w, "ok")
	if o.raw != nil {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	writeJSON(w, http.StatusOK, o)
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
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-store")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone is nobody's error
}
