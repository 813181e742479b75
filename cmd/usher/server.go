package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/usherhq/usher/adapters/api"
	"github.com/usherhq/usher/adapters/openapi"
	"github.com/usherhq/usher/adapters/rest"
	"github.com/usherhq/usher/adapters/rpc"
	"github.com/usherhq/usher/adapters/web"
	"github.com/usherhq/usher/app"
)

// How long a client may take. A verification takes milliseconds.
const (
	headerTimeout  = 5 * time.Second
	readTimeout    = 30 * time.Second
	writeTimeout   = time.Minute
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 32 << 10
	readyWithin    = time.Second // the store's answer to /readyz
)

// server is one running server.
type server struct {
	usher        *app.Usher
	seen         measured
	listener     net.Listener
	tls          *tls.Config // nil: plain http
	publicURL    string
	trusted      proxies
	log          *slog.Logger
	testClock    time.Time     // where it stands; zero: none
	held         string        // why nobody is charged; empty: all are
	drainDelay   time.Duration // how long /readyz says so before the port closes
	drainTimeout time.Duration // how long requests at work may take then
}

// run serves until ctx ends, and then drains: /readyz says so, the port closes,
// requests at work are answered, and the worker ends what it has begun. It
// calls ready once requests are answered.
func (s *server) run(ctx context.Context, ready func()) error {
	h := &health{usher: s.usher, within: readyWithin}
	srv := &http.Server{
		Handler:           s.handler(h, s.apis(h)),
		Protocols:         protocols(),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		TLSConfig:         s.tls,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	if err := s.seen.watch(s.usher); err != nil {
		return err
	}
	s.seen.serve(srv.ErrorLog)
	stopWork := s.work()
	defer stopWork()
	ended := make(chan error, 1)
	go func() {
		if s.tls != nil {
			ended <- srv.ServeTLS(s.listener, "", "")
		} else {
			ended <- srv.Serve(s.listener)
		}
	}()
	ready()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	s.log.Info("draining", "delay", s.drainDelay.String(), "timeout", s.drainTimeout.String())
	h.draining.Store(true)
	<-time.After(s.drainDelay)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.drainTimeout)
	defer cancel()
	if err := srv.Shutdown(last); err != nil {
		_ = srv.Close()
		return &fault{exitFailed, "drain_timeout", fmt.Sprintf("requests that took longer than %v were cut off", s.drainTimeout), "drain-timeout", ""}
	}
	stopWork()
	s.log.Info("stopped")
	return nil
}

// protocols are what a connection may speak: gRPC is HTTP/2, also where a proxy has
// taken the encryption off.
func protocols() *http.Protocols {
	var p http.Protocols
	p.SetHTTP1(true)
	p.SetHTTP2(true)
	p.SetUnencryptedHTTP2(true)
	return &p
}

// handler is what each request goes through on its way to next.
func (s *server) handler(h *health, next http.Handler) http.Handler {
	return logged(s.log, s.trusted, s.seen.by.Handler(h.handler(next), routeOf))
}

// apis sends a request to whom it is for: below /api/ usher has an API of its
// own, but /api/v2 is another name of the licence API's /v2. Pages for people
// have paths of their own, and so do Connect and gRPC, and the description of all.
func (s *server) apis(h *health) http.Handler {
	theirs := rest.Handler(s.usher, &rest.Options{PublicURL: s.publicURL, Logger: s.log})
	own := api.Handler(s.usher, &api.Options{PublicURL: s.publicURL, Logger: s.log})
	described := openapi.Handler(&openapi.Options{PublicURL: s.publicURL})
	pages := web.Handler(s.usher, &web.Options{PublicURL: s.publicURL, Logger: s.log})
	calls := rpc.Handler(s.usher, &rpc.Options{PublicURL: s.publicURL, Logger: s.log, Ready: h.check})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if web.Owns(r.URL.Path) {
			pages.ServeHTTP(w, r)
			return
		}
		if openapi.Owns(r.URL.Path) {
			described.ServeHTTP(w, r)
			return
		}
		if p := r.URL.Path; strings.HasPrefix(p, "/api/") && p != "/api/v2" && !strings.HasPrefix(p, "/api/v2/") {
			own.ServeHTTP(w, r)
			return
		}
		if rpc.Owns(r.URL.Path) {
			calls.ServeHTTP(w, r)
			return
		}
		theirs.ServeHTTP(w, r)
	})
}

// work does what is due beside the requests, until the function that it
// returns is called.
func (s *server) work() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { _ = s.usher.Worker.Run(ctx) }) // it logs its failures
	return func() { cancel(); done.Wait() }
}

// listen opens the port that --listen names.
func listen(address string) (net.Listener, error) { return listenFor("listen", address) }

func listenFor(flag, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, &fault{exitUnreachable, "address_taken", "something else listens on " + address + " already", flag, "choose another address with --" + flag + ", such as --" + flag + " 127.0.0.1:8081"}
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		err = e.Err
	}
	return nil, &fault{exitUnreachable, "cannot_listen", "usher cannot listen on " + address + ": " + err.Error(), flag, ""}
}

// localURL is where the port is found on this machine.
func localURL(l net.Listener, secure bool) string {
	a := l.Addr().(*net.TCPAddr)
	host := a.IP.String()
	if a.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if secure {
		scheme = "https"
	}
	return fmt.Sprintf("%s://%s", scheme, net.JoinHostPort(host, fmt.Sprint(a.Port)))
}
