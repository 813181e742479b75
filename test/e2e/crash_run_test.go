package e2e

import (
	"flag"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/test/luck"
)

var crashSeed = flag.Uint64("crash.seed", 0, "what TestCrash draws its script from; 0: another one each time")

// TestCrash kills usher while money moves: at each step between what is written
// down and what the processor does, and at moments of chance. The processor
// lives on, in a process of its own. Then its book is our ledger, the ledger is
// the seats, nobody was charged twice, and nobody is stuck.
//
// It dies 40 times, or twenty times as often as USHER_TEST_RUNS says:
//
//	USHER_TEST_RUNS=10 go test -v -run TestCrash ./test/e2e
//
// -crash.seed=N plays the script of another run again.
func TestCrash(t *testing.T) { onEach(t, crash) }

func crash(t *testing.T, at place) {
	wanted := 20 * luck.Runs(t, 2)
	seed := *crashSeed
	for seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("the seed is %d", seed)
	p := newPlay(t, at, seed)
	for n := 1; p.total() < wanted; n++ {
		p.turn(n)
		if t.Failed() {
			return
		}
	}
	p.settle()
	p.close()
	wantWhole(t, at)
	b, book := readBooks(t, at, p.seller), p.book()
	wantSameMoney(t, b, book)
	wantNobodyStuck(t, b, p.now)
	wantSeatsPaidFor(t, b)
	for _, was := range p.done {
		p.again(was)
	}
	p.close()
	if !reflect.DeepEqual(p.book(), book) {
		t.Error("commands that came before moved money when they came again")
	}
	for s := anywhere; s < steps; s++ {
		t.Logf("%4d kills %s", p.kills[s], s)
		if p.kills[s] == 0 {
			t.Errorf("usher was never killed %s", s)
		}
	}
	for _, what := range slices.Sorted(maps.Keys(p.answers)) {
		t.Logf("%4d %s", p.answers[what], what)
	}
	t.Logf("%d lives of usher, %d of them after days without one, %d clients never came back, %d memberships, %d payments, %d refunds, %d orders at the processor, until %s",
		p.lives, p.outages, p.gone, len(b.memberships), len(b.payments), len(b.refunds), len(book.Charges), p.now.Format(time.DateOnly))
}

// settle plays on, without any more deaths, until whatever waits has had its
// time: the customers answer, the bank answers, and two months go by.
func (p *play) settle() {
	p.Helper()
	for _, days := range []int{0, 1, 2, 7, 31, 31} {
		p.customers()
		p.now = p.now.AddDate(0, 0, days)
		p.must(task{Do: "advance", To: p.now})
	}
}

// must has usher do a task that it does not die of.
func (p *play) must(k task) told {
	p.Helper()
	got, ok := p.try(k)
	if !ok || got.Code != "" {
		p.Fatalf("%+v was answered %+v", k, got)
	}
	return got
}
