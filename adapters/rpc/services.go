package rpc

import (
	"net/http"
	"strings"
	"sync"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
)

// service is one of the services: its name, and what mounts it.
type service struct {
	name  string
	mount func(*server, ...connect.HandlerOption) (string, http.Handler)
}

// services are all that are answered and shown by reflection.
var services = []service{
	{usherv1connect.ApplicationServiceName, func(s *server, o ...connect.HandlerOption) (string, http.Handler) {
		return usherv1connect.NewApplicationServiceHandler(&applications{s}, o...)
	}},
	{usherv1connect.CatalogServiceName, func(s *server, o ...connect.HandlerOption) (string, http.Handler) {
		return usherv1connect.NewCatalogServiceHandler(&catalog{s}, o...)
	}},
	{usherv1connect.CommunityServiceName, func(s *server, o ...connect.HandlerOption) (string, http.Handler) {
		return usherv1connect.NewCommunityServiceHandler(&communities{s}, o...)
	}},
	{usherv1connect.CustomerServiceName, func(s *server, o ...connect.HandlerOption) (string, http.Handler) {
		return usherv1connect.NewCustomerServiceHandler(&customers{s}, o...)
	}},
	{usherv1connect.LicenseServiceName, func(s *server, o ...connect.HandlerOption) (string, http.Handler) {
		return usherv1connect.NewLicenseServiceHandler(&licenses{s}, o...)
	}},
	{usherv1connect.MembershipServiceName, func(s *server, o ...connect.HandlerOption) (string, http.Handler) {
		return usherv1connect.NewMembershipServiceHandler(&memberships{s}, o...)
	}},
	{usherv1connect.OperationsServiceName, func(s *server, o ...connect.HandlerOption) (string, http.Handler) {
		return usherv1connect.NewOperationsServiceHandler(&operations{s}, o...)
	}},
	{usherv1connect.SaleServiceName, func(s *server, o ...connect.HandlerOption) (string, http.Handler) {
		return usherv1connect.NewSaleServiceHandler(&sales{s}, o...)
	}},
	{usherv1connect.SeatServiceName, func(s *server, o ...connect.HandlerOption) (string, http.Handler) {
		return usherv1connect.NewSeatServiceHandler(&seats{s}, o...)
	}},
	{usherv1connect.TokenServiceName, func(s *server, o ...connect.HandlerOption) (string, http.Handler) {
		return usherv1connect.NewTokenServiceHandler(&tokens{s}, o...)
	}},
	{usherv1connect.WebhookServiceName, func(s *server, o ...connect.HandlerOption) (string, http.Handler) {
		return usherv1connect.NewWebhookServiceHandler(&webhooks{s}, o...)
	}},
}

// streams are the procedures whose answer may go on for longer than a server lets
// an answer take.
var streams = map[string]bool{usherv1connect.OperationsServiceAdvanceClockProcedure: true}

func serviceNames() (names []string) {
	for _, s := range services {
		names = append(names, s.name)
	}
	return names
}

// Owns reports whether a request with that path is for [Handler].
func Owns(path string) bool {
	return strings.HasPrefix(path, "/usher.v1.") || strings.HasPrefix(path, "/grpc.health.v1.") || strings.HasPrefix(path, "/grpc.reflection.")
}

// Known reports whether that path, letter by letter, is one of a procedure: such
// a path holds no secret, and may be logged.
func Known(path string) bool { return path == healthCheck || procedures()[path] != nil }

// procedures returns what the services can do, by path.
var procedures = sync.OnceValue(func() map[string]protoreflect.MethodDescriptor {
	all := map[string]protoreflect.MethodDescriptor{}
	for _, s := range services {
		d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(s.name))
		if err != nil {
			panic(err) // it is in gen
		}
		methods := d.(protoreflect.ServiceDescriptor).Methods()
		for i := range methods.Len() {
			all["/"+s.name+"/"+string(methods.Get(i).Name())] = methods.Get(i)
		}
	}
	return all
})
