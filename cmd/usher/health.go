package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// health answers those who watch the server.
type health struct {
	usher    *app.Usher
	within   time.Duration // how quickly the store must answer a read
	draining atomic.Bool
}

// probes are the paths of health, which need no log when all is well.
var probes = map[string]func(*health, http.ResponseWriter, *http.Request){
	"/healthz": (*health).alive,
	"/readyz":  (*health).ready,
}

// alive says that the process is up.
func (h *health) alive(w http.ResponseWriter, _ *http.Request) { probed(w, http.StatusOK, "ok") }

// ready says that requests will be answered.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	switch err := h.check(r.Context()); {
	case err == nil:
		probed(w, http.StatusOK, "ok")
	case errors.Is(err, errDraining):
		probed(w, http.StatusServiceUnavailable, "draining")
	default:
		probed(w, http.StatusServiceUnavailable, domain.CodeOf(err))
	}
}

var errDraining = errors.New("the server is on its way out")

// check says why requests will not be answered: the server is on its way out, or
// the store answers no read in time.
func (h *health) check(ctx context.Context) error {
	if h.draining.Load() {
		return errDraining
	}
	ctx, cancel := context.WithTimeout(ctx, h.within)
	defer cancel()
	_, err := h.usher.Sellers.List(ctx, ports.Cursor{}, 1)
	if err != nil && ctx.Err() != nil {
		return domain.ErrUnavailable.Because(ctx.Err())
	}
	return err
}

func probed(w http.ResponseWriter, status int, reason string) {
	h := w.Header()
	h.Set("Usher-Reason", reason)
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, reason+"\n")
}

// handler answers probes itself, and leaves the rest to next.
func (h *health) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if probe, ok := probes[r.URL.Path]; ok && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			probe(h, w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
