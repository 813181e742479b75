package domain_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/usherhq/usher/test/luck"
)

// few is how many memberships are drawn at least: they take a few seconds.
const few = 3000

// Random memberships, with a clock that jumps, cards that decline, answers that
// come late and commands that come twice, do what the rules say, and keep the
// nine invariants, after every step. (Those about several memberships, or about
// one command only, have tests of their own besides.)
func TestMembership_invariants(t *testing.T) {
	luck.Fixed(t, max(luck.Runs(t, few), few))
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
