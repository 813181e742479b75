package main

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/usherhq/usher/adapters/openapi"
	"github.com/usherhq/usher/adapters/rest"
	"github.com/usherhq/usher/adapters/rpc"
	"github.com/usherhq/usher/adapters/telemetry"
	"github.com/usherhq/usher/app"
)

const sentWithin = 5 * time.Second // what is left to send when the server stops

// measured is how a server is measured. The zero value is not at all.
type measured struct {
	by       *telemetry.Telemetry // nil: not
	listener net.Listener         // of the metrics; nil: there are none
}

// measure begins to measure as far as flags and environment ask for it.
func (s *serveCmd) measure(ctx context.Context, log *slog.Logger) (m measured, err error) {
	if s.MetricsListen != "" {
		if m.listener, err = listenFor("metrics-listen", s.MetricsListen); err != nil {
			return m, err
		}
	}
	if m.by, err = telemetry.Open(ctx, telemetry.Options{Metrics: m.listener != nil, Version: version(), Logger: log}); err != nil {
		m.close()
		return m, wrongUse("", "telemetry cannot begin: "+err.Error(), "")
	}
	return m, nil
}

// watch has the work of a server measured.
func (m measured) watch(u *app.Usher) error {
	if m.by == nil {
		return nil
	}
	u.Worker.WatchedBy(m.by.Watch)
	return m.by.MeasureBacklog(u.Worker.Backlog)
}

// serve answers /metrics on the port of the metrics until close.
func (m measured) serve(errors *log.Logger) {
	if m.listener == nil {
		return
	}
	srv := &http.Server{
		Handler: m.by.Metrics(), ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, ErrorLog: errors,
	}
	go func() { _ = srv.Serve(m.listener) }() // until close: they are fetched while the server drains
}

// url is where the metrics are.
func (m measured) url() string { return localURL(m.listener, false) + "/metrics" }

// exposed says what is wrong with showing others the metrics, if that is done.
func (m measured) exposed() string {
	if m.listener == nil {
		return ""
	}
	a := m.listener.Addr().(*net.TCPAddr)
	if a.IP.IsLoopback() {
		return ""
	}
	return fmt.Sprintf("the metrics at %s are open to other machines without a password: they say how much is sold and asked. "+
		"Give --metrics-listen an address that only your Prometheus reaches, such as 127.0.0.1:9464.", a)
}

// close sends what is left, and answers nobody any more.
func (m measured) close() {
	ctx, cancel := context.WithTimeout(context.Background(), sentWithin)
	defer cancel()
	_ = m.by.Close(ctx) // it was logged
	if m.listener != nil {
		_ = m.listener.Close()
	}
}

// routeOf returns the pattern of the route of a request that was answered: nothing
// that its caller sent.
func routeOf(r *http.Request) string {
	path := r.URL.Path
	if _, probe := probes[path]; probe || openapi.Owns(path) || rpc.Known(path) {
		return path
	}
	if r.Pattern != "" { // of /api and of the pages
		if _, place, named := strings.Cut(r.Pattern, " "); named {
			return place
		}
		return strings.TrimSuffix(r.Pattern, "/") // that of all pages that are not there is "/"
	}
	return rest.Route(r.URL.EscapedPath())
}
