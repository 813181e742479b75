package ports

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
)

//go:generate go tool moq -rm -pkg portsmock -out portsmock/effects.go . Charger Community Mailer

// Charger moves money. It is called outside of every transaction: what is
// asked was written down before, and what is answered is written down after.
//
// An order is known by its seller and key. The payment it is for, its method
// and its time may differ from call to call; its amount may not: a key that
// came before with another amount is [domain.ErrKeyReused], and an order that
// is none is [domain.ErrInvalid]. Both are final, and such a call does nothing.
//
// Any other error means that nobody knows what came of the order: ask again.
// If it is [domain.ErrUnavailable], at least this call never left; of the calls
// before it says nothing.
//
// Within KeyLife of the first Charge, Charge may be called again with the same
// order; later, or when that is not known for certain (a database was
// restored), only after Find is sure that the order was never seen.
type Charger interface {
	// Charge takes the amount, once per key while the key lives: the same key
	// again answers what became of the first. The answer is paid, declined, or
	// needs_action: the customer must confirm. What is declined stays declined
	// under that key, whatever the method is now. An amount below LeastCharge
	// is declined.
	Charge(context.Context, Order) (domain.Answer, error)

	// Find says what became of an order, however old its key is. It reports
	// false only if the processor is sure that it has not seen the order until
	// now; a call that is still on its way may reach it yet. It changes nothing.
	Find(context.Context, Order) (a domain.Answer, seen bool, err error)

	// Void gives an order up, and answers what it came to: declined, or paid if
	// it was too late. Twice is once. An order that was never seen is declined
	// as Unreachable, and from then on it has been seen: a call that was still
	// on its way takes nothing. A bank may pay a voided order all the same;
	// then Find says so, and the money can be given back.
	Void(context.Context, Order) (domain.Answer, error)

	// Refund gives money of a paid order back, once per key for ever, however
	// often it is asked. It refuses what was not paid, and more than is left.
	// What is refused stays refused under that key.
	Refund(context.Context, RefundOrder) (RefundAnswer, error)

	// KeyLife is how long a key is remembered for certain.
	KeyLife() time.Duration

	// LeastCharge is the least that is collected at once, in minor units.
	LeastCharge(domain.Currency) int64
}

// Order is a payment as a processor is asked for it.
type Order struct {
	Payment   domain.PaymentID // for people who compare the books
	SellerID  domain.SellerID
	Key       string // one of this seller's
	Amount    domain.Money
	Method    string    // the processor's name of the card or account to charge
	CreatedAt time.Time // when the payment was intended
}

// Check refuses what is no order, naming the field. Every charger begins with
// it, so that no processor is asked what another would refuse.
func (o Order) Check() error {
	if !named(string(o.Payment)) {
		return domain.InvalidField("payment", "must be an id")
	}
	if o.Method != "" && !named(o.Method) {
		return domain.InvalidField("method", "must be at most 255 bytes of valid UTF-8 without NUL characters")
	}
	return check(o.SellerID, o.Key, o.Amount)
}

// RefundOrder is a refund as a processor is asked for it.
type RefundOrder struct {
	Refund   domain.RefundID // for people who compare the books
	SellerID domain.SellerID
	Key      string       // one of this seller's refunds
	Ref      string       // the processor's id of the payment
	Amount   domain.Money // in the payment's currency
}

// Check refuses what is no order, naming the field.
func (o RefundOrder) Check() error {
	if !named(string(o.Refund)) {
		return domain.InvalidField("refund", "must be an id")
	}
	if !named(o.Ref) {
		return domain.InvalidField("ref", "must be the processor's id of a payment")
	}
	return check(o.SellerID, o.Key, o.Amount)
}

// RefundAnswer is what a processor said of a refund.
type RefundAnswer struct {
	Done bool   // false: refused
	Ref  string // the processor's id of the refund; empty if it was refused
}

// Before an amount moves it has a sign and a currency that are sure.
func check(seller domain.SellerID, key string, amount domain.Money) error {
	if !named(string(seller)) {
		return domain.InvalidField("seller", "must be an id")
	}
	if !named(key) {
		return domain.InvalidField("key", "must be 1 to 255 bytes of valid UTF-8 without NUL characters")
	}
	if amount.Amount <= 0 {
		return domain.InvalidField("amount", "must be more than 0")
	}
	return amount.Currency.Check()
}

// named reports whether s can be the name of something, here and elsewhere.
func named(s string) bool { return s != "" && len(s) <= 255 && domain.Storable(s) }
