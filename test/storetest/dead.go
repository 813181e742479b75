package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var deadTests = tests{
	"ToldInFull":           deadInFull,
	"TheLatestDueFirst":    deadInOrder,
	"OfOneLane":            deadOfLane,
	"OfOddLanes":           deadOddLanes,
	"OnlyTheDead":          deadOnly,
	"ANudgeInTime":         deadNudged,
	"RevivedIsDue":         deadRevived,
	"RevivedIsAnyOther":    deadRevivedLives,
	"RevivedWithoutKey":    deadRevivedWithoutKey,
	"ItsKeyIsTaken":        deadKeyTaken,
	"ItsKeyIsTakenAtWork":  deadKeyAtWork,
	"TwoOfOneKey":          deadTwoOfKey,
	"RevivedIsUnknown":     deadUnknown,
	"RevivedByItsLaneOnly": deadReviveLane,
}

func (w *world) dead(t *testing.T, lane string, limit int) []ports.DeadJob {
	t.Helper()
	all, err := w.Dead(t.Context(), lane, limit)
	must(t, err)
	return all
}

func deadKeys(all []ports.DeadJob) (keys []string) {
	for _, d := range all {
		keys = append(keys, d.Key)
	}
	return keys
}

// kill enqueues jobs and gives up each, and returns them as they were claimed.
// They must be due, in lanes of their own, and nothing else may be.
func (w *world) kill(t *testing.T, jobs ...ports.Job) (claimed []ports.Job) {
	t.Helper()
	for _, j := range jobs {
		w.enqueue(t, j)
		c := w.claimOne(t, j.Key, j.DueAt)
		w.end(t, ports.Done{Job: c, Outcome: ports.Dead, At: j.DueAt.Add(time.Minute), Why: "hopeless"})
		claimed = append(claimed, c)
	}
	return claimed
}

func (w *world) revive(t *testing.T, j ports.Job, now time.Time) {
	t.Helper()
	must(t, w.Revive(t.Context(), "", j.ID, now))
}

func deadInFull(t *testing.T, w *world) {
	j := newJob("a", func(j *ports.Job) { j.Payload = `{"why":"it's 50% \\ é"}` })
	w.enqueue(t, j)
	for i := range 3 {
		j = w.claimOne(t, "tried", t0.Add(time.Duration(i)*time.Hour))
		w.end(t, ports.Done{Job: j, Outcome: ports.Retry, At: t0.Add(time.Duration(i+1) * time.Hour), Why: fmt.Sprint("reason ", i)})
	}
	j = w.claimOne(t, "the last time", t0.Add(3*time.Hour))
	died := t0.Add(4*time.Hour + time.Microsecond)
	w.end(t, ports.Done{Job: j, Outcome: ports.Dead, At: died, Why: "it's 50% \\ broken"})
	wantAll(t, "dead", w.dead(t, "", 10), ports.DeadJob{Job: j, Why: "it's 50% \\ broken", DeadAt: died})

	w.kill(t) // nothing is killed by nothing
	next := newJob("b")
	w.enqueue(t, next)
	c := w.claimOne(t, "one that is given up without a time", t0)
	w.end(t, ports.Done{Job: c, Outcome: ports.Dead})
	wantAll(t, "dead when it was due", w.dead(t, c.Lane, 10), ports.DeadJob{Job: c, DeadAt: t0})
}

func deadInOrder(t *testing.T, w *world) {
	var jobs []ports.Job
	for i, minutes := range []int{3, 1, 5, 2, 4} {
		jobs = append(jobs, newJob(fmt.Sprint(minutes), dueAt(t0.Add(time.Duration(minutes)*time.Minute+time.Duration(i)))))
	}
	w.kill(t, jobs...)
	for limit, want := range map[int][]string{1: {"5"}, 2: {"5", "4"}, 5: {"5", "4", "3", "2", "1"}, 100: {"5", "4", "3", "2", "1"}} {
		wantAll(t, fmt.Sprintf("%d at most", limit), deadKeys(w.dead(t, "", limit)), want...)
	}
}

func deadOfLane(t *testing.T, w *world) {
	w.kill(t, inLane("x", "x1", 1), inLane("y", "y2", 2), inLane("x", "x3", 3), inLane("y", "y4", 4), inLane("", "none", 5))
	wantAll(t, "of x", deadKeys(w.dead(t, "x", 10)), "x3", "x1")
	wantAll(t, "one of x", deadKeys(w.dead(t, "x", 1)), "x3")
	wantAll(t, "of y", deadKeys(w.dead(t, "y", 10)), "y4", "y2")
	wantAll(t, "of all", deadKeys(w.dead(t, "", 10)), "none", "y4", "x3", "y2", "x1")
}

func deadOddLanes(t *testing.T, w *world) {
	for _, lane := range fixture.OddIDs() {
		w.kill(t, inLane(lane, "of "+lane, 0))
	}
	for _, lane := range fixture.OddIDs() {
		wantAll(t, fmt.Sprintf("of %q", lane), deadKeys(w.dead(t, lane, 10)), "of "+lane)
	}
	for _, lane := range append(fixture.Unstorable(), "x") {
		wantAll(t, fmt.Sprintf("of %q", lane), deadKeys(w.dead(t, lane, 10)))
	}
}

// deadOnly: what waits, works, was put off, failed or was done is not dead.
func deadOnly(t *testing.T, w *world) {
	w.enqueue(t, newJob("again"), newJob("retry"), newJob("finished"), newJob("works"))
	for _, j := range []ports.Job{w.claim(t, 1)[0], w.claim(t, 1)[0], w.claim(t, 1)[0], w.claim(t, 1)[0]} {
		switch j.Key {
		case "again":
			w.end(t, ports.Done{Job: j, Outcome: ports.Again, At: t0})
		case "retry":
			w.end(t, ports.Done{Job: j, Outcome: ports.Retry, At: t0, Why: "x"})
		case "finished":
			w.end(t, ports.Done{Job: j})
		}
	}
	w.enqueue(t, newJob("waits"))
	wantAll(t, "the dead", deadKeys(w.dead(t, "", 10)))
}

// deadNudged: one that was nudged before it was given up runs once more.
func deadNudged(t *testing.T, w *world) {
	w.enqueue(t, newJob("a"))
	j := w.claimOne(t, "enqueued", t0)
	w.enqueue(t, newJob("a"))
	w.end(t, ports.Done{Job: j, Outcome: ports.Dead, At: t0, Why: "hopeless"})
	wantAll(t, "the dead", deadKeys(w.dead(t, "", 10)))
	w.claimOne(t, "once more", t0)
}

func deadRevived(t *testing.T, w *world) {
	was := w.kill(t, newJob("a"), newJob("b", dueAt(t0.Add(time.Second))))[0]
	now := t0.Add(time.Hour)
	w.revive(t, was, now)
	wantAll(t, "still dead", deadKeys(w.dead(t, "", 10)), "b")
	wantAll(t, "before now", keys(w.claimAt(t, now.Add(-time.Microsecond), 10)))
	if at, due, err := w.NextDue(t.Context(), kinds); at != now || !due || err != nil {
		t.Errorf("next due at %v, %t, %v, want %v", at, due, err, now)
	}
	j := w.claimOne(t, "revived", now)
	if j.ID != was.ID || j.Tries != 1 || j.DueAt != now || j.Fence <= was.Fence || j.Payload != was.Payload || j.Lane != was.Lane {
		t.Errorf("claimed %+v, want %+v with 1 try and a higher fence", j, was)
	}
	w.end(t, ports.Done{Job: was}) // that of its first life ends nothing
	w.end(t, ports.Done{Job: j})
	wantAll(t, "afterwards", keys(w.claimAt(t, now.Add(time.Hour), 10)))
}

// deadRevivedLives: it is nudged, leased and given up like any other.
func deadRevivedLives(t *testing.T, w *world) {
	was := w.kill(t, newJob("a"))[0]
	w.revive(t, was, t0)
	w.enqueue(t, newJob("a", dueAt(t0.Add(-time.Hour))))
	j := w.claimOne(t, "revived and nudged", t0.Add(-time.Hour))
	if j.ID != was.ID {
		t.Errorf("claimed %+v, want %s", j, was.ID)
	}
	wantAll(t, "while it is leased", keys(w.claim(t, 10)))
	w.end(t, ports.Done{Job: j, Outcome: ports.Dead, At: t0.Add(time.Hour), Why: "again"})
	wantAll(t, "dead again", w.dead(t, "", 10), ports.DeadJob{Job: j, Why: "again", DeadAt: t0.Add(time.Hour)})
}

// deadRevivedWithoutKey: jobs without a key have none in common.
func deadRevivedWithoutKey(t *testing.T, w *world) {
	was := w.kill(t, newJob(""))[0]
	w.enqueue(t, newJob("", dueAt(t0.Add(time.Hour))))
	w.revive(t, was, t0)
	if j := w.claimOne(t, "revived", t0); j.ID != was.ID || j.Nudge != 0 {
		t.Errorf("claimed %+v, want %s", j, was.ID)
	}
	wantAll(t, "the dead", deadKeys(w.dead(t, "", 10)))
}

func deadKeyTaken(t *testing.T, w *world) {
	for _, tt := range []struct {
		what           string
		due, now, want time.Time
	}{
		{"later", t0.Add(2 * time.Hour), t0.Add(time.Hour), t0.Add(time.Hour)},
		{"earlier", t0.Add(time.Minute), t0.Add(time.Hour), t0.Add(time.Minute)},
	} {
		was := w.kill(t, newJob(tt.what))[0]
		other := newJob(tt.what, dueAt(tt.due))
		w.enqueue(t, other)
		w.revive(t, was, tt.now)
		wantAll(t, tt.what+": the dead", deadKeys(w.dead(t, "", 10)))
		wantAll(t, tt.what+": too early", keys(w.claimAt(t, tt.want.Add(-time.Microsecond), 10)))
		j := w.claimOne(t, tt.what, tt.want)
		if j.ID != other.ID || j.DueAt != tt.want || j.Nudge != 1 {
			t.Errorf("%s: claimed %+v, want %s, due at %v and nudged once", tt.what, j, other.ID, tt.want)
		}
		wantErr(t, tt.what+": once more", w.Revive(t.Context(), "", was.ID, t0), domain.ErrJobNotFound)
		w.end(t, ports.Done{Job: j})
		wantAll(t, tt.what+": afterwards", keys(w.claimAt(t, t0.AddDate(1, 0, 0), 10)))
	}
}

// deadKeyAtWork: the job that has the key runs once more after its work.
func deadKeyAtWork(t *testing.T, w *world) {
	was := w.kill(t, newJob("a"))[0]
	other := newJob("a")
	w.enqueue(t, other)
	j := w.claimOne(t, "the other", t0)
	w.revive(t, was, t0)
	wantAll(t, "while it works", keys(w.claim(t, 10)))
	w.end(t, ports.Done{Job: j})
	if j := w.claimOne(t, "once more", t0); j.ID != other.ID {
		t.Errorf("claimed %+v, want %s", j, other.ID)
	}
}

// deadTwoOfKey: the first that is revived has the key.
func deadTwoOfKey(t *testing.T, w *world) {
	two := w.kill(t, newJob("a"), newJob("a", dueAt(t0.Add(time.Second))))
	wantAll(t, "the dead", deadKeys(w.dead(t, "", 10)), "a", "a")
	w.revive(t, two[1], t0)
	w.revive(t, two[0], t0)
	wantAll(t, "the dead then", deadKeys(w.dead(t, "", 10)))
	if j := w.claimOne(t, "one job", t0); j.ID != two[1].ID || j.Nudge != 1 {
		t.Errorf("claimed %+v, want %s, nudged once", j, two[1].ID)
	}
}

func deadUnknown(t *testing.T, w *world) {
	waits := newJob("waits")
	w.enqueue(t, waits)
	for _, id := range append(fixture.Unstorable(), "", "x", string(waits.ID)) {
		wantErr(t, fmt.Sprintf("the id %q", id), w.Revive(t.Context(), "", domain.JobID(id), t0.Add(-time.Hour)), domain.ErrJobNotFound)
	}
	works := w.claimOne(t, "as it was due", t0)
	wantErr(t, "one at work", w.Revive(t.Context(), "", works.ID, t0), domain.ErrJobNotFound)
	w.end(t, ports.Done{Job: works})
	wantErr(t, "one that is done", w.Revive(t.Context(), "", works.ID, t0), domain.ErrJobNotFound)
}

func deadReviveLane(t *testing.T, w *world) {
	two := w.kill(t, inLane("x", "x1", 0), inLane("y", "y1", 0))
	for _, lane := range append(fixture.Unstorable(), "y", "X", "x ") {
		wantErr(t, fmt.Sprintf("x1 in the lane %q", lane), w.Revive(t.Context(), lane, two[0].ID, t0), domain.ErrJobNotFound)
	}
	wantAll(t, "after it", keys(w.claim(t, 10)))
	must(t, w.Revive(t.Context(), "x", two[0].ID, t0))
	wantAll(t, "in its own lane", keys(w.claim(t, 10)), "x1")
	wantAll(t, "the dead", deadKeys(w.dead(t, "", 10)), "y1")
}
