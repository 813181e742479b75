package e2e

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// step is a place on the way of money at which a process can be made to die.
type step int

// The steps, in their order: what is asked for is written down in one
// transaction (the intent), the processor is asked outside of any, and its
// answer is written down in another (the result).
const (
	anywhere     step = iota // wherever the parent's kill comes
	beforeIntent             // all of it is written, nothing is kept
	afterIntent
	beforeAsked  // of a charge, a refund, or a payment given up
	unread       // the processor did it, and its answer is not read
	afterAnswer  // it was read, and nothing of it is written
	beforeResult // all of it is written, nothing is kept
	afterResult
	beforeFinish // a job did its work, and its end is not kept
	steps
)

func (s step) String() string {
	return [steps]string{
		"at a moment of chance", "before the intent is kept", "after the intent was kept", "before the processor is asked",
		"after the processor did it, its answer unread", "after the answer, before its result is written",
		"before the result is kept", "after the result was kept", "before the end of a job is kept",
	}[s]
}

// fuse makes this process die at the nth time that it comes to a step.
type fuse struct {
	pipe     *pipe
	mu       sync.Mutex
	at       step
	nth      int
	watched  bool         // the parent hears of each step, and kills when it likes
	answered atomic.Int64 // answers whose result is not written yet
}

func (f *fuse) set(at step, nth int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at, f.nth, f.watched = at, nth, at == anywhere && nth > 0
}

// pass says that this process comes to a step, which may be its last.
func (f *fuse) pass(s step) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.watched {
		_ = f.pipe.say(told{Passed: true})
	}
	if f.at == anywhere || f.at != s {
		return
	}
	if f.nth--; f.nth == 0 {
		die()
	}
}

// die ends this process at once, as if the machine had lost its power.
func die() {
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		_ = p.Kill()
	}
	select {} // the end may take a moment
}

// fused is a store that comes to steps.
type fused struct {
	ports.Store
	fuse *fuse
}

func (s fused) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	if s.fuse.answered.Load() > 0 {
		s.fuse.answered.Add(-1)
		s.fuse.pass(afterAnswer)
	}
	before, after := anywhere, anywhere
	err := s.Store.Update(ctx, who, func(ctx context.Context, tx ports.Tx) error {
		m := &moved{}
		tx.Payments, tx.Refunds = movedPayments{tx.Payments, m}, movedRefunds{tx.Refunds, m}
		err := fn(ctx, tx)
		if before, after = m.steps(); err == nil {
			s.fuse.pass(before)
		}
		return err
	})
	if err == nil {
		s.fuse.pass(after)
	}
	return err
}

func (s fused) Dispatch(ctx context.Context, n int, plan ports.Plan) (int, error) {
	s.fuse.pass(anywhere)
	defer s.fuse.pass(anywhere)
	return s.Store.Dispatch(ctx, n, plan)
}

func (s fused) Claim(ctx context.Context, now time.Time, kinds []string, lease time.Duration, n int) ([]ports.Job, error) {
	defer s.fuse.pass(anywhere)
	return s.Store.Claim(ctx, now, kinds, lease, n)
}

func (s fused) Finish(ctx context.Context, done ...ports.Done) error {
	s.fuse.pass(beforeFinish)
	defer s.fuse.pass(anywhere)
	return s.Store.Finish(ctx, done...)
}

func (s fused) MoveTestClock(ctx context.Context, to time.Time) error {
	defer s.fuse.pass(anywhere)
	return s.Store.MoveTestClock(ctx, to)
}

// moved says what a transaction does about money.
type moved struct{ intent, result bool }

func (m *moved) steps() (before, after step) {
	switch {
	case m.intent:
		return beforeIntent, afterIntent
	case m.result:
		return beforeResult, afterResult
	}
	return anywhere, anywhere
}

type movedPayments struct {
	ports.Payments
	moved *moved
}

func (p movedPayments) Insert(ctx context.Context, payment *domain.Payment) error {
	p.moved.intent = true
	return p.Payments.Insert(ctx, payment)
}

func (p movedPayments) Save(ctx context.Context, payment *domain.Payment) error {
	p.moved.result = true
	return p.Payments.Save(ctx, payment)
}

type movedRefunds struct {
	ports.Refunds
	moved *moved
}

func (r movedRefunds) Insert(ctx context.Context, refund domain.Refund) error {
	r.moved.intent = true
	return r.Refunds.Insert(ctx, refund)
}

func (r movedRefunds) Save(ctx context.Context, refund domain.Refund) error {
	r.moved.result = true
	return r.Refunds.Save(ctx, refund)
}

// fusedCharger is a processor that comes to steps. It lives by usher's clock.
type fusedCharger struct {
	ports.Charger
	fuse *fuse
	tick func(context.Context) error // tells the processor what time it is
}

// asked has the processor do something.
func asked[A any](ctx context.Context, c fusedCharger, do func() (A, error)) (none A, err error) {
	if err := c.tick(ctx); err != nil {
		return none, err
	}
	c.fuse.pass(beforeAsked)
	a, err := do()
	c.fuse.pass(unread)
	c.fuse.answered.Add(1)
	return a, err
}

func (c fusedCharger) Charge(ctx context.Context, o ports.Order) (domain.Answer, error) {
	return asked(ctx, c, func() (domain.Answer, error) { return c.Charger.Charge(ctx, o) })
}

func (c fusedCharger) Void(ctx context.Context, o ports.Order) (domain.Answer, error) {
	return asked(ctx, c, func() (domain.Answer, error) { return c.Charger.Void(ctx, o) })
}

func (c fusedCharger) Refund(ctx context.Context, o ports.RefundOrder) (ports.RefundAnswer, error) {
	return asked(ctx, c, func() (ports.RefundAnswer, error) { return c.Charger.Refund(ctx, o) })
}

func (c fusedCharger) Find(ctx context.Context, o ports.Order) (domain.Answer, bool, error) {
	if err := c.tick(ctx); err != nil {
		return domain.Answer{}, false, err
	}
	a, seen, err := c.Charger.Find(ctx, o)
	c.fuse.pass(anywhere)
	return a, seen, err
}
