package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var passTests = tests{
	"RoundTrip":         passRoundTrip,
	"Times":             passTimes,
	"EveryKind":         passEveryKind,
	"NotFound":          passNotFound,
	"Exists":            passExists,
	"SaveMakesNone":     passSaveMakesNone,
	"RolledBack":        passRolledBack,
	"Expire":            passExpire,
	"ExpireInSteps":     passExpireInSteps,
	"ExpireIsTakenBack": passExpireRolledBack,
}

func insertPass(p domain.Pass) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Passes.Insert(ctx, p) }
}

func savePass(p domain.Pass) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Passes.Save(ctx, p) }
}

func passOf(d domain.Digest) func(context.Context, ports.Tx) (domain.Pass, error) {
	return func(ctx context.Context, tx ports.Tx) (domain.Pass, error) { return tx.Passes.ByDigest(ctx, d) }
}

func (w *world) wantPass(t *testing.T, what string, want domain.Pass) {
	t.Helper()
	wantSame(t, what, read(t, w, ports.System, passOf(want.Digest)), want)
}

func (w *world) wantNoPass(t *testing.T, what string, d domain.Digest) {
	t.Helper()
	_, err := try(t, w, ports.System, passOf(d))
	wantErr(t, what, err, domain.ErrPassNotFound)
}

// link makes a pass of ana's.
func (w *world) link(mods ...func(*domain.Pass)) domain.Pass {
	return fixture.Pass(w.ana, domain.PassLink, fixture.ID(), mods...)
}

// expires makes a pass expire at that time.
func expires(at time.Time) func(*domain.Pass) { return func(p *domain.Pass) { p.ExpiresAt = at } }

func passRoundTrip(t *testing.T, w *world) {
	full, bare := fixture.Distinct(w.link()), w.link()
	if unset := fixture.Unset(full); len(unset) > 0 {
		t.Fatalf("%v are not set: the test would not see them forgotten", unset)
	}
	fixture.Fill(t, w, full, bare)
	w.wantPass(t, "every field set", full)
	w.wantPass(t, "only what must be", bare)
	for what, to := range map[string]domain.Pass{"every field changed": fixture.Distinct(domain.Pass{}), "nothing that need not be": w.link()} {
		to.Digest = full.Digest
		w.update(t, ports.System, savePass(to))
		w.wantPass(t, what, to)
	}
	w.wantPass(t, "the other", bare)
}

func passTimes(t *testing.T, w *world) {
	for what, at := range instants {
		p := w.link(func(p *domain.Pass) { p.CreatedAt, p.ExpiresAt, p.UsedAt = at, at, at })
		fixture.Fill(t, w, p)
		w.wantPass(t, what, p)
	}
}

func passEveryKind(t *testing.T, w *world) {
	for _, kind := range []domain.PassKind{domain.PassConnect, domain.PassJoin, domain.PassSwitch, domain.PassLink, domain.PassSession} {
		p := fixture.Pass(w.bob, kind, fixture.ID())
		fixture.Fill(t, w, p)
		w.wantPass(t, string(kind), p)
	}
}

func passNotFound(t *testing.T, w *world) {
	p := fixture.Pass(w.ana, domain.PassLink, "secret")
	fixture.Fill(t, w, p)
	for _, d := range []domain.Digest{{}, domain.DigestOf("Secret"), domain.DigestOf("secret "), domain.DigestOf("")} {
		w.wantNoPass(t, "an unknown secret", d)
	}
	w.wantPass(t, "the secret itself", p)
}

func passExists(t *testing.T, w *world) {
	first, other := w.link(), w.link()
	again := fixture.Distinct(domain.Pass{Digest: first.Digest})
	fixture.Fill(t, w, first)
	var err error
	w.update(t, ports.System, func(ctx context.Context, tx ports.Tx) error {
		err = insertPass(again)(ctx, tx)
		return insertPass(other)(ctx, tx)
	})
	wantErr(t, "a second Insert of a secret", err, domain.ErrExists)
	w.wantPass(t, "the first", first)
	w.wantPass(t, "what the transaction did next", other)
}

func passSaveMakesNone(t *testing.T, w *world) {
	p := w.link()
	err := w.Update(t.Context(), ports.System, savePass(p))
	wantErr(t, "Save of what is not there", err, domain.ErrPassNotFound)
	w.wantNoPass(t, "after it", p.Digest)
}

func passRolledBack(t *testing.T, w *world) {
	p, added, boom := w.link(), w.link(), errors.New("boom")
	fixture.Fill(t, w, p)
	changed := fixture.Distinct(domain.Pass{Digest: p.Digest})
	err := w.Update(t.Context(), ports.System, func(ctx context.Context, tx ports.Tx) error {
		return errors.Join(savePass(changed)(ctx, tx), insertPass(added)(ctx, tx), boom)
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want boom", err)
	}
	w.wantPass(t, "what was saved", p)
	w.wantNoPass(t, "what was inserted", added.Digest)
	fixture.Fill(t, w, added)
}

// expire forgets passes and returns how many.
func (w *world) expire(t *testing.T, before time.Time, limit int) (n int) {
	t.Helper()
	w.update(t, ports.System, func(ctx context.Context, tx ports.Tx) (err error) {
		n, err = tx.Passes.Expire(ctx, before, limit)
		return err
	})
	return n
}

// passExpire: what expired before that is forgotten, whosever it is and used or
// not; what expires just then is not.
func passExpire(t *testing.T, w *world) {
	at := fixture.T0.AddDate(1, 0, 0)
	old := []domain.Pass{
		w.link(expires(at.Add(-time.Microsecond))),
		w.link(expires(at.AddDate(-100, 0, 0)), func(p *domain.Pass) { p.UsedAt = fixture.T0 }),
		fixture.Pass(w.bob, domain.PassSession, fixture.ID(), expires(at.Add(-time.Hour))),
	}
	kept := []domain.Pass{w.link(expires(at)), w.link(expires(at.Add(time.Microsecond))), w.link(expires(at.AddDate(1, 0, 0)))}
	moved := w.link(expires(at.Add(-time.Hour)))
	fixture.Fill(t, w, old[0], old[1], old[2], kept[0], kept[1], kept[2], moved)
	moved.ExpiresAt = at.Add(time.Hour)
	w.update(t, ports.System, savePass(moved))
	for _, want := range []int{len(old), 0} {
		if got := w.expire(t, at, 1000); got != want {
			t.Errorf("%d forgotten, want %d", got, want)
		}
	}
	for _, p := range old {
		w.wantNoPass(t, "what expired", p.Digest)
	}
	for _, p := range append(kept, moved) {
		w.wantPass(t, "what did not", p)
	}
	fixture.Fill(t, w, old[0]) // nothing of it is in the way
}

func passExpireInSteps(t *testing.T, w *world) {
	at := fixture.T0.AddDate(1, 0, 0)
	for i := range 7 {
		fixture.Fill(t, w, w.link(expires(at.Add(-time.Duration(i/2+1)*time.Hour))))
	}
	kept := w.link(expires(at))
	fixture.Fill(t, w, kept)
	for _, limit := range []int{0, -1} {
		if got := w.expire(t, at, limit); got != 0 {
			t.Errorf("%d forgotten with the limit %d, want none", got, limit)
		}
	}
	for i, want := range []int{3, 3, 1, 0} {
		if got := w.expire(t, at, 3); got != want {
			t.Errorf("step %d: %d forgotten, want %d", i, got, want)
		}
	}
	w.wantPass(t, "what did not expire", kept)
}

func passExpireRolledBack(t *testing.T, w *world) {
	at, boom := fixture.T0.AddDate(1, 0, 0), errors.New("boom")
	var all []domain.Pass
	for range 3 {
		p := w.link(expires(at))
		fixture.Fill(t, w, p)
		all = append(all, p)
	}
	err := w.Update(t.Context(), ports.System, func(ctx context.Context, tx ports.Tx) error {
		n, err := tx.Passes.Expire(ctx, at.Add(1*time.Hour), 2)
		if n != 2 {
			err = errors.Join(err, fmt.Errorf("%d forgotten, want 2", n))
		}
		return errors.Join(err, boom)
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want boom", err)
	}
	for _, p := range all {
		w.wantPass(t, "after it", p)
	}
	if got := w.expire(t, at.Add(time.Hour), 10); got != 3 {
		t.Errorf("%d forgotten, want 3", got)
	}
}
