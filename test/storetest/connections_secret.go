package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func secretOf(id domain.ConnectionID) func(context.Context, ports.Tx) (ports.Sealed, error) {
	return func(ctx context.Context, tx ports.Tx) (ports.Sealed, error) { return tx.Connections.Secret(ctx, id) }
}

func setSecret(id domain.ConnectionID, s ports.Sealed) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Connections.SetSecret(ctx, id, s) }
}

func (w *world) wantSecret(t *testing.T, what string, id domain.ConnectionID, want ports.Sealed) {
	t.Helper()
	wantSame(t, what, read(t, w, w.of, secretOf(id)), want)
}

func connectionSecret(t *testing.T, w *world) {
	c, other := storedConnection(t, w), storedConnection(t, w)
	w.wantSecret(t, "before it has one", c.ID, ports.Sealed{})
	for _, s := range []ports.Sealed{{Text: "sealed", Number: 1}, {Text: "sealed anew", Number: 1 << 20}, {Text: "by a sealer without numbers"}} {
		w.update(t, w.of, setSecret(c.ID, s))
		w.wantSecret(t, "as it was set", c.ID, s)
		c.Name, c.SecretEnd = "Other", "1234"
		w.update(t, w.of, saveConnection(c))
		w.wantSecret(t, "after a Save of the connection", c.ID, s)
		connectionAggregate.wantStored(t, w, "the connection", c)
	}
	w.wantSecret(t, "of another", other.ID, ports.Sealed{})
	for _, none := range []ports.Sealed{{}, {Number: 7}} {
		w.update(t, w.of, setSecret(c.ID, none))
		w.wantSecret(t, "taken away", c.ID, ports.Sealed{})
	}
}

// connectionSecretBytes: what is sealed is no text that anybody could read.
func connectionSecretBytes(t *testing.T, w *world) {
	c := storedConnection(t, w)
	for _, text := range append(fixture.Unstorable(), "\x00\xff\x80 \r\n", "日本", string(make([]byte, 5000))) {
		s := ports.Sealed{Text: text, Number: 3}
		w.update(t, w.of, setSecret(c.ID, s))
		w.wantSecret(t, "byte for byte", c.ID, s)
	}
}

func connectionSecretOfOthers(t *testing.T, w *world) {
	theirs := domain.ConnectionID(bobsConnection(t, w))
	s := ports.Sealed{Text: "bob's", Number: 1}
	w.update(t, ports.Seller(w.bob.ID), setSecret(theirs, s))
	for what, id := range map[string]domain.ConnectionID{"bob's": theirs, "an unknown one": "x", "none": ""} {
		w.refuses(t, "setting the secret of "+what, setSecret(id, ports.Sealed{Text: "ana's", Number: 2}), domain.ErrConnectionNotFound)
		_, err := try(t, w, w.of, secretOf(id))
		wantErr(t, "reading the secret of "+what, err, domain.ErrConnectionNotFound)
	}
	wantSame(t, "bob's", read(t, w, ports.Seller(w.bob.ID), secretOf(theirs)), s)
}

func connectionSecretRolledBack(t *testing.T, w *world) {
	c, boom := storedConnection(t, w), errors.New("boom")
	s := ports.Sealed{Text: "sealed", Number: 1}
	for _, was := range []ports.Sealed{{}, s} {
		for _, to := range []ports.Sealed{{Text: "other", Number: 2}, {}} {
			err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
				return errors.Join(setSecret(c.ID, to)(ctx, tx), boom)
			})
			if !errors.Is(err, boom) {
				t.Errorf("got %v, want boom", err)
			}
			w.wantSecret(t, "as it was", c.ID, was)
		}
		w.update(t, w.of, setSecret(c.ID, s))
	}
}

// addCalls adds calls and returns how many there are.
func (w *world) addCalls(t *testing.T, id domain.ConnectionID, month string, n int64) (all int64) {
	t.Helper()
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) (err error) {
		all, err = tx.Connections.AddCalls(ctx, id, month, n)
		return err
	})
	return all
}

// calls asks how many there are, which writes nothing.
func (w *world) calls(t *testing.T, id domain.ConnectionID, month string) int64 {
	t.Helper()
	return read(t, w, w.of, func(ctx context.Context, tx ports.Tx) (int64, error) {
		return tx.Connections.AddCalls(ctx, id, month, 0)
	})
}

func connectionCalls(t *testing.T, w *world) {
	c, other := storedConnection(t, w), storedConnection(t, w)
	for _, step := range []struct{ n, want int64 }{{0, 0}, {1, 1}, {0, 1}, {41, 42}, {1 << 40, 1<<40 + 42}} {
		if got := w.addCalls(t, c.ID, "2026-03", step.n); got != step.want {
			t.Errorf("%d more: %d, want %d", step.n, got, step.want)
		}
		if got := w.calls(t, c.ID, "2026-03"); got != step.want {
			t.Errorf("asked in a View after %d more: %d, want %d", step.n, got, step.want)
		}
	}
	for _, month := range []string{"2026-04", "2026-3", "2025-03"} {
		if got := w.addCalls(t, c.ID, month, 7); got != 7 {
			t.Errorf("%s: %d, want 7", month, got)
		}
	}
	if got := w.addCalls(t, other.ID, "2026-03", 5); got != 5 {
		t.Errorf("another connection: %d, want 5", got)
	}
	connectionAggregate.wantStored(t, w, "the connection", c)
}

func connectionCallsOfOthers(t *testing.T, w *world) {
	theirs := domain.ConnectionID(bobsConnection(t, w))
	for what, id := range map[string]domain.ConnectionID{"bob's": theirs, "an unknown one": "x", "none": ""} {
		for _, n := range []int64{0, 1} {
			w.refuses(t, "calls of "+what, func(ctx context.Context, tx ports.Tx) error {
				_, err := tx.Connections.AddCalls(ctx, id, "2026-03", n)
				return err
			}, domain.ErrConnectionNotFound)
		}
	}
	w.update(t, ports.Seller(w.bob.ID), func(ctx context.Context, tx ports.Tx) error {
		if got, err := tx.Connections.AddCalls(ctx, theirs, "2026-03", 1); err != nil || got != 1 {
			t.Errorf("bob's own: %d, %v, want 1", got, err)
		}
		return nil
	})
}

func connectionCallsRolledBack(t *testing.T, w *world) {
	c, boom := storedConnection(t, w), errors.New("boom")
	for _, want := range []int64{0, 3} {
		err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
			_, err := tx.Connections.AddCalls(ctx, c.ID, "2026-03", 9)
			return errors.Join(err, boom)
		})
		if !errors.Is(err, boom) {
			t.Errorf("got %v, want boom", err)
		}
		if got := w.calls(t, c.ID, "2026-03"); got != want {
			t.Errorf("%d calls, want %d", got, want)
		}
		if want == 0 {
			w.addCalls(t, c.ID, "2026-03", 3)
		}
	}
}
