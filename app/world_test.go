package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/storetest"
)

// world is usher on a store in memory that runs every closure twice, the first
// time for nothing: a use case that appends to what it captured, or draws on
// something that it used up, shows.
type world struct {
	*app.Usher
	t     *testing.T
	base  *memstore.Store // what is stored, past all hooks
	hooks *hooks
	clock *clock
	dice  *dice
	log   *logged
	ana   domain.Seller
	bob   domain.Seller

	mu    sync.Mutex
	heard []ports.Event // those that a worker dispatched
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, clock: &clock{at: fixture.T0.AddDate(0, 1, 0)}, dice: &dice{}, log: &logged{}}
	w.base = memstore.New(&memstore.Options{Now: w.clock.now})
	w.ana, w.bob = fixture.Seller("ana"), fixture.Seller("bob")
	w.fill(w.ana, w.bob)
	w.Usher, w.hooks = w.process()
	return w
}

// process starts another usher on the same store, as another process would be.
func (w *world) process() (*app.Usher, *hooks) {
	h := &hooks{Store: storetest.Rerun(w.base), hear: w.hear}
	u, err := app.New(app.Config{
		Store: h, Clock: w.clock.now, Random: w.dice.fill,
		Logger: slog.New(slog.NewTextHandler(w.log, nil)),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return u, h
}

func (w *world) fill(things ...any) { w.t.Helper(); fixture.Fill(w.t, w.base, things...) }

func (w *world) ctx() context.Context { return w.t.Context() }

// view reads ana's things.
func (w *world) view(fn func(context.Context, ports.Tx) error) {
	w.t.Helper()
	if err := w.base.View(w.ctx(), ports.Seller(w.ana.ID), fn); err != nil {
		w.t.Fatal(err)
	}
}

// licenses returns ana's licences.
func (w *world) licenses() (all []ports.CountedLicense) {
	w.t.Helper()
	w.view(func(ctx context.Context, tx ports.Tx) (err error) {
		all, err = tx.Licenses.List(ctx, ports.Cursor{}, 1000)
		return err
	})
	return all
}

func (w *world) hear(some []ports.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard = append(w.heard, some...)
}

// happened returns the names of the events since the last call, in order, each
// with its subject, without the notices of them.
func (w *world) happened() (names []string) {
	w.t.Helper()
	for _, e := range w.events() {
		if e.Name != (domain.Notice{}).EventName() {
			names = append(names, e.Name+" "+e.Subject)
		}
	}
	return names
}

// events returns the events since the last call. It takes those that no worker
// has seen away from them.
func (w *world) events() []ports.Event {
	w.t.Helper()
	var waiting []ports.Event
	_, err := w.base.Dispatch(w.ctx(), 1000, fixture.OnlyJobs(func(some []ports.Event) []ports.Job {
		waiting = slices.Clone(some)
		return nil
	}))
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	all := append(w.heard, waiting...)
	w.heard = nil
	return all
}

// drain does what is due.
func (w *world) drain() {
	w.t.Helper()
	if _, err := w.Worker.Tick(w.ctx()); err != nil {
		w.t.Fatal(err)
	}
}

// hooks is a store whose calls can be met before they are carried out. A hook
// that returns an error fails the call.
type hooks struct {
	ports.Store
	update func() error
	after  func() error // of an Update that was kept: its answer is lost
	view   func() error // asked of a dead process, too: a test may look through it
	facts  func() error
	count  func() error
	claim  func() error
	finish func([]ports.Done) error
	hear   func([]ports.Event)

	dead    atomic.Bool // the process was killed: nothing that it asks reaches the store
	updates atomic.Int64
}

func (h *hooks) meet(hook func() error) error {
	if h.dead.Load() {
		return domain.ErrUnavailable
	}
	if hook == nil {
		return nil
	}
	return hook()
}

func (h *hooks) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	h.updates.Add(1)
	if err := h.meet(h.update); err != nil {
		return err
	}
	if err := h.Store.Update(ctx, who, fn); err != nil {
		return err
	}
	return h.meet(h.after)
}

func (h *hooks) View(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	if h.view != nil {
		if err := h.view(); err != nil {
			return err
		}
	}
	return h.Store.View(ctx, who, fn)
}

func (h *hooks) Facts(ctx context.Context, what domain.Lookup) ([]domain.Facts, error) {
	if err := h.meet(h.facts); err != nil {
		return nil, err
	}
	return h.Store.Facts(ctx, what)
}

func (h *hooks) Count(ctx context.Context, seen domain.Seen, n int) (int64, error) {
	if err := h.meet(h.count); err != nil {
		return 0, err
	}
	return h.Store.Count(ctx, seen, n)
}

func (h *hooks) Dispatch(ctx context.Context, n int, plan ports.Plan) (int, error) {
	if err := h.meet(nil); err != nil {
		return 0, err
	}
	var read []ports.Event
	count, err := h.Store.Dispatch(ctx, n, func(some []ports.Event, told []domain.Webhook) ([]ports.Job, []domain.Delivery) {
		read = slices.Clone(some)
		return plan(some, told)
	})
	if err == nil {
		h.hear(read)
	}
	return count, err
}

func (h *hooks) Claim(ctx context.Context, now time.Time, kinds []string, lease time.Duration, n int) ([]ports.Job, error) {
	if err := h.meet(h.claim); err != nil {
		return nil, err
	}
	return h.Store.Claim(ctx, now, kinds, lease, n)
}

func (h *hooks) Finish(ctx context.Context, done ...ports.Done) error {
	if err := h.meet(nil); err != nil {
		return err
	}
	if h.finish != nil {
		if err := h.finish(done); err != nil {
			return err
		}
	}
	return h.Store.Finish(ctx, done...)
}

func (h *hooks) Lease(ctx context.Context, name string, fence int64, d time.Duration) (int64, bool, error) {
	if err := h.meet(nil); err != nil {
		return 0, false, err
	}
	return h.Store.Lease(ctx, name, fence, d)
}

// once returns a hook that acts on its n-th call only.
func once(n int, act func() error) func() error {
	calls := 0
	return func() error {
		if calls++; calls == n {
			return act()
		}
		return nil
	}
}

// clock is business time and the machine's.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// dice are random bytes, the same in each run, or what a test has loaded for
// draws of that length.
type dice struct {
	mu     sync.Mutex
	drawn  uint64
	loaded map[int][][]byte
}

func (d *dice) fill(b []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if next := d.loaded[len(b)]; len(next) > 0 {
		copy(b, next[0])
		d.loaded[len(b)] = next[1:]
		return
	}
	d.drawn++
	sum := sha256.Sum256(strconv.AppendUint(nil, d.drawn, 10))
	copy(b, sum[:])
}

// load makes the next draws of that length come out so.
func (d *dice) load(draws ...[]byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.loaded == nil {
		d.loaded = map[int][][]byte{}
	}
	for _, b := range draws {
		d.loaded[len(b)] = append(d.loaded[len(b)], b)
	}
}

// logged is what was logged.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// decoded returns the event that a row holds.
func decoded[E any](t *testing.T, row ports.Event) (e E) {
	t.Helper()
	if err := json.Unmarshal([]byte(row.Payload), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// must returns what a call returned, which may not have failed.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
