package rpc

import (
	"context"
	"net/http"
	"slices"

	"connectrpc.com/connect"

	healthv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/health/v1"
	"github.com/usherhq/usher/domain"
)

// healthCheck is where probes of gRPC ask. Its other procedure, which watches, is
// not there: probes do without, and clients take a server that has none as healthy.
const healthCheck = "/grpc.health.v1.Health/Check"

func (s *server) mountHealth(m *http.ServeMux, o ...connect.HandlerOption) {
	m.Handle(healthCheck, connect.NewUnaryHandlerSimple(healthCheck, s.health, o...))
}

// health says whether calls are answered. It needs no token.
func (s *server) health(ctx context.Context, r *healthv1.CheckRequest) (*healthv1.CheckResponse, error) {
	if r.Service != "" && !slices.Contains(serviceNames(), r.Service) {
		return nil, errNoService
	}
	status := healthv1.CheckResponse_SERVING
	if s.ready != nil && s.ready(ctx) != nil {
		status = healthv1.CheckResponse_NOT_SERVING
	}
	return &healthv1.CheckResponse{Status: status}, nil
}

var errNoService = &domain.Error{Kind: domain.NotFound, Code: "service_not_found", Field: "service", Msg: "no such service"}
