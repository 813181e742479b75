package app

import (
	"context"
	"sync"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const (
	besideEachOther = 4               // subjects that one webhook is told of at once; one, while it fails
	lineAtMost      = 64              // jobs of one webhook that a process has at hand
	putOffFor       = 5 * time.Second // those beyond
	postsAtOnce     = 512             // in one process
)

// couriers make the deliveries of a running worker, beside its other work: each
// webhook has a line of its own, so one that does not answer keeps nobody waiting
// but itself.
type couriers struct {
	w     *Worker
	woken chan struct{}
	posts chan struct{}
	wg    sync.WaitGroup

	mu    sync.Mutex
	lines map[domain.WebhookID]*line
}

// line is the work at hand for one webhook.
type line struct {
	jobs    []heldJob
	at      int  // how many work at it
	failing bool // what was tried last was not taken
}

type heldJob struct {
	job ports.Job
	old func() bool // its lease may end before it is done: it goes back
}

func newCouriers(w *Worker) *couriers {
	return &couriers{w: w, woken: make(chan struct{}, 1), posts: make(chan struct{}, postsAtOnce), lines: map[domain.WebhookID]*line{}}
}

func (c *couriers) wake() {
	select {
	case c.woken <- struct{}{}:
	default:
	}
}

// run makes deliveries until ctx ends. What is on its way then is not waited for,
// and goes again.
func (c *couriers) run(ctx context.Context) {
	tick, stop := ticker(c.w.poll)
	defer stop()
	defer c.wg.Wait()
	for {
		for ctx.Err() == nil {
			n, err := c.handOut(ctx)
			if err != nil && ctx.Err() == nil {
				c.w.log.ErrorContext(ctx, "deliveries that are due were not made", "error", err)
			}
			if err != nil || n == 0 {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick:
		case <-c.woken:
		}
	}
}

// handOut claims what is due, and puts it into the lines.
func (c *couriers) handOut(ctx context.Context) (int, error) {
	at := c.w.at()
	jobs, err := c.w.store.Claim(ctx, at, []string{deliverKind}, jobLease, claimAtOnce)
	if err != nil || len(jobs) == 0 {
		return 0, err
	}
	var back []ports.Done
	c.mu.Lock()
	for _, j := range jobs {
		to := webhookOf(j)
		l := c.lines[to]
		if l == nil {
			l = &line{}
			c.lines[to] = l
		}
		if len(l.jobs) >= lineAtMost {
			back = append(back, c.w.lookAgain(j, at.Add(putOffFor)))
			continue
		}
		l.jobs = append(l.jobs, heldJob{j, after(rowWithin)})
		if l.at < besideEachOther && (l.at == 0 || !l.failing) {
			l.at++
			c.wg.Go(func() { c.walk(ctx, to, l) })
		}
	}
	c.mu.Unlock()
	if len(back) > 0 {
		err = c.w.store.Finish(context.WithoutCancel(ctx), back...)
	}
	return len(jobs), err
}

// walk makes the deliveries of a line one after the other.
func (c *couriers) walk(ctx context.Context, to domain.WebhookID, l *line) {
	for well := true; ; {
		j, ok := c.take(to, l, well)
		if !ok {
			return
		}
		d, tried := c.make(ctx, j)
		well = tried
		if err := c.w.store.Finish(context.WithoutCancel(ctx), d); err != nil {
			c.w.log.Warn("a delivery was not finished", "error", err)
		}
		if d.Outcome == ports.Again && !d.At.After(c.w.at()) {
			c.wake()
		}
	}
}

// make does one job, or gives it back.
func (c *couriers) make(ctx context.Context, j heldJob) (d ports.Done, well bool) {
	back := c.w.lookAgain(j.job, c.w.at())
	select {
	case c.posts <- struct{}{}:
		defer func() { <-c.posts }()
	case <-ctx.Done():
		return back, true
	}
	if ctx.Err() != nil || j.old() {
		return back, true
	}
	ctx, over := c.w.watched(ctx, j.job)
	defer func() { over(d) }()
	defer c.w.panicked(ctx, j.job, &d)
	return c.w.deliver(ctx, j.job)
}

// take returns the next job of a line. It reports false to who is to stop working
// at it: there is none, or it fails and somebody else is at it.
func (c *couriers) take(to domain.WebhookID, l *line, well bool) (j heldJob, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l.failing = !well
	if len(l.jobs) == 0 || l.failing && l.at > 1 {
		if l.at--; l.at == 0 {
			delete(c.lines, to)
		}
		return heldJob{}, false
	}
	j, l.jobs = l.jobs[0], l.jobs[1:]
	return j, true
}
