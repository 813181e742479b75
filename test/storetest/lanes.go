package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/ports"
)

var laneTests = tests{
	"AQuarterOfABatch":    laneQuarter,
	"OneAtLeast":          laneOneAtLeast,
	"NobodyStarvesBehind": laneStarves,
	"EachClaimAnew":       laneEachClaim,
	"OfSeveralKinds":      laneKinds,
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

// laneKinds: the kinds of a lane share its quarter, the longest due first among
// all that are asked for, whatever waits of the others.
func laneKinds(t *testing.T, w *world) {
	asked := []string{"one", "two", "three"}
	dice := rand.New(rand.NewPCG(7, 7))
	var all []ports.Job
	for i, minute := range dice.Perm(120) {
		j := inLane(fmt.Sprint("lane", dice.IntN(5)), fmt.Sprint("job", i), minute-110) // ten are not due yet
		j.Kind = append(asked, "", "held", "zero")[dice.IntN(6)]
		all = append(all, j)
	}
	w.enqueue(t, all...)
	slices.SortFunc(all, func(a, b ports.Job) int { return a.DueAt.Compare(b.DueAt) })
	for _, n := range []int{1, 2, 4, 9, 16, 40, 200, 200, 200, 200} {
		var want []string
		lanes := map[string]int{}
		left := all[:0:0]
		for _, j := range all {
			if len(want) < n && !j.DueAt.After(t0) && slices.Contains(asked, j.Kind) && lanes[j.Lane] < max(1, n/4) {
				lanes[j.Lane]++
				want = append(want, j.Key)
			} else {
				left = append(left, j)
			}
		}
		all = left
		got, err := w.Claim(t.Context(), t0, asked, time.Minute, n)
		must(t, err)
		wantAll(t, fmt.Sprintf("%d at most", n), keys(got), want...)
	}
}
