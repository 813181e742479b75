package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var blockTests = tests{
	"Has":        blockHas,
	"List":       blockList,
	"Sellers":    blockSellers,
	"RolledBack": blockRolledBack,
}

func putBlock(email string) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Blocks.Put(ctx, email, fixture.T0) }
}

func deleteBlock(email string) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Blocks.Delete(ctx, email) }
}

func (w *world) wantBlocked(t *testing.T, who ports.Scope, email string, want bool) {
	t.Helper()
	got := read(t, w, who, func(ctx context.Context, tx ports.Tx) (bool, error) { return tx.Blocks.Has(ctx, email) })
	if got != want {
		t.Errorf("%q is blocked: %t, want %t", email, got, want)
	}
}

func (w *world) blocked(t *testing.T, who ports.Scope, after string, limit int) []string {
	t.Helper()
	return read(t, w, who, func(ctx context.Context, tx ports.Tx) ([]string, error) { return tx.Blocks.List(ctx, after, limit) })
}

func blockHas(t *testing.T, w *world) {
	const email = "ann@example.com"
	w.wantBlocked(t, w.of, email, false)
	for range 2 { // twice is once
		w.update(t, w.of, putBlock(email))
		w.wantBlocked(t, w.of, email, true)
		wantAll(t, "listed", w.blocked(t, w.of, "", 10), email)
	}
	for _, other := range append(fixture.Unstorable(), "", "ann@example.co", "Ann@example.com", "%", email+" ") {
		w.wantBlocked(t, w.of, other, false)
		w.update(t, w.of, deleteBlockOf(other))
	}
	w.wantBlocked(t, w.of, email, true)
	for range 2 { // of what is not there: nothing
		w.update(t, w.of, deleteBlock(email))
		w.wantBlocked(t, w.of, email, false)
		wantAll(t, "listed", w.blocked(t, w.of, "", 10))
	}
	w.update(t, w.of, putBlock(email))
	w.wantBlocked(t, w.of, email, true)
}

// deleteBlockOf deletes what is not there, if a store can be asked for it.
func deleteBlockOf(email string) call {
	if slices.Contains(fixture.Unstorable(), email) {
		return func(context.Context, ports.Tx) error { return nil }
	}
	return deleteBlock(email)
}

// blockList: in the order of the bytes, in pages.
func blockList(t *testing.T, w *world) {
	want := fixture.OddIDs()
	for i := range want {
		w.update(t, w.of, putBlock(want[(i*7)%len(want)]))
	}
	for _, size := range []int{1, 2, 5, len(want), len(want) + 1} {
		var got []string
		for after := ""; ; after = got[len(got)-1] {
			page := w.blocked(t, w.of, after, size)
			got = append(got, page...)
			if len(page) > size || len(got) > len(want) {
				t.Fatalf("a page of %d has %d, all pages %d", size, len(page), len(got))
			}
			if len(page) < size {
				break
			}
		}
		wantAll(t, fmt.Sprintf("in pages of %d", size), got, want...)
	}
	wantAll(t, "from a place where nothing is", w.blocked(t, w.of, want[4]+"\x01", 100), want[5:]...)
	w.update(t, w.of, deleteBlock(want[3]))
	wantAll(t, "from what is gone", w.blocked(t, w.of, want[3], 100), want[4:]...)
}

func blockSellers(t *testing.T, w *world) {
	bob := ports.Seller(w.bob.ID)
	w.update(t, w.of, putBlock("ann@example.com"))
	w.update(t, bob, putBlock("bea@example.com"))
	w.wantBlocked(t, bob, "ann@example.com", false)
	w.update(t, bob, deleteBlock("ann@example.com"))
	wantAll(t, "ana's", w.blocked(t, w.of, "", 10), "ann@example.com")
	wantAll(t, "bob's", w.blocked(t, bob, "", 10), "bea@example.com")
	w.update(t, bob, putBlock("ann@example.com"))
	w.update(t, bob, deleteBlock("ann@example.com"))
	w.wantBlocked(t, w.of, "ann@example.com", true)
}

func blockRolledBack(t *testing.T, w *world) {
	boom := errors.New("boom")
	w.update(t, w.of, putBlock("ann@example.com"))
	err := w.Update(t.Context(), w.of, func(ctx context.Context, tx ports.Tx) error {
		return errors.Join(putBlock("bea@example.com")(ctx, tx), deleteBlock("ann@example.com")(ctx, tx), deleteBlock("cid@example.com")(ctx, tx), boom)
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want boom", err)
	}
	wantAll(t, "after it", w.blocked(t, w.of, "", 10), "ann@example.com")
	w.wantBlocked(t, w.of, "ann@example.com", true)
	w.wantBlocked(t, w.of, "bea@example.com", false)
}
