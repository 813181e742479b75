package memstore

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// places returns what is in the order, in order.
func places(o *order) []place { return slices.AppendSeq([]place{}, o.after(first)) }

// TestOrder_isASortedSet compares it with a slice, over pieces that fill up,
// split and run empty.
func TestOrder_isASortedSet(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, next := range map[string]func(i int) place{
		"at the end":       func(i int) place { return place{int64(i), "x"} },
		"at the beginning": func(i int) place { return place{int64(-i), "x"} },
		"anywhere":         func(int) place { return place{random.Int64N(50), fmt.Sprint(random.IntN(100))} },
	} {
		t.Run(name, func(t *testing.T) {
			var o order
			var want []place
			check := func() {
				t.Helper()
				if got := places(&o); !slices.Equal(got, want) {
					t.Fatalf("%d places, want %d, or in another order", len(got), len(want))
				}
			}
			for i := range 3 * pieceMost {
				p := next(i)
				o.add(p)
				if at, there := slices.BinarySearchFunc(want, p, compare); !there {
					want = slices.Insert(want, at, p)
				}
			}
			check()
			for _, piece := range o.pieces {
				if len(piece) == 0 || len(piece) > pieceMost {
					t.Errorf("a piece of %d", len(piece))
				}
			}
			for range 100 { // from anywhere, also from between two places
				p := place{random.Int64N(3*pieceMost) - pieceMost, fmt.Sprint(random.IntN(100))}
				at, there := slices.BinarySearchFunc(want, p, compare)
				if there {
					at++
				}
				if got := slices.Collect(o.after(p)); !slices.Equal(got, want[at:]) {
					t.Fatalf("after %v: %d places, want %d", p, len(got), len(want[at:]))
				}
			}
			for len(want) > 0 {
				i := random.IntN(len(want))
				o.remove(want[i])
				o.remove(want[i]) // twice is once
				want = slices.Delete(want, i, i+1)
				if len(want)%97 == 0 {
					check()
				}
			}
			if len(o.pieces) != 0 {
				t.Errorf("%d pieces are left", len(o.pieces))
			}
		})
	}
}

func TestOrder_nilIsEmpty(t *testing.T) {
	var none *order
	if got := places(none); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}
