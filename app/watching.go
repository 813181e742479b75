package app

import (
	"context"
	"time"

	"github.com/usherhq/usher/ports"
)

// Watch is told of each job that is begun, by its kind. The job is done with the
// context that it returns, and over is told how the job ended and, if it failed,
// with which code. It is called by many goroutines.
type Watch func(ctx context.Context, kind string) (watched context.Context, over func(ended ports.Outcome, why string))

// WatchedBy names who is told of each job; nil is nobody. It comes before Run and
// Tick.
func (w *Worker) WatchedBy(who Watch) { w.watch = who }

// watched begins to watch a job.
func (w *Worker) watched(ctx context.Context, j ports.Job) (context.Context, func(ports.Done)) {
	if w.watch == nil {
		return ctx, func(ports.Done) {}
	}
	ctx, over := w.watch(ctx, j.Kind)
	return ctx, func(d ports.Done) { over(d.Outcome, d.Why) }
}

// Backlog counts what waits to be done, by whatever process, at the business time
// that it returns: of each kind of job that this binary knows, also where there is
// nothing, and no further than most of each sort; see [ports.Queue].
func (w *Worker) Backlog(ctx context.Context, most int) (waits ports.Backlog, at time.Time, err error) {
	at = w.at()
	b, err := w.store.Backlog(ctx, at, w.plans, most)
	if err != nil {
		return ports.Backlog{}, at, err
	}
	due := make(map[string]ports.Waiting, len(w.plans))
	for _, kind := range w.plans {
		due[kind] = b.Due[kind]
	}
	b.Due = due
	return b, at, nil
}
