package app_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// ending records how each claim ended.
func (w *world) ending() *[]ports.Done {
	var all []ports.Done
	w.hooks.finish = func(done []ports.Done) error { all = append(all, done...); return nil }
	return &all
}

// A job that fails is put off, longer each time, until it is given up. What is
// kept of the failure is its code.
func TestWorker_putsOff(t *testing.T) {
	for _, row := range []struct {
		name string
		fail func() error
		why  string
		log  string
	}{
		{"a job that fails", func() error { return domain.ErrUnavailable.Because(errors.New("the secret")) }, "unavailable", "a job failed"},
		{"a job that fails in a way nobody named", func() error { return errors.New("the secret") }, "internal", "a job failed"},
		{"a job that panics", func() error { panic("the secret") }, "internal", "a job panicked"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			pencil := past(w, 3)
			w.hooks.update = row.fail
			ended := w.ending()
			var waits []time.Duration
			for range 30 {
				w.drain()
				due, more, err := w.Worker.NextDue(w.ctx())
				if err != nil {
					t.Fatal(err)
				}
				if !more {
					break
				}
				waits = append(waits, due.Sub(w.clock.now()))
				w.clock.advance(due.Sub(w.clock.now()))
			}
			var want []time.Duration
			for s := time.Second; len(want) < 19; s = min(2*s, time.Hour) {
				want = append(want, s)
			}
			if !slices.Equal(waits, want) {
				t.Errorf("it waited %v, want %v", waits, want)
			}
			for i, d := range *ended {
				outcome := ports.Retry
				if i == 19 {
					outcome = ports.Dead
				}
				if d.Outcome != outcome || d.Why != row.why || d.Job.Tries != i+1 {
					t.Errorf("try %d ended %d because %q, its number is %d", i+1, d.Outcome, d.Why, d.Job.Tries)
				}
			}
			if len(*ended) != 20 {
				t.Errorf("it was tried %d times, want 20", len(*ended))
			}
			if log := w.log.String(); !strings.Contains(log, row.log) {
				t.Errorf("the log does not say %q: %s", row.log, log)
			}
			w.wantKeys(0)
			w.hooks.update = nil
			w.switchLicensing(pencil, false)
			w.switchLicensing(pencil, true)
			w.drain()
			w.wantKeys(3) // what was given up is not in the way
		})
	}
}

// A try that works forgets the ones before.
func TestWorker_triesAgain(t *testing.T) {
	w := newWorld(t)
	past(w, 3)
	w.hooks.update = once(1, func() error { return domain.ErrConflict })
	w.drain()
	w.wantKeys(0)
	w.clock.advance(time.Second)
	w.drain()
	w.wantKeys(3)
}

func TestWorker_leavesWhatItDoesNotKnow(t *testing.T) {
	w := newWorld(t)
	now := w.clock.now()
	if err := w.base.Enqueue(w.ctx(), ports.Job{ID: "j", Kind: "of_a_newer_program", Lane: string(w.ana.ID), Key: "k", DueAt: now}); err != nil {
		t.Fatal(err)
	}
	if n, err := w.Worker.Tick(w.ctx()); n != 0 || err != nil {
		t.Errorf("it did %d jobs, %v", n, err)
	}
	if _, waits, err := w.Worker.NextDue(w.ctx()); waits || err != nil {
		t.Errorf("it waits for it: %t, %v", waits, err)
	}
	if due, there, err := w.base.NextDue(w.ctx(), []string{"of_a_newer_program"}); !there || !due.Equal(now) || err != nil {
		t.Errorf("afterwards it is due at %s, %t, %v", due, there, err)
	}
}

// Events are dispatched by one process at a time: while another has the lease,
// they wait, and it passes at once to the next when it is given back.
func TestWorker_dispatchesAlone(t *testing.T) {
	w := newWorld(t)
	past(w, 3)
	_, ok, err := w.base.Lease(w.ctx(), "dispatcher", 0, 10*time.Second)
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	w.clock.advance(9 * time.Second)
	w.drain()
	w.wantKeys(0)
	w.clock.advance(time.Second)
	w.drain()
	w.wantKeys(3)
	next, _ := w.process()
	past(w, 2)
	if _, err := next.Worker.Tick(w.ctx()); err != nil {
		t.Fatal(err)
	}
	w.wantKeys(5)
}

func TestWorker_run(t *testing.T) {
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	finished, atWork, goOn := make(chan struct{}), make(chan struct{}), make(chan struct{})
	w.hooks.claim = once(1, func() error { return domain.ErrUnavailable }) // it asks again
	past(w, 3)
	w.hooks.update = once(1, func() error { close(atWork); <-goOn; return nil })
	w.hooks.finish = func([]ports.Done) error { close(finished); return nil }
	ended := make(chan error, 1)
	go func() { ended <- w.Worker.Run(ctx) }()
	select {
	case <-atWork:
	case err := <-ended:
		t.Fatalf("it ended with %v before a job was at work", err)
	}
	stop() // while a job is at work: it is ended first
	close(goOn)
	<-finished
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	w.wantKeys(3)
	if log := w.log.String(); !strings.Contains(log, "work that is due was not done") {
		t.Errorf("the log does not tell of the store that did not answer: %s", log)
	}
}

func TestWorker_drain_saysThatTheStoreIsDown(t *testing.T) {
	w := newWorld(t)
	past(w, 1)
	w.hooks.claim = func() error { return domain.ErrUnavailable }
	if _, err := w.Worker.Tick(w.ctx()); !errors.Is(err, domain.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(w.ctx())
	cancel()
	w.hooks.claim = nil
	if _, err := w.Worker.Tick(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: got %v", err)
	}
	w.wantKeys(0)
}

// What was given up shows, to its seller alone, and is done once it is revived.
func TestWorker_Revive(t *testing.T) {
	w := newWorld(t)
	past(w, 3)
	w.hooks.update = func() error { return domain.ErrConflict }
	var last time.Time
	for range 20 {
		w.drain()
		last = w.clock.now()
		if due, more, err := w.Worker.NextDue(w.ctx()); more && err == nil {
			w.clock.advance(due.Sub(last))
		}
	}
	dead := must(w.Worker.Dead(w.ctx(), w.ana.ID, 10))
	if len(dead) != 1 || dead[0].Kind != "past_sales" || dead[0].Why != "conflict" || !dead[0].DeadAt.Equal(last) {
		t.Fatalf("given up are %+v, want one at %s", dead, last)
	}
	if others := must(w.Worker.Dead(w.ctx(), w.bob.ID, 10)); len(others) != 0 {
		t.Errorf("somebody else sees %+v", others)
	}
	w.hooks.update = nil
	for _, tt := range []struct {
		name   string
		seller domain.SellerID
		id     domain.JobID
	}{{"somebody else", w.bob.ID, dead[0].ID}, {"what is not there", w.ana.ID, "x"}} {
		if err := w.Worker.Revive(w.ctx(), tt.seller, tt.id); !errors.Is(err, domain.ErrJobNotFound) {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
	w.drain()
	w.wantKeys(0)
	if err := w.Worker.Revive(w.ctx(), w.ana.ID, dead[0].ID); err != nil {
		t.Fatal(err)
	}
	w.drain()
	w.wantKeys(3)
	if err := w.Worker.Revive(w.ctx(), w.ana.ID, dead[0].ID); !errors.Is(err, domain.ErrJobNotFound) {
		t.Errorf("once more: got %v", err)
	}
	if left := must(w.Worker.Dead(w.ctx(), w.ana.ID, 10)); len(left) != 0 {
		t.Errorf("given up are still %+v", left)
	}
}
