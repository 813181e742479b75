package webhook

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Where a webhook may lead, beside the internet.
const (
	Nowhere  Reach = iota // only into the internet
	Loopback              // and to this machine
	Anywhere              // and into any network: for development
)

// Reach says which addresses that are not global may be called.
type Reach uint8

const (
	readAtMost = 4 << 10 // of an answer, so that the connection can be used again
	longest    = 15 * time.Second
	perHost    = 8
)

// Options are how a [Poster] is made; the zero value is what a server wants.
type Options struct {
	Version string            // of usher, for its User-Agent
	Reach   Reach             // where webhooks may lead
	HTTP    http.RoundTripper // instead of one that looks where it dials; for tests
	Now     func() time.Time  // machine time; the machine's
}

// Poster sends requests to webhooks. It is safe for concurrent use.
type Poster struct {
	client http.Client
	agent  string
	now    func() time.Time
}

// NewPoster returns a poster. It has no effects.
func NewPoster(o Options) *Poster {
	p := &Poster{agent: "usher/" + cmp.Or(o.Version, "dev"), now: o.Now}
	if p.now == nil {
		p.now = time.Now
	}
	trip := o.HTTP
	if trip == nil {
		trip = transport(o.Reach)
	}
	p.client = http.Client{Transport: trip, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return p
}

// transport dials what it may, itself: no proxy of the environment stands between.
func transport(reach Reach) *http.Transport {
	dialer := &net.Dialer{
		Timeout: 5 * time.Second,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			return reach.check(address)
		},
	}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second, ForceAttemptHTTP2: true,
		MaxIdleConns: 100, MaxIdleConnsPerHost: perHost, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 32 << 10,
	}
}

// Post sends a message. Of the answer only its status and Retry-After are kept.
func (p *Poster) Post(ctx context.Context, m ports.Message) (domain.Post, error) {
	within, cancel := context.WithTimeout(ctx, min(cmp.Or(m.Within, longest), longest))
	defer cancel()
	req, err := http.NewRequestWithContext(within, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return domain.Post{Why: "bad_address"}, nil
	}
	req.Header.Set("Content-Type", m.ContentType)
	req.Header.Set("User-Agent", p.agent)
	if len(m.Secrets) > 0 {
		if err := sign(req.Header, m); err != nil {
			return domain.Post{Why: "bad_secret"}, nil
		}
	}
	res, err := p.client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return domain.Post{}, ctx.Err()
		}
		return domain.Post{Why: why(err)}, nil
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, readAtMost)
	post := domain.Post{Status: res.StatusCode, RetryAfter: p.retryAfter(res.Header.Get("Retry-After"))}
	if res.StatusCode >= 300 && res.StatusCode < 400 {
		post.Why = "redirected"
	}
	return post, nil
}

// retryAfter reads how long a receiver asks to be left alone (RFC 9110, 10.2.3).
func (p *Poster) retryAfter(s string) time.Duration {
	if n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 32); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(0, at.Sub(p.now()))
	}
	return 0
}

// why is the code of what kept a receiver from answering. Nothing of the error's
// text is kept: it holds the address.
func why(err error) string {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, errForbidden):
		return "forbidden_address"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.As(err, &dns):
		return "no_such_host"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case isTLS(err):
		return "bad_certificate"
	}
	return "unreachable"
}
