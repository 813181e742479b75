package web

import (
	"cmp"
	"log/slog"
	"net/http"
	"strings"

	"github.com/usherhq/usher/app"
)

// Options are what the pages depend on besides the use cases. The zero value,
// and nil, mean the defaults.
type Options struct {
	// PublicURL is the address under which the world reaches the pages. With
	// https, cookies are sent over https only.
	PublicURL string
	// Logger is told of failures, never of a secret or an address. The default
	// is no log.
	Logger *slog.Logger
}

// CallbackPath is where Discord sends people back to, below the public address.
const CallbackPath = "/integrations/discord/callback"

// Handler answers the pages of u. It is safe for concurrent use.
func Handler(u *app.Usher, o *Options) http.Handler {
	if o == nil {
		o = &Options{}
	}
	w := &web{usher: u, secure: strings.HasPrefix(o.PublicURL, "https://"), log: cmp.Or(o.Logger, slog.New(slog.DiscardHandler))}
	mux := http.NewServeMux()
	for pattern, page := range map[string]page{
		"GET /admin/link/{link}":                                      (*visit).showLink,
		"POST /admin/link/{link}":                                     (*visit).openLink,
		"GET /admin/communities":                                      (*visit).communities,
		"POST /admin/communities/circle":                              (*visit).connectCircle,
		"POST /admin/communities/{connection}/community":              (*visit).chooseCommunity,
		"GET /admin/communities/{connection}/community":               (*visit).offer,
		"POST /admin/communities/{connection}/check":                  (*visit).check,
		"POST /admin/communities/{connection}/end":                    (*visit).disconnect,
		"GET /admin/products":                                         (*visit).products,
		"GET /admin/products/{product}/communities":                   (*visit).attachments,
		"POST /admin/products/{product}/communities":                  (*visit).attach,
		"GET /admin/products/{product}/communities/{connection}":      (*visit).attachable,
		"POST /admin/products/{product}/communities/{attachment}/end": (*visit).detach,
		"GET /admin/people":                                           (*visit).people,
		"POST /admin/people/{claim}/retry":                            (*visit).retryPerson,
		"POST /admin/people/{claim}/invite":                           (*visit).invitePerson,
		"POST /admin/people/{claim}/leave-out":                        (*visit).leaveOut,
		"POST /admin/leave":                                           (*visit).endSession,
		"GET " + CallbackPath:                                         (*visit).callback,
		"GET " + DonePath:                                             (*visit).done,
		"GET /d/{token}":                                              (*visit).access,
		"POST /d/{token}/leave/{claim}":                               (*visit).leave,
		"/":                                                           (*visit).nothing,
	} {
		mux.Handle(pattern, w.route(page))
	}
	guard := http.NewCrossOriginProtection()
	if o.PublicURL != "" {
		// A proxy in front may name another host to us than the browser sees. An
		// address that is no origin trusts nobody more.
		_ = guard.AddTrustedOrigin(strings.TrimRight(o.PublicURL, "/"))
	}
	guard.SetDenyHandler(w.route(func(v *visit) error { return errForeign }))
	return headers(guard.Handler(mux))
}

// Owns reports whether a path is one of the pages.
func Owns(path string) bool {
	return strings.HasPrefix(path, "/admin/") || strings.HasPrefix(path, "/d/") || path == CallbackPath || path == DonePath
}

type web struct {
	usher  *app.Usher
	secure bool
	log    *slog.Logger
}

// page shows one page, or does what one asks for and goes to another.
type page func(*visit) error

// visit is one request.
type visit struct {
	*web
	w http.ResponseWriter
	r *http.Request
}

const maxFormInBytes = 16 << 10

func (w *web) route(do page) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		v := &visit{w, rw, r}
		if r.Method == http.MethodPost {
			r.Body = http.MaxBytesReader(rw, r.Body, maxFormInBytes)
			if !v.fromOurPage() {
				v.fail(errForeign)
				return
			}
		}
		if err := do(v); err != nil {
			v.fail(err)
		}
	})
}

// headers keep every page to itself.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+styleDigest+"'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}
