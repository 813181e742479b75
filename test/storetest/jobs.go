package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var jobTests = tests{
	"RoundTrip":             jobRoundTrip,
	"DueInOrder":            jobDueInOrder,
	"OnlyTheseKinds":        jobKinds,
	"ALeaseHolds":           jobLeaseHolds,
	"ALeaseRunsOut":         jobLeaseRunsOut,
	"ALeaseIsOfRealTime":    jobLeaseRealTime,
	"FinishedIsGone":        jobFinished,
	"AgainIsNoTry":          jobAgain,
	"RetryIsATry":           jobRetry,
	"DeadFreesTheKey":       jobDead,
	"TheFenceNeverFalls":    jobFence,
	"FinishTwice":           jobFinishTwice,
	"FinishAfterTheLease":   jobFinishLate,
	"FinishOfAStaleClaim":   jobStaleFinish,
	"FinishSeveral":         jobFinishSeveral,
	"FinishOfWhatIsUnknown": jobFinishUnknown,
	"NextDue":               jobNextDue,
	"OfNoKinds":             jobNoKinds,
}

// t0 is when jobs are due in tests, and the business time of their claims.
var t0 = fixture.T0

// kinds are the kinds of job that the tests' worker knows.
var kinds = []string{"work"}

// newJob makes a job that is due at t0, in a lane of its own.
func newJob(key string, mods ...func(*ports.Job)) ports.Job {
	j := ports.Job{ID: domain.JobID(fixture.ID()), Kind: "work", Lane: "lane of " + key, Key: key, Payload: "{}", DueAt: t0}
	for _, m := range mods {
		m(&j)
	}
	return j
}

func dueAt(at time.Time) func(*ports.Job) { return func(j *ports.Job) { j.DueAt = at } }

func (w *world) enqueue(t *testing.T, jobs ...ports.Job) {
	t.Helper()
	must(t, w.Enqueue(t.Context(), jobs...))
}

// claim claims what is due at t0 for a minute.
func (w *world) claim(t *testing.T, n int) []ports.Job { t.Helper(); return w.claimAt(t, t0, n) }

func (w *world) claimAt(t *testing.T, now time.Time, n int) []ports.Job {
	t.Helper()
	jobs, err := w.Claim(t.Context(), now, kinds, time.Minute, n)
	must(t, err)
	return jobs
}

// claimOne claims the one job that is due.
func (w *world) claimOne(t *testing.T, what string, now time.Time) ports.Job {
	t.Helper()
	jobs := w.claimAt(t, now, 10)
	if len(jobs) != 1 {
		t.Fatalf("%s: claimed %v, want one job", what, keys(jobs))
	}
	return jobs[0]
}

func (w *world) end(t *testing.T, done ...ports.Done) {
	t.Helper()
	must(t, w.Finish(t.Context(), done...))
}

func keys(jobs []ports.Job) (all []string) {
	for _, j := range jobs {
		all = append(all, j.Key)
	}
	return all
}

func jobRoundTrip(t *testing.T, w *world) {
	var j ports.Job
	j.Kind, j.DueAt = "work", t0
	j = fixture.Distinct(j)
	w.enqueue(t, j)
	got := w.claimOne(t, "enqueued", t0)
	if got.Fence < 1 || got.Tries != 1 {
		t.Errorf("fence %d, tries %d, want a fence and the first try", got.Fence, got.Tries)
	}
	j.Fence, j.Nudge, j.Tries = got.Fence, got.Nudge, 1 // the store's to give
	wantAll(t, "claimed", []ports.Job{got}, j)
}

func jobDueInOrder(t *testing.T, w *world) {
	for _, minutes := range []int{3, -1, 0, -60, 61, 1, -2} {
		w.enqueue(t, newJob(fmt.Sprint(minutes), dueAt(t0.Add(time.Duration(minutes)*time.Minute))))
	}
	wantAll(t, "the first two", keys(w.claim(t, 2)), "-60", "-2")
	wantAll(t, "the rest of what is due", keys(w.claim(t, 10)), "-1", "0")
	wantAll(t, "a microsecond too early", keys(w.claimAt(t, t0.Add(time.Minute-time.Microsecond), 10)))
	wantAll(t, "what is due later", keys(w.claimAt(t, t0.Add(time.Hour), 10)), "1", "3")
}

func jobKinds(t *testing.T, w *world) {
	kind := func(k string) func(*ports.Job) { return func(j *ports.Job) { j.Kind = k } }
	w.enqueue(t, newJob("a", kind("unknown")), newJob("b", kind("Work")), newJob("c"), newJob("d", kind("other")))
	wantAll(t, "of one kind", keys(w.claim(t, 10)), "c")
	jobs, err := w.Claim(t.Context(), t0, []string{"other", "more", "unknown"}, time.Minute, 10)
	must(t, err)
	if len(jobs) != 2 || jobs[0].Kind+jobs[1].Kind != "unknownother" && jobs[0].Kind+jobs[1].Kind != "otherunknown" {
		t.Errorf("of two kinds: %+v", jobs)
	}
}

func jobNoKinds(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"))
	jobs, err := w.Claim(t.Context(), t0, nil, time.Minute, 10)
	if len(jobs) != 0 || err != nil {
		t.Errorf("claimed %v, %v, want none", keys(jobs), err)
	}
	if _, due, err := w.NextDue(t.Context(), nil); due || err != nil {
		t.Errorf("something is due, or %v", err)
	}
}

func jobLeaseHolds(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"))
	w.claimOne(t, "enqueued", t0)
	w.clock.advance(59 * time.Second)
	wantAll(t, "while it is leased", keys(w.claim(t, 10)))
}

func jobLeaseRunsOut(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"))
	first := w.claimOne(t, "enqueued", t0)
	w.clock.advance(61 * time.Second)
	second := w.claimOne(t, "after the lease", t0)
	if second.ID != first.ID || second.Fence <= first.Fence || second.Tries != 2 {
		t.Errorf("first %+v, then %+v: want the same job, a higher fence, the second try", first, second)
	}
}

// jobLeaseRealTime: business time may stand still or leap; a lease does not
// notice.
func jobLeaseRealTime(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"))
	w.claimOne(t, "enqueued", t0)
	wantAll(t, "a year later, of business time", keys(w.claimAt(t, t0.AddDate(1, 0, 0), 10)))
	w.clock.advance(61 * time.Second)
	w.claimOne(t, "a minute later, of real time", t0)
}

// jobNextDue: leased or not, since a lease may run out.
func jobNextDue(t *testing.T, w *world) {
	want := func(what string, at time.Time) {
		t.Helper()
		got, due, err := w.NextDue(t.Context(), kinds)
		if err != nil || due != !at.IsZero() || due && got != at {
			t.Errorf("%s: %v, %t, %v, want %v", what, got, due, err, at)
		}
	}
	want("of nothing", time.Time{})
	w.enqueue(t, newJob("other", func(j *ports.Job) { j.Kind, j.DueAt = "other", t0.AddDate(-1, 0, 0) }))
	want("of other kinds", time.Time{})
	later := t0.Add(time.Microsecond)
	w.enqueue(t, newJob("later", dueAt(later)), newJob("first"))
	want("of two", t0)
	j := w.claimOne(t, "the first", t0)
	want("while it is leased", t0)
	w.end(t, ports.Done{Job: j, Outcome: ports.Again, At: t0.Add(time.Hour)})
	want("after it was put off", later)
	w.enqueue(t, newJob("first", dueAt(t0.Add(-time.Hour))))
	want("after it was pulled forward", t0.Add(-time.Hour))
}
