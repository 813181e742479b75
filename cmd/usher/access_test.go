package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

func TestLoggedPath_keepsPlainWordsOnly(t *testing.T) {
	for path, want := range map[string]string{
		"/v2/licenses/verify":                        "/v2/licenses/verify",
		"/api/v2/licenses/decrement_uses_count.json": "/api/v2/licenses/decrement_uses_count.json",
		"/healthz": "/healthz",
		"/":        "/",
		"":         "",
		"/v2/licenses/85DB562A-C11D4B06-A2335A6B-8C079166": "/v2/licenses/*",
		"/85db562a-c11d4b06-a2335a6b-8c079166/x":           "/*/x",
		"/t/EJG64e-87vpbOYRjg-lSe4L3bzdLqEtSy1mZwp6SMaY":   "/t/*",
		"/AZ37Mf1Ld0Kk6y7L_qIC1w==":                        "/*",
		"/abcdefghijklmnopqrstuvwxyz":                      "/*",
		"/key\n1":                                          "/*",
		"/bo@example.com":                                  "/*",
		"/usher.v1.LicenseService/Verify":                  "/usher.v1.LicenseService/Verify",
		"/usher.v1.LicenseService/85DB562A":                "/*/*",
		strings.Repeat("/abc", 50):                         strings.Repeat("/abc", 7) + "/*",
	} {
		if got := loggedPath(path); got != want {
			t.Errorf("%q is logged as %q, want %q", path, got, want)
		}
	}
}

func TestSaneRequestID(t *testing.T) {
	for id, want := range map[string]bool{
		"a": true, "proxy-17": true, "0af7651916cd43dd8448eb211c80319c": true, "a.b_C-1": true, strings.Repeat("a", 64): true,
		"": false, "a b": false, "a\nb": false, "é": false, "a=b": false, strings.Repeat("a", 65): false,
	} {
		if got := saneRequestID(id); got != want {
			t.Errorf("%q: %v, want %v", id, got, want)
		}
	}
}

// serveOne sends one request through logged and returns the answer and the log.
func serveOne(t *testing.T, r *http.Request, h http.HandlerFunc) (*httptest.ResponseRecorder, string) {
	t.Helper()
	var log bytes.Buffer
	w := httptest.NewRecorder()
	logged(logging{LogFormat: "text", LogLevel: "debug"}.logger(&log), nil, h).ServeHTTP(w, r)
	return w, log.String()
}

func TestLogged_saysWhatWasAnswered(t *testing.T) {
	r := httptest.NewRequest("POST", "/v2/licenses/verify?license_key=SECRET", strings.NewReader("access_token=SECRET"))
	r.Header.Set("Authorization", "Bearer SECRET")
	r.Header.Set("X-Request-Id", "not sane")
	w, log := serveOne(t, r, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Usher-Reason", "tea")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "short and stout")
	})
	id := w.Header().Get("X-Request-Id")
	if len(id) != 26 || !strings.Contains(log, "request_id="+id) {
		t.Errorf("the request's id is %q, which is not made or not in %s", id, log)
	}
	for _, want := range []string{"method=POST ", "path=/v2/licenses/verify ", "status=418 ", "bytes=15 ", "client=192.0.2.1 ", "reason=tea "} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q: %s", want, log)
		}
	}
	if strings.Contains(log, "SECRET") || strings.Count(log, "\n") != 1 {
		t.Errorf("want one line without secrets: %s", log)
	}
}

func TestLogged_survivesAPanic(t *testing.T) {
	w, log := serveOne(t, httptest.NewRequest("GET", "/x", nil), func(http.ResponseWriter, *http.Request) { panic("key SECRET") })
	if w.Code != http.StatusInternalServerError || w.Body.Len() != 0 {
		t.Errorf("answered %d %q", w.Code, w.Body)
	}
	if !strings.Contains(log, "status=500") || !strings.Contains(log, "a handler panicked") || !strings.Contains(log, "panic=string") || strings.Contains(log, "SECRET") {
		t.Errorf("the log is %s", log)
	}
	_, log = serveOne(t, httptest.NewRequest("GET", "/x", nil), func(_ http.ResponseWriter, r *http.Request) {
		_ = []byte(nil)[len(r.URL.Path)]
	})
	if !strings.Contains(log, "index out of range [2]") {
		t.Errorf("what the runtime says is not logged: %s", log)
	}
}

func TestLogged_letsAHandlerCutTheConnection(t *testing.T) {
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("the server sees %v", p)
		}
	}()
	serveOne(t, httptest.NewRequest("GET", "/x", nil), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	t.Error("the panic ended in the log")
}

// deaf is a store that answers reads in a way of its own.
type deaf struct {
	ports.Store
	view func(context.Context) error
}

func (d deaf) View(ctx context.Context, _ ports.Scope, _ func(context.Context, ports.Tx) error) error {
	return d.view(ctx)
}

func TestReady_saysWhyNot(t *testing.T) {
	for _, c := range []struct {
		name     string
		view     func(context.Context) error
		draining bool
		status   int
		reason   string
	}{
		{"all is well", func(context.Context) error { return nil }, false, 200, "ok"},
		{"the server drains", func(context.Context) error { return nil }, true, 503, "draining"},
		{"the store turns away", func(context.Context) error { return domain.ErrUnavailable }, false, 503, "unavailable"},
		{"the store fails", func(context.Context) error { return io.ErrUnexpectedEOF }, false, 503, "internal"},
		{"the store does not answer", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, false, 503, "unavailable"},
	} {
		u, err := app.New(app.Config{Store: deaf{memstore.New(nil), c.view}})
		if err != nil {
			t.Fatal(err)
		}
		h := &health{usher: u, within: 10 * time.Millisecond}
		h.draining.Store(c.draining)
		w := httptest.NewRecorder()
		h.handler(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
		if w.Code != c.status || w.Header().Get("Usher-Reason") != c.reason || w.Body.String() != c.reason+"\n" {
			t.Errorf("%s: %d %q %q, want %d %s", c.name, w.Code, w.Header().Get("Usher-Reason"), w.Body, c.status, c.reason)
		}
		w = httptest.NewRecorder()
		h.handler(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest("GET", "/healthz", nil))
		if w.Code != 200 {
			t.Errorf("%s: the process is up, but /healthz says %d", c.name, w.Code)
		}
	}
}
