package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/usherhq/usher/adapters/rpc"
)

// requestIDKey is where a request's id is in its context.
type requestIDKey struct{}

// withRequestID adds to each line of a log the id of the request that it is
// about, if it is about one.
type withRequestID struct{ slog.Handler }

func (h withRequestID) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := ctx.Value(requestIDKey{}).(string); ok {
		r.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h withRequestID) WithAttrs(a []slog.Attr) slog.Handler {
	return withRequestID{h.Handler.WithAttrs(a)}
}

func (h withRequestID) WithGroup(name string) slog.Handler {
	return withRequestID{h.Handler.WithGroup(name)}
}

// logged gives each request an id and writes one line about it when it is over.
// Probes of a server that is well are lines of debugging.
func logged(log *slog.Logger, trusted proxies, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		id := r.Header.Get("X-Request-Id")
		if !saneRequestID(id) {
			id = rand.Text()
		}
		w.Header().Set("X-Request-Id", id)
		ctx := context.WithValue(r.Context(), requestIDKey{}, id)
		client := trusted.client(r)
		path := loggedPath(r.URL.Path) // before anybody rewrites it
		a := &answer{ResponseWriter: w}
		defer func() {
			p := recover()
			if p != nil && p != http.ErrAbortHandler {
				a.failed(ctx, log, p)
			}
			level := slog.LevelInfo
			if _, probe := probes[r.URL.Path]; probe && a.status < 300 {
				level = slog.LevelDebug
			}
			// With the id among them, since room for it would be made anew by who adds it.
			log.LogAttrs(r.Context(), level, "request",
				slog.String("method", r.Method),
				slog.String("path", path),
				slog.Int("status", a.status),
				slog.Float64("ms", float64(time.Since(began).Microseconds())/1000),
				slog.Int64("bytes", a.bytes),
				slog.String("client", client.String()),
				slog.Bool("https", secure(r)),
				slog.String("reason", w.Header().Get("Usher-Reason")),
				slog.String("request_id", id),
			)
			if p == http.ErrAbortHandler {
				panic(p) // the connection is to be cut
			}
		}()
		next.ServeHTTP(a, r.WithContext(ctx))
		if a.status == 0 {
			a.WriteHeader(http.StatusOK)
		}
	})
}

// saneRequestID reports whether a caller's id may stand in a log and a header.
func saneRequestID(id string) bool {
	const ok = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
	return len(id) >= 1 && len(id) <= 64 && strings.Trim(id, ok) == ""
}

// loggedPath returns a path without what may be a key or a token: of its parts,
// only plain words stay. The procedures of gRPC are names that usher gave.
func loggedPath(path string) string {
	const plain = "abcdefghijklmnopqrstuvwxyz_."
	if rpc.Known(path) {
		return path
	}
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if len(p) > 3 && (len(p) > 25 || strings.Trim(p, plain) != "") {
			parts[i] = "*"
		}
	}
	if len(parts) > 8 {
		parts = append(parts[:8], "*")
	}
	return strings.Join(parts, "/")
}

// answer notes what was answered.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach what is below.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// failed answers a request whose handler panicked. Where is logged, and what
// only if the runtime says it: other words may hold a key.
func (a *answer) failed(ctx context.Context, log *slog.Logger, p any) {
	what := fmt.Sprintf("%T", p)
	if e, ok := p.(runtime.Error); ok {
		what = e.Error()
	}
	log.ErrorContext(ctx, "a handler panicked", "panic", what, "stack", string(debug.Stack()))
	if a.status == 0 {
		a.Header().Set("Usher-Reason", "internal")
		a.WriteHeader(http.StatusInternalServerError)
	}
}
