package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/usherhq/usher/ports"
)

var nudgeTests = tests{
	"TakesTheEarlierDueTime":  nudgeEarlier,
	"LeavesTheJobAsItIs":      nudgeLeavesJob,
	"InOneCall":               nudgeInOneCall,
	"IsNotLostAtWork":         nudgeLostWakeUp,
	"RunsOnceMoreNotTwice":    nudgeOnce,
	"BreaksNoLease":           nudgeBreaksNoLease,
	"OfAStaleClaimChangesNot": nudgeStale,
	"AfterAGoodEndTriesAnew":  nudgeTriesAnew,
}

func nudgeEarlier(t *testing.T, w *world) {
	for i, hours := range [][2]int{{1, 2}, {2, 1}, {1, 1}} {
		key := fmt.Sprint("a", i)
		w.enqueue(t, newJob(key, dueAt(t0.Add(time.Duration(hours[0])*time.Hour))))
		w.enqueue(t, newJob(key, dueAt(t0.Add(time.Duration(hours[1])*time.Hour))))
		early := t0.Add(time.Hour)
		wantAll(t, key+" too early", keys(w.claimAt(t, early.Add(-time.Microsecond), 10)))
		j := w.claimOne(t, key, early)
		if j.DueAt != early {
			t.Errorf("%s: due at %v, want %v", key, j.DueAt, early)
		}
		w.end(t, ports.Done{Job: j})
		wantAll(t, key+" afterwards", keys(w.claimAt(t, t0.Add(3*time.Hour), 10)))
	}
}

// nudgeLeavesJob: the job that was there stays; all it gets is the push.
func nudgeLeavesJob(t *testing.T, w *world) {
	first := newJob("a", func(j *ports.Job) { j.Payload = "first" })
	second := newJob("a", func(j *ports.Job) { j.Kind, j.Lane, j.Payload = "other", "elsewhere", "second" })
	w.enqueue(t, first)
	w.enqueue(t, second)
	j := w.claimOne(t, "nudged", t0)
	if j.ID != first.ID || j.Payload != "first" || j.Kind != first.Kind || j.Lane != first.Lane {
		t.Errorf("got %+v, want %+v", j, first)
	}
}

func nudgeInOneCall(t *testing.T, w *world) {
	w.enqueue(t, newJob("a", dueAt(t0.Add(time.Hour))), newJob("b"), newJob("a"))
	jobs := w.claim(t, 10)
	if len(jobs) != 2 {
		t.Errorf("claimed %v, want a and b", keys(jobs))
	}
}

// nudgeLostWakeUp is the order that loses wake-ups: a worker claims a job and
// looks at the world; the world changes and the key is enqueued; the worker
// ends the job as if nothing had happened. However it does, the job is due
// again at once.
func nudgeLostWakeUp(t *testing.T, w *world) {
	for _, outcome := range []ports.Outcome{ports.Finished, ports.Again, ports.Retry, ports.Dead} {
		for what, due := range map[string]time.Time{"due now": t0, "due earlier": t0.Add(-time.Hour)} {
			key := fmt.Sprint("nudged, ", what, ", then ", outcome)
			w.enqueue(t, newJob(key))
			first := w.claimOne(t, key, t0)
			w.enqueue(t, newJob(key, dueAt(due)))
			wantAll(t, key+": while it is at work", keys(w.claim(t, 10)))
			w.end(t, ports.Done{Job: first, Outcome: outcome, At: t0.AddDate(0, 1, 0), Why: "as it was"})
			second := w.claimOne(t, key+": once more", t0)
			if second.Key != key || second.ID == first.ID && second.Fence <= first.Fence {
				t.Errorf("%s: first %+v, then %+v", key, first, second)
			}
			w.end(t, ports.Done{Job: second})
			wantAll(t, key+": afterwards", keys(w.claimAt(t, t0.AddDate(1, 0, 0), 10)))
		}
	}
}

func nudgeOnce(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"))
	first := w.claimOne(t, "enqueued", t0)
	for range 5 {
		w.enqueue(t, newJob("a"))
	}
	w.end(t, ports.Done{Job: first})
	w.end(t, ports.Done{Job: w.claimOne(t, "once more", t0)})
	wantAll(t, "and not twice", keys(w.claimAt(t, t0.AddDate(1, 0, 0), 10)))
}

func nudgeBreaksNoLease(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"))
	first := w.claimOne(t, "enqueued", t0)
	w.enqueue(t, newJob("a", dueAt(t0.Add(-time.Hour))))
	w.clock.advance(59 * time.Second)
	wantAll(t, "pulled forward while it is leased", keys(w.claim(t, 10)))
	w.clock.advance(2 * time.Second)
	if second := w.claimOne(t, "after the lease", t0); second.ID != first.ID {
		t.Errorf("first %+v, then %+v: want one job", first, second)
	}
}

// nudgeStale: a claim that was overtaken ends nothing, nudged or not.
func nudgeStale(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"))
	w1 := w.claimOne(t, "the first worker", t0)
	w.clock.advance(61 * time.Second)
	w.enqueue(t, newJob("a"))
	w2 := w.claimOne(t, "the second worker", t0)
	w.end(t, ports.Done{Job: w1})
	wantAll(t, "while the second works", keys(w.claim(t, 10)))
	w.end(t, ports.Done{Job: w2})
	wantAll(t, "the nudge came before the second claim", keys(w.claimAt(t, t0.AddDate(1, 0, 0), 10)))
}

// nudgeTriesAnew: a job that lives long because it is nudged again and again
// does not use its tries up by ending well.
func nudgeTriesAnew(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"))
	w.end(t, ports.Done{Job: w.claimOne(t, "enqueued", t0), Outcome: ports.Retry, At: t0, Why: "at first"})
	for range 3 {
		j := w.claimOne(t, "at work", t0)
		w.enqueue(t, newJob("a"))
		w.end(t, ports.Done{Job: j})
	}
	if j := w.claimOne(t, "after good ends", t0); j.Tries != 1 {
		t.Errorf("tries %d, want 1", j.Tries)
	}
}
