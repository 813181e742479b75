package storetest

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

var nestedTests = tests{
	"InView":         func(t *testing.T, w *world) { nested(t, w, w.View) },
	"InUpdate":       func(t *testing.T, w *world) { nested(t, w, w.Update) },
	"InAnotherStore": nestedInAnother,
}

// storeCalls has one call of each method of ports.Store.
var storeCalls = map[string]func(context.Context, ports.Store) error{
	"View": func(ctx context.Context, s ports.Store) error {
		return s.View(ctx, ports.System, func(context.Context, ports.Tx) error { return errors.New("it ran inside") })
	},
	"Update": func(ctx context.Context, s ports.Store) error {
		return s.Update(ctx, ports.System, func(context.Context, ports.Tx) error { return errors.New("it ran inside") })
	},
	"Facts": func(ctx context.Context, s ports.Store) error {
		_, err := s.Facts(ctx, domain.Lookup{Key: "key"})
		return err
	},
	"Count": func(ctx context.Context, s ports.Store) error {
		_, err := s.Count(ctx, domain.Seen{}, 1)
		return err
	},
	"Dispatch": func(ctx context.Context, s ports.Store) error {
		_, err := s.Dispatch(ctx, 1, func([]ports.Event, []domain.Webhook) ([]ports.Job, []domain.Delivery) { return nil, nil })
		return err
	},
	"Enqueue": func(ctx context.Context, s ports.Store) error { return s.Enqueue(ctx, newJob("nested")) },
	"Claim": func(ctx context.Context, s ports.Store) error {
		_, err := s.Claim(ctx, t0, kinds, time.Minute, 1)
		return err
	},
	"Finish": func(ctx context.Context, s ports.Store) error { return s.Finish(ctx, ports.Done{}) },
	"NextDue": func(ctx context.Context, s ports.Store) error {
		_, _, err := s.NextDue(ctx, kinds)
		return err
	},
	"Dead": func(ctx context.Context, s ports.Store) error {
		_, err := s.Dead(ctx, "", 1)
		return err
	},
	"Revive": func(ctx context.Context, s ports.Store) error { return s.Revive(ctx, "", "nested", t0) },
	"Backlog": func(ctx context.Context, s ports.Store) error {
		_, err := s.Backlog(ctx, t0, kinds, 1)
		return err
	},
	"TestClock": func(ctx context.Context, s ports.Store) error {
		_, _, err := s.TestClock(ctx)
		return err
	},
	"MoveTestClock": func(ctx context.Context, s ports.Store) error { return s.MoveTestClock(ctx, t0) },
	"Lease": func(ctx context.Context, s ports.Store) error {
		_, _, err := s.Lease(ctx, "nested", 0, time.Minute)
		return err
	},
}

// nested calls every method of the store inside a closure, with its context
// and with one made from it.
func nested(t *testing.T, w *world, run func(context.Context, ports.Scope, func(context.Context, ports.Tx) error) error) {
	p := w.product(t)
	err := run(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
		child, cancel := context.WithCancel(ctx)
		defer cancel()
		for m := range reflect.TypeFor[ports.Store]().Methods() {
			call := storeCalls[m.Name]
			if call == nil {
				t.Errorf("%s has no row in storeCalls", m.Name)
				continue
			}
			wantErr(t, m.Name, atOnce(t, m.Name, func() error { return call(ctx, w.Store) }), domain.ErrNested)
			wantErr(t, m.Name+" with a context made from it", atOnce(t, m.Name, func() error { return call(child, w.Store) }), domain.ErrNested)
		}
		_, err := tx.Products.ByID(ctx, p.ID) // the transaction is unharmed
		return err
	})
	must(t, err)
	if _, due, err := w.NextDue(t.Context(), kinds); due || err != nil {
		t.Errorf("a job was enqueued all the same, or %v", err)
	}
	w.update(t, w.of, saveProduct(p))
}

// atOnce runs a call that must not wait for itself. One that does is given up,
// and left waiting, so that the test can say which it was.
func atOnce(t *testing.T, name string, call func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		return err
	case <-time.After(10 * time.Second):
		t.Fatalf("%s inside a closure waits for itself", name)
		return nil
	}
}

// nestedInAnother: only the same store is refused.
func nestedInAnother(t *testing.T, w *world) {
	other := w.open()
	for what, run := range map[string]func(context.Context, ports.Scope, func(context.Context, ports.Tx) error) error{"View": w.View, "Update": w.Update} {
		must(t, run(t.Context(), w.of, func(ctx context.Context, _ ports.Tx) error {
			if err := other.Update(ctx, ports.System, func(ctx context.Context, tx ports.Tx) error {
				wantErr(t, "back in the first", w.View(ctx, w.of, func(context.Context, ports.Tx) error { return nil }), domain.ErrNested)
				_, err := tx.Sellers.List(ctx, ports.Cursor{}, 1)
				return err
			}); err != nil {
				t.Errorf("another store's Update inside %s: %v", what, err)
			}
			return nil
		}))
	}
}
