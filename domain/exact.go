package domain

import (
	"math"
	"math/big"
	"math/bits"
)

// Exact is a whole number of 128 bits, never negative: minor units times
// seconds, which pass 64 bits for a thousand dear seats of a year. The zero
// value is 0.
type Exact struct{ Hi, Lo uint64 }

// exactly returns a times b; neither may be negative.
func exactly(a, b int64) Exact {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return Exact{hi, lo}
}

// ParseExact returns the number that s writes in decimal digits.
func ParseExact(s string) (Exact, error) {
	n, ok := new(big.Int).SetString(s, 10)
	if !ok || n.Sign() < 0 || n.BitLen() > 128 || n.String() != s {
		return Exact{}, InvalidField("exact", "must be a whole number of at most 128 bits in decimal digits")
	}
	var b [16]byte
	n.FillBytes(b[:])
	var e Exact
	for i := range 8 {
		e.Hi, e.Lo = e.Hi<<8|uint64(b[i]), e.Lo<<8|uint64(b[8+i])
	}
	return e, nil
}

// String returns e in decimal digits.
func (e Exact) String() string {
	n := new(big.Int).SetUint64(e.Hi)
	return n.Lsh(n, 64).Add(n, new(big.Int).SetUint64(e.Lo)).String()
}

// IsZero reports whether e is 0.
func (e Exact) IsZero() bool { return e == Exact{} }

func (e Exact) plus(f Exact) (Exact, error) {
	lo, carry := bits.Add64(e.Lo, f.Lo, 0)
	hi, carry := bits.Add64(e.Hi, f.Hi, carry)
	if carry != 0 {
		return Exact{}, ErrOverflow
	}
	return Exact{hi, lo}, nil
}

// less returns how much f is more than e, and whether it is more at all; else
// how much e is more than f.
func (e Exact) less(f Exact) (by Exact, less bool) {
	lo, borrow := bits.Sub64(e.Lo, f.Lo, 0)
	hi, borrow := bits.Sub64(e.Hi, f.Hi, borrow)
	if borrow == 0 {
		return Exact{hi, lo}, false
	}
	lo, borrow = bits.Sub64(f.Lo, e.Lo, 0)
	hi, _ = bits.Sub64(f.Hi, e.Hi, borrow)
	return Exact{hi, lo}, true
}

// rounded returns e / by, halves rounded up; by is more than 0.
func (e Exact) rounded(by int64) (int64, error) {
	d := uint64(by)
	q, rest := bits.Div64(e.Hi%d, e.Lo, d)
	if q < math.MaxUint64 && rest >= d-rest {
		q++
	}
	if e.Hi >= d || q > math.MaxInt64 {
		return 0, ErrOverflow
	}
	return int64(q), nil
}
