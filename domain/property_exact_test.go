package domain

import (
	"flag"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// bits128 draws a whole number of up to 128 bits: small, large, and one beside
// a power of two.
var bits128 = rapid.Custom(func(t *rapid.T) Exact {
	e := Exact{rapid.Uint64().Draw(t, "hi"), rapid.Uint64().Draw(t, "lo")}
	switch rapid.IntRange(0, 4).Draw(t, "size") {
	case 0:
		e.Hi = 0
	case 1:
		e.Hi, e.Lo = 0, e.Lo>>32
	case 2:
		e.Lo = 0
	case 3:
		e.Lo = 1<<64 - 1
	}
	return e
})

// drawOften has rapid draw more than its hundred, for a draw here costs
// nothing; and print what fails, and not keep it in a file.
func drawOften(t *testing.T) {
	for name, value := range map[string]string{"rapid.checks": "5000", "rapid.nofailfile": "true"} {
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

func bigOf(e Exact) *big.Int {
	n := new(big.Int).SetUint64(e.Hi)
	return n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(e.Lo))
}

// Whatever an Exact is asked, package math/big answers the same, or it is too
// large to be told.
func TestExact_isLikeBig(t *testing.T) {
	limit := new(big.Int).Lsh(big.NewInt(1), 128)
	drawOften(t)
	rapid.Check(t, func(t *rapid.T) {
		a, b := bits128.Draw(t, "a"), bits128.Draw(t, "b")
		x, y := bigOf(a), bigOf(b)

		if a.String() != x.String() {
			t.Fatalf("%v is written %s", x, a)
		}
		if back, err := ParseExact(a.String()); err != nil || back != a {
			t.Fatalf("%s is read as %v, %v", a, back, err)
		}
		sum, err := a.plus(b)
		if want := new(big.Int).Add(x, y); want.Cmp(limit) >= 0 {
			if CodeOf(err) != "overflow" {
				t.Fatalf("%v + %v = %v, %v", x, y, sum, err)
			}
		} else if err != nil || bigOf(sum).Cmp(want) != 0 {
			t.Fatalf("%v + %v = %v, %v", x, y, sum, err)
		}
		by, less := a.less(b)
		if want := new(big.Int).Sub(x, y); less != (want.Sign() < 0) || bigOf(by).Cmp(want.Abs(want)) != 0 {
			t.Fatalf("%v - %v: %v, less %t", x, y, by, less)
		}
	})
}

// Halves are rounded up, and what does not fit is refused.
func TestExact_roundsLikeBig(t *testing.T) {
	drawOften(t)
	rapid.Check(t, func(t *rapid.T) {
		e, d := bits128.Draw(t, "e"), rapid.Int64Range(1, 1<<63-1).Draw(t, "by")
		if rapid.Bool().Draw(t, "near a half") {
			e = exactly(rapid.Int64Range(0, 1<<62).Draw(t, "times"), d)
			e, _ = e.plus(exactly(1, d/2+rapid.Int64Range(0, 1).Draw(t, "over")))
		}
		// floor((2e + d) / 2d)
		want := new(big.Int).Lsh(bigOf(e), 1)
		want.Add(want, big.NewInt(d)).Div(want, new(big.Int).Lsh(big.NewInt(d), 1))
		got, err := e.rounded(d)
		switch {
		case !want.IsInt64():
			if CodeOf(err) != "overflow" {
				t.Fatalf("%s / %d = %d, %v, want overflow", e, d, got, err)
			}
		case err != nil || got != want.Int64():
			t.Fatalf("%s / %d = %d, %v, want %v", e, d, got, err, want)
		}
	})
}

func TestExactly_isLikeBig(t *testing.T) {
	drawOften(t)
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64Range(0, 1<<63-1).Draw(t, "a"), rapid.Int64Range(0, 1<<63-1).Draw(t, "b")
		if got, want := exactly(a, b), new(big.Int).Mul(big.NewInt(a), big.NewInt(b)); bigOf(got).Cmp(want) != 0 {
			t.Fatalf("%d × %d = %s, want %v", a, b, got, want)
		}
	})
}

// A new period costs its price and what rides, without what is unused, rounded
// once, as rational numbers say; and never less than nothing.
func TestLedger_anewIsLikeBig(t *testing.T) {
	drawOften(t)
	rapid.Check(t, func(t *rapid.T) {
		seconds := rapid.Int64Range(1, 63_158_400).Draw(t, "seconds")
		left := rapid.Int64Range(0, seconds).Draw(t, "left")
		most := rapid.SampledFrom([]int64{3, 1000, 1_000_000_000_000}).Draw(t, "money")
		paid, price := rapid.Int64Range(0, most).Draw(t, "paid"), rapid.Int64Range(0, most).Draw(t, "price")
		var l Ledger
		for range rapid.IntRange(0, 3).Draw(t, "additions") {
			var err error
			if l, err = l.with(rapid.Int64Range(0, most).Draw(t, "difference"), rapid.Int64Range(1, seconds).Draw(t, "then left")); err != nil {
				t.Fatal(err)
			}
			if due, err := l.due(seconds); err != nil || due < 0 {
				t.Fatalf("due %d, %v", due, err)
			} else if rapid.Bool().Draw(t, "collected") {
				l.Settled += due
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "at the limit") == 3 { // exactly half a unit below nothing, or beside it
			l, price, seconds, left = Ledger{}, 0, seconds*2, 1
			paid = max(0, seconds/2+rapid.Int64Range(-1, 1).Draw(t, "beside"))
		}

		owed := new(big.Rat).SetFrac(bigOf(l.Owed), big.NewInt(seconds))
		unused := new(big.Rat).Mul(new(big.Rat).SetInt64(paid), big.NewRat(left, seconds))
		exact := new(big.Rat).Add(new(big.Rat).SetInt64(price), owed)
		want := nearest(exact.Sub(exact, unused)) - l.Settled
		due, credit, err := l.anew(price, paid, left, seconds)
		if want < 0 {
			if CodeOf(err) != "credit_exceeds_charge" {
				t.Fatalf("%+v: a new period at %d with %d×%d/%d unused: %d, %v, want a refusal of %d", l, price, paid, left, seconds, due, err, want)
			}
			return
		}
		rides := nearest(owed) - l.Settled
		if err != nil || due != want || credit != price+rides-want {
			t.Fatalf("%+v: a new period at %d with %d×%d/%d unused: %d, %d, %v, want %d, %d",
				l, price, paid, left, seconds, due, credit, err, want, price+rides-want)
		}
	})
}

// nearest rounds to the nearest whole number, halves up.
func nearest(x *big.Rat) int64 {
	x = new(big.Rat).Add(x, big.NewRat(1, 2))
	return new(big.Int).Div(x.Num(), x.Denom()).Int64()
}
