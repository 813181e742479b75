package telemetry

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/usherhq/usher/ports"
)

// Watch measures a job from its beginning until over is called; see
// app.Worker.WatchedBy. Kinds and codes are words of the program.
func (t *Telemetry) Watch(ctx context.Context, kind string) (context.Context, func(ended ports.Outcome, why string)) {
	if t == nil {
		return ctx, func(ports.Outcome, string) {}
	}
	began := time.Now()
	ctx, span := t.tracer.Start(ctx, "job "+kind, trace.WithSpanKind(trace.SpanKindConsumer), trace.WithNewRoot(),
		trace.WithTimestamp(began), trace.WithAttributes(attribute.String("kind", kind)))
	return ctx, func(ended ports.Outcome, why string) {
		labels := []attribute.KeyValue{attribute.String("outcome", ended.String())}
		if why != "" {
			labels = append(labels, attribute.String("error.type", why))
			span.SetStatus(codes.Error, "")
		}
		span.SetAttributes(labels...)
		span.End()
		t.jobs.Record(ctx, time.Since(began).Seconds(), metric.WithAttributes(append(labels, attribute.String("kind", kind))...))
	}
}
