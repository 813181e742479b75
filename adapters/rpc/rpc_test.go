package rpc

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"connectrpc.com/grpcreflect"

	healthv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/health/v1"
	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// TestProtocols speaks every dialect: an answer, a refusal with its detail, a
// token, an idempotency key, headers of the answer.
func TestProtocols(t *testing.T) {
	for _, d := range dialects(t) {
		t.Run(d.name, func(t *testing.T) {
			w := newWorld(t)
			sale := w.sold("bo@example.com")
			licenses := usherv1connect.NewLicenseServiceClient(d.client, w.url, d.options...)
			catalog := usherv1connect.NewCatalogServiceClient(d.client, w.url, d.options...)
			for n := range int64(2) {
				got, err := licenses.Verify(t.Context(), &usherv1.VerifyRequest{Key: string(sale.License.Key), Product: penID, Count: true})
				if err != nil || got.Verification.License.Uses != n+1 || !got.Verification.Entitlement.Active || got.Verification.License.Key != "" {
					t.Fatalf("got %v, %v", got, err)
				}
			}
			_, err := licenses.Verify(t.Context(), &usherv1.VerifyRequest{Key: "no such key", Product: penID})
			refused(t, err, connect.CodeNotFound, "license_not_found", "")
			_, err = catalog.ListProducts(t.Context(), &usherv1.ListProductsRequest{})
			refused(t, err, connect.CodeUnauthenticated, "unauthenticated", "")
			var ids []string
			for range 2 {
				ctx, info := connect.NewClientContext(t.Context())
				info.RequestHeader().Set("Authorization", "Bearer "+anaEdits)
				info.RequestHeader().Set("Idempotency-Key", "an-ink")
				made, err := catalog.AddProduct(ctx, &usherv1.AddProductRequest{Name: "Ink", Price: 300})
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, made.Product.Id+info.ResponseHeader().Get("Idempotent-Replayed"))
			}
			if ids[0]+"true" != ids[1] {
				t.Errorf("two calls under one key made %q", ids)
			}
		})
	}
}

func TestVerify_curl(t *testing.T) {
	w := newWorld(t)
	sale := w.sold("bo@example.com")
	for _, tt := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"a key", `{"key":"` + string(sale.License.Key) + `","product":"` + penID + `"}`, 200, `"active":true`},
		{"zeros, and names as in the protos", `{"key":"` + string(sale.License.Key) + `","product":"` + penID + `"}`, 200, `"key":"","uses":"0","created_at":"2026-04-16T12:00:00Z"}`},
		{"a field that nobody knows", `{"key":"` + string(sale.License.Key) + `","product":"` + penID + `","what":1}`, 200, `"active":true`},
		{"a key that nobody has", `{"key":"x","product":"` + penID + `"}`, 404, `"code":"license_not_found"`},
		{"no JSON", `{`, 400, `"code":"invalid_argument"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, body := post(t, w.url+"/usher.v1.LicenseService/Verify", "application/json", strings.NewReader(tt.body))
			if status != tt.status || !strings.Contains(strings.ReplaceAll(body, `": `, `":`), tt.want) {
				t.Errorf("answered %d %s", status, body)
			}
		})
	}
}

func post(t testing.TB, url, media string, body io.Reader, headers ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", media)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func TestLimit_ofAMessage(t *testing.T) {
	w := newWorld(t)
	fits := strings.Repeat(" ", maxMessage-2) + "{}"
	squeezed := func(text string) io.Reader {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return &b
	}
	for _, tt := range []struct {
		name     string
		body     io.Reader
		encoding string
		status   int
	}{
		{"64 KiB", strings.NewReader(fits), "", http.StatusNotFound},
		{"one byte more", strings.NewReader(" " + fits), "", http.StatusTooManyRequests},
		{"64 KiB, compressed", squeezed(fits), "gzip", http.StatusNotFound},
		{"one byte more, compressed to a few", squeezed(" " + fits), "gzip", http.StatusTooManyRequests},
	} {
		t.Run(tt.name, func(t *testing.T) {
			headers := []string{}
			if tt.encoding != "" {
				headers = append(headers, "Content-Encoding", tt.encoding)
			}
			if status, body := post(t, w.url+"/usher.v1.LicenseService/Verify", "application/json", tt.body, headers...); status != tt.status {
				t.Errorf("answered %d %s, want %d", status, body, tt.status)
			}
		})
	}
}

func TestDeadline(t *testing.T) {
	endless := func(o *options) {
		o.wrap = func(s ports.Store) ports.Store {
			return &failing{s, func(ctx context.Context) error { <-ctx.Done(); return domain.ErrUnavailable.Because(ctx.Err()) }}
		}
	}
	t.Run("a call without one ends after the server's", func(t *testing.T) {
		w := newWorld(t, endless, func(o *options) { o.rpc.CallTimeout = time.Millisecond })
		_, err := w.catalog().ListProducts(w.as(anaSees), &usherv1.ListProductsRequest{})
		refused(t, err, connect.CodeDeadlineExceeded, codeDeadline, "")
		if w.log.String() != "" {
			t.Errorf("logged %s", w.log)
		}
	})
	t.Run("a caller's own counts", func(t *testing.T) {
		w := newWorld(t, endless, func(o *options) { o.rpc.CallTimeout = time.Hour })
		status, body := post(t, w.url+"/usher.v1.CatalogService/ListProducts", "application/json", strings.NewReader("{}"),
			"Authorization", "Bearer "+anaSees, "Connect-Timeout-Ms", "1")
		if status != http.StatusGatewayTimeout || !strings.Contains(body, "deadline_exceeded") {
			t.Errorf("answered %d %s", status, body)
		}
	})
}

func TestFailuresInside_tellNothing(t *testing.T) {
	const secret = "the disk of host db7 is full"
	for _, tt := range []struct {
		name   string
		how    func(context.Context) error
		code   connect.Code
		detail string
		logs   string
	}{
		{"an error that nobody knows", func(context.Context) error { return errors.New(secret) }, connect.CodeInternal, "internal", secret},
		{"an internal refusal", func(context.Context) error { return domain.ErrWrongSecret.Because(errors.New(secret)) }, connect.CodeInternal, "internal", secret},
		{"what cannot be done now", func(context.Context) error { return domain.ErrUnavailable.Because(errors.New(secret)) }, connect.CodeUnavailable, "unavailable", secret},
		{"a panic", func(context.Context) error { panic(secret) }, connect.CodeInternal, "internal", "panic=string"},
		{"a panic of the runtime", func(context.Context) error { var none []int; _ = none[len(anaAll)]; return nil }, connect.CodeInternal, "internal", "index out of range"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, func(o *options) { o.wrap = func(s ports.Store) ports.Store { return &failing{s, tt.how} } })
			_, err := w.catalog().ListProducts(w.as(anaSees), &usherv1.ListProductsRequest{})
			refused(t, err, tt.code, tt.detail, "")
			if strings.Contains(err.Error(), "disk") {
				t.Errorf("the caller is told %v", err)
			}
			if log := w.log.String(); !strings.Contains(log, tt.logs) || strings.Contains(log, anaSees) || !strings.Contains(log, "CatalogService/ListProducts") {
				t.Errorf("the log says %q", log)
			}
		})
	}
}

// TestReason is said in every dialect, in the headers of a refusal.
func TestReason(t *testing.T) {
	for _, d := range dialects(t) {
		t.Run(d.name, func(t *testing.T) {
			w := newWorld(t)
			ctx, info := connect.NewClientContext(t.Context())
			_, err := usherv1connect.NewLicenseServiceClient(d.client, w.url, d.options...).Verify(ctx, &usherv1.VerifyRequest{Key: "x", Product: penID})
			refused(t, err, connect.CodeNotFound, "license_not_found", "")
			got := info.ResponseHeader().Get(reasonHeader)
			if e, ok := errors.AsType[*connect.Error](err); ok && got == "" {
				got = e.Meta().Get(reasonHeader)
			}
			if got != "license_not_found" {
				t.Errorf("the reason is %q", got)
			}
		})
	}
}

func TestCodes_haveEveryKind(t *testing.T) {
	for _, k := range domain.Kinds() {
		if _, known := codes[k]; !known {
			t.Errorf("kind %d has no code", k)
		}
	}
}

func TestHealth(t *testing.T) {
	var down error
	w := newWorld(t, func(o *options) { o.rpc.Ready = func(context.Context) error { return down } })
	probe := func(service string) (*healthv1.CheckResponse, error) {
		c := connect.NewClient[healthv1.CheckRequest, healthv1.CheckResponse](h2(t), w.url+healthCheck, connect.WithGRPC())
		got, err := c.CallUnary(t.Context(), connect.NewRequest(&healthv1.CheckRequest{Service: service}))
		if err != nil {
			return nil, err
		}
		return got.Msg, nil
	}
	for _, service := range append(serviceNames(), "") {
		if got, err := probe(service); err != nil || got.Status != healthv1.CheckResponse_SERVING {
			t.Errorf("%q is %v, %v", service, got, err)
		}
	}
	_, err := probe("usher.v1.NoService")
	refused(t, err, connect.CodeNotFound, "service_not_found", "service")
	down = errors.New("draining")
	if got, err := probe(""); err != nil || got.Status != healthv1.CheckResponse_NOT_SERVING {
		t.Errorf("got %v, %v", got, err)
	}
	if status, body := post(t, w.url+healthCheck, "application/json", strings.NewReader("{}")); status != 200 || !strings.Contains(body, `"NOT_SERVING"`) {
		t.Errorf("answered %d %s", status, body)
	}
}

func TestReflection(t *testing.T) {
	w := newWorld(t)
	stream := grpcreflect.NewClient(h2(t), w.url, connect.WithGRPC()).NewStream(t.Context())
	defer stream.Close()
	names, err := stream.ListServices()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range names {
		got = append(got, string(n))
	}
	slices.Sort(got)
	if want := serviceNames(); !slices.Equal(got, want) {
		t.Errorf("lists %q, want %q", got, want)
	}
	for _, n := range names {
		if files, err := stream.FileContainingSymbol(n); err != nil || len(files) == 0 {
			t.Errorf("%s is described by %d files, %v", n, len(files), err)
		}
	}
}

func TestOwns(t *testing.T) {
	for path, want := range map[string]bool{
		"/usher.v1.LicenseService/Verify": true, "/grpc.health.v1.Health/Check": true, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo": true,
		"/v2/licenses/verify": false, "/usher": false, "/": false,
	} {
		if Owns(path) != want {
			t.Errorf("%s is owned: %v", path, !want)
		}
	}
	for path, want := range map[string]bool{
		"/usher.v1.LicenseService/Verify": true, "/grpc.health.v1.Health/Check": true, "/usher.v1.LicenseService/85DB562A": false, "/usher.v1.LicenseService/verify": false,
	} {
		if Known(path) != want {
			t.Errorf("%s is known: %v", path, !want)
		}
	}
}

// TestLists has the same two fields in every list's request, and the token in its
// answer.
func TestLists(t *testing.T) {
	for path, m := range procedures() {
		size, token, next := m.Input().Fields().ByName("page_size"), m.Input().Fields().ByName("page_token"), m.Output().Fields().ByName("next_page_token")
		if (size == nil) != (token == nil) || (size == nil) != (next == nil) {
			t.Errorf("%s has a part of the fields of a list", path)
		}
	}
}
