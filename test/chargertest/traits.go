package chargertest

import (
	"context"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Trait says what a charger can be made to do.
type Trait func(*traits)

type traits struct {
	pays         string
	declines     map[string]domain.Decline
	confirms     string
	confirmsLate string
	losesAnswer  string
	answersLater string
	neverArrives string
	book         func(*testing.T, ports.Charger, ports.Order) Entry
}

// Entry is what the charger's book says of one order.
type Entry struct {
	Charges  int   // how often the money was taken
	Taken    int64 // minor units
	Returned int64
}

// Book says how to look an order up in the charger's book. Every charger needs it.
func Book(look func(*testing.T, ports.Charger, ports.Order) Entry) Trait {
	return func(tr *traits) { tr.book = look }
}

// Pays names a method that pays at once; without it, it is the empty one.
func Pays(method string) Trait { return func(tr *traits) { tr.pays = method } }

// Declines names a method that is declined, and how.
func Declines(method string, d domain.Decline) Trait {
	return func(tr *traits) { tr.declines[method] = d }
}

// Confirms names a method that waits for its customer. The charger is a [Customer].
func Confirms(method string) Trait { return func(tr *traits) { tr.confirms = method } }

// ConfirmsLate names one that waits likewise, and can be confirmed even after
// it was voided. The charger is a [Customer].
func ConfirmsLate(method string) Trait { return func(tr *traits) { tr.confirmsLate = method } }

// LosesAnswer names a method that pays, and whose first answer is an error.
func LosesAnswer(method string) Trait { return func(tr *traits) { tr.losesAnswer = method } }

// AnswersLater names a method of which nobody knows anything until the
// [Customer] confirms or refuses.
func AnswersLater(method string) Trait { return func(tr *traits) { tr.answersLater = method } }

// NeverArrives names a method whose orders are lost on their way: an error,
// and nothing was seen.
func NeverArrives(method string) Trait { return func(tr *traits) { tr.neverArrives = method } }

// Customer plays the customer and the bank of an order that waits. Both fail
// if nothing waits under that key.
type Customer interface {
	Confirm(ctx context.Context, seller domain.SellerID, key string) error
	Refuse(ctx context.Context, seller domain.SellerID, key string, d domain.Decline) error
}
