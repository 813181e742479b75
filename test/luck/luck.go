// Package luck is for tests of what chance draws: how often they try, and what is
// drawn.
package luck

import (
	"flag"
	"os"
	"strconv"
	"testing"

	_ "pgregory.net/rapid" // whose flags Fixed sets
)

// Runs is how often a test tries: as USHER_TEST_RUNS says, or else so often.
func Runs(t testing.TB, otherwise int) int {
	t.Helper()
	text := os.Getenv("USHER_TEST_RUNS")
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("USHER_TEST_RUNS is %q: it must be a number of at least 1", text)
	}
	return n
}

// Fixed has rapid draw so often, the same each time: what lands must not hang on
// luck. -rapid.seed draws others, which is worth an hour now and then. What fails
// is printed with its seed, and not kept in a file beside the sources.
func Fixed(t testing.TB, n int) {
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
