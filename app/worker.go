package app

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const (
	pollEvery      = time.Second
	dispatchAtOnce = 500
	dispatchLease  = 10 * time.Second
	claimAtOnce    = 64
	jobLease       = time.Minute
	rowWithin      = 20 * time.Second // after which the rest of a row is left for another claim
	jobTries       = 20
	dispatcher     = "dispatcher"
)

// Worker does the work that is due: it turns events into jobs and jobs into
// done work. Any number of processes may run one; a job that dies with its
// process is done by another.
type Worker struct {
	*core
	kinds map[string]kind
	plans []string      // names of the kinds, in order
	names []string      // of those that are done here
	poll  time.Duration // from one look at the store to the next, if nobody wakes it
	woken chan struct{}
	made  atomic.Uint32            // ids of jobs
	turns map[domain.Service]*turn // to talk to services

	watch      Watch       // nil: nobody does
	couriers   *couriers   // of what is delivered while it runs
	forgets    func() bool // reports whether it is time to forget what is old
	dispatches turn
	dispatched sync.Mutex // one round of this process at a time
}

// kind is a kind of job: who does it, and which events ask for it.
type kind struct {
	do   func(context.Context, ports.Job) ports.Done       // nil: it waits for a process that can
	from func(domain.JobID, ports.Event) (ports.Job, bool) // a pure function
}

func newWorker(c *core) *Worker {
	w := &Worker{
		core: c, poll: pollEvery, woken: make(chan struct{}, 1),
		turns: c.newTurns(), dispatches: turn{name: dispatcher, lasts: dispatchLease},
	}
	w.couriers = newCouriers(w)
	w.kinds = map[string]kind{
		pastSalesKind:    {w.pastSales, pastSalesJob},
		membershipKind:   {w.membership, membershipJob},
		paymentKind:      {w.payment, paymentJob},
		voidKind:         {w.void, voidJob},
		refundKind:       {w.refund, refundJob},
		importDueKind:    {w.importDue, importDueJob},
		productEndedKind: {w.endProduct, productEndedJob},
		deliverKind:      {w.delivered, dueJob},
	}
	if c.poster == nil {
		w.kinds[deliverKind] = kind{nil, dueJob}
	}
	w.lookAfterCommunities()
	if c.mailer != nil {
		w.kinds[mailKind] = kind{w.mail, mailJob}
	}
	if c.takesNone() {
		for _, name := range []string{paymentKind, voidKind, refundKind} {
			w.kinds[name] = kind{nil, w.kinds[name].from}
		}
	}
	w.plans = slices.Sorted(maps.Keys(w.kinds))
	for _, name := range w.plans {
		if w.kinds[name].do != nil {
			w.names = append(w.names, name)
		}
	}
	return w
}

// takesNone reports whether nobody was configured to take money here. Another
// process may have a charger: what is due and needs one is left to it.
func (c *core) takesNone() bool {
	_, none := c.charger.(noCharger)
	return none
}

// Wake makes a running worker look at once; without it, it looks each second,
// and when its store says that another process has committed work
// ([ports.Waker]). The use cases call it after each commit.
func (w *Worker) Wake() {
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

// Run does what is due, until ctx ends, and then what it has begun. A store
// that does not answer is asked again. Where there is a test clock it does
// nothing while [Clock.Advance] moves it, in whatever process.
func (w *Worker) Run(ctx context.Context) error {
	if err := w.outside(); err != nil {
		return err
	}
	tick, stop := ticker(w.poll)
	defer stop()
	defer w.release(ctx)
	var elsewhere <-chan struct{}
	if k, ok := w.store.(ports.Waker); ok {
		elsewhere = k.Wakes(ctx)
	}
	var delivering sync.WaitGroup
	defer delivering.Wait()
	for begun := false; ; {
		couriers, err := w.round(ctx)
		if err != nil && ctx.Err() == nil {
			w.log.ErrorContext(ctx, "work that is due was not done", "error", err)
		}
		if couriers && !begun {
			begun = true
			delivering.Go(func() { w.couriers.run(ctx) })
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick:
		case <-w.woken:
		case <-elsewhere:
		}
	}
}

// round does what is due now, alone where there is a test clock: by the time
// that another process moves it, nothing here is at work. Where there is none it
// reports that couriers are to make the deliveries, which take as long as others like.
func (w *Worker) round(ctx context.Context) (couriers bool, err error) {
	_, test, err := w.standing.read(ctx)
	if err != nil {
		return false, err
	}
	if test {
		alone, giveBack, ok, err := w.hold(ctx, clockLease)
		if err != nil || !ok {
			return false, err
		}
		defer giveBack()
		defer w.release(ctx)
		ctx = alone
	}
	if _, _, err = w.drain(ctx, !test); err == nil && !test {
		err = w.forget(ctx)
	}
	return !test && w.poster != nil, err
}

// Tick does what is due now, and what falls due by doing it, until nothing is.
// It returns how many jobs it did. It leaves alone what another process has
// begun, and asks for no test clock: who ticks while [Clock.Advance] runs helps
// it.
func (w *Worker) Tick(ctx context.Context) (int, error) {
	if err := w.outside(); err != nil {
		return 0, err
	}
	defer w.release(ctx)
	done, _, err := w.drain(ctx, false)
	return done, err
}

// drain does what is due, until nothing is. It returns how many jobs it did,
// and whether it was at last the one to turn events into jobs: else another
// process may have some left. Deliveries are made too unless couriers make them.
func (w *Worker) drain(ctx context.Context, couriers bool) (done int, dispatches bool, err error) {
	for ctx.Err() == nil {
		events, ours, err := w.dispatch(ctx)
		if err != nil {
			return done, ours, err
		}
		if events > 0 && couriers {
			w.couriers.wake()
		}
		n, err := w.claim(ctx, couriers)
		done += n
		if err != nil || events == 0 && n == 0 {
			return done, ours, err
		}
	}
	return done, false, ctx.Err()
}

// NextDue returns when the next piece of work falls due, of any that is known
// to this binary and not held up, and false if there is none.
func (w *Worker) NextDue(ctx context.Context) (time.Time, bool, error) {
	names, err := w.does(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	return w.store.NextDue(ctx, names)
}

// dispatch turns waiting events into jobs, in one process at a time: it reports
// whether that is this one.
func (w *Worker) dispatch(ctx context.Context) (n int, ours bool, err error) {
	w.dispatched.Lock()
	defer w.dispatched.Unlock()
	if ours, err := w.dispatches.take(ctx, w.store); err != nil || !ours {
		return 0, false, err
	}
	at := w.at() // which may be the store's to tell, and it is asked for nothing while it dispatches
	n, err = w.store.Dispatch(ctx, dispatchAtOnce, func(events []ports.Event, webhooks []domain.Webhook) ([]ports.Job, []domain.Delivery) {
		return w.plan(events, webhooks, at)
	})
	return n, true, err
}

// release lets other processes have their turns at once.
func (w *Worker) release(ctx context.Context) {
	w.dispatched.Lock()
	defer w.dispatched.Unlock()
	err := w.dispatches.giveBack(ctx, w.store)
	for _, t := range w.turns {
		err = errors.Join(err, t.giveBack(ctx, w.store))
	}
	if err != nil {
		w.log.Warn("a turn was not given back", "error", err)
	}
}

// do runs a job's handler; one that panics has failed.
func (w *Worker) do(ctx context.Context, j ports.Job) (d ports.Done) {
	ctx, over := w.watched(ctx, j)
	defer func() { over(d) }()
	defer w.panicked(ctx, j, &d)
	return w.kinds[j.Kind].do(ctx, j)
}

// panicked has a job that panics fail.
func (w *Worker) panicked(ctx context.Context, j ports.Job, d *ports.Done) {
	if p := recover(); p != nil {
		w.log.ErrorContext(ctx, "a job panicked", "kind", j.Kind, "job", j.ID, "panic", p)
		*d = w.failed(j, errors.New("panic"))
	}
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
