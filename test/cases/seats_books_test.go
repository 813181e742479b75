package cases

import (
	"fmt"

	"github.com/usherhq/usher/domain"
)

// books are a processor's: what it was asked for, by idempotency key, and what
// it answered. It answers as the event of the case says.
type books struct {
	orders []*order
}

type order struct {
	key      string
	amount   domain.Money
	answer   domain.Answer
	refunded int64
	before   bool // it was paid before the event
}

// ask asks for an amount. A key that has its answer gets it again; with another
// amount it is an error.
func (b *books) ask(key string, amount domain.Money, says seatsPayment) (domain.Answer, error) {
	var o *order
	for _, known := range b.orders {
		if known.key == key {
			o = known
		}
	}
	if o == nil {
		o = &order{key: key, amount: amount}
		b.orders = append(b.orders, o)
	}
	if o.amount != amount {
		return domain.Answer{}, fmt.Errorf("the processor was asked for %v and for %v with the key %s", o.amount, amount, key)
	}
	if o.answer.Status == domain.Paid || o.answer.Status == domain.NotPaid {
		return o.answer, nil
	}
	ref := "ch/" + key
	switch says {
	case "", "ok":
		o.answer = domain.Answer{Status: domain.Paid, Ref: ref}
	case "declined":
		o.answer = domain.Answer{Status: domain.NotPaid, Ref: ref}
	case "requires_action":
		o.answer = domain.Answer{Status: domain.NeedsAction, Ref: ref}
	default: // no answer
		return domain.Answer{}, nil
	}
	return o.answer, nil
}

// refund gives an amount back.
func (b *books) refund(key string, amount int64) error {
	for _, o := range b.orders {
		if o.key == key && o.answer.Status == domain.Paid && o.refunded+amount <= o.amount.Amount {
			o.refunded += amount
			return nil
		}
	}
	return fmt.Errorf("the processor did not take %d with the key %s", amount, key)
}

// mark begins an event.
func (b *books) mark() {
	for _, o := range b.orders {
		o.before = o.answer.Status == domain.Paid
	}
}

// collected returns what was paid since the mark, without what of it went back
// at once.
func (b *books) collected() (sum int64) {
	for _, o := range b.orders {
		if o.answer.Status == domain.Paid && !o.before {
			sum += o.amount.Amount - o.refunded
		}
	}
	return sum
}
