package telemetry

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/usherhq/usher/ports"
)

const (
	countedMost   = 10_000
	countedWithin = time.Second // of machine time
)

// MeasureBacklog has the queue counted whenever the metrics are fetched: by read, up
// to as many of each sort as it is told, at the business time that it returns.
func (t *Telemetry) MeasureBacklog(read func(ctx context.Context, most int) (ports.Backlog, time.Time, error)) error {
	if t == nil {
		return nil
	}
	var failed error
	gauge := func(name, unit, says string) metric.Float64ObservableGauge {
		g, err := t.meter.Float64ObservableGauge(name, metric.WithUnit(unit), metric.WithDescription(says))
		failed = errors.Join(failed, err)
		return g
	}
	due := gauge("usher.jobs.due", "", "Jobs that are due, at work or not.")
	late := gauge("usher.jobs.oldest_due", "s", "For how long the first job that is due has been.")
	dead := gauge("usher.jobs.dead", "", "Jobs that were given up.")
	events := gauge("usher.events.waiting", "", "Events that were not turned into jobs yet.")
	old := gauge("usher.events.oldest", "s", "How old the first event is that was not turned into jobs yet.")
	deliveries := gauge("usher.deliveries.waiting", "", "What webhooks have not been told yet.")
	if failed != nil {
		return failed
	}
	_, err := t.meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		ctx, cancel := context.WithTimeout(ctx, countedWithin)
		defer cancel()
		b, now, err := read(ctx, countedMost)
		if err != nil {
			return err
		}
		age := func(w ports.Waiting) float64 {
			if w.Count == 0 {
				return 0
			}
			return max(0, now.Sub(w.Since).Seconds())
		}
		for kind, w := range b.Due {
			of := metric.WithAttributes(attribute.String("kind", kind))
			o.ObserveFloat64(due, float64(w.Count), of)
			o.ObserveFloat64(late, age(w), of)
		}
		o.ObserveFloat64(dead, float64(b.Dead))
		o.ObserveFloat64(events, float64(b.Events.Count))
		o.ObserveFloat64(old, age(b.Events))
		o.ObserveFloat64(deliveries, float64(b.Deliveries))
		return nil
	}, due, late, dead, events, old, deliveries)
	return err
}
