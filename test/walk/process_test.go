package walk

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

var errDead = errors.New("the process is no more")

// life is that of a process: it ends in the n-th thing that it does, before or
// after it, and from then on the process reaches nothing. It may also stand still
// once, after an answer of a service and before it hears it.
type life struct {
	mu    sync.Mutex
	left  int  // things until it ends; negative: it does not
	after bool // the last one is done
	dead  atomic.Bool

	way     http.RoundTripper
	still   bool          // the next answer of a service comes late
	arrived chan struct{} // closed when it has come
	goOn    chan struct{} // closed to let it be heard
}

// breathe reports whether a thing may be done, and whether it is the last.
func (l *life) breathe() (last bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead.Load() {
		return false, errDead
	}
	if l.left < 0 {
		return false, nil
	}
	if l.left > 0 {
		l.left--
		return false, nil
	}
	if !l.after {
		l.dead.Store(true)
		return false, errDead
	}
	return true, nil
}

// end is what comes after the last thing.
func (l *life) end() error {
	l.dead.Store(true)
	return errDead
}

// did does one thing.
func (l *life) did(do func() error) error {
	last, err := l.breathe()
	if err != nil {
		return err
	}
	if err = do(); last {
		return l.end()
	}
	return err
}

// RoundTrip makes a call of a service.
func (l *life) RoundTrip(r *http.Request) (res *http.Response, err error) {
	err = l.did(func() error {
		res, err = l.way.RoundTrip(r)
		return err
	})
	l.mu.Lock()
	still := l.still
	l.still = false
	l.mu.Unlock()
	if still && err == nil {
		close(l.arrived)
		<-l.goOn
	}
	if err != nil && res != nil {
		res.Body.Close()
		res = nil
	}
	return res, err
}

// mortal is a store as a process has it.
type mortal struct {
	ports.Store
	life   *life
	atOnce int // jobs at most
}

func (m mortal) View(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	if m.life.dead.Load() {
		return errDead
	}
	return m.Store.View(ctx, who, fn)
}

func (m mortal) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	return m.life.did(func() error { return m.Store.Update(ctx, who, fn) })
}

func (m mortal) Dispatch(ctx context.Context, n int, plan ports.Plan) (read int, err error) {
	if m.life.dead.Load() {
		return 0, errDead
	}
	return m.Store.Dispatch(ctx, n, plan)
}

func (m mortal) Claim(ctx context.Context, now time.Time, kinds []string, lease time.Duration, n int) (jobs []ports.Job, err error) {
	if m.life.dead.Load() {
		return nil, errDead
	}
	return m.Store.Claim(ctx, now, kinds, lease, min(n, m.atOnce))
}

func (m mortal) Finish(ctx context.Context, done ...ports.Done) error {
	return m.life.did(func() error { return m.Store.Finish(ctx, done...) })
}

func (m mortal) Lease(ctx context.Context, name string, fence int64, d time.Duration) (int64, bool, error) {
	if m.life.dead.Load() {
		return 0, false, errDead
	}
	return m.Store.Lease(ctx, name, fence, d)
}

func (m mortal) NextDue(ctx context.Context, kinds []string) (time.Time, bool, error) {
	if m.life.dead.Load() {
		return time.Time{}, false, errDead
	}
	return m.Store.NextDue(ctx, kinds)
}

// till is a processor as a process has it: the cards are the walk's.
type till struct {
	ports.Charger
	life *life
	pay  func(o ports.Order) ports.Order
	paid func(o ports.Order)
}

func (t till) Charge(ctx context.Context, o ports.Order) (a domain.Answer, err error) {
	err = t.life.did(func() error {
		a, err = t.Charger.Charge(ctx, t.pay(o))
		if err == nil && a.Status == domain.Paid {
			t.paid(o)
		}
		return err
	})
	return a, err
}
