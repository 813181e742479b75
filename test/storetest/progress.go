package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var progressTests = tests{
	"RoundTrip":   progressRoundTrip,
	"Replaces":    progressReplaces,
	"NotFound":    progressNotFound,
	"ScopesApart": progressScopesApart,
	"OfNobody":    progressOfNobody,
	"RolledBack":  progressRolledBack,
	"OddIDs":      progressOddIDs,
}

func task(id string) func(context.Context, ports.Tx) (ports.Task, error) {
	return func(ctx context.Context, tx ports.Tx) (ports.Task, error) { return tx.Progress.ByID(ctx, id) }
}

func (w *world) putTask(t *testing.T, who ports.Scope, task ports.Task) {
	t.Helper()
	w.update(t, who, func(ctx context.Context, tx ports.Tx) error { return tx.Progress.Put(ctx, task) })
}

func (w *world) wantTask(t *testing.T, what string, who ports.Scope, want ports.Task) {
	t.Helper()
	wantSame(t, what, read(t, w, who, task(want.ID)), want)
}

func progressRoundTrip(t *testing.T, w *world) {
	full := fixture.Distinct(ports.Task{})
	bare := ports.Task{ID: "bare", StartedAt: fixture.T0}
	if unset := fixture.Unset(full); len(unset) > 0 {
		t.Fatalf("%v are not set", unset)
	}
	w.putTask(t, w.of, full)
	w.putTask(t, w.of, bare)
	w.wantTask(t, "every field set", w.of, full)
	w.wantTask(t, "only what must be", w.of, bare)
}

func progressReplaces(t *testing.T, w *world) {
	one := fixture.Distinct(ports.Task{ID: "import"})
	w.putTask(t, w.of, one)
	two := fixture.Distinct(ports.Task{ID: "import"})
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
		if err := tx.Progress.Put(ctx, two); err != nil {
			return err
		}
		got, err := tx.Progress.ByID(ctx, "import")
		if err == nil {
			wantSame(t, "inside the Update", got, two)
		}
		return err
	})
	w.wantTask(t, "put again", w.of, two)
	none := ports.Task{ID: "import", StartedAt: fixture.T0}
	w.putTask(t, w.of, none)
	w.wantTask(t, "put back", w.of, none)
}

func progressNotFound(t *testing.T, w *world) {
	w.putTask(t, w.of, ports.Task{ID: "import", StartedAt: fixture.T0})
	for _, id := range append(fixture.Unstorable(), "", "Import", "import ", "import\x00") {
		_, err := try(t, w, w.of, task(id))
		wantErr(t, "the task "+id, err, domain.ErrProgressNotFound)
	}
}

func progressScopesApart(t *testing.T, w *world) {
	tasks := map[ports.Scope]ports.Task{}
	for _, who := range []ports.Scope{w.of, ports.Seller(w.bob.ID), ports.System} {
		_, err := try(t, w, who, task("import"))
		wantErr(t, "before it is put", err, domain.ErrProgressNotFound)
		tasks[who] = fixture.Distinct(ports.Task{ID: "import"})
		w.putTask(t, who, tasks[who])
	}
	for who, want := range tasks {
		w.wantTask(t, "each its own", who, want)
	}
}

func progressOfNobody(t *testing.T, w *world) {
	w.putTask(t, ports.System, ports.Task{ID: "import", StartedAt: fixture.T0})
	err := w.Update(t.Context(), ports.Scope{}, func(ctx context.Context, tx ports.Tx) error {
		return tx.Progress.Put(ctx, ports.Task{ID: "import", Done: 7, StartedAt: fixture.T0})
	})
	wantErr(t, "nobody's task", err, domain.ErrScope)
	w.wantTask(t, "the system's", ports.System, ports.Task{ID: "import", StartedAt: fixture.T0})
}

func progressRolledBack(t *testing.T, w *world) {
	was, boom := ports.Task{ID: "import", StartedAt: fixture.T0}, errors.New("boom")
	w.putTask(t, w.of, was)
	err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
		return errors.Join(tx.Progress.Put(ctx, fixture.Distinct(was)), tx.Progress.Put(ctx, ports.Task{ID: "new", StartedAt: fixture.T0}), boom)
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want boom", err)
	}
	w.wantTask(t, "after it", w.of, was)
	_, err = try(t, w, w.of, task("new"))
	wantErr(t, "a new one", err, domain.ErrProgressNotFound)
}

func progressOddIDs(t *testing.T, w *world) {
	for _, id := range fixture.OddIDs() {
		w.putTask(t, w.of, ports.Task{ID: id, Done: int64(len(id)), StartedAt: fixture.T0})
	}
	for _, id := range fixture.OddIDs() {
		w.wantTask(t, id, w.of, ports.Task{ID: id, Done: int64(len(id)), StartedAt: fixture.T0})
	}
}
