package cases

import (
	"context"
	"sync"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// cards is a processor in test mode at which each member pays with a card of
// their own. A card pays until an event says that it declines.
type cards struct {
	*sandbox.Processor
	mu       sync.Mutex
	declines map[string]bool // by the name of the card
}

var _ ports.Charger = (*cards)(nil)

func openCards(c *clock) (*cards, error) {
	p, err := sandbox.Open(sandbox.Options{Now: c.now})
	return &cards{Processor: p, declines: map[string]bool{}}, err
}

// cardOf is the card that pays for a subscription of the case.
func cardOf(subscription string) string { return "card_of_" + subscription }

func (c *cards) Charge(ctx context.Context, o ports.Order) (domain.Answer, error) {
	if c.declining(o.Method) {
		o.Method = sandbox.Declines
	} else {
		o.Method = sandbox.Pays
	}
	return c.Processor.Charge(ctx, o)
}

func (c *cards) declining(card string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.declines[card]
}

// answer says what a card answers from now on.
func (c *cards) answer(card string, declines bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.declines[card] = declines
}
