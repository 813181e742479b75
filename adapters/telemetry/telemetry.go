package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	promexporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
)

// Options say what is measured. The zero value measures nothing, unless the
// environment asks for traces.
type Options struct {
	Metrics bool         // whether there is a page of metrics
	Version string       // of the program
	Logger  *slog.Logger // is told of what could not be sent; nil: no log

	spans sdktrace.SpanExporter // of tests, in place of the environment's
}

// Telemetry measures one server. It is safe for concurrent use. A nil one measures
// nothing and costs nothing.
type Telemetry struct {
	tracer  trace.Tracer
	meter   metric.Meter
	http    requests
	jobs    metric.Float64Histogram
	page    http.Handler // nil: there are no metrics
	closers []func(context.Context) error
}

const scope = "github.com/usherhq/usher/adapters/telemetry"

// sendsTo are the variables that name where traces are sent.
var sendsTo = []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"}

// Open begins to measure; nil if nothing is wanted. What the environment says of
// where to send traces must be well formed; that nobody is there yet is no error.
func Open(ctx context.Context, o Options) (*Telemetry, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	spans := o.spans
	for _, name := range sendsTo {
		if os.Getenv(name) == "" || spans != nil || os.Getenv("OTEL_SDK_DISABLED") == "true" {
			continue
		}
		var err error
		if spans, err = otlptracehttp.New(ctx); err != nil {
			return nil, errors.New("what OTEL_EXPORTER_OTLP_* say cannot be used")
		}
	}
	if spans == nil && !o.Metrics {
		return nil, nil
	}
	// What is about the process, its arguments for one, stays here.
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "usher"), attribute.String("service.version", o.Version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, errors.New("what OTEL_RESOURCE_ATTRIBUTES says cannot be read")
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // without the address, which may hold a secret
		}
		o.Logger.Warn("telemetry was not passed on", "error", err)
	}))
	t := &Telemetry{tracer: tracenoop.NewTracerProvider().Tracer(scope), meter: metricnoop.NewMeterProvider().Meter(scope)}
	if spans != nil {
		p := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans), sdktrace.WithResource(about))
		t.tracer = p.Tracer(scope)
		t.closers = append(t.closers, p.Shutdown)
	}
	if o.Metrics {
		if err := t.measure(about, o.Logger); err != nil {
			return nil, err
		}
	}
	return t, t.instruments()
}

// measure begins to count, and makes the page of it.
func (t *Telemetry) measure(about *resource.Resource, log *slog.Logger) error {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := promexporter.New(promexporter.WithRegisterer(r), promexporter.WithoutScopeInfo())
	if err != nil {
		return err
	}
	p := sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter), sdkmetric.WithResource(about),
		sdkmetric.WithExemplarFilter(func(context.Context) bool { return false }))
	t.meter = p.Meter(scope)
	t.closers = append(t.closers, p.Shutdown)
	t.page = promhttp.HandlerFor(r, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)})
	return nil
}

// seconds are the bounds of the histograms: a verification takes a millisecond, a
// payment takes seconds.
var seconds = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func (t *Telemetry) instruments() error {
	var err, e error
	t.http.took, err = t.meter.Float64Histogram("http.server.request.duration", metric.WithUnit("s"),
		metric.WithDescription("How long requests took."), metric.WithExplicitBucketBoundaries(seconds...))
	t.http.active, e = t.meter.Int64UpDownCounter("http.server.active_requests", metric.WithDescription("Requests at work."))
	err = errors.Join(err, e)
	t.jobs, e = t.meter.Float64Histogram("usher.job.duration", metric.WithUnit("s"),
		metric.WithDescription("How long jobs took."), metric.WithExplicitBucketBoundaries(seconds...))
	return errors.Join(err, e)
}

// Metrics answers /metrics, and nothing else.
func (t *Telemetry) Metrics() http.Handler {
	mux := http.NewServeMux()
	if t != nil && t.page != nil {
		mux.Handle("GET /metrics", t.page)
	}
	return mux
}

// Close sends what is left to send, until ctx ends.
func (t *Telemetry) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	var err error
	for _, end := range t.closers {
		err = errors.Join(err, end(ctx))
	}
	return err
}
