package app_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/storetest"
)

// holder holds charges, or fails.
type holder struct {
	held bool
	err  error
}

func (h *holder) Held(context.Context) (ports.Hold, bool, error) { return ports.Hold{}, h.held, h.err }
func (h *holder) Hold(context.Context) error                     { h.held = true; return h.err }
func (h *holder) Lift(context.Context) error                     { h.held = false; return h.err }

// While charges are held nobody is charged and nobody is declined; what waited
// is done when they are let go on.
func TestHolding(t *testing.T) {
	c, h, ctx := newClub(t), &holder{}, t.Context()
	u, err := app.New(app.Config{Store: storetest.Rerun(c.store), Clock: c.now, Random: (&dice{}).fill, Charger: c.processor, Holder: h})
	if err != nil {
		t.Fatal(err)
	}
	c.Memberships = u.Memberships
	if err := u.Holding.Hold(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ask(7, "more"); !errors.Is(err, domain.ErrHeld) {
		t.Errorf("more seats: %v, want %v", err, domain.ErrHeld)
	}
	if _, err := c.ask(3, "fewer"); err != nil { // costs nothing now
		t.Errorf("fewer seats: %v", err)
	}
	c.clock.at = midApril.AddDate(0, 1, 0)
	err = c.store.Enqueue(ctx, ports.Job{ID: "j", Kind: "membership", Lane: string(c.seller), Key: "membership:" + string(c.id), Payload: string(c.id), DueAt: c.clock.at})
	if err != nil {
		t.Fatal(err)
	}
	c.cards(sandbox.Pays)
	if _, err := u.Worker.Tick(ctx); err != nil {
		t.Error(err)
	}
	if s := c.is("held", 5, 0); s.Status != domain.Active || s.Cycle != 1 {
		t.Errorf("the membership is %s in cycle %d", s.Status, s.Cycle)
	}
	if err := u.Holding.Lift(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := u.Worker.Tick(ctx); err != nil {
		t.Error(err)
	}
	if s := c.is("lifted", 3, 3000); s.Status != domain.Active || s.Cycle != 2 {
		t.Errorf("the membership is %s in cycle %d", s.Status, s.Cycle)
	}
}

// A payment that was begun before the hold waits for its end, without an
// answer, and is made then.
func TestHolding_ofWhatWasBegun(t *testing.T) {
	c, ctx := newClub(t), t.Context()
	u, err := app.New(app.Config{Store: c.store, Clock: c.now, Charger: c.processor, Holder: &late{1}})
	if err != nil {
		t.Fatal(err)
	}
	c.Memberships = u.Memberships
	done, err := c.ask(7, "more")
	if err != nil || done.Result != domain.Unanswered {
		t.Fatalf("%s, %v; want %s", done.Result, err, domain.Unanswered)
	}
	c.is("held", 5, 0)
	c.Memberships = c.process(c.processor).Memberships // nobody holds anything here
	c.clock.at = c.clock.at.Add(time.Minute)
	c.cards(sandbox.Pays)
	if _, err := c.Recover(ctx, c.seller, done.Payment.ID); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Get(ctx, c.seller, c.id); err != nil || got.Seats != 7 {
		t.Errorf("%d seats, %v", got.Seats, err)
	}
}

// late holds charges from the second question on.
type late struct{ free int }

func (*late) Hold(context.Context) error { return nil }
func (*late) Lift(context.Context) error { return nil }

func (l *late) Held(context.Context) (ports.Hold, bool, error) {
	l.free--
	return ports.Hold{}, l.free < 0, nil
}

// A store that does not say whether charges are held lets none through.
func TestHolding_notKnown(t *testing.T) {
	c := newClub(t)
	u, err := app.New(app.Config{Store: c.store, Clock: c.now, Charger: c.processor, Holder: &holder{err: domain.ErrUnavailable}})
	if err != nil {
		t.Fatal(err)
	}
	c.Memberships = u.Memberships
	if _, err := c.ask(7, ""); !errors.Is(err, domain.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	c.is("not known", 5, 0)
	if err := c.process(c.processor).Holding.Hold(t.Context()); err == nil {
		t.Error("a store that remembers no hold took one")
	}
}
