package app

import (
	"context"
	"errors"
	"slices"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Holding stops all charges and lets them go on. While they are held, a
// command that would charge somebody is refused with [domain.ErrHeld] before
// anything is written, and what is due of memberships and open payments waits:
// a hold is no decline. What costs nothing, and refunds, go on.
type Holding struct{ *core }

// errNoHolder says that the store cannot remember a hold.
var errNoHolder = errors.New("app: Config.Holder is missing, and the store is none")

// Held returns why charges are held, and false if they are not.
func (h *Holding) Held(ctx context.Context) (ports.Hold, bool, error) {
	if err := h.outside(); err != nil || h.holder == nil {
		return ports.Hold{}, false, err
	}
	return h.holder.Held(ctx)
}

// Hold stops all charges, of every seller and in every process. One that has
// left already is not called back. Twice is once.
func (h *Holding) Hold(ctx context.Context) error {
	if err := h.outside(); err != nil {
		return err
	}
	if h.holder == nil {
		return errNoHolder
	}
	return h.holder.Hold(ctx)
}

// Lift lets charges go on, and what waited is done. Twice is once.
func (h *Holding) Lift(ctx context.Context) error {
	if err := h.outside(); err != nil {
		return err
	}
	if h.holder == nil {
		return errNoHolder
	}
	if err := h.holder.Lift(ctx); err != nil {
		return err
	}
	h.wake()
	return nil
}

// holds reports whether charges are held. It must not be called inside View or
// Update.
func (c *core) holds(ctx context.Context) (bool, error) {
	if c.holder == nil {
		return false, nil
	}
	_, held, err := c.holder.Held(ctx)
	return held, err
}

// take asks the processor for a payment, unless charges are held: then the
// payment has no answer yet.
func (c *core) take(ctx context.Context, p domain.PaymentState) (domain.Answer, error) {
	held, err := c.holds(ctx)
	if err != nil {
		return domain.Answer{}, domain.ErrHeld.Because(err) // not known to be free
	}
	if held {
		return domain.Answer{}, domain.ErrHeld
	}
	return c.charger.Charge(ctx, orderOf(p))
}

// charging are the kinds of jobs that may charge somebody.
var charging = []string{membershipKind, paymentKind}

// does returns the kinds of jobs that are done here now: none that may charge
// while charges are held, and none of a service that another process talks to.
func (w *Worker) does(ctx context.Context) ([]string, error) {
	not := []string{}
	held, err := w.holds(ctx)
	if err != nil {
		return nil, err
	}
	if held {
		not = append(not, charging...)
	}
	for s, t := range w.turns {
		ours, err := t.take(ctx, w.store)
		if err != nil {
			return nil, err
		}
		if !ours {
			not = append(not, accessKind(s))
		}
	}
	return slices.DeleteFunc(slices.Clone(w.names), func(name string) bool { return slices.Contains(not, name) }), nil
}
