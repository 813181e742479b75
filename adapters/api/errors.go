package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"

	"github.com/usherhq/usher/domain"
)

// statuses say how a kind of refusal is answered. One that is missing is an
// internal failure.
var statuses = map[domain.Kind]int{
	domain.Internal:        http.StatusInternalServerError,
	domain.Invalid:         http.StatusBadRequest,
	domain.NotFound:        http.StatusNotFound,
	domain.Conflict:        http.StatusConflict,
	domain.Precondition:    http.StatusUnprocessableEntity,
	domain.Declined:        http.StatusPaymentRequired,
	domain.Unauthenticated: http.StatusUnauthorized,
	domain.Forbidden:       http.StatusForbidden,
	domain.Unavailable:     http.StatusServiceUnavailable,
}

// wireError is what is wrong with a request before anybody is asked, or what no
// kind stands for.
type wireError struct {
	status    int
	code, msg string
}

func (e *wireError) Error() string { return e.msg }

var (
	errNotRouted     = &wireError{http.StatusNotFound, "not_routed", "nothing is here"}
	errMethod        = &wireError{http.StatusMethodNotAllowed, "method_not_allowed", "the header Allow says what can be done here"}
	errTooLarge      = &wireError{http.StatusRequestEntityTooLarge, "too_large", "the body is larger than 64 KiB"}
	errMedia         = &wireError{http.StatusUnsupportedMediaType, "unsupported_media_type", "the body must be application/json"}
	errRefundRefused = &wireError{http.StatusUnprocessableEntity, "refund_refused", "the processor refused the refund; nothing was given back"}
	errUnread        = &wireError{http.StatusBadRequest, "invalid", "the body could not be read"}
)

// problem is the body of every refusal.
type problem struct {
	Error problemBody `json:"error"`
}

type problemBody struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field,omitempty"`
}

// problemOf returns what a caller is told of err: nothing of what went wrong
// inside.
func problemOf(err error) (status int, kind domain.Kind, p problem) {
	if e, ok := errors.AsType[*wireError](err); ok {
		return e.status, domain.Invalid, problem{problemBody{e.code, e.msg, ""}}
	}
	kind = domain.KindOf(err)
	status, known := statuses[kind]
	e, ours := errors.AsType[*domain.Error](err)
	if !known || !ours || kind == domain.Internal {
		return http.StatusInternalServerError, domain.Internal, problem{problemBody{"internal", "something went wrong here; try again later", ""}}
	}
	return status, kind, problem{problemBody{e.Code, e.Msg, e.Field}}
}

// refuse answers err. What went wrong inside goes to the log, with the route and
// never with what was sent.
func (c *call) refuse(err error, a answer) {
	status, kind, p := problemOf(err)
	switch kind {
	case domain.Internal:
		if c.r.Context().Err() == nil { // else the client has gone, and nothing is wrong
			c.log.ErrorContext(c.r.Context(), "a request failed", "method", c.r.Method, "route", c.r.Pattern, "error", err)
		}
	case domain.Unavailable:
		c.w.Header().Set("Retry-After", "1")
		c.log.WarnContext(c.r.Context(), "a request was turned away", "method", c.r.Method, "route", c.r.Pattern, "error", err)
	case domain.Unauthenticated:
		c.w.Header().Set("WWW-Authenticate", "Bearer")
	}
	c.write(answer{status: status, body: p, replayed: a.replayed})
}

// write answers.
func (c *call) write(a answer) {
	body, err := json.Marshal(a.body)
	if err != nil {
		panic(err) // plain structs
	}
	body = append(body, '\n')
	h := c.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if a.location != "" {
		h.Set("Location", a.location)
	}
	if a.replayed {
		h.Set("Idempotent-Replayed", "true")
	}
	if a.status != 0 {
		c.w.WriteHeader(a.status)
	}
	_, _ = c.w.Write(body) // a client that has gone is nobody's error
}

// recovered answers a panic as any failure. Its value is logged only if the
// runtime made it: any other might hold what was sent.
func (c *call) recovered() {
	v := recover()
	switch v {
	case nil:
		return
	case http.ErrAbortHandler:
		panic(v)
	}
	what := fmt.Sprintf("%T", v)
	if e, ok := v.(runtime.Error); ok {
		what = e.Error()
	}
	c.log.ErrorContext(c.r.Context(), "a request panicked", "method", c.r.Method, "panic", what, "stack", string(debug.Stack()))
	_, _, p := problemOf(errors.New(what))
	c.write(answer{status: http.StatusInternalServerError, body: p})
}
