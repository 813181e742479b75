package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/adapters/telemetry"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

// watched is a server in front of a store in memory, whose traces go to a collector
// of the test's own.
type watched struct {
	http.Handler
	usher *app.Usher
	seen  measured
	token string
	sale  domain.PurchaseState
	key   domain.LicenseKey
	pen   domain.Product

	mu   sync.Mutex
	sent bytes.Buffer // to the collector
}

func newWatched(t testing.TB) *watched {
	t.Helper()
	return newMeasured(t, true)
}

// newMeasured is newWatched, unless nothing is to be measured.
func newMeasured(t testing.TB, is bool) *watched {
	t.Helper()
	w := &watched{token: "planted-token"}
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		_, _ = io.Copy(&w.sent, r.Body)
	}))
	t.Cleanup(collector.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	if is {
		by, err := telemetry.Open(t.Context(), telemetry.Options{Metrics: true, Version: "1.2.3", Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		w.seen = measured{by: by}
	}
	store := memstore.New(nil)
	var err error
	if w.usher, err = app.New(app.Config{Store: store}); err != nil {
		t.Fatal(err)
	}
	ana := fixture.Seller("ana")
	w.pen = fixture.Product(ana)
	w.sale = fixture.Purchase(w.pen, func(p *domain.PurchaseState) { p.Email = "planted@example.com" })
	license := fixture.License(w.sale)
	w.key = license.Key
	paper := fixture.Product(ana, func(p *domain.Product) { p.Licensed = false })
	fixture.Fill(t, store, ana, w.pen, w.sale, license, paper, fixture.Purchase(paper),
		fixture.Token(ana, w.token, func(s *domain.TokenState) { s.Scopes = domain.Scopes(domain.AccountScope) }))
	on := true
	if _, err := w.usher.Catalog.EditProduct(t.Context(), ana.ID, paper.ID, app.ProductEdit{Licensed: &on}); err != nil { // and there is a job
		t.Fatal(err)
	}
	if err := w.seen.watch(w.usher); err != nil {
		t.Fatal(err)
	}
	s := &server{usher: w.usher, seen: w.seen, log: slog.New(slog.DiscardHandler), publicURL: "https://keys.example.com"}
	h := &health{usher: w.usher, within: readyWithin}
	w.Handler = s.handler(h, s.apis(h))
	return w
}

// metrics fetches the page of metrics.
func (w *watched) metrics(t *testing.T) string {
	t.Helper()
	got := httptest.NewRecorder()
	w.seen.by.Metrics().ServeHTTP(got, httptest.NewRequest("GET", "/metrics", nil))
	if got.Code != http.StatusOK {
		t.Fatalf("the metrics are %d", got.Code)
	}
	return got.Body.String()
}

// traces ends the server, and returns what the collector was sent.
func (w *watched) traces() string {
	w.seen.close()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sent.String()
}

// TestTelemetry_namesNobody plants keys, addresses and tokens everywhere in requests,
// and looks for them in all that leaves the server.
func TestTelemetry_namesNobody(t *testing.T) {
	w := newWatched(t)
	planted := []string{"planted", "example.com", string(w.key), string(w.sale.ID), string(w.pen.ID), "10.9.8.7"}
	asked := 0
	for _, path := range []string{
		"/v2/licenses/verify", "/v2/licenses/enable", "/v2/licenses/planted", "/v2/products/planted", "/v2/products/planted/enable", "/api/v2/licenses/verify.json",
		"/api/sales/" + string(w.sale.ID), "/api/sales/planted/communities/planted@example.com/leave", "/api/planted", "/api/memberships/planted/seats",
		"/d/planted-token", "/admin/link/planted-token", "/admin/planted", "/planted", "/openapi.json", "/docs/planted", "/healthz", "/readyz",
		"/usher.v1.LicenseService/Verify", "/usher.v1.LicenseService/Planted", "/usher.v1.LicenseService/" + string(w.key), "/grpc.health.v1.Health/Check", "/%70lanted/../x",
	} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE", "PLANTED"} {
			for body, form := range map[string]string{
				"license_key=" + string(w.key) + "&product_id=" + string(w.pen.ID) + "&email=planted@example.com": "application/x-www-form-urlencoded",
				`{"license_key":"` + string(w.key) + `","email":"planted@example.com"}`:                           "application/json",
			} {
				r := httptest.NewRequest(method, path+"?license_key="+string(w.key)+"&access_token=planted-token", strings.NewReader(body))
				r.RemoteAddr = "10.9.8.7:6543"
				for name, value := range map[string]string{
					"Content-Type": form, "Authorization": "Bearer " + w.token, "Cookie": "usher=planted", "User-Agent": "planted", "Referer": "https://planted/",
					"X-Request-Id": "planted", "X-Forwarded-For": "10.9.8.7", "Idempotency-Key": "planted", "Origin": "https://planted",
					"Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "Tracestate": "planted=planted", "Baggage": "planted=planted",
				} {
					r.Header.Set(name, value)
				}
				w.ServeHTTP(httptest.NewRecorder(), r)
				asked++
			}
		}
	}
	if _, err := w.usher.Worker.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	page := w.metrics(t)
	traces := w.traces()
	for what, text := range map[string]string{"the metrics": page, "the traces": traces} {
		for _, secret := range planted {
			if i := strings.Index(strings.ToLower(text), strings.ToLower(secret)); i >= 0 {
				t.Errorf("%s hold %s: %q", what, secret, text[max(0, i-200):min(len(text), i+100)])
			}
		}
		for _, route := range []string{
			"/v2/licenses/verify", "/v2/products/*/enable", "/api/sales/{purchase}", "/api/sales/{purchase}/communities/{claim}/leave",
			"/d/{token}", "/admin/link/{link}", "/openapi.json", "/healthz", "/usher.v1.LicenseService/Verify", "other", "_OTHER", "past_sales", "again",
		} {
			if !strings.Contains(text, route) {
				t.Errorf("%s know nothing of %s", what, route)
			}
		}
	}
	trace := string([]byte{0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c})
	if n := strings.Count(traces, trace); n != asked {
		t.Errorf("%d of %d requests go on with their caller's trace", n, asked)
	}
}

// TestTelemetry_counts has the metrics move.
func TestTelemetry_counts(t *testing.T) {
	w := newWatched(t)
	is := func(what string, lines ...string) {
		t.Helper()
		page := "\n" + w.metrics(t)
		for _, line := range lines {
			if !strings.Contains(page, "\n"+line+"\n") {
				t.Errorf("%s: no line %s in %s", what, line, ours(page))
			}
		}
	}
	is("before", "usher_events_waiting 1", `usher_jobs_due{kind="past_sales"} 0`, "usher_jobs_dead 0", "usher_deliveries_waiting 0")
	for range 3 {
		r := httptest.NewRequest("POST", "/v2/licenses/verify?product_id="+string(w.pen.ID)+"&license_key="+string(w.key), nil)
		w.ServeHTTP(httptest.NewRecorder(), r)
	}
	w.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/v2/licenses/verify", nil))
	grpc := httptest.NewRequest("POST", "/usher.v1.LicenseService/Verify", strings.NewReader("\x00\x00\x00\x00\x00"))
	grpc.ProtoMajor, grpc.Proto = 2, "HTTP/2.0"
	grpc.Header.Set("Content-Type", "application/grpc")
	w.ServeHTTP(httptest.NewRecorder(), grpc)
	if _, err := w.usher.Worker.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	is("after", "usher_events_waiting 0", "http_server_active_requests 0",
		`http_server_request_duration_seconds_count{http_request_method="POST",http_response_status_code="200",http_route="/v2/licenses/verify"} 3`,
		`http_server_request_duration_seconds_count{http_request_method="POST",http_response_status_code="404",http_route="/v2/licenses/verify"} 1`,
		`http_server_request_duration_seconds_count{http_request_method="POST",http_response_status_code="200",http_route="/usher.v1.LicenseService/Verify",rpc_grpc_status_code="5"} 1`,
		`usher_job_duration_seconds_count{kind="past_sales",outcome="again"} 1`)
}

// TestTelemetry_panics counts a request whose handler panics as one that failed.
func TestTelemetry_panics(t *testing.T) {
	w := newWatched(t)
	h := w.seen.by.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("planted") }), func(*http.Request) string { return "/x" })
	func() {
		defer func() {
			if recover() != "planted" {
				t.Error("the panic went no further")
			}
		}()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/x", nil))
	}()
	if page := w.metrics(t); !strings.Contains(page, `_count{http_request_method="GET",http_response_status_code="500",http_route="/x"} 1`) {
		t.Errorf("the metrics are %s", page)
	}
	if text := w.traces(); strings.Contains(text, "planted") || !strings.Contains(text, "GET /x") {
		t.Errorf("the traces are %q", text)
	}
}

// TestTelemetry_isOff unless somebody asks for it, and then it is in nobody's way.
func TestTelemetry_isOff(t *testing.T) {
	m, err := (&serveCmd{}).measure(context.Background(), slog.New(slog.DiscardHandler))
	if err != nil || m != (measured{}) {
		t.Fatalf("measured by %+v, %v", m, err)
	}
	h := http.NewServeMux()
	if got := m.by.Handler(h, routeOf); got != http.Handler(h) {
		t.Error("something is in front of the handler")
	}
	if err := m.watch(nil); err != nil {
		t.Error(err)
	}
	m.serve(nil)
	m.close()
}

// BenchmarkTelemetry verifies a key through a whole server, unmeasured and with its
// metrics and the traces that its callers ask for, which these do not.
func BenchmarkTelemetry(b *testing.B) {
	for name, is := range map[string]bool{"off": false, "on": true} {
		b.Run(name, func(b *testing.B) {
			b.Setenv("OTEL_TRACES_SAMPLER", "parentbased_always_off")
			w := newMeasured(b, is)
			form := "product_id=" + string(w.pen.ID) + "&license_key=" + string(w.key)
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest("POST", "/v2/licenses/verify", strings.NewReader(form))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				got := httptest.NewRecorder()
				w.ServeHTTP(got, r)
				if got.Code != http.StatusOK {
					b.Fatal(got.Body)
				}
			}
		})
	}
}

// ours is a page of metrics without those of Go and of the process.
func ours(page string) string {
	var kept []string
	for line := range strings.Lines(page) {
		if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "go_") && !strings.HasPrefix(line, "process_") && !strings.Contains(line, "_bucket{") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// TestMetricsListen fetches the metrics of a real server from their own port, where
// nothing else is, and while nothing of them is on the other.
func TestMetricsListen(t *testing.T) {
	t.Parallel()
	p := runUsher(t, "serve", "--json", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0")
	at, _ := p.first["metrics_url"].(string)
	fetch := func(url string) (int, string) {
		res, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(body)
	}
	fetch(p.url("/readyz"))
	status, page := fetch(at)
	for _, line := range []string{`http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="200",http_route="/readyz"} 1`, "usher_events_waiting 0", `go_info{version="`} {
		if status != http.StatusOK || !strings.Contains(page, line) {
			t.Errorf("%d, and no %s in %s", status, line, ours(page))
		}
	}
	for _, elsewhere := range []string{strings.TrimSuffix(at, "/metrics") + "/readyz", p.url("/metrics")} {
		if status, _ := fetch(elsewhere); status != http.StatusNotFound {
			t.Errorf("%s is %d", elsewhere, status)
		}
	}
	taken, err := newProcess(t.TempDir(), nil, "serve", "--listen", "127.0.0.1:0", "--metrics-listen", strings.TrimSuffix(strings.TrimPrefix(at, "http://"), "/metrics"))
	if err != nil {
		t.Fatal(err)
	}
	if err := taken.begin(); err != nil {
		t.Fatal(err)
	}
	code := taken.wait()
	if said := taken.stderr.String(); code != exitUnreachable || !strings.Contains(said, "already") || !strings.Contains(said, "--metrics-listen 127.0.0.1:") {
		t.Errorf("a port that is taken: %d, %s", code, said)
	}
}
