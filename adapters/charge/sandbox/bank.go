package sandbox

import (
	"context"

	"github.com/usherhq/usher/domain"
)

// Next has the next new orders decided by these cards, one each, whatever
// their own are. It is forgotten with the process.
func (p *Processor) Next(_ context.Context, methods ...string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = append(p.next, methods...)
	return nil
}

// card is what decides about a new order.
func (p *Processor) card(method string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.next) > 0 {
		method, p.next = p.next[0], p.next[1:]
	}
	return method
}

// Confirm pays what waits under a key: the customer confirmed, or the bank
// answered at last.
func (p *Processor) Confirm(ctx context.Context, seller domain.SellerID, key string) error {
	return p.end(ctx, name{seller, key}, func(c *Charge) {
		c.Status, c.Decline, c.PaidAt = domain.Paid, "", domain.Instant(p.now())
	})
}

// Refuse declines what waits under a key; the zero Decline is soft.
func (p *Processor) Refuse(ctx context.Context, seller domain.SellerID, key string, d domain.Decline) error {
	switch d {
	case "":
		d = domain.SoftDecline
	case domain.SoftDecline, domain.HardDecline:
	default:
		return domain.InvalidField("decline", "must be soft or hard")
	}
	return p.end(ctx, name{seller, key}, func(c *Charge) { c.Status, c.Decline = domain.NotPaid, d })
}

// end ends what waits under a key.
func (p *Processor) end(ctx context.Context, n name, how func(*Charge)) error {
	return p.turn(ctx, func() (*line, error) {
		c, ok := p.mem.last(n)
		waits := c.Status == domain.NeedsAction || c.Status == domain.Sent || c.Voided && c.Method == ConfirmsLate && c.Status == domain.NotPaid
		if !ok || !waits {
			return nil, ErrNotWaiting
		}
		how(&c)
		return &line{Charge: &c}, nil
	})
}
