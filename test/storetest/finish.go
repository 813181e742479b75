package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/usherhq/usher/ports"
)

func jobFinished(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"))
	w.end(t, ports.Done{Job: w.claimOne(t, "enqueued", t0)})
	w.clock.advance(time.Hour)
	wantAll(t, "afterwards", keys(w.claimAt(t, t0.AddDate(1, 0, 0), 10)))
	w.enqueue(t, newJob("a"))
	if j := w.claimOne(t, "its key is free", t0); j.Tries != 1 {
		t.Errorf("tries %d, want 1: it is a new job", j.Tries)
	}
}

func jobAgain(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"))
	later := t0.Add(time.Hour)
	for i := range 3 {
		j := w.claimOne(t, "put off", t0.Add(time.Duration(i)*time.Hour))
		if j.Tries != 1 {
			t.Errorf("claim %d: tries %d, want 1: to be put off is no try", i, j.Tries)
		}
		later = t0.Add(time.Duration(i+1) * time.Hour)
		w.end(t, ports.Done{Job: j, Outcome: ports.Again, At: later})
		wantAll(t, "before it is due", keys(w.claimAt(t, later.Add(-time.Microsecond), 10)))
	}
	if j := w.claimOne(t, "when it is due", later); j.DueAt != later {
		t.Errorf("due at %v, want %v", j.DueAt, later)
	}
}

func jobRetry(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"))
	for i := range 3 {
		at := t0.Add(time.Duration(i) * time.Hour)
		j := w.claimOne(t, "failed", at)
		if j.Tries != i+1 {
			t.Errorf("tries %d, want %d", j.Tries, i+1)
		}
		w.end(t, ports.Done{Job: j, Outcome: ports.Retry, At: at.Add(time.Hour), Why: "it's 50% \\ broken"})
		wantAll(t, "before it is due", keys(w.claimAt(t, at.Add(time.Hour-time.Microsecond), 10)))
	}
}

func jobDead(t *testing.T, w *world) {
	first := newJob("a")
	w.enqueue(t, first)
	w.end(t, ports.Done{Job: w.claimOne(t, "enqueued", t0), Outcome: ports.Dead, Why: "hopeless"})
	w.clock.advance(time.Hour)
	wantAll(t, "the dead", keys(w.claimAt(t, t0.AddDate(1, 0, 0), 10)))
	if at, due, err := w.NextDue(t.Context(), kinds); due || err != nil {
		t.Errorf("the dead is due at %v, or %v", at, err)
	}
	second := newJob("a")
	w.enqueue(t, second)
	if j := w.claimOne(t, "a new one of its key", t0); j.ID != second.ID || j.Tries != 1 {
		t.Errorf("claimed %+v, want the new one %s", j, second.ID)
	}
}

func jobFence(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"))
	var last int64
	for i, outcome := range []ports.Outcome{ports.Again, ports.Retry, ports.Again, ports.Again, ports.Retry, ports.Again} {
		j := w.claimOne(t, "once more", t0)
		if j.Fence <= last {
			t.Fatalf("claim %d: fence %d after %d", i, j.Fence, last)
		}
		last = j.Fence
		w.end(t, ports.Done{Job: j, Outcome: outcome, At: t0})
	}
}

func jobFinishTwice(t *testing.T, w *world) {
	for _, first := range []ports.Outcome{ports.Finished, ports.Again, ports.Retry} {
		for _, second := range []ports.Outcome{ports.Finished, ports.Again, ports.Retry, ports.Dead} {
			key := fmt.Sprint(first, " then ", second)
			w.enqueue(t, newJob(key))
			j := w.claimOne(t, key, t0)
			w.end(t, ports.Done{Job: j, Outcome: first, At: t0.Add(time.Hour)})
			w.end(t, ports.Done{Job: j, Outcome: second, At: t0})
			wantAll(t, key+": at once", keys(w.claim(t, 10)))
			var want []string
			if first != ports.Finished {
				want = []string{key}
			}
			later := w.claimAt(t, t0.Add(time.Hour), 10)
			wantAll(t, key+": later", keys(later), want...)
			for _, j := range later {
				w.end(t, ports.Done{Job: j})
			}
		}
	}
}

// jobFinishLate: a worker that was slow, but that nobody overtook, is heard.
func jobFinishLate(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"))
	j := w.claimOne(t, "enqueued", t0)
	w.clock.advance(time.Hour)
	w.end(t, ports.Done{Job: j})
	wantAll(t, "afterwards", keys(w.claim(t, 10)))
}

// jobStaleFinish: one worker loses its lease, another claims the job and puts
// it off; what the first says then changes nothing.
func jobStaleFinish(t *testing.T, w *world) {
	later := t0.Add(500 * time.Second)
	for _, late := range []ports.Outcome{ports.Finished, ports.Again, ports.Retry, ports.Dead} {
		key := fmt.Sprint("late ", late)
		w.enqueue(t, newJob(key))
		w1 := w.claimOne(t, key, t0)
		w.clock.advance(61 * time.Second)
		w2 := w.claimOne(t, key+": the second worker", t0)
		w.end(t, ports.Done{Job: w1, Outcome: late, At: t0})
		w.clock.advance(30 * time.Second)
		wantAll(t, key+": while the second works", keys(w.claim(t, 10)))
		w.end(t, ports.Done{Job: w2, Outcome: ports.Again, At: later})
		w.end(t, ports.Done{Job: w1, Outcome: late, At: t0})
		wantAll(t, key+": at once", keys(w.claim(t, 10)))
		j := w.claimOne(t, key+": when the second said", later)
		if j.Tries != 2 || j.Fence <= w2.Fence {
			t.Errorf("%s: tries %d, fence %d after %d, want 2 and more", key, j.Tries, j.Fence, w2.Fence)
		}
		w.end(t, ports.Done{Job: j})
	}
}

func jobFinishSeveral(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"), newJob("b"), newJob("c"), newJob("d"))
	jobs := map[string]ports.Job{}
	for range 4 { // a few at a time
		for _, j := range w.claim(t, 2) {
			jobs[j.Key] = j
		}
	}
	stale := jobs["c"]
	stale.Fence--
	later := t0.Add(time.Hour)
	w.end(t, ports.Done{Job: jobs["a"]}, ports.Done{Job: stale}, ports.Done{Job: jobs["b"], Outcome: ports.Retry, At: later},
		ports.Done{Job: ports.Job{ID: "x", Fence: 1}}, ports.Done{Job: jobs["d"], Outcome: ports.Dead})
	w.clock.advance(61 * time.Second)
	wantAll(t, "afterwards", keys(w.claimAt(t, later, 8)), "c", "b")
}

func jobFinishUnknown(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"))
	for _, outcome := range []ports.Outcome{ports.Finished, ports.Again, ports.Retry, ports.Dead} {
		w.end(t, ports.Done{Job: ports.Job{ID: "x", Fence: 1}, Outcome: outcome, At: t0})
		w.end(t, ports.Done{Job: newJob("a"), Outcome: outcome, At: t0})
	}
	w.end(t)
	w.claimOne(t, "the other job", t0)
}
