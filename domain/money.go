package domain

import (
	"math/bits"
	"strconv"
	"strings"
)

// Currency is a currency code of ISO 4217 in lower case, such as "usd".
type Currency string

// ParseCurrency returns the currency that s names, in any letter case. It
// refuses what is not three letters; which codes exist is not checked.
func ParseCurrency(s string) (Currency, error) {
	c := strings.ToLower(s)
	if len(c) != 3 || strings.Trim(c, "abcdefghijklmnopqrstuvwxyz") != "" {
		return "", InvalidField("currency", "must be a three-letter code of ISO 4217, such as usd")
	}
	return Currency(c), nil
}

// Check refuses what [ParseCurrency] would not have returned.
func (c Currency) Check() error {
	if parsed, err := ParseCurrency(string(c)); err != nil || parsed != c {
		return InvalidField("currency", "must be a three-letter code of ISO 4217 in lower case, such as usd")
	}
	return nil
}

// decimals are the currencies whose minor unit is not a hundredth (ISO 4217).
var decimals = map[Currency]int{
	"bif": 0, "clp": 0, "djf": 0, "gnf": 0, "isk": 0, "jpy": 0, "kmf": 0, "krw": 0, "pyg": 0, "rwf": 0,
	"ugx": 0, "vnd": 0, "vuv": 0, "xaf": 0, "xof": 0, "xpf": 0,
	"bhd": 3, "iqd": 3, "jod": 3, "kwd": 3, "lyd": 3, "omr": 3, "tnd": 3,
}

// Decimals returns how many decimal places the minor unit is: 2 for cents. Of a
// code that no list has it is 2.
func (c Currency) Decimals() int {
	if places, known := decimals[c]; known {
		return places
	}
	return 2
}

// Money is an amount in the minor unit of one currency: cents of the dollar,
// whole yen. Arithmetic is checked: overflow is [ErrOverflow].
type Money struct {
	Amount   int64
	Currency Currency
}

// IsZero reports whether the amount is nothing, in any currency.
func (m Money) IsZero() bool { return m.Amount == 0 }

// Add returns m + n. It refuses another currency with [ErrCurrency].
func (m Money) Add(n Money) (Money, error) {
	if m.Currency != n.Currency {
		return Money{}, ErrCurrency
	}
	sum := m.Amount + n.Amount
	if (sum > m.Amount) != (n.Amount > 0) {
		return Money{}, ErrOverflow
	}
	return Money{sum, m.Currency}, nil
}

// Times returns m for n pieces; n may not be negative.
func (m Money) Times(n int) (Money, error) {
	if m.Amount < 0 || n < 0 {
		return Money{}, ErrOverflow
	}
	hi, lo := bits.Mul64(uint64(m.Amount), uint64(n))
	if hi != 0 || lo > 1<<63-1 {
		return Money{}, ErrOverflow
	}
	return Money{int64(lo), m.Currency}, nil
}

// String writes the amount for people: "1234.50 USD", "500 JPY".
func (m Money) String() string {
	sign, digits := "", strconv.FormatInt(m.Amount, 10)
	if m.Amount < 0 {
		sign, digits = "-", digits[1:]
	}
	places := m.Currency.Decimals()
	if missing := places + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	whole, fraction := digits[:len(digits)-places], digits[len(digits)-places:]
	if fraction != "" {
		whole += "." + fraction
	}
	return sign + whole + " " + strings.ToUpper(string(m.Currency))
}
