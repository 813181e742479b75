package storetest

import (
	"testing"
	"time"

	"github.com/usherhq/usher/test/fixture"
)

var leaseTests = tests{
	"IsExclusive":          leaseExclusive,
	"IsKeptWithItsFence":   leaseKept,
	"RunsOut":              leaseRunsOut,
	"IsLostToTheNext":      leaseLost,
	"OfOneName":            leaseNames,
	"MayBeResumed":         leaseResumed,
	"ForeignFencesAreNone": leaseForeign,
	"MayBeGivenBack":       leaseGivenBack,
}

// lease takes a lease for a minute.
func (w *world) lease(t *testing.T, name string, fence int64) (int64, bool) {
	t.Helper()
	got, ok, err := w.Lease(t.Context(), name, fence, time.Minute)
	must(t, err)
	if ok && got == 0 {
		t.Errorf("the fence of the lease %s is 0, which is nobody's", name)
	}
	return got, ok
}

func (w *world) mustLease(t *testing.T, what, name string, fence int64) int64 {
	t.Helper()
	got, ok := w.lease(t, name, fence)
	if !ok {
		t.Fatalf("%s: the lease is refused", what)
	}
	return got
}

func (w *world) mustNotLease(t *testing.T, what, name string, fence int64) {
	t.Helper()
	if got, ok := w.lease(t, name, fence); ok {
		t.Errorf("%s: the lease is given, with the fence %d", what, got)
	}
}

func leaseExclusive(t *testing.T, w *world) {
	w.mustLease(t, "the first", "dispatch", 0)
	for range 3 {
		w.mustNotLease(t, "another", "dispatch", 0)
	}
}

func leaseKept(t *testing.T, w *world) {
	fence := w.mustLease(t, "the first", "dispatch", 0)
	for range 5 {
		w.clock.advance(50 * time.Second)
		fence = w.mustLease(t, "its holder again", "dispatch", fence)
		w.mustNotLease(t, "another", "dispatch", 0)
	}
	w.clock.advance(59 * time.Second)
	w.mustNotLease(t, "another, before the end", "dispatch", 0)
}

func leaseRunsOut(t *testing.T, w *world) {
	first := w.mustLease(t, "the first", "dispatch", 0)
	w.clock.advance(59 * time.Second)
	w.mustNotLease(t, "before its end", "dispatch", 0)
	w.clock.advance(2 * time.Second)
	if second := w.mustLease(t, "after its end", "dispatch", 0); second == first {
		t.Errorf("both have the fence %d", first)
	}
}

// leaseLost: who lost a lease cannot take it from who has it now.
func leaseLost(t *testing.T, w *world) {
	first := w.mustLease(t, "the first", "dispatch", 0)
	w.clock.advance(61 * time.Second)
	second := w.mustLease(t, "the second", "dispatch", 0)
	w.mustNotLease(t, "the first again", "dispatch", first)
	w.clock.advance(30 * time.Second)
	second = w.mustLease(t, "the second again", "dispatch", second)
	w.clock.advance(61 * time.Second)
	third := w.mustLease(t, "the third", "dispatch", 0)
	w.mustNotLease(t, "the second, too late", "dispatch", second)
	w.mustNotLease(t, "the first, much too late", "dispatch", first)
	w.mustLease(t, "the third again", "dispatch", third)
}

// leaseResumed: a lease that ran out and that nobody took is its holder's still.
func leaseResumed(t *testing.T, w *world) {
	fence := w.mustLease(t, "the first", "dispatch", 0)
	w.clock.advance(time.Hour)
	fence = w.mustLease(t, "its holder, late", "dispatch", fence)
	w.mustNotLease(t, "another", "dispatch", 0)
	w.mustLease(t, "its holder again", "dispatch", fence)
}

func leaseNames(t *testing.T, w *world) {
	fences := map[string]int64{}
	for _, name := range fixture.OddIDs() {
		fences[name] = w.mustLease(t, name, name, 0)
	}
	for name, fence := range fences {
		w.mustLease(t, name+" again", name, fence)
		w.mustNotLease(t, name, name, 0)
	}
}

func leaseForeign(t *testing.T, w *world) {
	fence := w.mustLease(t, "the first", "dispatch", 0)
	for _, guess := range []int64{-1, 0, fence + 1, fence - 1, 1 << 40} {
		w.mustNotLease(t, "a guess", "dispatch", guess)
	}
}

// leaseGivenBack: somebody else has it at once, and who gave it back has not.
func leaseGivenBack(t *testing.T, w *world) {
	first := w.mustLease(t, "the first", "dispatch", 0)
	if got, ok, err := w.Lease(t.Context(), "dispatch", 0, 0); ok || err != nil {
		t.Errorf("somebody else gave it back: %d, %t, %v", got, ok, err)
	}
	w.mustNotLease(t, "another, while it is held", "dispatch", 0)
	if _, ok, err := w.Lease(t.Context(), "dispatch", first, 0); !ok || err != nil {
		t.Errorf("its holder gives it back: %t, %v", ok, err)
	}
	second := w.mustLease(t, "another", "dispatch", 0)
	w.mustNotLease(t, "who gave it back", "dispatch", first)
	w.mustLease(t, "the other again", "dispatch", second)
}
