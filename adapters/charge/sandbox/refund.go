package sandbox

import (
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Refund gives money of a paid charge back. Its keys are never forgotten.
func (p *Processor) Refund(ctx context.Context, o ports.RefundOrder) (a ports.RefundAnswer, err error) {
	if err := o.Check(); err != nil {
		return ports.RefundAnswer{}, err
	}
	err = p.turn(ctx, func() (*line, error) {
		n := name{o.SellerID, o.Key}
		if i, known := p.mem.refunds[n]; known {
			r := p.mem.book.Refunds[i]
			if r.ChargeRef != o.Ref || r.Amount != o.Amount.Amount || r.Currency != o.Amount.Currency {
				return nil, domain.ErrKeyReused
			}
			a = r.answer()
			return nil, nil
		}
		r := Refund{
			Ref: ref("sandbox_re_", n, 0), RefundID: o.Refund, SellerID: o.SellerID, Key: o.Key, ChargeRef: o.Ref,
			Amount: o.Amount.Amount, Currency: o.Amount.Currency, At: domain.Instant(p.now()),
		}
		l := &line{Refund: &r}
		if i, known := p.mem.byRef[o.Ref]; known {
			c := p.mem.book.Charges[i]
			left := c.Amount - c.Refunded
			if c.SellerID == o.SellerID && c.Status == domain.Paid && c.Currency == r.Currency && r.Amount <= left {
				r.Done = true
				c.Refunded += r.Amount
				l.Charge = &c
			}
		}
		a = r.answer()
		return l, nil
	})
	if err != nil {
		return ports.RefundAnswer{}, err
	}
	return a, nil
}

func (r Refund) answer() ports.RefundAnswer {
	if !r.Done {
		return ports.RefundAnswer{}
	}
	return ports.RefundAnswer{Done: true, Ref: r.Ref}
}
