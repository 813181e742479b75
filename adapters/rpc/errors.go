package rpc

import (
	"context"
	"errors"
	"net/http"

	"connectrpc.com/connect"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/domain"
)

// codes say how a kind of refusal is answered. One that is missing is an
// internal failure.
var codes = map[domain.Kind]connect.Code{
	domain.Internal:        connect.CodeInternal,
	domain.Invalid:         connect.CodeInvalidArgument,
	domain.NotFound:        connect.CodeNotFound,
	domain.Conflict:        connect.CodeAborted,
	domain.Precondition:    connect.CodeFailedPrecondition,
	domain.Declined:        connect.CodeFailedPrecondition,
	domain.Unauthenticated: connect.CodeUnauthenticated,
	domain.Forbidden:       connect.CodePermissionDenied,
	domain.Unavailable:     connect.CodeUnavailable,
}

// What is over before it is answered.
const (
	codeDeadline = "deadline_exceeded"
	msgDeadline  = "the time of the call is over; what it changes may be done or not: look again, or repeat it with its Idempotency-Key"
	codeCanceled = "canceled"
	msgCanceled  = "the call was given up"
)

// refusal returns what a caller is told of err: nothing of what went wrong
// inside. That goes to the log, with the procedure and never with what was sent.
func (s *server) refusal(ctx context.Context, procedure string, err error) error {
	if e, ok := errors.AsType[*connect.Error](err); ok {
		return e // said already
	}
	kind := domain.KindOf(err)
	code, known := codes[kind]
	e, ours := errors.AsType[*domain.Error](err)
	inside := !known || !ours || kind == domain.Internal
	said := insideDetail()
	over := ctx.Err() != nil && (inside || kind == domain.Unavailable)
	switch {
	case over && errors.Is(ctx.Err(), context.DeadlineExceeded):
		code, said = connect.CodeDeadlineExceeded, &usherv1.ErrorDetail{Code: codeDeadline, Message: msgDeadline}
	case over:
		code, said = connect.CodeCanceled, &usherv1.ErrorDetail{Code: codeCanceled, Message: msgCanceled}
	case inside:
		s.log.ErrorContext(ctx, "a call failed", "procedure", procedure, "error", err)
		code = connect.CodeInternal
	default:
		said = &usherv1.ErrorDetail{Code: e.Code, Field: e.Field, Message: e.Msg}
		if kind == domain.Unavailable {
			s.log.WarnContext(ctx, "a call was turned away", "procedure", procedure, "error", err)
		}
	}
	return answerOf(ctx, code, said)
}

// insideDetail is all that anybody hears of a failure of our own.
func insideDetail() *usherv1.ErrorDetail {
	return &usherv1.ErrorDetail{Code: "internal", Message: "something went wrong here; try again later"}
}

// answerOf returns a refusal with its detail. Its message names the field, for those
// who see only that.
func answerOf(ctx context.Context, code connect.Code, said *usherv1.ErrorDetail) *connect.Error {
	text := said.Message
	if said.Field != "" {
		text = said.Field + ": " + text
	}
	e := connect.NewError(code, errors.New(text))
	d, err := connect.NewErrorDetail(said)
	if err != nil {
		panic(err) // three strings
	}
	e.AddDetail(d)
	if wasReplayed(ctx) {
		e.Meta().Set(replayedHeader, "true")
	}
	if h, ok := ctx.Value(answerKey{}).(http.Header); ok {
		h.Set(reasonHeader, said.Code)
	}
	return e
}

// answerKey is where the headers of the answer are in the context of a call.
type answerKey struct{}

// reasonHeader tells whoever watches requests go by what a refusal was: gRPC answers
// 200 to all of them.
const reasonHeader = "Usher-Reason"
