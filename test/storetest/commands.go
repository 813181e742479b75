package storetest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var commandTests = tests{
	"FreshOnce":         commandFreshOnce,
	"KeepsTheAnswer":    commandKeepsAnswer,
	"OneSeller'sKey":    commandPerSeller,
	"KeysAreExact":      commandKeysExact,
	"RolledBack":        commandRolledBack,
	"NoAlias":           commandNoAlias,
	"OfASellerOnly":     commandOfSeller,
	"InOneTransaction":  commandOneTransaction,
	"AnAnswerOfNothing": commandEmptyAnswer,
	"ByItsKey":          commandByKey,
	"Released":          commandReleased,
}

func command(key, request string) ports.Command {
	return ports.Command{Key: key, Request: domain.DigestOf(request), State: "started", CreatedAt: fixture.T0}
}

// begin begins a command and needs no error.
func (w *world) begin(t *testing.T, who ports.Scope, c ports.Command) (was ports.Command, fresh bool) {
	t.Helper()
	w.update(t, who, func(ctx context.Context, tx ports.Tx) (err error) {
		was, fresh, err = tx.Commands.Begin(ctx, c)
		return err
	})
	return was, fresh
}

func (w *world) finish(t *testing.T, who ports.Scope, key, state string, answer []byte) {
	t.Helper()
	w.update(t, who, func(ctx context.Context, tx ports.Tx) error { return tx.Commands.Finish(ctx, key, state, answer) })
}

func wantCommand(t *testing.T, what string, got, want ports.Command) {
	t.Helper()
	if got.Key != want.Key || got.Request != want.Request || got.State != want.State || got.CreatedAt != want.CreatedAt || !bytes.Equal(got.Answer, want.Answer) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func commandFreshOnce(t *testing.T, w *world) {
	first, second := command("k", "one"), command("k", "two")
	second.CreatedAt = fixture.T0.AddDate(1, 0, 0)
	if _, fresh := w.begin(t, w.of, first); !fresh {
		t.Error("the first is not fresh")
	}
	for range 2 {
		was, fresh := w.begin(t, w.of, second)
		if fresh || was.Answer != nil {
			t.Errorf("a repeat: fresh %t, answer %q, want false and nil", fresh, was.Answer)
		}
		wantCommand(t, "a repeat tells of the first", was, first)
	}
}

func commandKeepsAnswer(t *testing.T, w *world) {
	c := command("k", "one")
	w.begin(t, w.of, c)
	c.State, c.Answer = "done", []byte("{\"key\":\"\x00\xff\u00e9'\"}")
	w.finish(t, w.of, "k", c.State, c.Answer)
	was, fresh := w.begin(t, w.of, command("k", "one"))
	if fresh {
		t.Error("fresh after it was done")
	}
	wantCommand(t, "a repeat", was, c)
	c.State, c.Answer = "done again", bytes.Repeat([]byte("x"), 100_000)
	w.finish(t, w.of, "k", c.State, c.Answer)
	was, _ = w.begin(t, w.of, command("k", "one"))
	wantCommand(t, "finished twice", was, c)
}

func commandEmptyAnswer(t *testing.T, w *world) {
	w.begin(t, w.of, command("k", "one"))
	w.finish(t, w.of, "k", "done", []byte{})
	was, fresh := w.begin(t, w.of, command("k", "one"))
	if fresh || was.State != "done" || len(was.Answer) != 0 {
		t.Errorf("fresh %t, %+v, want done with an empty answer", fresh, was)
	}
}

// commandByKey: looking takes no key.
func commandByKey(t *testing.T, w *world) {
	look := func(who ports.Scope) (c ports.Command, err error) {
		err = w.View(t.Context(), who, func(ctx context.Context, tx ports.Tx) (err error) {
			c, err = tx.Commands.ByKey(ctx, "k")
			return err
		})
		return c, err
	}
	_, err := look(w.of)
	wantErr(t, "a key that is free", err, domain.ErrCommandNotFound)
	c := command("k", "one")
	if _, fresh := w.begin(t, w.of, c); !fresh {
		t.Error("looking took the key")
	}
	was, err := look(w.of)
	must(t, err)
	wantCommand(t, "begun", was, c)
	c.State, c.Answer = "done", []byte("answer")
	w.finish(t, w.of, "k", c.State, c.Answer)
	for range 2 {
		was, err = look(w.of)
		must(t, err)
		wantCommand(t, "done", was, c)
		copy(was.Answer, "YYYYYY")
	}
	_, err = look(ports.Seller(w.bob.ID))
	wantErr(t, "another seller", err, domain.ErrCommandNotFound)
}

// commandReleased: the key of a command that came to nothing is free again.
func commandReleased(t *testing.T, w *world) {
	release := func(who ports.Scope, then error) {
		t.Helper()
		err := w.Update(t.Context(), who, func(ctx context.Context, tx ports.Tx) error {
			return errors.Join(tx.Commands.Release(ctx, "k"), then)
		})
		if !errors.Is(err, then) {
			t.Errorf("released: %v, want %v", err, then)
		}
	}
	release(w.of, nil)
	w.begin(t, w.of, command("k", "one"))
	boom := errors.New("boom")
	release(w.of, boom)
	release(ports.Seller(w.bob.ID), nil)
	if was, fresh := w.begin(t, w.of, command("k", "two")); fresh {
		t.Errorf("fresh: what was rolled back, or another seller's, freed the key: %+v", was)
	}
	release(w.of, nil)
	if was, fresh := w.begin(t, w.of, command("k", "two")); !fresh {
		t.Errorf("not fresh after its release: %+v", was)
	}
	w.finish(t, w.of, "k", "done", []byte("answer"))
	release(w.of, nil)
	was, fresh := w.begin(t, w.of, command("k", "three"))
	if fresh || string(was.Answer) != "answer" {
		t.Errorf("fresh %t, %+v: what has an answer was released", fresh, was)
	}
}

func commandPerSeller(t *testing.T, w *world) {
	bob := ports.Seller(w.bob.ID)
	w.begin(t, w.of, command("k", "ana's"))
	if _, fresh := w.begin(t, bob, command("k", "bob's")); !fresh {
		t.Error("bob's command is not fresh")
	}
	w.finish(t, bob, "k", "done", []byte("bob's answer"))
	was, _ := w.begin(t, w.of, command("k", "ana's"))
	wantCommand(t, "ana's", was, command("k", "ana's"))
}

func commandKeysExact(t *testing.T, w *world) {
	for _, key := range fixture.OddIDs() {
		if _, fresh := w.begin(t, w.of, command(key, key)); !fresh {
			t.Errorf("the key %q is another's", key)
		}
	}
}

func commandRolledBack(t *testing.T, w *world) {
	boom := errors.New("boom")
	err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
		_, _, err := tx.Commands.Begin(ctx, command("k", "one"))
		return errors.Join(err, tx.Commands.Finish(ctx, "k", "done", []byte("answer")), boom)
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want boom", err)
	}
	if was, fresh := w.begin(t, w.of, command("k", "two")); !fresh {
		t.Errorf("not fresh: a command that was rolled back is still there: %+v", was)
	}
}

func commandOneTransaction(t *testing.T, w *world) {
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
		_, fresh, err := tx.Commands.Begin(ctx, command("k", "one"))
		if err != nil {
			return err
		}
		if err := tx.Commands.Finish(ctx, "k", "done", []byte("answer")); err != nil {
			return err
		}
		was, again, err := tx.Commands.Begin(ctx, command("k", "one"))
		if !fresh || again || was.State != "done" || string(was.Answer) != "answer" {
			t.Errorf("fresh %t, again %t, %+v, want true, false and the answer", fresh, again, was)
		}
		return err
	})
}

// commandNoAlias: the bytes of an answer are the store's own.
func commandNoAlias(t *testing.T, w *world) {
	w.begin(t, w.of, command("k", "one"))
	answer := []byte("answer")
	w.finish(t, w.of, "k", "done", answer)
	copy(answer, "XXXXXX")
	for range 2 {
		was, _ := w.begin(t, w.of, command("k", "one"))
		if string(was.Answer) != "answer" {
			t.Errorf("the answer is %q, want what was kept", was.Answer)
		}
		copy(was.Answer, "YYYYYY")
	}
}

func commandOfSeller(t *testing.T, w *world) {
	for what, who := range map[string]ports.Scope{"the system": ports.System, "nobody": {}} {
		err := w.Update(t.Context(), who, func(ctx context.Context, tx ports.Tx) error {
			_, _, err := tx.Commands.Begin(ctx, command("k", "one"))
			return err
		})
		wantErr(t, "a command of "+what, err, domain.ErrScope)
	}
}
