package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var unlicensedTests = tests{
	"InOrder":           unlicensedInOrder,
	"ASeatIsALicense":   unlicensedSeat,
	"OfOthers":          unlicensedOfOthers,
	"InsideAnUpdate":    unlicensedInside,
	"OfNobody'sProduct": unlicensedOfNobody,
}

func unlicensed(p domain.ProductID, after ports.Cursor, limit int) func(context.Context, ports.Tx) ([]domain.PurchaseState, error) {
	return func(ctx context.Context, tx ports.Tx) ([]domain.PurchaseState, error) {
		return tx.Purchases.Unlicensed(ctx, p, after, limit)
	}
}

func countUnlicensed(p domain.ProductID) func(context.Context, ports.Tx) (int64, error) {
	return func(ctx context.Context, tx ports.Tx) (int64, error) { return tx.Purchases.CountUnlicensed(ctx, p) }
}

// unlicensedInOrder has purchases of every status, all made at one instant.
func unlicensedInOrder(t *testing.T, w *world) {
	p := w.product(t)
	var want []domain.PurchaseState
	statuses := []domain.PurchaseStatus{domain.Successful, domain.Failed, domain.Test, domain.Imported, domain.Pending}
	for i, id := range fixture.OddIDs() {
		want = append(want, fixture.Purchase(p, func(s *domain.PurchaseState) {
			s.ID, s.CreatedAt, s.Status = domain.PurchaseID(id), fixture.T0, statuses[i%len(statuses)]
		}))
		w.sale(t, p) // licensed: not meant
	}
	scattered := slices.Clone(want)
	slices.Reverse(scattered)
	purchaseAggregate.put(t, w, scattered...)
	if n := read(t, w, w.of, countUnlicensed(p.ID)); n != int64(len(want)) {
		t.Errorf("counted %d, want %d", n, len(want))
	}
	for _, size := range []int{1, 5, 100} {
		var got []domain.PurchaseState
		for after := (ports.Cursor{}); ; {
			page := read(t, w, w.of, unlicensed(p.ID, after, size))
			got = append(got, page...)
			if len(page) < size || len(got) > len(want) {
				break
			}
			after = ports.Cursor{At: page[size-1].CreatedAt, ID: string(page[size-1].ID)}
		}
		wantAll(t, fmt.Sprintf("in pages of %d", size), got, want...)
	}
	fixture.Fill(t, w, fixture.License(want[0]))
	wantAll(t, "after the first got one", read(t, w, w.of, unlicensed(p.ID, ports.Cursor{}, 100)), want[1:]...)
}

func unlicensedSeat(t *testing.T, w *world) {
	p := w.product(t)
	s := fixture.Purchase(p)
	fixture.Fill(t, w, s, fixture.License(s, func(l *domain.LicenseState) { l.SeatID = "one" }))
	wantAll(t, "with a seat's licence", read(t, w, w.of, unlicensed(p.ID, ports.Cursor{}, 100)))
}

func unlicensedOfOthers(t *testing.T, w *world) {
	p, other, theirs := w.product(t), w.product(t), fixture.Product(w.bob)
	fixture.Fill(t, w, fixture.Purchase(other), theirs, fixture.Purchase(theirs))
	for what, id := range map[string]domain.ProductID{"with none": p.ID, "bob's": theirs.ID} {
		wantAll(t, "of a product "+what, read(t, w, w.of, unlicensed(id, ports.Cursor{}, 100)))
		if n := read(t, w, w.of, countUnlicensed(id)); n != 0 {
			t.Errorf("of a product %s: counted %d, want 0", what, n)
		}
	}
}

func unlicensedOfNobody(t *testing.T, w *world) {
	fixture.Fill(t, w, fixture.Purchase(w.product(t)))
	for _, id := range append(fixture.Unstorable(), "", "x") {
		wantAll(t, fmt.Sprintf("of %q", id), read(t, w, w.of, unlicensed(domain.ProductID(id), ports.Cursor{}, 100)))
		if n := read(t, w, w.of, countUnlicensed(domain.ProductID(id))); n != 0 {
			t.Errorf("of %q: counted %d, want 0", id, n)
		}
	}
}

func unlicensedInside(t *testing.T, w *world) {
	p := w.product(t)
	a, b := fixture.Purchase(p), fixture.Purchase(p)
	fixture.Fill(t, w, a, b)
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error {
		if err := tx.Licenses.Insert(ctx, domain.RestoreLicense(fixture.License(a)), 0); err != nil {
			return err
		}
		left, err := tx.Purchases.Unlicensed(ctx, p.ID, ports.Cursor{}, 100)
		wantAll(t, "after an Insert", left, b)
		return err
	})
}
