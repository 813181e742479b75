package cases

import (
	"context"
	"sync"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// tills is a processor at which every buyer has a card of their own, by
// product. A card pays until an event says otherwise.
type tills struct {
	*sandbox.Processor
	mu    sync.Mutex
	cards map[string]string // what a card does, if it does not pay
	keys  map[string]ports.Order
}

var _ ports.Charger = (*tills)(nil)

func openTills(c *clock) (*tills, error) {
	p, err := sandbox.Open(sandbox.Options{Now: c.now})
	return &tills{Processor: p, cards: map[string]string{}, keys: map[string]ports.Order{}}, err
}

func (t *tills) Charge(ctx context.Context, o ports.Order) (domain.Answer, error) {
	t.mu.Lock()
	how, named := t.cards[o.Method]
	if !named {
		how = sandbox.Pays
	}
	o.Method = how
	t.keys[string(o.Payment)] = o
	t.mu.Unlock()
	return t.Processor.Charge(ctx, o)
}

// does says what a card does from now on.
func (t *tills) does(card, how string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cards[card] = how
}

// confirm has the buyer confirm the payment.
func (t *tills) confirm(ctx context.Context, p domain.PaymentState) error {
	t.mu.Lock()
	o := t.keys[string(p.ID)]
	t.mu.Unlock()
	return t.Processor.Confirm(ctx, o.SellerID, o.Key)
}
