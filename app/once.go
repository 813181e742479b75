package app

import (
	"context"
	"errors"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Commands carries commands out once under an idempotency key.
type Commands struct{ *core }

// Command is what somebody wants done once.
type Command struct {
	Seller domain.SellerID // whose; keys of different sellers are different keys
	Key    string          // at most 255 bytes of UTF-8; empty: it is only done
	Asked  any             // what exactly, by which a repeat is known; encoding/json can write it, and it is kept as a digest
	// Repeatable says that twice is as once: should an answer ever be lost, a
	// repeat does it again. Else it is [domain.ErrAnswerLost].
	Repeatable bool
}

const (
	answersWithin = 2 * time.Second // of machine time: how long a repeat waits for the first one's answer
	looksEvery    = 20 * time.Millisecond
	keptWithin    = 5 * time.Second // of machine time: how long keeping an answer may take
)

// Once carries a command out by do, and keeps what that answers, sealed. A repeat
// gets the answer kept, and reports so; what else comes under the key is
// [domain.ErrKeyReused]. do uses the context that it is given: the first change
// that a use case makes for the seller in it and the key are kept together or not
// at all, so of any number at once in any number of processes one makes it, and
// the others wait for its answer.
//
// A command that is refused has not used its key up. One that was cut short after
// its first change has: its repeat waits two seconds for the answer and then does
// it again if it is repeatable, or else fails with [domain.ErrAnswerLost].
//
// A use case that takes a key of its own is not for do: it would find itself.
func (c *Commands) Once(ctx context.Context, what Command, do func(context.Context) (answer string, err error)) (answer string, replayed bool, err error) {
	if what.Key == "" {
		answer, err = do(ctx)
		return answer, false, err
	}
	if err := checkKey(what.Key); err != nil {
		return "", false, err
	}
	command := ports.Command{Key: what.Key, Request: digestOf(what.Asked), State: commandStarted, CreatedAt: c.at()}
	for range rounds {
		was, err := c.await(ctx, what.Seller, command)
		switch {
		case err != nil:
			return "", false, err
		case was.State == commandDone:
			return string(was.Answer), true, nil
		case was.State == commandStarted && !what.Repeatable:
			return "", false, domain.ErrAnswerLost
		}
		p := &pending{seller: what.Seller, command: command, begun: was.State == commandStarted}
		answer, err = do(p.in(ctx))
		switch {
		case p.taken: // somebody was quicker
		case err != nil && !p.begun && turnedDown(err) && c.isTaken(ctx, p): // refused for what the same command did meanwhile
		case err != nil:
			c.giveBack(ctx, p, err)
			return "", false, err
		case c.keep(ctx, p, answer):
			return answer, false, nil
		}
	}
	return "", false, domain.ErrUnavailable
}

// look returns the command that has a key.
func (c *Commands) look(ctx context.Context, seller domain.SellerID, key string) (ports.Command, error) {
	return load(ctx, c.core, seller, func(ctx context.Context, tx ports.Tx) (ports.Command, error) { return tx.Commands.ByKey(ctx, key) })
}

func (c *Commands) isTaken(ctx context.Context, p *pending) bool {
	_, err := c.look(ctx, p.seller, p.command.Key)
	return err == nil
}

// await returns the command that has the key of this one, waiting for its answer
// if it is at work: none if the key is free, and one without an answer if that
// does not come.
func (c *Commands) await(ctx context.Context, seller domain.SellerID, command ports.Command) (ports.Command, error) {
	late := after(answersWithin)
	again, stop := ticker(looksEvery)
	defer stop()
	for {
		was, err := c.look(ctx, seller, command.Key)
		switch {
		case errors.Is(err, domain.ErrCommandNotFound):
			return ports.Command{}, nil
		case err != nil:
			return ports.Command{}, err
		case was.Request != command.Request:
			return ports.Command{}, domain.ErrKeyReused
		case was.State == commandDone || late():
			return was, nil
		}
		select {
		case <-ctx.Done():
			return ports.Command{}, ctx.Err()
		case <-again:
		}
	}
}

// keep keeps an answer, and reports false if somebody else's is to be given. Who
// asked is answered also if it cannot be kept, and if they have gone it is kept all
// the same: it was done.
func (c *Commands) keep(ctx context.Context, p *pending, answer string) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keptWithin)
	defer cancel()
	err := c.store.Update(ctx, ports.Seller(p.seller), p.before(func(ctx context.Context, tx ports.Tx) error {
		return c.finish(ctx, tx, p.command.Key, answer)
	}))
	if err != nil && !p.taken {
		c.log.WarnContext(ctx, "the answer of a command was not kept", "seller", p.seller, "error", err)
	}
	return !p.taken
}

// giveBack frees the key of a command that was refused after it was begun. What
// failed in any other way may have been done.
func (c *Commands) giveBack(ctx context.Context, p *pending, why error) {
	if !p.begun || !turnedDown(why) && !p.undone {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keptWithin)
	defer cancel()
	err := c.store.Update(ctx, ports.Seller(p.seller), func(ctx context.Context, tx ports.Tx) error {
		return tx.Commands.Release(ctx, p.command.Key)
	})
	if err != nil {
		c.log.WarnContext(ctx, "the key of a refused command was not freed", "seller", p.seller, "error", err)
	}
}

// turnedDown reports whether an error says for certain that nothing was done.
func turnedDown(err error) bool {
	kind := domain.KindOf(err)
	return kind != domain.Internal && kind != domain.Unavailable
}
