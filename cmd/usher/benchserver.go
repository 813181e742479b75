package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/pprof"
	"sync"
	"sync/atomic"

	"github.com/usherhq/usher/adapters/pgstore"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// oneByOne is a store in which no two uses of keys share a commit.
type oneByOne struct {
	ports.Store
	mu sync.Mutex
}

// Count counts alone.
func (s *oneByOne) Count(ctx context.Context, seen domain.Seen, n int) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Store.Count(ctx, seen, n)
}

// autocommit is the same where the database has many connections: each use is a
// statement of its own on one of them.
type autocommit struct{ *pgstore.Store }

// Count counts alone.
func (s autocommit) Count(ctx context.Context, seen domain.Seen, n int) (int64, error) {
	return s.CountAlone(ctx, seen, n)
}

// used is what a server has used so far.
type used struct {
	CPU     *float64 `json:"cpu_us"`
	Commits *int64   `json:"commits"` // null: not known
}

// benchServer is the server that is measured, in a process of its own: three
// ports on one store, and a fourth that tells what that took. It ends when its
// standard input does, and so with who began it.
func benchServer(c *call, profile string) error {
	store, rival, commits, done, err := c.benchStores()
	if err != nil {
		return err
	}
	defer done()
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return cannotOpen("the profile cannot be written: "+err.Error(), "")
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return cannotOpen("nothing can be profiled: "+err.Error(), "")
		}
		defer pprof.StopCPUProfile()
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil)) // a request's line costs what it costs
	var answer atomic.Pointer[[]byte]
	urls := map[string]string{}
	for name, make := range map[string]func(*server) (http.Handler, error){
		asItIs:  func(s *server) (http.Handler, error) { return s.verifying(store) },
		eachOwn: func(s *server) (http.Handler, error) { return s.verifying(rival) },
		canned:  func(*server) (http.Handler, error) { return answering(&answer), nil },
		"meter": func(*server) (http.Handler, error) { return metering(commits, &answer), nil },
	} {
		l, err := listen("127.0.0.1:0")
		if err != nil {
			return err
		}
		urls[name] = localURL(l, false)
		h, err := make(&server{listener: l, log: log, publicURL: urls[name]})
		if err != nil {
			return err
		}
		srv := &http.Server{Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes}
		go func(l net.Listener) { _ = srv.Serve(l) }(l)
		defer srv.Close()
	}
	c.encode(urls)
	gone := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, c.in)
		close(gone)
	}()
	select {
	case <-gone:
	case <-c.ctx.Done():
	}
	return nil
}

// benchStores opens the database, which is there, as a store and as one whose
// uses share nothing. commits tells how many there were, if that is known.
func (c *call) benchStores() (store, rival ports.Store, commits func() *int64, done func(), err error) {
	c.ownSecrets = true
	if c.Database != "" {
		f := folder{path: c.Database.place(), server: true}
		s, err := c.dialPostgres(opening{log: c.messages()}, &f)
		if err != nil {
			return nil, nil, nil, nil, err
		}
		return s, autocommit{s}, func() *int64 { return nil }, func() { _ = s.Close() }, nil
	}
	f := folder{path: c.Data}
	keys, err := c.secrets(&f)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	s, err := sqlitestore.Open(c.ctx, f.database(), &sqlitestore.Options{Keyring: keys, Logger: c.messages()})
	if err != nil {
		return nil, nil, nil, nil, notOpened(f.database(), err)
	}
	commits = func() *int64 { n := s.Commits(); return &n }
	return s, &oneByOne{Store: s}, commits, func() { _ = s.Close() }, nil
}

// verifying is a whole server over a store, without the work beside requests.
func (s *server) verifying(store ports.Store) (http.Handler, error) {
	p, err := app.New(app.Config{Store: store, Logger: s.log})
	if err != nil {
		return nil, err
	}
	s.usher = p
	h := &health{usher: p, within: readyWithin}
	return s.handler(h, s.apis(h)), nil
}

// answering answers what it was told to, after it has read the request. It is
// what a server in Go can do at most: nothing is looked up, counted or logged.
func answering(answer *atomic.Pointer[[]byte]) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Usher-Reason", "ok")
		if body := answer.Load(); body != nil {
			_, _ = w.Write(*body)
		}
	})
}

// metering tells what the process has used, and is told what to answer.
func metering(commits func() *int64, answer *atomic.Pointer[[]byte]) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			body, _ := io.ReadAll(r.Body)
			answer.Store(&body)
			return
		}
		m := used{Commits: commits()}
		if used, known := processorTime(); known {
			us := float64(used.Microseconds())
			m.CPU = &us
		}
		_ = json.NewEncoder(w).Encode(m)
	})
}
