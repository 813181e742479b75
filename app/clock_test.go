package app_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/storetest"
)

const day = 24 * time.Hour

// years is a club on a test clock, with a job for its membership.
type years struct {
	*club
	usher *app.Usher
	hooks *turns
}

func newYears(t *testing.T) *years {
	t.Helper()
	store := memstore.New(&memstore.Options{TestClock: midApril})
	y := &years{club: clubOn(t, store, nil, app.TestClock(store))}
	y.usher, y.hooks = y.another(y.processor)
	y.Memberships = y.usher.Memberships
	y.due(y.id, time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC))
	return y
}

// another starts an usher on the store, as another process would be. Its clock
// is what the store's is.
func (y *years) another(charger ports.Charger) (*app.Usher, *turns) {
	y.t.Helper()
	h := &turns{Store: storetest.Rerun(y.store)}
	u, err := app.New(app.Config{Store: h, Charger: charger})
	if err != nil {
		y.t.Fatal(err)
	}
	return u, h
}

// due tells that a membership needs somebody to look at it then.
func (c *club) due(id domain.MembershipID, at time.Time) {
	c.t.Helper()
	err := c.store.Update(c.t.Context(), ports.Seller(c.seller), func(ctx context.Context, tx ports.Tx) error {
		return tx.Events.Append(ctx, ports.Event{
			ID: domain.EventID("due " + string(id)), Subject: "s", Name: domain.MembershipDue{}.EventName(), At: midApril,
			Payload: fmt.Sprintf(`{"MembershipID":%q,"DueAt":%q}`, id, at.Format(time.RFC3339)),
		})
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// turns is a store whose calls around a worker's turn can be met.
type turns struct {
	ports.Store
	lease   func(name string, d time.Duration)
	refuse  func(name string, fence int64) bool // a lease that was taken away
	claim   func()
	claimIn func(context.Context)
	finish  func([]ports.Done)
	update  func() error
	clock   func() error
}

func (h *turns) TestClock(ctx context.Context) (time.Time, bool, error) {
	if h.clock != nil {
		if err := h.clock(); err != nil {
			return time.Time{}, false, err
		}
	}
	return h.Store.TestClock(ctx)
}

func (h *turns) Lease(ctx context.Context, name string, fence int64, d time.Duration) (int64, bool, error) {
	if h.refuse != nil && h.refuse(name, fence) {
		return 0, false, nil
	}
	got, ok, err := h.Store.Lease(ctx, name, fence, d)
	if h.lease != nil {
		h.lease(name, d)
	}
	return got, ok, err
}

func (h *turns) Claim(ctx context.Context, now time.Time, kinds []string, lease time.Duration, n int) ([]ports.Job, error) {
	if h.claim != nil {
		h.claim()
	}
	if h.claimIn != nil {
		h.claimIn(ctx)
	}
	return h.Store.Claim(ctx, now, kinds, lease, n)
}

func (h *turns) Finish(ctx context.Context, done ...ports.Done) error {
	if h.finish != nil {
		h.finish(done)
	}
	return h.Store.Finish(ctx, done...)
}

func (h *turns) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	if h.update != nil {
		if err := h.update(); err != nil {
			return err
		}
	}
	return h.Store.Update(ctx, who, fn)
}

// asked is the book, a line for each charge: when it was asked for and what
// came of it.
func (c *club) asked() (lines []string) {
	c.t.Helper()
	for _, l := range must(c.processor.Book(c.t.Context())).Charges {
		lines = append(lines, fmt.Sprintf("%s %d %s", l.AskedAt.Format("2006-01-02 15:04"), l.Amount, l.Status))
	}
	return lines
}

// A membership's year takes no time: thirteen renewals, each at its date, one of
// them paid without being heard and found out, one declined, tried again and
// recovered. The clock stops where something happens and nowhere else.
func TestClock_Advance(t *testing.T) {
	y := newYears(t)
	y.cards(sandbox.Pays, sandbox.Pays, sandbox.Pays, sandbox.LosesAnswer, sandbox.Pays, sandbox.Pays, sandbox.Pays, sandbox.Pays,
		sandbox.Declines, sandbox.Declines, sandbox.Pays, sandbox.Pays, sandbox.Pays, sandbox.Pays, sandbox.Pays)
	var stops []string
	end, err := y.usher.Clock.Advance(t.Context(), midApril.Add(400*day), func(s app.Step) {
		stops = append(stops, fmt.Sprintf("%s %d", s.At.Format("2006-01-02 15:04"), s.Jobs))
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"2026-05-01 00:00 5000 paid", "2026-06-01 00:00 5000 paid", "2026-07-01 00:00 5000 paid", "2026-08-01 00:00 5000 paid",
		"2026-09-01 00:00 5000 paid", "2026-10-01 00:00 5000 paid", "2026-11-01 00:00 5000 paid", "2026-12-01 00:00 5000 paid",
		"2027-01-01 00:00 5000 declined", "2027-01-02 00:00 5000 declined", "2027-01-03 00:00 5000 paid",
		"2027-02-01 00:00 5000 paid", "2027-03-01 00:00 5000 paid", "2027-04-01 00:00 5000 paid", "2027-05-01 00:00 5000 paid",
	}
	if got := y.asked(); !slices.Equal(got, want) {
		t.Errorf("asked for:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var visits []string
	for _, l := range want {
		visits = append(visits, l[:16]+" 1")
	}
	visits = slices.Insert(visits, 4, "2026-08-01 00:01 1") // to find out
	visits = append(visits, "2027-05-21 00:00 0")
	if !slices.Equal(stops, visits) {
		t.Errorf("it stopped at:\n%s\nwant:\n%s", strings.Join(stops, "\n"), strings.Join(visits, "\n"))
	}
	if s := y.is("after 400 days", 5, 13*5000); s.Cycle != 14 || s.Status != domain.Active || s.InFlight != (domain.InFlight{}) {
		t.Errorf("it is %s in cycle %d with %+v in flight", s.Status, s.Cycle, s.InFlight)
	}
	if want := (app.Step{At: midApril.Add(400 * day), Jobs: 16}); end != want {
		t.Errorf("the end is %+v, want %+v", end, want)
	}
	if at, test, err := y.usher.Clock.Now(t.Context()); !at.Equal(end.At) || !test || err != nil {
		t.Errorf("the clock says %s, %t, %v", at, test, err)
	}
}

func TestClock_Advance_whereItStops(t *testing.T) {
	may := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name    string
		to      time.Time
		renewed bool
		stops   int
	}{
		{"to where it stands: nothing is due", midApril, false, 0},
		{"short of what is due, it stops at the end only", may.Add(-time.Second), false, 1},
		{"to the instant at which something is due, it is done", may, true, 1},
		{"beyond, it stops twice", may.Add(time.Second), true, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			y := newYears(t)
			y.cards(sandbox.Pays)
			stops := 0
			end, err := y.usher.Clock.Advance(t.Context(), tt.to, func(app.Step) { stops++ })
			if err != nil || !end.At.Equal(tt.to) || stops != tt.stops {
				t.Errorf("it ended at %s after %d stops, %v; want %d", end.At, stops, err, tt.stops)
			}
			money := int64(0)
			if tt.renewed {
				money = 5000
			}
			y.is("then", 5, money)
		})
	}
	t.Run("what was due before it moved is done first, and told", func(t *testing.T) {
		y := newYears(t)
		y.cards(sandbox.Pays)
		if err := y.store.MoveTestClock(t.Context(), may.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		var stops []app.Step
		if _, err := y.usher.Clock.Advance(t.Context(), may.Add(time.Hour), func(s app.Step) { stops = append(stops, s) }); err != nil {
			t.Fatal(err)
		}
		if want := []app.Step{{At: may.Add(time.Hour), Jobs: 1}}; !slices.Equal(stops, want) {
			t.Errorf("it told %v, want %v", stops, want)
		}
		y.is("then", 5, 5000)
	})
}

func TestClock_Advance_refuses(t *testing.T) {
	t.Run("a store without a test clock", func(t *testing.T) {
		w := newWorld(t)
		if _, err := w.Clock.Advance(t.Context(), w.clock.now().Add(day), nil); !errors.Is(err, domain.ErrNoTestClock) {
			t.Errorf("got %v", err)
		}
		if at, test, err := w.Clock.Now(t.Context()); !at.Equal(w.clock.now()) || test || err != nil {
			t.Errorf("the clock says %s, %t, %v", at, test, err)
		}
	})
	t.Run("to go back", func(t *testing.T) {
		y := newYears(t)
		_, err := y.usher.Clock.Advance(t.Context(), midApril.Add(-time.Second), nil)
		var e *domain.Error
		if !errors.As(err, &e) || e.Kind != domain.Invalid || e.Field != "to" {
			t.Errorf("got %v", err)
		}
		if _, err := y.usher.Clock.Advance(t.Context(), midApril.Add(day), nil); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
	t.Run("a clock beside the store's", func(t *testing.T) {
		y := newYears(t)
		u, err := app.New(app.Config{Store: y.store, Clock: func() time.Time { return midApril.Add(time.Second) }})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := u.Clock.Advance(t.Context(), midApril.Add(day), nil); err == nil || !y.now().Equal(midApril) {
			t.Errorf("got %v, and the clock is at %s", err, y.now())
		}
	})
}

// A job that fails again and again is put off in business time until it is
// given up: the clock goes on.
func TestClock_Advance_failures(t *testing.T) {
	y := newYears(t)
	y.hooks.update = func() error { return domain.ErrUnavailable }
	tries := 0
	y.hooks.finish = func(done []ports.Done) { tries += len(done) }
	if _, err := y.usher.Clock.Advance(t.Context(), midApril.Add(60*day), nil); err != nil {
		t.Fatal(err)
	}
	if dead, err := y.usher.Worker.Dead(t.Context(), y.seller, 10); tries != 20 || len(dead) != 1 || err != nil {
		t.Errorf("tried %d times, want 20, and then there are %d dead jobs, %v", tries, len(dead), err)
	}
}

// Who leaves stops the clock where it is. What was done stays, and the next
// advance goes on from there.
func TestClock_Advance_theCallerLeaves(t *testing.T) {
	y := newYears(t)
	y.cards(slices.Repeat([]string{sandbox.Pays}, 13)...)
	ctx, leave := context.WithCancel(t.Context())
	stops := 0
	end, err := y.usher.Clock.Advance(ctx, midApril.Add(400*day), func(app.Step) {
		if stops++; stops == 3 {
			leave()
		}
	})
	july := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	if !errors.Is(err, context.Canceled) || !end.At.Equal(july) || !y.now().Equal(july) {
		t.Errorf("it ended at %s with %v, and the clock is at %s", end.At, err, y.now())
	}
	y.is("three months later", 5, 3*5000)
	y.free("stopped")
	if _, err := y.usher.Clock.Advance(t.Context(), midApril.Add(400*day), nil); err != nil {
		t.Fatal(err)
	}
	y.is("the rest", 5, 13*5000)
}

// While the clock moves no other process that runs a worker does what is due.
func TestClock_Advance_alone(t *testing.T) {
	y := newYears(t)
	y.cards(sandbox.Pays)
	const clock = "clock"
	fence, ok, err := y.store.Lease(t.Context(), clock, 0, time.Hour) // as an advance has it
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := y.store.MoveTestClock(t.Context(), midApril.Add(30*day)); err != nil {
		t.Fatal(err)
	}
	other, hooks := y.another(y.processor)
	asked, done, given := make(chan struct{}, 100), make(chan struct{}), make(chan struct{})
	var claims atomic.Int64
	var once sync.Once
	hooks.lease = func(name string, d time.Duration) {
		switch {
		case name == clock && d > 0:
			asked <- struct{}{}
		case name == clock:
			y.free("after its turn")
			once.Do(func() { close(given) })
		}
	}
	hooks.claim = func() { claims.Add(1) }
	hooks.finish = func([]ports.Done) { close(done) }
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- other.Worker.Run(ctx) }()
	for range 3 { // the third round begins after the second is over
		<-asked
		other.Worker.Wake()
	}
	if n := claims.Load(); n != 0 {
		t.Errorf("it claimed %d times meanwhile", n)
	}
	if _, _, err := y.store.Lease(t.Context(), clock, fence, 0); err != nil {
		t.Fatal(err)
	}
	other.Worker.Wake()
	<-done
	<-given
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	y.is("renewed once", 5, 5000)
}

// What another process has begun, or has still to turn into jobs, is waited for:
// the clock does not move past it, and what it waits for is said once.
func TestClock_Advance_waits(t *testing.T) {
	for _, tt := range []struct {
		name string
		to   time.Time
		take func(y *years) (end func())
		says string
	}{
		{"for a job at work, also if it is to stay where it is", time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), func(y *years) func() {
			if _, err := y.usher.Worker.Tick(y.t.Context()); err != nil { // there is a job now
				y.t.Fatal(err)
			}
			at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
			if err := y.store.MoveTestClock(y.t.Context(), at); err != nil {
				y.t.Fatal(err)
			}
			jobs, err := y.store.Claim(y.t.Context(), at, []string{"membership"}, time.Hour, 1)
			if len(jobs) != 1 || err != nil {
				y.t.Fatal(jobs, err)
			}
			return func() {
				if err := y.store.Finish(y.t.Context(), ports.Done{Job: jobs[0], Outcome: ports.Again, At: at}); err != nil {
					y.t.Error(err)
				}
			}
		}, "within a minute"},
		{"for who dispatches", midApril.Add(30 * day), func(y *years) func() { return y.leased("dispatcher") }, "within a minute"},
		{"for another advance", midApril.Add(30 * day), func(y *years) func() { return y.leased("clock") }, "in ten seconds"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			y := newYears(t)
			y.cards(sandbox.Pays)
			end := tt.take(y)
			stood := y.now()
			looks, says := make(chan struct{}, 1000), make(chan string, 100)
			y.hooks.lease = func(_ string, d time.Duration) {
				if d > 0 {
					looks <- struct{}{}
				}
			}
			y.hooks.claim = func() { looks <- struct{}{} }
			ended := make(chan error, 1)
			go func() {
				_, err := y.usher.Clock.Advance(t.Context(), tt.to, func(s app.Step) {
					if s.Waits != "" {
						says <- s.Waits
					}
				})
				ended <- err
			}()
			select {
			case said := <-says:
				if !strings.Contains(said, tt.says) {
					t.Errorf("it says %q, want %q", said, tt.says)
				}
			case err := <-ended:
				t.Fatalf("it did not wait, %v", err)
			}
			for len(looks) > 0 {
				<-looks
			}
			for range 25 {
				<-looks
			}
			if n := len(says); n > 0 {
				t.Errorf("it says it %d times more", n)
			}
			if at := y.now(); !at.Equal(stood) {
				t.Errorf("the clock moved on to %s", at)
			}
			end()
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
			y.is("then", 5, 5000)
		})
	}
}

// free needs the leases to be there for the next who wants them.
func (y *years) free(when string) {
	y.t.Helper()
	for _, name := range []string{"dispatcher", "clock"} {
		fence, ok, err := y.store.Lease(y.t.Context(), name, 0, time.Hour)
		if !ok || err != nil {
			y.t.Errorf("%s, the lease of the %s is not free: %v", when, name, err)
			continue
		}
		if _, _, err := y.store.Lease(y.t.Context(), name, fence, 0); err != nil {
			y.t.Error(err)
		}
	}
}

// However long a stop takes, the clock stays the advance's; if it is taken away
// all the same, the advance ends where it is.
func TestClock_Advance_keepsTheClock(t *testing.T) {
	for _, tt := range []struct {
		name string
		lost bool
		err  error
	}{
		{"it is renewed", false, nil},
		{"it is lost", true, domain.ErrUnavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			y := newYears(t)
			y.cards(slices.Repeat([]string{sandbox.Pays}, 13)...)
			renewed := make(chan struct{}, 100)
			y.hooks.refuse = func(name string, fence int64) bool {
				if name == "clock" && fence != 0 {
					renewed <- struct{}{}
					return tt.lost
				}
				return false
			}
			if tt.lost {
				y.hooks.claimIn = func(ctx context.Context) {
					if y.now().After(midApril) {
						<-ctx.Done()
					}
				}
			}
			stops := 0
			_, err := y.usher.Clock.Advance(t.Context(), midApril.Add(400*day), func(app.Step) {
				if stops++; stops == 1 {
					<-renewed
				}
			})
			if !errors.Is(err, tt.err) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// leased takes a lease as another process would.
func (y *years) leased(name string) (end func()) {
	y.t.Helper()
	fence, ok, err := y.store.Lease(y.t.Context(), name, 0, time.Hour)
	if !ok || err != nil {
		y.t.Fatal(ok, err)
	}
	return func() {
		if _, _, err := y.store.Lease(y.t.Context(), name, fence, 0); err != nil {
			y.t.Error(err)
		}
	}
}

func TestTestClock(t *testing.T) {
	asked := 0
	var down error
	hook := func() error { asked++; return down }
	t.Run("is the store's, also while the store does not answer", func(t *testing.T) {
		h := &turns{Store: memstore.New(&memstore.Options{TestClock: midApril}), clock: hook}
		now := app.TestClock(h)
		if at := now(); !at.Equal(midApril) {
			t.Errorf("it is %s", at)
		}
		if err := h.MoveTestClock(t.Context(), midApril.Add(day)); err != nil {
			t.Fatal(err)
		}
		if at := now(); !at.Equal(midApril.Add(day)) {
			t.Errorf("a day later it is %s", at)
		}
		down = domain.ErrUnavailable
		defer func() { down = nil }()
		if at := now(); !at.Equal(midApril.Add(day)) {
			t.Errorf("without an answer it is %s", at)
		}
	})
	t.Run("is the machine's where there is none, which is asked once", func(t *testing.T) {
		now := app.TestClock(&turns{Store: memstore.New(nil), clock: hook})
		asked = 0
		before := time.Now()
		for range 3 {
			if at := now(); at.Before(before.Truncate(time.Microsecond)) || at.After(time.Now()) {
				t.Errorf("it is %s", at)
			}
		}
		if asked != 1 {
			t.Errorf("the store was asked %d times", asked)
		}
	})
	t.Run("is what usher goes by if it is given no other", func(t *testing.T) {
		store := memstore.New(&memstore.Options{TestClock: midApril})
		u, err := app.New(app.Config{Store: store})
		if err != nil {
			t.Fatal(err)
		}
		s, err := u.Sellers.Add(t.Context(), domain.Seller{Email: "ana@example.com", Name: "Ana"})
		if err != nil || !s.CreatedAt.Equal(midApril) {
			t.Errorf("a seller is made at %s, %v", s.CreatedAt, err)
		}
	})
}
