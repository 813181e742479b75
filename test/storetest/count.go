package storetest

import (
	"context"
	"math"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var countTests = tests{
	"UpAndDown":             countUpAndDown,
	"FromWhereItBegan":      countFromStart,
	"EachLicenseItsOwn":     countEachItsOwn,
	"SavesLeaveItAlone":     countSurvivesSaves,
	"AnOldCopyIsNoDanger":   countOldCopy,
	"NotAfterRevocation":    countNotAfterRevocation,
	"AnEndedContext":        countEndedContext,
	"DisabledWhileDeciding": countDisabledMeanwhile,
}

// wantCount counts and needs that number.
func (w *world) wantCount(t *testing.T, what string, seen domain.Seen, n int, want int64) {
	t.Helper()
	got, err := w.Count(t.Context(), seen, n)
	if err != nil || got != want {
		t.Errorf("%s: counting %d: %d, %v, want %d", what, n, got, err, want)
	}
}

// usesOf reads the uses of a licence of ana's without counting.
func (w *world) usesOf(t *testing.T, id domain.LicenseID) int64 {
	t.Helper()
	for _, l := range read(t, w, w.of, listLicenses) {
		if l.License.ID == id {
			return l.Uses
		}
	}
	t.Fatalf("no licence %s", id)
	return 0
}

func countUpAndDown(t *testing.T, w *world) {
	_, l := w.sale(t, w.product(t))
	seen := w.facts(t, l.Key).Seen
	for i, step := range []struct {
		n    int
		want int64
	}{
		{0, 0}, {-1, 0}, {1, 1}, {0, 1}, {1, 2}, {1, 3}, {-1, 2}, {5, 7}, {-3, 4}, {-9, 0}, {0, 0}, {1, 1}, {-1, 0}, {-1, 0},
		{math.MaxInt32, math.MaxInt32}, {1, math.MaxInt32 + 1}, {math.MinInt32, 0},
	} {
		got, err := w.Count(t.Context(), seen, step.n)
		if err != nil || got != step.want {
			t.Fatalf("step %d, counting %d: %d, %v, want %d", i, step.n, got, err, step.want)
		}
		if uses := w.usesOf(t, l.ID); uses != step.want {
			t.Fatalf("step %d: the list says %d, want %d", i, uses, step.want)
		}
	}
}

func countFromStart(t *testing.T, w *world) {
	l := bareLicense(t, w)
	fixture.Fill(t, w, ports.CountedLicense{License: l, Uses: 41})
	seen := w.facts(t, l.Key).Seen
	w.wantCount(t, "not counting", seen, 0, 41)
	w.wantCount(t, "counting", seen, 1, 42)
}

func countEachItsOwn(t *testing.T, w *world) {
	p := w.product(t)
	_, a := w.sale(t, p)
	_, b := w.sale(t, p)
	w.wantCount(t, "a", w.facts(t, a.Key).Seen, 3, 3)
	w.wantCount(t, "b", w.facts(t, b.Key).Seen, 1, 1)
	w.wantCount(t, "a again", w.facts(t, a.Key).Seen, 1, 4)
}

func countSurvivesSaves(t *testing.T, w *world) {
	d := w.newDeal(t)
	w.wantCount(t, "at first", w.facts(t, d.license.Key).Seen, 3, 3)
	for _, tt := range changes {
		w.update(t, d.of(), tt.make(d))
		w.wantCount(t, tt.name, w.facts(t, d.license.Key).Seen, 0, 3)
	}
}

// countOldCopy saves a licence that was loaded before uses were counted.
func countOldCopy(t *testing.T, w *world) {
	_, l := w.sale(t, w.product(t))
	old := read(t, w, w.of, func(ctx context.Context, tx ports.Tx) (*domain.License, error) { return tx.Licenses.ByID(ctx, l.ID) })
	w.wantCount(t, "meanwhile", w.facts(t, l.Key).Seen, 7, 7)
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error { return tx.Licenses.Save(ctx, old) })
	w.wantCount(t, "after the Save", w.facts(t, l.Key).Seen, 0, 7)
}

func countDisabledMeanwhile(t *testing.T, w *world) {
	_, l := w.sale(t, w.product(t))
	f := w.facts(t, l.Key)
	must(t, f.Verify())
	l.DisabledAt = fixture.T0
	w.update(t, w.of, saveLicense(l))
	w.wantMoved(t, "disabled between the decision and the count", f.Seen)
	if uses := w.usesOf(t, l.ID); uses != 0 {
		t.Errorf("%d uses, want 0", uses)
	}
}

func countNotAfterRevocation(t *testing.T, w *world) {
	s, l := w.sale(t, w.product(t))
	seen := w.facts(t, l.Key).Seen
	w.wantCount(t, "before", seen, 1, 1)
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
		p, err := tx.Purchases.ByID(ctx, s.ID)
		if err != nil {
			return err
		}
		if _, err := p.Revoke(fixture.T0); err != nil {
			return err
		}
		return tx.Purchases.Save(ctx, p)
	})
	w.wantMoved(t, "after", seen)
	if uses := w.usesOf(t, l.ID); uses != 1 {
		t.Errorf("%d uses, want 1", uses)
	}
}

// countEndedContext: nobody waits for the number, and nobody gets one.
func countEndedContext(t *testing.T, w *world) {
	_, l := w.sale(t, w.product(t))
	seen := w.facts(t, l.Key).Seen
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 10 {
		if n, err := w.Count(ctx, seen, 1); err == nil || n != 0 {
			t.Errorf("got %d, %v, want no number and an error", n, err)
		}
	}
	n, err := w.Count(t.Context(), seen, 1)
	if err != nil || n < 1 || n > 11 {
		t.Errorf("afterwards: %d, %v, want 1 and what was counted for nobody", n, err)
	}
}
