package rpc

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"connectrpc.com/connect"
	"connectrpc.com/grpcreflect"

	"github.com/usherhq/usher/app"
)

// Options are what the API depends on besides the use cases. The zero value,
// and nil, mean the defaults.
type Options struct {
	// PublicURL is the address under which the world reaches the pages that links
	// lead to. Empty: links are refused as not_configured.
	PublicURL string
	// Logger is told of failures, never of a token, a key or an address. The
	// default is no log.
	Logger *slog.Logger
	// Ready says whether calls will be answered, to who asks for the health of the
	// server. The default is that they are.
	Ready func(context.Context) error
	// CallTimeout is how long a call may take that came without a deadline; a
	// stream may take its time. The default is 30 seconds.
	CallTimeout time.Duration
}

// maxMessage is how many bytes a request may have, also when it was compressed.
const maxMessage = 64 << 10

// server is what the services share.
type server struct {
	usher  *app.Usher
	public string // without a slash at its end; empty: unknown
	log    *slog.Logger
	ready  func(context.Context) error
	limit  time.Duration
}

// Handler answers Connect, gRPC and gRPC-Web for u, at the paths that [Owns]
// names. gRPC needs HTTP/2, so plain http needs a server whose Protocols allow
// that unencrypted. It is safe for concurrent use.
func Handler(u *app.Usher, o *Options) http.Handler {
	if o == nil {
		o = &Options{}
	}
	s := &server{
		usher: u, public: strings.TrimRight(o.PublicURL, "/"), log: cmp.Or(o.Logger, slog.New(slog.DiscardHandler)),
		ready: o.Ready, limit: cmp.Or(o.CallTimeout, 30*time.Second),
	}
	options := []connect.HandlerOption{
		connect.WithReadMaxBytes(maxMessage), connect.WithRecover(s.recovered), connect.WithInterceptors(&calls{s}),
	}
	for _, name := range jsonNames {
		options = append(options, connect.WithCodec(jsonCodec{name}))
	}
	m := http.NewServeMux()
	for _, add := range services {
		m.Handle(add.mount(s, options...))
	}
	s.mountHealth(m, options...)
	reflector := grpcreflect.NewStaticReflector(serviceNames()...)
	m.Handle(grpcreflect.NewHandlerV1(reflector, options...))
	m.Handle(grpcreflect.NewHandlerV1Alpha(reflector, options...))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if _, ok := w.(http.Flusher); !ok {
			w = flusher{w}
		}
		if streams[r.URL.Path] {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // a server without deadlines needs none lifted
		}
		m.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), answerKey{}, w.Header())))
	})
}

// flusher lets a stream flush through wrappers that only unwrap.
type flusher struct{ http.ResponseWriter }

func (f flusher) Flush() { _ = http.NewResponseController(f.ResponseWriter).Flush() }

// Unwrap lets http.ResponseController reach what is below.
func (f flusher) Unwrap() http.ResponseWriter { return f.ResponseWriter }
