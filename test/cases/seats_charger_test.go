package cases

import (
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// The charger answers for a charge as its event says, and of its own accord
// knows no more than its books.
func TestBookCharger(t *testing.T) {
	ctx := t.Context()
	order := func(key string) ports.Order {
		return ports.Order{Payment: domain.PaymentID("p-" + key), SellerID: "s", Key: key, Amount: domain.Money{Amount: 60, Currency: "usd"}}
	}
	c := &bookCharger{least: 50, says: "unknown"}
	if _, seen, err := c.Find(ctx, order("a")); seen || err != nil {
		t.Errorf("an order that never came: got %v, %v", seen, err)
	}
	if a, err := c.Charge(ctx, order("a")); err == nil {
		t.Errorf("a charge without an answer: got %+v", a)
	}
	c.says = "ok"
	if a, _, err := c.Find(ctx, order("a")); err == nil {
		t.Errorf("another event's order without an answer: got %+v", a)
	}
	c.again = "p-a"
	if a, seen, err := c.Find(ctx, order("a")); a.Status != domain.Paid || !seen || err != nil {
		t.Errorf("this event's order: got %+v, %v, %v", a, seen, err)
	}
	if a, err := c.Void(ctx, order("a")); a.Status != domain.Paid || err != nil || len(c.voids) != 0 {
		t.Errorf("it is too late to give it up: got %+v, %v", a, err)
	}
	if a, err := c.Void(ctx, order("b")); a.Decline != domain.Unreachable || err != nil || len(c.voids) != 1 {
		t.Errorf("one that never came is given up: got %+v, %v", a, err)
	}
	back := ports.RefundOrder{Refund: "r", SellerID: "s", Key: "r", Ref: "ch/a", Amount: domain.Money{Amount: 60, Currency: "usd"}}
	if a, err := c.Refund(ctx, back); !a.Done || err != nil || c.collected() != 0 {
		t.Errorf("a refund: got %+v, %v, collected %d", a, err, c.collected())
	}
	if len(c.wrong) > 0 {
		t.Fatalf("all that was asked for was in order: %v", c.wrong)
	}
	small, other := order("c"), order("a")
	small.Amount.Amount, other.Amount.Amount = 49, 61
	for _, row := range []struct {
		name string
		ask  func() error
	}{
		{"less than is collected", func() error { _, err := c.Charge(ctx, small); return err }},
		{"another amount under a key", func() error { _, err := c.Charge(ctx, other); return err }},
		{"no order at all", func() error { _, err := c.Charge(ctx, ports.Order{}); return err }},
		{"more back than was paid", func() error { _, err := c.Refund(ctx, back); return err }},
	} {
		before := len(c.wrong)
		if err := row.ask(); err == nil || len(c.wrong) != before+1 {
			t.Errorf("%s: got %v, and %d faults are kept", row.name, err, len(c.wrong)-before)
		}
	}
}
