package domain

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// TestMoney_Add compares with arithmetic that has no limits.
func TestMoney_Add(t *testing.T) {
	amounts := rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{0, 1, -1, math.MaxInt64, math.MaxInt64 - 1, math.MinInt64, math.MinInt64 + 1}))
	rapid.Check(t, func(t *rapid.T) {
		a, b := amounts.Draw(t, "a"), amounts.Draw(t, "b")
		got, err := Money{a, "usd"}.Add(Money{b, "usd"})
		want := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		switch {
		case !want.IsInt64() && !errors.Is(err, ErrOverflow):
			t.Fatalf("%d + %d: got %v, %v, want an overflow", a, b, got, err)
		case want.IsInt64() && (err != nil || got != Money{want.Int64(), "usd"}):
			t.Fatalf("%d + %d: got %v, %v, want %v", a, b, got, err, want)
		}
	})
	if _, err := (Money{1, "usd"}).Add(Money{1, "eur"}); !errors.Is(err, ErrCurrency) {
		t.Errorf("a dollar and a euro: %v", err)
	}
}

func TestMoney_Times(t *testing.T) {
	amounts := rapid.OneOf(rapid.Int64(), rapid.Int64Range(0, 1<<33), rapid.SampledFrom([]int64{0, 1, math.MaxInt64}))
	pieces := rapid.OneOf(rapid.Int(), rapid.IntRange(0, 1<<31), rapid.SampledFrom([]int{0, 1, math.MaxInt}))
	rapid.Check(t, func(t *rapid.T) {
		a, n := amounts.Draw(t, "amount"), pieces.Draw(t, "pieces")
		got, err := Money{a, "usd"}.Times(n)
		want := new(big.Int).Mul(big.NewInt(a), big.NewInt(int64(n)))
		fits := want.IsInt64() && a >= 0 && n >= 0
		switch {
		case !fits && !errors.Is(err, ErrOverflow):
			t.Fatalf("%d * %d: got %v, %v, want an overflow", a, n, got, err)
		case fits && (err != nil || got != Money{want.Int64(), "usd"}):
			t.Fatalf("%d * %d: got %v, %v, want %v", a, n, got, err, want)
		}
	})
}

func TestMoney_IsZero(t *testing.T) {
	if !(Money{0, "usd"}).IsZero() || (Money{-1, "usd"}).IsZero() {
		t.Error("nothing is not zero, or something is")
	}
}

func TestParseCurrency(t *testing.T) {
	for in, want := range map[string]Currency{"usd": "usd", "USD": "usd", "jPy": "jpy"} {
		if got, err := ParseCurrency(in); err != nil || got != want {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "us", "usdd", "us1", "u d", "€", "éa"} {
		got, err := ParseCurrency(in)
		if got != "" {
			t.Errorf("%q: got %q", in, got)
		}
		wantError(t, err, "invalid", "currency")
	}
}

func TestParseRecurrence(t *testing.T) {
	for _, r := range Recurrences() {
		if got, err := ParseRecurrence(string(r)); err != nil || got != r {
			t.Errorf("%s: got %q, %v", r, got, err)
		}
	}
	for _, in := range []string{"", "Monthly", "weekly"} {
		_, err := ParseRecurrence(in)
		wantError(t, err, "invalid", "recurrence")
	}
	Recurrences()[0] = "weekly"
	if Recurrences()[0] != Monthly {
		t.Error("a caller changed the recurrences")
	}
}

func TestPrices(t *testing.T) {
	var none Prices
	if none.Any() {
		t.Error("no prices offer something")
	}
	free := none.With(Yearly, 0)
	if !free.Any() || free == none || none.Any() {
		t.Error("a price of 0 is no offer, or With changed what it was called on")
	}
	for _, r := range Recurrences() {
		p := none.With(r, 7)
		for _, other := range Recurrences() {
			amount, ok := p.At(other)
			if ok != (other == r) || ok && amount != 7 {
				t.Errorf("with %s, %s is %d, %v", r, other, amount, ok)
			}
		}
		if again := p.With(r, 8); again == p {
			t.Errorf("a second price for %s changed nothing", r)
		}
	}
	if amount, ok := free.At("weekly"); ok || amount != 0 {
		t.Error("an unknown recurrence has a price")
	}
	defer func() {
		if recover() == nil {
			t.Error("a price for an unknown recurrence was taken")
		}
	}()
	none.With("weekly", 1)
}

func TestMoney_String(t *testing.T) {
	for _, tt := range []struct {
		name string
		m    Money
		want string
	}{
		{"whole dollars keep their cents", Money{1000, "usd"}, "10.00 USD"},
		{"thousands have no comma", Money{123450, "usd"}, "1234.50 USD"},
		{"a cent", Money{1, "usd"}, "0.01 USD"},
		{"nothing", Money{0, "eur"}, "0.00 EUR"},
		{"less than nothing", Money{-5, "usd"}, "-0.05 USD"},
		{"the least of all", Money{-1 << 63, "usd"}, "-92233720368547758.08 USD"},
		{"yen have no fraction", Money{500, "jpy"}, "500 JPY"},
		{"won neither", Money{0, "krw"}, "0 KRW"},
		{"dinars have three places", Money{1250, "kwd"}, "1.250 KWD"},
		{"a code that no list has", Money{1250, "zzz"}, "12.50 ZZZ"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.m.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
