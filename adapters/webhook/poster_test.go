package webhook

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

func secret() string {
	var b [24]byte
	rand.Read(b[:])
	return secretMark + base64.StdEncoding.EncodeToString(b[:])
}

// What is signed is believed by the verifier that others use, with either of two
// secrets, and with no third.
func TestPost_isSignedAsStandardWebhooksSays(t *testing.T) {
	fresh, old, other := secret(), secret(), secret()
	var got http.Header
	var body []byte
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r.Header
		body, _ = io.ReadAll(r.Body)
	}))
	defer s.Close()
	p := NewPoster(Options{Version: "1.2.3", Reach: Loopback})
	m := ports.Message{URL: s.URL, ContentType: "application/json", Body: []byte(`{"type":"license.issued"}`), ID: "event", At: time.Now(), Secrets: []string{fresh, old}}
	post, err := p.Post(t.Context(), m)
	if err != nil || !post.OK() {
		t.Fatalf("got %+v, %v", post, err)
	}
	for _, row := range []struct {
		name, secret string
		believed     bool
	}{{"the new secret", fresh, true}, {"the one before", old, true}, {"another one", other, false}} {
		w, err := standard.NewWebhook(row.secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Verify(body, got); (err == nil) != row.believed {
			t.Errorf("%s: got %v", row.name, err)
		}
	}
	w, _ := standard.NewWebhook(fresh)
	if w.Verify([]byte(`{}`), got) == nil {
		t.Error("another body is believed")
	}
	if got.Get("User-Agent") != "usher/1.2.3" || got.Get("Content-Type") != "application/json" {
		t.Errorf("got the headers %v", got)
	}
	m.Secrets = nil
	if _, err := p.Post(t.Context(), m); err != nil || got.Get("Webhook-Signature") != "" || got.Get("Webhook-Id") != "" {
		t.Errorf("what is not signed: got %v, %v", got, err)
	}
}

func TestReach(t *testing.T) {
	for _, row := range []struct {
		address                    string
		nowhere, loopback, anybody bool
	}{
		{"93.184.216.34:443", true, true, true},
		{"[2606:2800:220:1:248:1893:25c8:1946]:443", true, true, true},
		{"[::ffff:93.184.216.34]:443", true, true, true},
		{"127.0.0.1:80", false, true, true},
		{"127.9.9.9:80", false, true, true},
		{"[::1]:80", false, true, true},
		{"[::ffff:127.0.0.1]:80", false, true, true},
		{"0.0.0.0:80", false, false, true},
		{"[::]:80", false, false, true},
		{"10.1.2.3:80", false, false, true},
		{"172.16.0.1:80", false, false, true},
		{"172.31.255.255:80", false, false, true},
		{"172.32.0.1:80", true, true, true},
		{"192.168.1.1:80", false, false, true},
		{"[::ffff:192.168.1.1]:80", false, false, true},
		{"169.254.169.254:80", false, false, true}, // where clouds tell their machines secrets
		{"[fd00:ec2::254]:80", false, false, true},
		{"100.64.0.1:80", false, false, true},
		{"100.127.255.255:80", false, false, true},
		{"100.128.0.1:80", true, true, true},
		{"192.0.0.192:80", false, false, true},
		{"198.18.0.1:80", false, false, true},
		{"203.0.113.9:80", false, false, true},
		{"224.0.0.1:80", false, false, true},
		{"255.255.255.255:80", false, false, true},
		{"[fe80::1%eth0]:80", false, false, true},
		{"[fc00::1]:80", false, false, true},
		{"[ff02::1]:80", false, false, true},
		{"[64:ff9b::7f00:1]:80", false, false, true}, // NAT64 of 127.0.0.1
		{"[64:ff9b:1::a00:1]:80", false, false, true},
		{"[2002:7f00:1::]:80", false, false, true}, // 6to4 of 127.0.0.1
		{"[2001:0:4136:e378::]:80", false, false, true},
		{"[2001:db8::1]:80", false, false, true},
		{"[::127.0.0.1]:80", false, false, true},
		{"/run/docker.sock", false, false, false},
	} {
		for reach, want := range map[Reach]bool{Nowhere: row.nowhere, Loopback: row.loopback, Anywhere: row.anybody} {
			if err := reach.check(row.address); (err == nil) != want {
				t.Errorf("%s with reach %d: got %v", row.address, reach, err)
			}
		}
	}
}

// The guard is where the dialing is: a name that resolves to this machine is
// refused as its address is, and nothing arrives.
func TestPost_reachesNoInternalAddress(t *testing.T) {
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer s.Close()
	p := NewPoster(Options{})
	for _, url := range []string{s.URL, strings.Replace(s.URL, "127.0.0.1", "localhost", 1), strings.Replace(s.URL, "127.0.0.1", "2130706433", 1)} {
		t.Setenv("HTTP_PROXY", s.URL)
		post, err := p.Post(t.Context(), ports.Message{URL: url})
		if err != nil || post.Status != 0 || post.Why != "forbidden_address" && post.Why != "no_such_host" {
			t.Errorf("%s: got %+v, %v", url, post, err)
		}
	}
	if asked != 0 {
		t.Errorf("the internal server was asked %d times", asked)
	}
}

func TestPost_whatCameOfIt(t *testing.T) {
	held := make(chan struct{})
	answer := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, "/ok", http.StatusFound)
		case "/busy":
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusTooManyRequests)
		case "/until":
			w.Header().Set("Retry-After", "Sun, 22 Nov 2026 12:00:30 GMT")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/past":
			w.Header().Set("Retry-After", "Sun, 22 Nov 2026 11:00:00 GMT")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/nonsense":
			w.Header().Set("Retry-After", "soon")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/long":
			_, _ = w.Write(make([]byte, 10*readAtMost))
		case "/hangs":
			<-held
		case "/cut":
			c, _, _ := http.NewResponseController(w).Hijack()
			c.Close()
		}
	}
	s := httptest.NewServer(http.HandlerFunc(answer))
	defer s.Close()
	defer close(held)
	secure := httptest.NewTLSServer(http.HandlerFunc(answer))
	defer secure.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + free.Addr().String()
	free.Close()
	noon := func() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }
	p := NewPoster(Options{Reach: Loopback, Now: noon})
	for _, row := range []struct {
		name, url string
		want      domain.Post
	}{
		{"taken", s.URL + "/ok", domain.Post{Status: 200}},
		{"taken, with much to say", s.URL + "/long", domain.Post{Status: 200}},
		{"sent elsewhere", s.URL + "/away", domain.Post{Status: 302, Why: "redirected"}},
		{"asked to wait", s.URL + "/busy", domain.Post{Status: 429, RetryAfter: 2 * time.Minute}},
		{"asked to wait until a time", s.URL + "/until", domain.Post{Status: 503, RetryAfter: 30 * time.Second}},
		{"until one that is past", s.URL + "/past", domain.Post{Status: 503}},
		{"until nobody knows", s.URL + "/nonsense", domain.Post{Status: 503}},
		{"gone", s.URL + "/gone", domain.Post{Status: 410}},
		{"no answer in time", s.URL + "/hangs", domain.Post{Why: "timeout"}},
		{"cut off", s.URL + "/cut", domain.Post{Why: "unreachable"}},
		{"nobody listens", nobody, domain.Post{Why: "refused"}},
		{"a certificate that nobody knows", secure.URL, domain.Post{Why: "bad_certificate"}},
		{"no address at all", "http://exa mple/", domain.Post{Why: "bad_address"}},
	} {
		within := time.Duration(0)
		if strings.HasSuffix(row.url, "/hangs") {
			within = 50 * time.Millisecond
		}
		if got, err := p.Post(t.Context(), ports.Message{URL: row.url, Within: within}); err != nil || got != row.want {
			t.Errorf("%s: got %+v, %v, want %+v", row.name, got, err, row.want)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Post(ended, ports.Message{URL: s.URL + "/ok"}); err == nil {
		t.Error("a post that was given up has an outcome")
	}
}

func TestBody(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		name string
		news domain.News
		want string
	}{
		{
			"a license, with its sale and without its key",
			domain.News{
				Topic: "license.issued", Fields: `{"LicenseID":"l","PurchaseID":"b","ProductID":"p","At":"2026-11-22T12:00:00Z"}`, At: at,
				License:  domain.LicenseState{ID: "l", PurchaseID: "b", ProductID: "p", Key: "SECRET", CreatedAt: at},
				Purchase: domain.PurchaseState{ID: "b", ProductID: "p", Email: "ana@example.com", FullName: "Ana", OrderNumber: 7, Status: domain.Successful, Quantity: 1, Price: domain.Money{Amount: 500, Currency: "usd"}, CreatedAt: at},
			},
			`{"type":"license.issued","timestamp":"2026-11-22T12:00:00Z","data":{"license":{"id":"l","purchase_id":"b","product_id":"p","disabled":false,"created_at":"2026-11-22T12:00:00Z"},"license_id":"l","product_id":"p",` +
				`"purchase":{"id":"b","product_id":"p","order_number":7,"status":"successful","quantity":1,"price":500,"currency":"usd","refunded":0,"disputed":false,"dispute_won":false,"revoked":false,"created_at":"2026-11-22T12:00:00Z"},"purchase_id":"b"}}`,
		},
		{
			"what lies within the event", domain.News{Topic: "membership.changed", At: at, Fields: `{"From":{"Seats":1,"Unit":10},"GraceEndsAt":"0001-01-01T00:00:00Z"}`},
			`{"type":"membership.changed","timestamp":"2026-11-22T12:00:00Z","data":{"from":{"seats":1,"unit":10},"grace_ends_at":null}}`,
		},
	} {
		kind, body, err := Body(row.news)
		if err != nil || kind != "application/json" || string(body) != row.want {
			t.Errorf("%s:\ngot  %s, %v\nwant %s", row.name, body, err, row.want)
		}
	}
	if _, _, err := Body(domain.News{Fields: "no JSON"}); err == nil {
		t.Error("what is no event is written")
	}
}
