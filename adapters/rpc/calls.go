package rpc

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
)

// calls is what each call goes through: a limit of time, a look at the form of
// what came, and the words of a refusal.
type calls struct{ *server }

// WrapUnary wraps a call with one answer.
func (c *calls) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, r connect.AnyRequest) (connect.AnyResponse, error) {
		if _, has := ctx.Deadline(); !has {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, c.limit)
			defer cancel()
		}
		if m, ok := r.Any().(proto.Message); ok && !keysMayBeAnything(r.Spec().Procedure) {
			if err := storable(m.ProtoReflect()); err != nil {
				return nil, c.refusal(ctx, r.Spec().Procedure, err)
			}
		}
		answer, err := next(ctx, r)
		if err != nil {
			return nil, c.refusal(ctx, r.Spec().Procedure, err)
		}
		return answer, nil
	}
}

// keysMayBeAnything reports whether a procedure is about keys: of those a string
// that cannot be stored is nobody's.
func keysMayBeAnything(procedure string) bool {
	return len(procedure) > len(usherv1connect.LicenseServiceName) && procedure[1:1+len(usherv1connect.LicenseServiceName)] == usherv1connect.LicenseServiceName
}

// WrapStreamingHandler wraps a call with a stream of answers. It takes as long as
// it takes.
func (c *calls) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		if err := next(ctx, conn); err != nil {
			return c.refusal(ctx, conn.Spec().Procedure, err)
		}
		return nil
	}
}

// WrapStreamingClient is for clients, and nothing here is one.
func (c *calls) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// recovered answers a panic as any failure. Its value is logged only if the
// runtime made it: any other might hold what was sent.
func (s *server) recovered(ctx context.Context, spec connect.Spec, _ http.Header, v any) error {
	what := fmt.Sprintf("%T", v)
	if e, ok := v.(runtime.Error); ok {
		what = e.Error()
	}
	s.log.ErrorContext(ctx, "a call panicked", "procedure", spec.Procedure, "panic", what, "stack", string(debug.Stack()))
	return answerOf(ctx, connect.CodeInternal, insideDetail())
}
