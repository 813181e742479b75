// Package archtest keeps the shape of the house: which folder may import
// which, who alone may touch a driver, where the clock lives, how Gumroad's
// words stay at the door, and how long a file may grow.
//
// The rules read the files themselves. A test that asked "go list" would be
// answered from the test cache after a violation was added, because go test
// sees what a test opens but not what its child processes open.
//
// Where to start: the tables in rules_test.go say what is allowed. A rule that
// stands in the way is changed there, in a commit that says why. Every rule has
// a planted violation in planted_test.go, so that it has been seen to fail.
package archtest

import (
	"os"
	"slices"
	"testing"
)

// root is the project as seen from this package.
const root = "../.."

// TestHouse checks every rule against the project itself.
func TestHouse(t *testing.T) {
	p, err := load(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.files) == 0 || p.gomod == "" {
		t.Fatalf("found %d Go files and a go.mod of %d bytes in %s: the rules saw nothing", len(p.files), len(p.gomod), root)
	}
	for _, path := range p.broken {
		t.Errorf("%s does not parse, so no rule can look at it", path)
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, f := range r.check(p) {
				t.Error(f)
			}
		})
	}
}

// TestProgram_reachesTheDomain shows that following the imports of cmd/usher
// leads somewhere: a walk that stopped at once would never find Wire.
func TestProgram_reachesTheDomain(t *testing.T) {
	p, err := load(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(p.files, func(f file) bool { return f.path == "cmd/usher/wire_gen.go" }) {
		t.Fatal("cmd/usher/wire_gen.go is missing: the program is not wired")
	}
	met := p.program("cmd/usher")
	if _, ok := met[module+"/domain"]; !ok {
		t.Errorf("the walk from cmd/usher met %d packages, but not the domain", len(met))
	}
}
