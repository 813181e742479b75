package circletest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const maxBody = 1 << 20

// answer is what Circle says: a status and what becomes JSON.
type answer struct {
	status int
	body   any
}

type object = map[string]any

// ServeHTTP notes the call, complains about it if need be, carries it out and
// answers.
func (c *Circle) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return // who sends half a request gets no answer
	}
	q := readRequest(r, text)

	c.mu.Lock()
	call := c.note(q, r, string(text))
	reply := c.instead(*call)
	var a answer
	if reply == nil || reply.Effect {
		a = c.carryOut(q)
	}
	c.mu.Unlock()

	if reply != nil && reply.Held {
		select {
		case <-r.Context().Done():
		case <-c.closed:
		}
	}
	if reply != nil && (reply.Held || reply.Closed) {
		panic(http.ErrAbortHandler)
	}

	h := w.Header()
	h.Set("Connection", "close")
	h.Set("Content-Type", "application/json; charset=utf-8")
	var body string
	if reply == nil {
		b, err := json.Marshal(a.body)
		if err != nil {
			panic(err) // an answer of ours that is none
		}
		body = string(b)
	} else {
		a.status, body = reply.Status, reply.Body
		for name, value := range reply.Header {
			h.Set(name, value)
		}
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	c.mu.Lock()
	call.Status = a.status
	c.answers++
	h.Set("X-Request-Id", fmt.Sprintf("00000000-0000-4000-8000-%012d", c.answers))
	if a.status == http.StatusTooManyRequests {
		c.limited(call.Token, h, body)
	}
	c.mu.Unlock()
	w.WriteHeader(a.status)
	io.WriteString(w, body) // who is gone is gone
}

// request is a call as the operations see it.
type request struct {
	dialect Dialect
	route   route
	scheme  string
	token   string
	id      int64 // in the path
	query   url.Values
	body    params
	bodyErr error

	from *community // of the token, for v2; named in the query, for v1
}

// params are the fields of a JSON body that Circle reads here.
type params struct {
	Email         string  `json:"email"`
	SpaceGroupID  int64   `json:"space_group_id"`
	SpaceGroupIDs []int64 `json:"space_group_ids"`
}

func readRequest(r *http.Request, body []byte) *request {
	q := &request{query: r.URL.Query()}
	q.scheme, q.token, _ = strings.Cut(r.Header.Get("Authorization"), " ")
	if q.token == "" {
		q.scheme, q.token = "", q.scheme // a bare token
	}
	q.dialect, q.route, q.id = match(r.Method, r.URL.Path)
	if q.dialect == V2 && (r.Method == http.MethodPost || r.Method == http.MethodPut) {
		q.bodyErr = json.Unmarshal(body, &q.body)
	}
	return q
}

// note writes a call into the journal.
func (c *Circle) note(q *request, r *http.Request, body string) *Call {
	call := &Call{
		At: c.now(), Dialect: q.dialect, Operation: q.route.operation,
		Method: r.Method, Path: r.URL.RequestURI(), Body: body, Scheme: q.scheme, Token: q.token,
	}
	call.Subject = q.email()
	if q.dialect == V2 && q.route.operation == RemoveMember {
		call.Subject = strconv.FormatInt(q.id, 10)
		if t := c.token(q); t != nil {
			if m := c.find(t.Communities[0]); m != nil && m.memberByID(q.id) != nil {
				call.Subject = m.memberByID(q.id).Email
			}
		}
	}
	c.complain(call)
	c.calls = append(c.calls, call)
	return call
}

// email is the address that a call is about.
func (q *request) email() string {
	if q.body.Email != "" {
		return normal(q.body.Email)
	}
	return normal(q.query.Get("email"))
}

func normal(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// token is the live token of a request that is good for its dialect, whatever
// its plan.
func (c *Circle) token(q *request) *Token {
	if q.scheme != "Token" && q.scheme != "Bearer" {
		return nil
	}
	for _, t := range c.tokens {
		if t.Secret == q.token && t.Kind == q.dialect && !t.Revoked && len(t.Communities) > 0 {
			return t
		}
	}
	return nil
}

// carryOut does what a call asks for and says what came of it.
func (c *Circle) carryOut(q *request) answer {
	switch q.dialect {
	case V1:
		return c.carryOutV1(q)
	case V2:
		return c.carryOutV2(q)
	}
	return notFound
}
