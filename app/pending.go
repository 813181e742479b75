package app

import (
	"context"
	"errors"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// pending is a command on its way to its first change. It travels in the context
// of what carries the command out, so that the change and the key are kept in one
// transaction, whichever use case makes the change. nil is none. It is for one
// goroutine at a time.
type pending struct {
	seller  domain.SellerID
	command ports.Command
	begun   bool // the key is kept, and with it the first change
	taken   bool // the key is another's: nothing may be changed
	undone  bool // whatever has the key begun, nothing else was done
}

// errTaken ends a closure whose command's key is taken. It is never answered.
var errTaken = errors.New("app: the idempotency key is taken")

type pendingKey struct{}

func (p *pending) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, pendingKey{}, p)
}

// pendingIn returns the command that is carried out for a seller, or nil.
func pendingIn(ctx context.Context, seller domain.SellerID) *pending {
	if p, ok := ctx.Value(pendingKey{}).(*pending); ok && p.seller == seller {
		return p
	}
	return nil
}

// before has a closure take the command's key first, unless an earlier one did.
func (p *pending) before(fn func(context.Context, ports.Tx) error) func(context.Context, ports.Tx) error {
	if p == nil || p.begun {
		return fn
	}
	return func(ctx context.Context, tx ports.Tx) error {
		if p.taken { // it stays another's also if it was freed meanwhile: half of the command has not happened
			return errTaken
		}
		_, fresh, err := tx.Commands.Begin(ctx, p.command)
		switch {
		case err != nil:
			return err
		case !fresh:
			p.taken = true
			return errTaken
		}
		return fn(ctx, tx)
	}
}

// kept says that a closure was kept.
func (p *pending) kept() {
	if p != nil {
		p.begun = true
	}
}

// intend takes the key of the command that is carried out, before a change that is
// in no transaction of the seller's.
func (c *core) intend(ctx context.Context, seller domain.SellerID) error {
	if p := pendingIn(ctx, seller); p == nil || p.begun {
		return nil
	}
	return c.updateQuietly(ctx, seller, func(context.Context, ports.Tx) error { return nil })
}

// undone says that what was intended is known not to have happened.
func undone(ctx context.Context, seller domain.SellerID) {
	if p := pendingIn(ctx, seller); p != nil {
		p.undone = true
	}
}
