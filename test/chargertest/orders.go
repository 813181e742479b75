package chargertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/usherhq/usher/ports"
)

// calls are the three that take an order.
func (w *world) calls(t *testing.T) map[string]func(ports.Order) error {
	return map[string]func(ports.Order) error{
		"Charge": func(o ports.Order) error { _, err := w.Charge(t.Context(), o); return err },
		"Find":   func(o ports.Order) error { _, _, err := w.Find(t.Context(), o); return err },
		"Void":   func(o ports.Order) error { _, err := w.Void(t.Context(), o); return err },
	}
}

// notOrders are orders that nobody can carry out, made from one that is fine.
func notOrders(o ports.Order) map[string]ports.Order {
	all := map[string]ports.Order{}
	for name, spoil := range map[string]func(*ports.Order){
		"no payment":                func(o *ports.Order) { o.Payment = "" },
		"no seller":                 func(o *ports.Order) { o.SellerID = "" },
		"a key that is too long":    func(o *ports.Order) { o.Key = strings.Repeat("k", 256) },
		"no key":                    func(o *ports.Order) { o.Key = "" },
		"a key with a NUL":          func(o *ports.Order) { o.Key = "a\x00b" },
		"a key that is no text":     func(o *ports.Order) { o.Key = "\xff" },
		"a method that is no text":  func(o *ports.Order) { o.Method = "\xff" },
		"no amount":                 func(o *ports.Order) { o.Amount.Amount = 0 },
		"a negative amount":         func(o *ports.Order) { o.Amount.Amount = -price },
		"no currency":               func(o *ports.Order) { o.Amount.Currency = "" },
		"a currency in upper case":  func(o *ports.Order) { o.Amount.Currency = "USD" },
		"a currency of two letters": func(o *ports.Order) { o.Amount.Currency = "us" },
	} {
		bad := o
		spoil(&bad)
		all[fmt.Sprintf("an order with %s", name)] = bad
	}
	return all
}
