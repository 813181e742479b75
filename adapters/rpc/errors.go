package rpc

import (
	"context"
	"errors"

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
	var told *connect.Error
	switch {
	case (inside || kind == domain.Unavailable) && errors.Is(ctx.Err(), context.DeadlineExceeded):
		told = detailed(connect.CodeDeadlineExceeded, codeDeadline, "", msgDeadline)
	case (inside || kind == domain.Unavailable) && ctx.Err() != nil:
		told = detailed(connect.CodeCanceled, codeCanceled, "", msgCanceled)
	case inside:
		s.log.ErrorContext(ctx, "a call failed", "procedure", procedure, "error", err)
		told = internal()
	default:
		told = detailed(code, e.Code, e.Field, e.Msg)
	}
	if told.Code() == connect.CodeUnavailable {
		s.log.WarnContext(ctx, "a call was turned away", "procedure", procedure, "error", err)
	}
	if wasReplayed(ctx) {
		told.Meta().Set(replayedHeader, "true")
	}
	return told
}

// internal is all that anybody hears of a failure of our own.
func internal() *connect.Error {
	return detailed(connect.CodeInternal, "internal", "", "something went wrong here; try again later")
}

// detailed returns a refusal with its detail. Its message names the field, for
// those who see only that.
func detailed(code connect.Code, name, field, msg string) *connect.Error {
	text := msg
	if field != "" {
		text = field + ": " + msg
	}
	e := connect.NewError(code, errors.New(text))
	d, err := connect.NewErrorDetail(&usherv1.ErrorDetail{Code: name, Field: field, Message: msg})
	if err != nil {
		panic(err) // three strings
	}
	e.AddDetail(d)
	return e
}
