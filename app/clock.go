package app

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
)

const (
	clockLease = "clock"
	holdFor    = 10 * time.Second      // of real time, renewed ten times in that
	lookAgain  = 50 * time.Millisecond // of real time, at what another process has
	patientFor = 20                    // looks: what takes longer is said
)

// What an advance waits for.
const (
	waitsForClock = "another advance of the clock is under way; if its process was killed, it is over in ten seconds"
	waitsForWork  = "another process has begun work that is due; if it was killed, that is free within a minute"
)

// Clock moves the test clock of a store that was made with one.
type Clock struct{ worker *Worker }

// Step is how far an advance has come.
type Step struct {
	At    time.Time // where the clock stands
	Jobs  int       // done at that instant; of a whole advance, all of them
	Waits string    // what is waited for, once each time that it takes longer than a second; empty: nothing
}

// Now returns business time, and whether it is a test clock that stands still.
func (c *Clock) Now(ctx context.Context) (at time.Time, test bool, err error) {
	at, test, err = c.worker.standing.read(ctx)
	if err == nil && !test {
		at = c.worker.at()
	}
	return at, test, err
}

// Advance moves the test clock to an instant, stopping at each one at which
// something falls due and doing it there, in order, until nothing is left that
// is due and no event that waits; progress, if there is one, hears of each
// stop, and of the first if there was anything to do before the clock moved.
// Without a test clock it is [domain.ErrNoTestClock]; an instant before now is
// refused as the field "to".
//
// While it runs nobody who runs a [Worker] does what is due, in any process.
// Two at once move one after the other, and work that a process had begun when
// it died is waited for until its lease ends, a minute at most. A context that
// ends stops it where it is, also between two stops: what was done stays, and
// the next one goes on.
func (c *Clock) Advance(ctx context.Context, to time.Time, progress func(Step)) (Step, error) {
	if err := c.worker.outside(); err != nil {
		return Step{}, err
	}
	if _, test, err := c.worker.standing.read(ctx); err != nil {
		return Step{}, err
	} else if !test {
		return Step{}, domain.ErrNoTestClock
	}
	if progress == nil {
		progress = func(Step) {}
	}
	ctx, giveBack, err := c.worker.wait(ctx, clockLease, func() { progress(Step{At: c.worker.at(), Waits: waitsForClock}) })
	if err != nil {
		return Step{}, err
	}
	defer giveBack()
	defer c.worker.release(ctx)
	come, err := c.advance(ctx, to, progress)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	return come, err
}

func (c *Clock) advance(ctx context.Context, to time.Time, progress func(Step)) (come Step, err error) {
	from, _, err := c.worker.standing.read(ctx)
	if err != nil {
		return Step{}, err
	}
	come.At, to = from, domain.Instant(to)
	if to.Before(from) {
		return come, domain.InvalidField("to", "must not be before "+from.Format(time.RFC3339Nano)+", where the clock stands")
	}
	for {
		n, err := c.settle(ctx, come.At, func() { progress(Step{At: come.At, Waits: waitsForWork}) })
		come.Jobs += n
		if err != nil {
			return come, err
		}
		if n > 0 || come.At.After(from) {
			progress(Step{At: come.At, Jobs: n})
		}
		if !come.At.Before(to) {
			return come, nil
		}
		next, more, err := c.worker.NextDue(ctx)
		if err != nil {
			return come, err
		}
		if !more || next.After(to) {
			next = to
		}
		if err := c.worker.store.MoveTestClock(ctx, next); err != nil {
			return come, err
		}
		come.At = next
	}
}

// settle does what is due at the instant at which the clock stands, until
// nothing is: what another process has begun is waited for. A job that fails is
// due later, so this ends. waits is called if it takes long.
func (c *Clock) settle(ctx context.Context, at time.Time, waits func()) (jobs int, err error) {
	if now := c.worker.at(); !now.Equal(at) {
		return 0, errors.New("app: the clock that was configured is not the store's test clock: see TestClock")
	}
	tick, stop := ticker(lookAgain)
	defer stop()
	for looks := 1; ; looks++ {
		n, dispatches, err := c.worker.drain(ctx, false)
		jobs += n
		if err != nil {
			return jobs, err
		}
		next, more, err := c.worker.NextDue(ctx)
		if err != nil {
			return jobs, err
		}
		if dispatches && (!more || next.After(at)) {
			return jobs, nil
		}
		if looks == patientFor {
			waits()
		}
		select {
		case <-ctx.Done():
			return jobs, ctx.Err()
		case <-tick:
		}
	}
}

// wait takes a lease as soon as nobody else has it; see hold. waits is called if
// that takes long.
func (w *Worker) wait(ctx context.Context, name string, waits func()) (context.Context, func(), error) {
	tick, stop := ticker(lookAgain)
	defer stop()
	for looks := 1; ; looks++ {
		held, giveBack, ok, err := w.hold(ctx, name)
		if ok || err != nil {
			return held, giveBack, err
		}
		if looks == patientFor {
			waits()
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-tick:
		}
	}
}

// errLeaseLost is why the context of a lease ended that was not renewed in time.
var errLeaseLost = domain.ErrUnavailable.Because(errors.New("the lease was lost"))

// hold takes a lease and keeps it until it is given back, or reports false if
// somebody else has it. The context ends if it is lost all the same.
func (w *Worker) hold(ctx context.Context, name string) (held context.Context, giveBack func(), ok bool, err error) {
	fence, ok, err := w.store.Lease(ctx, name, 0, holdFor)
	if err != nil || !ok {
		return nil, nil, false, err
	}
	held, lose := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.keep(held, lose, name, fence)
	}()
	return held, func() {
		lose(nil)
		<-ended
		if _, _, err := w.store.Lease(context.WithoutCancel(ctx), name, fence, 0); err != nil {
			w.log.Warn("a lease was not given back", "lease", name, "error", err)
		}
	}, true, nil
}

// keep renews a lease until held ends, or ends it: a store that does not answer
// is asked again as long as the lease lasts.
func (w *Worker) keep(held context.Context, lose context.CancelCauseFunc, name string, fence int64) {
	tick, stop := ticker(holdFor / 10)
	defer stop()
	for over := after(holdFor); ; {
		select {
		case <-held.Done():
			return
		case <-tick:
		}
		_, ours, err := w.store.Lease(held, name, fence, holdFor)
		switch {
		case err == nil && ours:
			over = after(holdFor)
		case err == nil, over():
			lose(errLeaseLost)
			return
		}
	}
}
