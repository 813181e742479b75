package domain_test

import (
	"flag"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// runs is how many memberships are drawn: USHER_TEST_RUNS, and no fewer than
// take a few seconds.
func runs(t *testing.T) int {
	const few = 3000
	text := os.Getenv("USHER_TEST_RUNS")
	if text == "" {
		return few
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("USHER_TEST_RUNS is %q: it must be a number of at least 1", text)
	}
	return max(n, few)
}

// checks has rapid draw so often, the same each time: what lands must not hang
// on luck. -rapid.seed draws others, which is worth an hour now and then. What
// fails is printed with its seed, and not kept in a file beside the sources.
func checks(t *testing.T, n int) {
	t.Helper()
	set := map[string]string{"rapid.checks": strconv.Itoa(n), "rapid.nofailfile": "true"}
	if flag.Lookup("rapid.seed").Value.String() == "0" {
		set["rapid.seed"] = "20260401"
	}
	for name, value := range set {
		f := flag.Lookup(name)
		was := f.Value.String()
		set := func(v string) {
			if err := f.Value.Set(v); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		set(value)
		t.Cleanup(func() { set(was) })
	}
}

// Random memberships, with a clock that jumps, cards that decline, answers that
// come late and commands that come twice, do what the rules say, and keep the
// nine invariants, after every step. (Those about several memberships, or about
// one command only, have tests of their own besides.)
func TestMembership_invariants(t *testing.T) {
	checks(t, runs(t))
	seen := &reached{rows: map[string]int{}, codes: map[string]int{}}
	rapid.Check(t, func(t *rapid.T) {
		w := begin(t, seen)
		for range 5 + upTo(t, "more steps", 20) {
			w.command()
		}
		w.balanced()
	})
	seen.report(t)
}

// balanced checks that no money came or went beside the books: what processors
// hold is what the rules let them collect, without what went back.
func (w *world) balanced() {
	var held int64
	for _, id := range w.order {
		p := w.pays[id].State()
		held += p.Left()
		w.check(p.Check() == nil, "payment: %v", p.Check())
	}
	w.check(held == w.books, "%d is held, and %d in the books", held, w.books)
}
