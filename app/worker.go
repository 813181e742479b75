package app

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const (
	pollEvery      = time.Second
	dispatchAtOnce = 500
	dispatchLease  = 10 * time.Second
	claimAtOnce    = 16
	jobLease       = time.Minute
	jobTries       = 20
	dispatcher     = "dispatcher"
)

// Worker does the work that is due: it turns events into jobs and jobs into
// done work. Any number of processes may run one; a job that dies with its
// process is done by another.
type Worker struct {
	*core
	handlers map[string]func(context.Context, ports.Job) ports.Done
	woken    chan struct{}
	mu       sync.Mutex // of what follows
	fence    int64
	renew    func() bool // reports whether the lease wants renewing
}

func newWorker(c *core) *Worker {
	w := &Worker{core: c, woken: make(chan struct{}, 1)}
	w.handlers = map[string]func(context.Context, ports.Job) ports.Done{pastSalesKind: w.pastSales}
	return w
}

// Wake makes a running worker look at once; without it, it looks each second.
// The use cases call it after each commit.
func (w *Worker) Wake() {
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

// Run does what is due, until ctx ends, and then what it has begun. A store
// that does not answer is asked again.
func (w *Worker) Run(ctx context.Context) error {
	tick, stop := ticker(pollEvery)
	defer stop()
	defer w.release(ctx)
	for {
		if _, err := w.drain(ctx); err != nil && ctx.Err() == nil {
			w.log.ErrorContext(ctx, "work that is due was not done", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick:
		case <-w.woken:
		}
	}
}

// Drain does what is due now, and what falls due by doing it, until nothing is.
// It returns how many jobs it did.
func (w *Worker) Drain(ctx context.Context) (int, error) {
	defer w.release(ctx)
	return w.drain(ctx)
}

func (w *Worker) drain(ctx context.Context) (int, error) {
	done := 0
	for ctx.Err() == nil {
		events, err := w.dispatch(ctx)
		if err != nil {
			return done, err
		}
		n, err := w.work(ctx)
		done += n
		if err != nil || events == 0 && n == 0 {
			return done, err
		}
	}
	return done, ctx.Err()
}

// NextDue returns when the next piece of work falls due, of any that is known
// to this binary, and false if there is none.
func (w *Worker) NextDue(ctx context.Context) (time.Time, bool, error) {
	return w.store.NextDue(ctx, w.kinds())
}

func (w *Worker) kinds() []string { return slices.Sorted(maps.Keys(w.handlers)) }

// dispatch turns waiting events into jobs, in one process at a time.
func (w *Worker) dispatch(ctx context.Context) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.renew == nil || w.renew() {
		fence, ours, err := w.store.Lease(ctx, dispatcher, w.fence, dispatchLease)
		if err != nil || !ours {
			w.renew = nil
			return 0, err
		}
		w.fence, w.renew = fence, after(dispatchLease/2)
	}
	return w.store.Dispatch(ctx, dispatchAtOnce, w.plan)
}

// release lets another process dispatch at once, instead of when the lease ends.
func (w *Worker) release(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.renew == nil {
		return
	}
	w.renew = nil
	if _, _, err := w.store.Lease(context.WithoutCancel(ctx), dispatcher, w.fence, 0); err != nil {
		w.log.Warn("the dispatcher's lease was not given back", "error", err)
	}
}

// plan says which jobs events ask for. Apart from the ids of the jobs it is a
// pure function.
func (w *Worker) plan(events []ports.Event) []ports.Job {
	var jobs []ports.Job
	for _, e := range events {
		if j, ok := pastSalesJob(domain.JobID(w.newID(e.At)), e); ok {
			jobs = append(jobs, j)
		}
	}
	return jobs
}

// work claims what is due and does it, all at once.
func (w *Worker) work(ctx context.Context) (int, error) {
	jobs, err := w.store.Claim(ctx, w.at(), w.kinds(), jobLease, claimAtOnce)
	if err != nil {
		return 0, err
	}
	ended := make([]ports.Done, len(jobs))
	var wg sync.WaitGroup
	for i, j := range jobs {
		wg.Go(func() { ended[i] = w.do(context.WithoutCancel(ctx), j) })
	}
	wg.Wait()
	if len(ended) == 0 {
		return 0, nil
	}
	return len(jobs), w.store.Finish(context.WithoutCancel(ctx), ended...)
}

// do runs a job's handler; one that panics has failed.
func (w *Worker) do(ctx context.Context, j ports.Job) (d ports.Done) {
	defer func() {
		if p := recover(); p != nil {
			w.log.ErrorContext(ctx, "a job panicked", "kind", j.Kind, "job", j.ID, "panic", p)
			d = w.failed(j, errors.New("panic"))
		}
	}()
	return w.handlers[j.Kind](ctx, j)
}

// failed puts a job off, longer each time, and gives it up after its tries.
// What is kept of the error is its code: a text may hold what must not be kept.
func (w *Worker) failed(j ports.Job, err error) ports.Done {
	w.log.Warn("a job failed", "kind", j.Kind, "job", j.ID, "tries", j.Tries, "error", err)
	d := ports.Done{Job: j, Outcome: ports.Retry, Why: domain.CodeOf(err), At: w.at().Add(backoff(j.Tries))}
	if j.Tries >= jobTries {
		d.Outcome, d.At = ports.Dead, w.at()
	}
	return d
}

// backoff is 1, 2, 4, ... seconds, at most an hour.
func backoff(tries int) time.Duration {
	return min(time.Hour, time.Second<<min(max(tries-1, 0), 12))
}
