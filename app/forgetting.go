package app

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const (
	keepDeliveries = 30 * 24 * time.Hour // after they are done
	forgetEvery    = time.Hour           // of machine time
	forgetAtOnce   = 1000
)

// forget deletes what is too old to be looked at, an hour after the last time: a
// slice in each round, until nothing is left.
func (w *Worker) forget(ctx context.Context) error {
	if w.forgets != nil && !w.forgets() {
		return nil
	}
	before := w.at().Add(-keepDeliveries)
	n := 0
	err := w.store.Update(ctx, ports.System, func(ctx context.Context, tx ports.Tx) (err error) {
		n, err = tx.Deliveries.Forget(ctx, before, forgetAtOnce)
		return err
	})
	switch {
	case domain.KindOf(err) == domain.Unavailable:
		return nil // at another time
	case err == nil && n < forgetAtOnce:
		w.forgets = after(forgetEvery)
	case err == nil:
		w.Wake()
	}
	return err
}
