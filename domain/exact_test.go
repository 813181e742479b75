package domain

import (
	"math"
	"testing"
)

func TestParseExact(t *testing.T) {
	for _, s := range []string{"0", "1", "18446744073709551615", "18446744073709551616", "15897600000000000000", "340282366920938463463374607431768211455"} {
		e, err := ParseExact(s)
		if err != nil || e.String() != s {
			t.Errorf("%s is read as %s (%v)", s, e, err)
		}
	}
	for name, s := range map[string]string{
		"nothing": "", "a sign": "+1", "a negative number": "-1", "a leading zero": "01", "hexadecimal": "0x1", "a fraction": "1.5",
		"a blank": " 1", "an underscore": "1_000", "2^128": "340282366920938463463374607431768211456", "a word": "many",
	} {
		if e, err := ParseExact(s); CodeOf(err) != "invalid" {
			t.Errorf("%s: %q is read as %s (%v)", name, s, e, err)
		}
	}
	same(t, "the high bit", Exact{1 << 63, 0}.String(), "170141183460469231731687303715884105728")
}

func TestExact_rounded(t *testing.T) {
	for _, tt := range []struct {
		name string
		e    Exact
		by   int64
		want int64
	}{
		{"nothing", Exact{}, 7, 0},
		{"less than half goes down", Exact{0, 3}, 7, 0},
		{"more than half goes up", Exact{0, 4}, 7, 1},
		{"a half goes up", Exact{0, 5}, 2, 3},
		{"59.5, which floating point takes for less", exactly(203, 734400), 2505600, 60},
		{"more than 64 bits before the division", exactly(1_000_000_000_000, 15_897_600), 31_536_000, 504_109_589_041},
		{"the largest there is", Exact{0, math.MaxInt64}, 1, math.MaxInt64},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := tt.e.rounded(tt.by); err != nil || got != tt.want {
				t.Errorf("got %d (%v), want %d", got, err, tt.want)
			}
		})
	}
	for name, tt := range map[string]struct {
		e  Exact
		by int64
	}{
		"one more than the largest":              {Exact{0, 1 << 63}, 1},
		"the largest and a half":                 {Exact{0, math.MaxUint64}, 2},
		"a half more than sixty-four bits holds": {Exact{1, math.MaxUint64}, 2},
		"what no division makes small enough":    {Exact{1 << 63, 0}, 100},
	} {
		if got, err := tt.e.rounded(tt.by); CodeOf(err) != "overflow" {
			t.Errorf("%s: got %d (%v)", name, got, err)
		}
	}
}

func TestExact_plusAndLess(t *testing.T) {
	sum, err := Exact{0, math.MaxUint64}.plus(Exact{0, 1})
	if err != nil || sum != (Exact{1, 0}) {
		t.Errorf("the carry is lost: %v (%v)", sum, err)
	}
	if _, err := (Exact{math.MaxUint64, math.MaxUint64}).plus(Exact{0, 1}); CodeOf(err) != "overflow" {
		t.Errorf("2^128 is no overflow: %v", err)
	}
	for _, tt := range []struct {
		e, f, by Exact
		less     bool
	}{
		{Exact{1, 0}, Exact{0, 1}, Exact{0, math.MaxUint64}, false},
		{Exact{0, 1}, Exact{1, 0}, Exact{0, math.MaxUint64}, true},
		{Exact{2, 5}, Exact{2, 5}, Exact{}, false},
		{Exact{2, 5}, Exact{2, 6}, Exact{0, 1}, true},
		{Exact{3, 5}, Exact{1, 6}, Exact{1, math.MaxUint64}, false},
		{Exact{1, 6}, Exact{3, 5}, Exact{1, math.MaxUint64}, true},
	} {
		if by, less := tt.e.less(tt.f); by != tt.by || less != tt.less {
			t.Errorf("%v without %v is %v (%v), want %v (%v)", tt.e, tt.f, by, less, tt.by, tt.less)
		}
	}
	same(t, "one more is not zero", Exact{1, 0}.IsZero(), false)
}
