package circle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/usherhq/usher/adapters/internal/quoted"
)

const (
	maxAnswer = 4 << 20
	perPage   = 100         // the most that Circle gives
	patience  = time.Minute // after a 429 that names no time
	maxWait   = 24 * time.Hour
)

// call is one request as a dialect makes it.
type call struct {
	name   string // for people: "add member"
	method string
	path   string // below /api
	query  url.Values
	body   any // JSON; nil = none
}

// said is an answer that is JSON, and less than 500.
type said struct {
	call      string
	token     Token
	status    int
	requestID string
	json      []byte
	envelope
}

// do sends a request, once, and reads an answer that is JSON. What everybody's
// servers say is an error already; what it means to Circle is not looked at.
// What may not be sent yet is not sent.
func (c *Client) do(ctx context.Context, scheme string, a Account, q call) (*said, error) {
	s := &said{call: q.name, token: a.Token}
	if at, ok := c.pace.ask(a, c.now(), c.machine()); !ok {
		e := s.fail(RateLimited, errNotYet)
		e.NotBefore = at
		return nil, e
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := c.request(ctx, scheme, a.Token, q)
	if err != nil {
		return nil, s.fail(Unexpected, err)
	}
	res, err := c.http.Do(req)
	if a.Counted != nil && (err == nil && res.StatusCode < 500 || err != nil && !neverSent(err)) {
		a.Counted()
	}
	if err != nil {
		return nil, s.fail(Unavailable, err)
	}
	defer res.Body.Close()
	s.status = res.StatusCode
	s.requestID = quoted.ID(res.Header.Get("X-Request-Id"), string(a.Token))
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case s.status == http.StatusTooManyRequests:
		e := s.fail(RateLimited, nil)
		e.NotBefore = c.now().Add(wait(res.Header, c.now()))
		e.Wide = bytes.HasPrefix(bytes.TrimSpace(text), []byte("<"))
		c.pace.wait(a, e.NotBefore, e.Wide)
		return nil, e
	case s.status >= 500, s.status == http.StatusRequestTimeout:
		return nil, s.fail(Unavailable, nil)
	case err != nil:
		return nil, s.fail(Unavailable, err)
	case s.status >= 300 && s.status < 400:
		return nil, s.fail(Unreadable, errors.New("a redirect"))
	case len(text) > maxAnswer:
		return nil, s.fail(Unreadable, errors.New("more than 4 MiB"))
	case !json.Valid(text):
		return nil, s.fail(Unreadable, errors.New("not JSON"))
	}
	s.json = text
	s.envelope = open(text)
	return s, nil
}

func (c *Client) request(ctx context.Context, scheme string, t Token, q call) (*http.Request, error) {
	var body io.Reader
	if q.body != nil {
		b, err := json.Marshal(q.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	u := c.base + "/api" + q.path
	if len(q.query) > 0 {
		u += "?" + q.query.Encode() // a + becomes %2B
	}
	req, err := http.NewRequestWithContext(ctx, q.method, u, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", scheme+" "+string(t))
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "usher")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// neverSent reports whether no connection came about.
func neverSent(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

// fail makes an error of a call. Of the cause only a text is kept, without the
// URL and the bytes that errors of net/http like to quote, and whether it was
// the context.
func (s *said) fail(cause Cause, err error) *Error {
	e := &Error{Call: s.call, Cause: cause, Status: s.status, RequestID: s.requestID, Text: scrub(s.text(), s.token)}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	e.Lost = (cause == Unavailable || cause == Unreadable) && !neverSent(err)
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			e.err = end
		}
	}
	if err != nil {
		e.Text = scrub(err.Error(), s.token)
	}
	return e
}

// wait reads Retry-After: seconds, or a date. It is at most a day, so that no
// answer puts work off for ever.
func wait(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if s, err := strconv.ParseInt(text, 10, 64); err == nil && s >= 0 {
		return time.Duration(min(s, int64(maxWait/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), maxWait)
	}
	return patience
}
