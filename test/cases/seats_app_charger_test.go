package cases

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// errNoAnswer is that a processor did not say what became of an order.
var errNoAnswer = errors.New("the processor did not answer")

// bookCharger is a processor that keeps the runner's books, and answers as the
// event of the case says.
type bookCharger struct {
	books
	least int64
	says  seatsPayment     // of the charge of this event
	again domain.PaymentID // the payment in flight that this event is about, if it is
	voids []domain.PaymentID
	wrong []error // what a processor refuses for good; an app must not ask for it
}

var _ ports.Charger = (*bookCharger)(nil)

func (c *bookCharger) Charge(_ context.Context, o ports.Order) (domain.Answer, error) {
	if err := o.Check(); err != nil {
		return domain.Answer{}, c.refuse(err)
	}
	if o.Amount.Amount < c.least {
		return domain.Answer{}, c.refuse(errors.New("the processor was asked for less than it collects"))
	}
	return c.asked(o)
}

// asked answers as the event says.
func (c *bookCharger) asked(o ports.Order) (domain.Answer, error) {
	a, err := c.ask(o.Key, o.Amount, c.says)
	switch {
	case err != nil:
		return a, c.refuse(err)
	case a.Status == "":
		return a, errNoAnswer
	}
	return a, nil
}

func (c *bookCharger) refuse(err error) error {
	c.wrong = append(c.wrong, err)
	return err
}

// Find knows what the books hold. What has no answer there gets one only from
// an event that says so.
func (c *bookCharger) Find(_ context.Context, o ports.Order) (domain.Answer, bool, error) {
	known := c.order(o.Key)
	switch {
	case known == nil:
		return domain.Answer{}, false, nil
	case o.Payment == c.again && known.answer.Status != domain.Paid && known.answer.Status != domain.NotPaid:
		a, err := c.asked(o)
		return a, err == nil, err
	case known.answer.Status == "":
		return domain.Answer{}, false, errNoAnswer
	}
	return known.answer, true, nil
}

// Void gives an order up. The books keep what they hold: the money may come all
// the same, if the case says so.
func (c *bookCharger) Void(_ context.Context, o ports.Order) (domain.Answer, error) {
	known := c.order(o.Key)
	if known == nil {
		c.orders = append(c.orders, &order{key: o.Key, amount: o.Amount})
	} else if s := known.answer.Status; s == domain.Paid || s == domain.NotPaid {
		return known.answer, nil
	}
	c.voids = append(c.voids, o.Payment)
	return domain.Answer{Status: domain.NotPaid, Decline: domain.Unreachable}, nil
}

func (c *bookCharger) Refund(_ context.Context, o ports.RefundOrder) (ports.RefundAnswer, error) {
	err := o.Check()
	if err == nil {
		err = errors.New("the processor was asked to give back what it does not know")
		for _, known := range c.orders {
			if known.answer.Ref == o.Ref {
				err = c.refund(known.key, o.Amount.Amount)
			}
		}
	}
	if err != nil {
		return ports.RefundAnswer{}, c.refuse(err)
	}
	return ports.RefundAnswer{Done: true, Ref: "re/" + o.Key}, nil
}

func (c *bookCharger) KeyLife() time.Duration { return 24 * time.Hour }

func (c *bookCharger) LeastCharge(domain.Currency) int64 { return c.least }

func (b *books) order(key string) *order {
	for _, o := range b.orders {
		if o.key == key {
			return o
		}
	}
	return nil
}
