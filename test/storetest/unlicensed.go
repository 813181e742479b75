package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var unlicensedTests = tests{
	"InOrder":           unlicensedInOrder,
	"InSlices":          unlicensedSlices,
	"ASeatIsALicense":   unlicensedSeat,
	"OfOthers":          unlicensedOfOthers,
	"InsideAnUpdate":    unlicensedInside,
	"OfNobody'sProduct": unlicensedOfNobody,
}

// looked is what Unlicensed answers.
type looked struct {
	found []domain.PurchaseID
	next  ports.Cursor
}

func unlicensed(p domain.ProductID, after ports.Cursor, limit int) func(context.Context, ports.Tx) (looked, error) {
	return func(ctx context.Context, tx ports.Tx) (l looked, err error) {
		l.found, l.next, err = tx.Purchases.Unlicensed(ctx, p, after, limit)
		return l, err
	}
}

// wantUnlicensed wants these purchases of a product to have no licence, and no others.
func (w *world) wantUnlicensed(t *testing.T, what string, p domain.ProductID, want ...domain.PurchaseID) {
	t.Helper()
	l := read(t, w, w.of, unlicensed(p, ports.Cursor{}, 100))
	wantAll(t, what, l.found, want...)
	if l.next != (ports.Cursor{}) {
		t.Errorf("%s: it goes on at %v", what, l.next)
	}
}

// unlicensedInOrder has purchases of every status, all made at one instant.
func unlicensedInOrder(t *testing.T, w *world) {
	p := w.product(t)
	var all []domain.PurchaseState
	var want []domain.PurchaseID
	statuses := []domain.PurchaseStatus{domain.Successful, domain.Failed, domain.Test, domain.Imported, domain.Pending}
	for i, id := range fixture.OddIDs() {
		want = append(want, domain.PurchaseID(id))
		all = append(all, fixture.Purchase(p, func(s *domain.PurchaseState) {
			s.ID, s.CreatedAt, s.Status = domain.PurchaseID(id), fixture.T0, statuses[i%len(statuses)]
		}))
		w.sale(t, p) // licensed: not meant
	}
	scattered := slices.Clone(all)
	slices.Reverse(scattered)
	purchaseAggregate.put(t, w, scattered...)
	for _, size := range []int{1, 5, 100} {
		var got []domain.PurchaseID
		for after := (ports.Cursor{}); ; {
			l := read(t, w, w.of, unlicensed(p.ID, after, size))
			got = append(got, l.found...)
			if after = l.next; after == (ports.Cursor{}) || len(got) > len(want) {
				break
			}
		}
		wantAll(t, fmt.Sprintf("in slices of %d", size), got, want...)
	}
	fixture.Fill(t, w, fixture.License(all[0]))
	w.wantUnlicensed(t, "after the first got one", p.ID, want[1:]...)
}

// unlicensedSlices has three sales with a licence and then one without: what is
// bounded is what is looked at, not what is found.
func unlicensedSlices(t *testing.T, w *world) {
	p := w.product(t)
	var all []domain.PurchaseState
	for i := range 4 {
		s := fixture.Purchase(p, func(s *domain.PurchaseState) { s.CreatedAt = fixture.T0.Add(time.Duration(i) * time.Second) })
		fixture.Fill(t, w, s)
		if all = append(all, s); i < 3 {
			fixture.Fill(t, w, fixture.License(s))
		}
	}
	at := func(i int) ports.Cursor { return ports.Cursor{At: all[i].CreatedAt, ID: string(all[i].ID)} }
	for _, tt := range []struct {
		name  string
		after ports.Cursor
		limit int
		next  ports.Cursor
		finds bool
	}{
		{"two with one", ports.Cursor{}, 2, at(1), false},
		{"one with one", at(1), 1, at(2), false},
		{"as many as there are", ports.Cursor{}, 4, at(3), true},
		{"the last of them", at(1), 2, at(3), true},
		{"behind the last", at(3), 2, ports.Cursor{}, false},
		{"more than there are", at(0), 4, ports.Cursor{}, true},
		{"no limit", ports.Cursor{}, 0, ports.Cursor{}, true},
	} {
		l := read(t, w, w.of, unlicensed(p.ID, tt.after, tt.limit))
		if l.next != tt.next || tt.finds != slices.Equal(l.found, []domain.PurchaseID{all[3].ID}) || tt.finds != (len(l.found) > 0) {
			t.Errorf("%s: found %q and goes on at %v, want %v and it to be found: %t", tt.name, l.found, l.next, tt.next, tt.finds)
		}
	}
}

func unlicensedSeat(t *testing.T, w *world) {
	p := w.product(t)
	s := fixture.Purchase(p)
	fixture.Fill(t, w, s, fixture.License(s, func(l *domain.LicenseState) { l.SeatID = "one" }))
	w.wantUnlicensed(t, "with a seat's licence", p.ID)
}

func unlicensedOfOthers(t *testing.T, w *world) {
	p, other, theirs := w.product(t), w.product(t), fixture.Product(w.bob)
	fixture.Fill(t, w, fixture.Purchase(other), theirs, fixture.Purchase(theirs))
	for what, id := range map[string]domain.ProductID{"with none": p.ID, "bob's": theirs.ID} {
		w.wantUnlicensed(t, "of a product "+what, id)
	}
}

func unlicensedOfNobody(t *testing.T, w *world) {
	fixture.Fill(t, w, fixture.Purchase(w.product(t)))
	for _, id := range append(fixture.Unstorable(), "", "x") {
		w.wantUnlicensed(t, fmt.Sprintf("of %q", id), domain.ProductID(id))
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
		left, _, err := tx.Purchases.Unlicensed(ctx, p.ID, ports.Cursor{}, 100)
		wantAll(t, "after an Insert", left, b.ID)
		return err
	})
}
