package rpc

import (
	"context"

	"connectrpc.com/connect"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

func (s *operations) GetClock(ctx context.Context, _ *usherv1.GetClockRequest) (*usherv1.GetClockResponse, error) {
	if _, err := s.seller(ctx, domain.ViewSales); err != nil {
		return nil, err
	}
	now, test, err := s.usher.Clock.Now(ctx)
	if err != nil {
		return nil, err
	}
	return &usherv1.GetClockResponse{Now: stamp(now), TestClock: test}, nil
}

// AdvanceClock goes on as long as somebody listens: a message that cannot be sent
// ends the context.
func (s *operations) AdvanceClock(ctx context.Context, r *usherv1.AdvanceClockRequest, stream *connect.ServerStream[usherv1.AdvanceClockResponse]) error {
	if _, err := s.seller(ctx, domain.EditProducts); err != nil {
		return err
	}
	now, _, err := s.usher.Clock.Now(ctx)
	if err != nil {
		return err
	}
	to, err := instant("to", r.To)
	switch {
	case err != nil:
		return err
	case (r.By == "") == to.IsZero():
		return domain.InvalidField("to", `say how far, in "by", or where to, in "to"`)
	case r.By != "":
		if to, err = app.Ahead(now, r.By); err != nil {
			return err
		}
	}
	if most, _ := app.Ahead(now, "100y"); to.After(most) {
		return domain.InvalidField("to", "must be at most 100 years ahead")
	}
	last, err := s.usher.Clock.Advance(ctx, to, func(at app.Step) {
		_ = stream.Send(&usherv1.AdvanceClockResponse{At: stamp(at.At), Jobs: small(at.Jobs), Waits: at.Waits})
	})
	if err != nil {
		return err
	}
	return stream.Send(&usherv1.AdvanceClockResponse{At: stamp(last.At), Jobs: small(last.Jobs), Done: true})
}
