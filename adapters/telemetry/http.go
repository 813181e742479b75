package telemetry

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// requests are what is measured of requests.
type requests struct {
	took   metric.Float64Histogram
	active metric.Int64UpDownCounter
	labels sync.Map // answered to metric.MeasurementOption: there are few
}

// answered is what of a request becomes labels.
type answered struct {
	method, route string
	status        int
	grpc          string // its status, if it was gRPC
}

// methods are those of HTTP. Whatever else was sent has one name.
var methods = map[string]bool{
	http.MethodGet: true, http.MethodHead: true, http.MethodPost: true, http.MethodPut: true, http.MethodPatch: true,
	http.MethodDelete: true, http.MethodConnect: true, http.MethodOptions: true, http.MethodTrace: true,
}

// Handler measures what next answers. route returns the pattern of a request's
// route after it was answered, and nothing if it had none.
func (t *Telemetry) Handler(next http.Handler, route func(*http.Request) string) http.Handler {
	if t == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		a := answered{method: r.Method}
		if !methods[a.method] {
			a.method = "_OTHER"
		}
		ctx, span := t.tracer.Start(caller(r), a.method, trace.WithSpanKind(trace.SpanKindServer), trace.WithTimestamp(began))
		t.http.active.Add(ctx, 1)
		r = r.WithContext(ctx)
		seen := &status{ResponseWriter: w}
		defer func() {
			if a.route = route(r); a.route == "" {
				a.route = "other"
			}
			a.status, a.grpc = seen.code, grpcStatus(w.Header())
			p := recover()
			if p != nil && a.status == 0 {
				a.status = http.StatusInternalServerError
			}
			t.http.active.Add(ctx, -1)
			t.http.took.Record(ctx, time.Since(began).Seconds(), t.http.labelled(a))
			if span.IsRecording() {
				span.SetName(a.method + " " + a.route)
				span.SetAttributes(a.attributes()...)
				if a.status >= http.StatusInternalServerError {
					span.SetStatus(codes.Error, "")
				}
			}
			span.End()
			if p != nil {
				panic(p)
			}
		}()
		next.ServeHTTP(seen, r)
		if seen.code == 0 {
			seen.code = http.StatusOK
		}
	})
}

var parents = propagation.TraceContext{}

// caller returns the context of a request as part of its caller's trace, if it has
// one: of that only numbers.
func caller(r *http.Request) context.Context {
	if r.Header.Get("Traceparent") == "" {
		return r.Context()
	}
	said := trace.SpanContextFromContext(parents.Extract(context.Background(), propagation.HeaderCarrier(r.Header)))
	if !said.IsValid() {
		return r.Context()
	}
	return trace.ContextWithRemoteSpanContext(r.Context(), said.WithTraceState(trace.TraceState{}))
}

func (a answered) attributes() []attribute.KeyValue {
	all := []attribute.KeyValue{
		attribute.String("http.request.method", a.method), attribute.String("http.route", a.route), attribute.Int("http.response.status_code", a.status),
	}
	if a.grpc != "" {
		all = append(all, attribute.String("rpc.grpc.status_code", a.grpc))
	}
	return all
}

func (r *requests) labelled(a answered) metric.MeasurementOption {
	if o, made := r.labels.Load(a); made {
		return o.(metric.MeasurementOption)
	}
	o := metric.WithAttributeSet(attribute.NewSet(a.attributes()...))
	r.labels.Store(a, o)
	return o
}

// grpcStatus returns the status of a gRPC answer: a number, or nothing.
func grpcStatus(h http.Header) string {
	for _, name := range []string{"Grpc-Status", http.TrailerPrefix + "Grpc-Status"} {
		if said := h[name]; len(said) == 1 {
			if n, err := strconv.Atoi(said[0]); err == nil && n >= 0 && n <= 16 {
				return strconv.Itoa(n)
			}
		}
	}
	return ""
}

// status notes the status of an answer.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	if s.code == 0 && code >= 200 {
		s.code = code
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *status) Write(b []byte) (int, error) {
	if s.code == 0 {
		s.code = http.StatusOK
	}
	return s.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach what is below.
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }
