package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/usherhq/usher/adapters/internal/quoted"
)

const maxAnswer = 8 << 20 // a page of a thousand members

// actor is who makes a call.
type actor string

const (
	bot    actor = "bot"
	app    actor = "app"
	person actor = "person"
)

// The calls, by the names that errors and buckets know them by.
const (
	opExchange = "exchange"
	opRevoke   = "revoke"
	opMe       = "me"
	opSelf     = "self"
	opLeave    = "leave"
	opGuild    = "guild"
	opMembers  = "members"
	opMember   = "member"
	opAdd      = "add"
	opKick     = "kick"
	opGiveRole = "give_role"
	opTakeRole = "take_role"
)

// request is a call to be made.
type request struct {
	op        string
	method    string
	path      string // below APIURL
	guild     string // whose bucket it is; empty: everybody's
	by        actor
	token     AccessToken // a person's
	json      any         // nil: no body
	form      url.Values  // nil: no form
	reason    string      // for the server's audit log
	hidden    []string    // secrets of this call
	unhurried bool
	probe     bool // it asks whether the bot's token is good
}

// answer is what came back.
type answer struct {
	status     int
	body       []byte
	html       bool
	requestID  string
	bucket     string
	limit      int
	remaining  int
	resetAfter time.Duration
	retryAfter time.Duration // 0: not said
	scope      string
	global     bool
}

// wait is how long the answer asks to wait, or what it is taken to mean.
func (a *answer) wait(otherwise time.Duration) time.Duration {
	if a.retryAfter > 0 {
		return a.retryAfter
	}
	return otherwise
}

// call makes a call, once, and decodes what a success says into out, if it is
// not nil. It returns the status of a success.
func (c *Client) call(ctx context.Context, q request, out any) (int, error) {
	q.unhurried = c.unhurried
	b, held := c.limiter.enter(&q)
	if held != nil {
		return 0, &Error{Op: q.op, Class: Held, RetryAfter: held.wait, by: q.by, hold: held.cause}
	}
	a, err := c.send(ctx, &q)
	wait := c.limiter.left(&q, b, a)
	if err != nil {
		return 0, c.noAnswer(&q, err)
	}
	if a.status < 200 || a.status > 299 {
		return 0, c.refused(&q, a, max(wait, a.retryAfter))
	}
	if out != nil && json.Unmarshal(a.body, out) != nil {
		return a.status, c.broken(&q, a)
	}
	return a.status, nil
}

// send makes the request and reads the answer.
func (c *Client) send(ctx context.Context, q *request) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	ctx = once(ctx, cancel)
	req, err := c.request(ctx, q)
	if err != nil {
		return nil, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	if err != nil || len(body) > maxAnswer {
		body = nil // too short or too long to mean anything
	}
	return read(res, body), nil
}

// once ends a request whose first connection broke after it was written: by
// itself Go sends a GET again, of which the limiter would not know.
func once(ctx context.Context, cancel context.CancelFunc) context.Context {
	var written atomic.Bool
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaders: func() { written.Store(true) },
		GetConn: func(string) {
			if written.Load() {
				cancel()
			}
		},
	})
}

func (c *Client) request(ctx context.Context, q *request) (*http.Request, error) {
	var body io.Reader
	kind := ""
	switch {
	case q.form != nil:
		body, kind = strings.NewReader(q.form.Encode()), "application/x-www-form-urlencoded"
	case q.json != nil:
		b, err := json.Marshal(q.json)
		if err != nil {
			return nil, err
		}
		body, kind = bytes.NewReader(b), "application/json"
	}
	req, err := http.NewRequestWithContext(ctx, q.method, c.cfg.APIURL+q.path, body)
	if err != nil {
		return nil, err
	}
	h := req.Header
	h.Set("User-Agent", c.agent)
	h.Set("Accept", "application/json")
	if kind != "" {
		h.Set("Content-Type", kind)
	}
	if q.reason != "" {
		h.Set("X-Audit-Log-Reason", url.PathEscape(cut(q.reason, 128))) // at most 512 when escaped
	}
	switch q.by {
	case bot:
		h.Set("Authorization", "Bot "+c.cfg.BotToken)
	case person:
		h.Set("Authorization", "Bearer "+string(q.token))
	case app:
		req.SetBasicAuth(url.QueryEscape(c.cfg.ClientID), url.QueryEscape(c.cfg.ClientSecret))
	}
	return req, nil
}

// read reads what every answer may say.
func read(res *http.Response, body []byte) *answer {
	h := res.Header
	a := &answer{
		status: res.StatusCode, body: body,
		requestID:  firstOf(h.Get("X-Request-Id"), h.Get("Cf-Ray")),
		bucket:     h.Get("X-Ratelimit-Bucket"),
		resetAfter: seconds(h.Get("X-Ratelimit-Reset-After")),
		retryAfter: seconds(h.Get("Retry-After")),
		scope:      h.Get("X-Ratelimit-Scope"),
		global:     h.Get("X-Ratelimit-Global") == "true",
	}
	a.limit, _ = strconv.Atoi(h.Get("X-Ratelimit-Limit"))         // 0: not said
	a.remaining, _ = strconv.Atoi(h.Get("X-Ratelimit-Remaining")) // worse than true is safe
	if a.status < 400 {
		return a
	}
	a.html = !json.Valid(body)
	if a.status == http.StatusTooManyRequests && !a.html {
		var said struct {
			RetryAfter json.Number `json:"retry_after"`
			Global     bool        `json:"global"`
		}
		json.Unmarshal(body, &said) // what it does not say stays unsaid
		a.retryAfter = max(a.retryAfter, seconds(said.RetryAfter.String()))
		a.global = a.global || said.Global
	}
	return a
}

// seconds reads a time in seconds, as headers give it. What is no sensible one
// is none.
func seconds(s string) time.Duration {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(n) || n <= 0 {
		return 0
	}
	if n >= longest.Seconds() {
		return longest
	}
	return time.Duration(math.Ceil(n * float64(time.Second)))
}

// noAnswer is the error of a call that nobody answered.
func (c *Client) noAnswer(q *request, err error) *Error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // without the address
	}
	op, dial := errors.AsType[*net.OpError](err)
	return &Error{Op: q.op, Class: NoAnswer, Sent: !dial || op.Op != "dial", Err: err, by: q.by}
}

// refused is the error of an answer that is no success.
func (c *Client) refused(q *request, a *answer, wait time.Duration) *Error {
	e := &Error{
		Op: q.op, Class: Refused, Sent: true, Status: a.status, RequestID: c.id(q, a),
		RetryAfter: wait, Scope: a.scope, Global: a.global, Bucket: a.bucket, by: q.by,
	}
	var said struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Error   string `json:"error"`
		Text    string `json:"error_description"`
	}
	if a.html || json.Unmarshal(a.body, &said) != nil {
		e.Class = HTML
		return e
	}
	e.Code, e.OAuth = said.Code, quoted.Word(said.Error)
	e.Message = quoted.Text(firstOf(said.Message, said.Text), maxMessage, c.secrets(q)...)
	return e
}

// broken is the error of a success that cannot be read.
func (c *Client) broken(q *request, a *answer) *Error {
	return &Error{Op: q.op, Class: Broken, Sent: true, Status: a.status, RequestID: c.id(q, a), by: q.by}
}

// secrets are what Discord may repeat.
func (c *Client) secrets(q *request) []string {
	return append([]string{c.cfg.BotToken, c.cfg.ClientSecret, string(q.token)}, q.hidden...)
}

// id is Discord's name of a request.
func (c *Client) id(q *request, a *answer) string { return quoted.ID(a.requestID, c.secrets(q)...) }

// cut cuts text to n bytes, between letters.
func cut(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "")
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
