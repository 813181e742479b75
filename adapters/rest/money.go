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
	return price(domain.Money{Amount: o.Amount, Currency: c})
}

// price is an amount with its currency: "$5", "$5.50", "5 PLN".
func price(m domain.Money) string {
	amount := written(m.Amount, m.Currency)
	if symbol, ok := symbols[m.Currency]; ok {
		return symbol + amount
	}
	return amount + " " + strings.ToUpper(string(m.Currency))
}

// verbosePrice is price as a product's page has it: "99¢", "$5 a month". The
// empty recurrence is that of a product that does not renew.
func verbosePrice(m domain.Money, every domain.Recurrence) string {
	p := price(m)
	if p == "$0.99" {
		p = "99¢"
	}
	if every != "" {
		p += " " + long[every]
	}
	return p
}

// long says how often something is paid.
var long = map[domain.Recurrence]string{
	domain.Monthly:       "a month",
	domain.Quarterly:     "every 3 months",
	domain.Biannually:    "every 6 months",
	domain.Yearly:        "a year",
	domain.EveryTwoYears: "every 2 years",
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
