package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// eventually waits until ok, which says what it saw, holds.
func eventually(t *testing.T, what string, ok func() (saw string, ok bool)) {
	t.Helper()
	saw := ""
	for end := time.Now().Add(patience); time.Now().Before(end); <-time.After(5 * time.Millisecond) {
		var is bool
		if saw, is = ok(); is {
			return
		}
	}
	t.Fatalf("%s: not within %v; the last seen is %s", what, patience, saw)
}

// halfway sends a verification whose body does not come yet, and returns once
// the server waits for it. finish sends the body and returns the answer.
func halfway(t *testing.T, p *process) (finish func() (*http.Response, error)) {
	t.Helper()
	u, err := url.Parse(p.url(""))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	form := url.Values{"product_id": {fmt.Sprint(p.first["product_id"])}, "license_key": {fmt.Sprint(p.first["license_key"])}}.Encode()
	fmt.Fprintf(conn, "POST /v2/licenses/verify HTTP/1.1\r\nHost: %s\r\nExpect: 100-continue\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n", u.Host, len(form))
	r := bufio.NewReader(conn)
	if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatalf("the server did not ask for the body: %q, %v", line, err)
	}
	if _, err := r.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return func() (*http.Response, error) {
		if _, err := io.WriteString(conn, form); err != nil {
			return nil, err
		}
		return http.ReadResponse(r, nil)
	}
}

func send(t *testing.T, p *process, s syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func TestDrain_answersWhatIsAtWork(t *testing.T) {
	t.Parallel()
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		p := runUsher(t, "demo", "--json", "--listen", "127.0.0.1:0")
		finish := halfway(t, p)
		send(t, p, s)
		eventually(t, "the port closes", func() (string, bool) {
			res, err := client.Get(p.url("/healthz"))
			if err == nil {
				res.Body.Close()
				return res.Status, false
			}
			return err.Error(), true
		})
		res, err := finish()
		if err != nil {
			t.Fatalf("%v: the request at work was not answered: %v", s, err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK || !strings.HasPrefix(string(body), `{"success":true,"uses":1,`) {
			t.Errorf("%v: the request at work got %s %s %v", s, res.Status, body, err)
		}
		if code := p.wait(); code != exitOK {
			t.Errorf("%v: exit %d, want 0; it said:\n%s", s, code, p.stderr.String())
		}
	}
}

func TestDrain_saysSoFirstAndEndsAtOnceIfToldAgain(t *testing.T) {
	t.Parallel()
	p := runUsher(t, "serve", "--json", "--listen", "127.0.0.1:0", "--drain-delay", "1h")
	send(t, p, syscall.SIGTERM)
	eventually(t, "/readyz is 503", func() (string, bool) {
		res, err := client.Get(p.url("/readyz"))
		if err != nil {
			t.Fatalf("the port closed before the delay was over: %v", err)
		}
		defer res.Body.Close()
		return res.Status, res.StatusCode == http.StatusServiceUnavailable && res.Header.Get("Usher-Reason") == "draining"
	})
	if res, err := client.Get(p.url("/healthz")); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("/healthz while draining: %v, %v", res, err)
	}
	send(t, p, syscall.SIGTERM)
	if code := p.wait(); code != exitInterrupted {
		t.Errorf("exit %d, want %d", code, exitInterrupted)
	}
}

func TestDrain_cutsOffWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	p := runUsher(t, "serve", "--json", "--listen", "127.0.0.1:0", "--drain-timeout", "20ms")
	halfway(t, p)
	if code := p.stop(); code != exitFailed {
		t.Errorf("exit %d, want %d", code, exitFailed)
	}
	if !strings.Contains(p.stdout.String(), `"code":"drain_timeout"`) {
		t.Errorf("it said %q", p.stdout.String())
	}
}

func TestServe_speaksTLS(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t)
	p := runUsher(t, "serve", "--json", "--listen", "0.0.0.0:0", "--tls-cert", cert, "--tls-key", key)
	if !strings.HasPrefix(p.url(""), "https://") {
		t.Errorf("it says it is at %s", p.url(""))
	}
	res, err := client.Get(p.url("/readyz"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK || res.TLS == nil {
		t.Errorf("got %s, TLS %v", res.Status, res.TLS != nil)
	}
	p.stop()
	if strings.Contains(p.stderr.String(), "plain http") {
		t.Errorf("it warns of plain http although it speaks https:\n%s", p.stderr.String())
	}
}

func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	public, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name, kind string, b []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return file("cert.pem", "CERTIFICATE", public), file("key.pem", "PRIVATE KEY", secret)
}

func TestServe_believesTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"nobody is trusted", nil, "client=127.0.0.1 https=false"},
		{"another one is trusted", []string{"--trusted-proxies", "10.0.0.0/8"}, "client=127.0.0.1 https=false"},
		{"the peer is trusted", []string{"--trusted-proxies", "10.0.0.0/8,127.0.0.1"}, "client=203.0.113.9 https=true"},
	} {
		p := runUsher(t, append([]string{"serve", "--json", "--listen", "127.0.0.1:0"}, c.args...)...)
		req, err := http.NewRequest("GET", p.url("/asked"), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Forwarded-For", "198.51.100.1, 203.0.113.9, 10.1.2.3")
		req.Header.Set("X-Forwarded-Proto", "https")
		req.Header.Set("X-Request-Id", "proxy-17")
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if id := res.Header.Get("X-Request-Id"); id != "proxy-17" {
			t.Errorf("%s: the request's id comes back as %q", c.name, id)
		}
		p.stop()
		if log := p.stderr.String(); !strings.Contains(log, c.want) || !strings.Contains(log, "request_id=proxy-17") {
			t.Errorf("%s: the log lacks %q:\n%s", c.name, c.want, log)
		}
	}
}

func TestPrompt_canBeInterrupted(t *testing.T) {
	t.Parallel()
	terminal := terminal(t)
	demo := runUsher(t, "demo", "--json", "--listen", "127.0.0.1:0")
	p, err := newProcess(t.TempDir(), nil, "licenses", "verify", "--data", fmt.Sprint(demo.first["data"]))
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stdin = terminal
	if err := p.begin(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it asks for the key", func() (string, bool) {
		return p.stderr.String(), strings.Contains(p.stderr.String(), "License key: ")
	})
	send(t, p, syscall.SIGINT)
	if code := p.wait(); code != exitInterrupted {
		t.Errorf("exit %d, want %d; it said:\n%s", code, exitInterrupted, p.stderr.String())
	}
}

// TestServe_describesItself needs both forms of the description, with the address
// that the server is at.
func TestServe_describesItself(t *testing.T) {
	t.Parallel()
	p := runUsher(t, "demo", "--json", "--listen", "127.0.0.1:0")
	for path, want := range map[string]string{
		"/openapi.json": `"servers":[{"url":"` + p.url("") + `"`,
		"/docs":         "curl -X POST &#39;" + p.url("/v2/licenses/verify"),
	} {
		res, err := client.Get(p.url(path))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s answered %s without %s, %v", path, res.Status, want, err)
		}
	}
	p.stop()
}
