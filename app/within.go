package app

import (
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Within returns the use cases on a store that works in a transaction of the
// caller's, such as pgstore's Within makes: what they write is kept when he
// commits. They are for one goroutine at a time, and for that transaction.
//
// What reaches beyond it is refused with [domain.ErrEffectsWithin], and has done
// nothing: what would charge, refund or give up a payment, or ask what came of
// one; imports, holds, the worker and the clock. What costs nothing or was
// charged elsewhere goes through. Mails and other work that follows are done by
// whoever runs a [Worker] once it is committed, within a second, or at once if
// u.Worker.Wake is called then.
//
// Verify remembers nothing here: it may see what is never committed.
func (u *Usher) Within(store ports.Store) *Usher {
	k := *u.Worker.core
	k.store, k.standing, k.within = store, newStanding(store), true
	k.charger, k.mailer, k.holder = unasked{k.charger}, nil, nil
	k.communities, k.circle, k.discord = nil, nil, nil
	k.wake = func() {}
	return k.usher()
}

// outside refuses what reaches beyond the store while that works in a
// transaction of the caller's: it might be undone, and what was done elsewhere
// would not. Where it can, a use case asks in the closure that would begin it,
// which then writes nothing.
func (c *core) outside() error {
	if c.within {
		return domain.ErrEffectsWithin
	}
	return nil
}

// unasked is a charger that nobody asks for money: what it would not collect is
// all that it says.
type unasked struct{ ports.Charger }

func (unasked) Charge(context.Context, ports.Order) (domain.Answer, error) {
	return domain.Answer{}, domain.ErrEffectsWithin
}

func (unasked) Find(context.Context, ports.Order) (domain.Answer, bool, error) {
	return domain.Answer{}, false, domain.ErrEffectsWithin
}

func (unasked) Void(context.Context, ports.Order) (domain.Answer, error) {
	return domain.Answer{}, domain.ErrEffectsWithin
}

func (unasked) Refund(context.Context, ports.RefundOrder) (ports.RefundAnswer, error) {
	return ports.RefundAnswer{}, domain.ErrEffectsWithin
}
