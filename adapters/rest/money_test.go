package rest

import (
	"testing"

	"github.com/usherhq/usher/domain"
)

func TestAmountOff(t *testing.T) {
	for _, tt := range []struct {
		name     string
		code     domain.OfferCode
		currency domain.Currency
		want     string
	}{
		{"a percentage", domain.OfferCode{Percent: 50}, "usd", "50%"},
		{"all of it", domain.OfferCode{Percent: 100}, "usd", "100%"},
		{"a percentage wins over an amount", domain.OfferCode{Percent: 50, Amount: 500}, "usd", "50%"},
		{"whole dollars", domain.OfferCode{Amount: 500}, "usd", "$5"},
		{"dollars and cents", domain.OfferCode{Amount: 550}, "usd", "$5.50"},
		{"cents", domain.OfferCode{Amount: 5}, "usd", "$0.05"},
		{"nothing", domain.OfferCode{}, "usd", "$0"},
		{"a hundred", domain.OfferCode{Amount: 100_00}, "usd", "$100"},
		{"a thousand", domain.OfferCode{Amount: 1000_00}, "usd", "$1,000"},
		{"millions", domain.OfferCode{Amount: 123456789}, "usd", "$1,234,567.89"},
		{"euros", domain.OfferCode{Amount: 1050}, "eur", "€10.50"},
		{"yen have no fraction", domain.OfferCode{Amount: 500}, "jpy", "¥500"},
		{"dinars have three places", domain.OfferCode{Amount: 5005}, "kwd", "5.005 KWD"},
		{"a currency that is written behind", domain.OfferCode{Amount: 550}, "pln", "5.50 PLN"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := amountOff(tt.code, tt.currency); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
