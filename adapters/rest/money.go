package rest

import (
	"strconv"
	"strings"

	"github.com/usherhq/usher/domain"
)

// symbols are the currencies whose symbol is written in front of an amount.
// Any other amount has its code behind it: "5 PLN".
var symbols = map[domain.Currency]string{
	"usd": "$", "aud": "$", "cad": "$", "hkd": "$", "nzd": "$", "sgd": "$", "mxn": "$", "twd": "$",
	"eur": "€", "gbp": "£", "jpy": "¥", "cny": "¥", "inr": "₹", "krw": "₩", "brl": "R$", "ils": "₪",
	"php": "₱", "thb": "฿", "try": "₺", "zar": "R", "chf": "CHF",
}

// amountOff says what a discount took off: "50%", "$5", "$5.50".
func amountOff(o domain.OfferCode, c domain.Currency) string {
	if o.Percent > 0 {
		return strconv.Itoa(o.Percent) + "%"
	}
	amount := written(o.Amount, c)
	if symbol, ok := symbols[c]; ok {
		return symbol + amount
	}
	return amount + " " + strings.ToUpper(string(c))
}

// written is an amount in whole units, with the fraction only if there is one
// and a comma between thousands.
func written(minor int64, c domain.Currency) string {
	places := c.Decimals()
	digits := strconv.FormatInt(minor, 10)
	if missing := places + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	whole, fraction := digits[:len(digits)-places], digits[len(digits)-places:]
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if strings.Trim(fraction, "0") == "" {
		return whole
	}
	return whole + "." + fraction
}
