package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/usherhq/usher/ports"
)

var laneTests = tests{
	"AQuarterOfABatch":    laneQuarter,
	"OneAtLeast":          laneOneAtLeast,
	"NobodyStarvesBehind": laneStarves,
	"EachClaimAnew":       laneEachClaim,
}

func inLane(lane, key string, minutes int) ports.Job {
	return newJob(key, func(j *ports.Job) { j.Lane, j.DueAt = lane, t0.Add(time.Duration(minutes)*time.Minute) })
}

// busy fills a lane with n jobs that are long due.
func (w *world) busy(t *testing.T, lane string, n int) {
	t.Helper()
	for i := range n {
		w.enqueue(t, inLane(lane, fmt.Sprint(lane, i), i-1000))
	}
}

func laneQuarter(t *testing.T, w *world) {
	w.busy(t, "a", 10)
	w.enqueue(t, inLane("b", "b0", -3), inLane("c", "c0", -2), inLane("b", "b1", -1), inLane("b", "b2", 0))
	wantAll(t, "eight at most", keys(w.claim(t, 8)), "a0", "a1", "b0", "c0", "b1")
}

func laneOneAtLeast(t *testing.T, w *world) {
	w.busy(t, "a", 4)
	w.enqueue(t, inLane("b", "b0", -2), inLane("c", "c0", -1))
	for i, want := range [][]string{1: {"a0"}, 2: {"a1", "b0"}, 3: {"a2", "c0"}} {
		if i > 0 {
			wantAll(t, fmt.Sprintf("%d at most", i), keys(w.claim(t, i)), want...)
		}
	}
}

// laneStarves: a seller with a thousand jobs holds nobody up.
func laneStarves(t *testing.T, w *world) {
	w.busy(t, "big", 200)
	w.enqueue(t, inLane("small", "small", 0))
	got := keys(w.claim(t, 4))
	wantAll(t, "four at most", got, "big0", "small")
}

func laneEachClaim(t *testing.T, w *world) {
	w.busy(t, "a", 5)
	for _, want := range [][]string{{"a0", "a1"}, {"a2", "a3"}, {"a4"}, nil} {
		wantAll(t, "eight at most", keys(w.claim(t, 8)), want...)
	}
}
