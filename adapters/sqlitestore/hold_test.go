package sqlitestore_test

import (
	"testing"

	"github.com/usherhq/usher/adapters/sqlitestore"
)

// A hold is kept, for every process, until it is lifted.
func TestStore_hold(t *testing.T) {
	s := at(t, nil).(*sqlitestore.Store)
	ctx := t.Context()
	held := func(want bool) {
		t.Helper()
		h, got, err := s.Held(ctx)
		if err != nil || got != want || want == h.Since.IsZero() {
			t.Fatalf("held: %v, %+v, %v; want %v", got, h, err, want)
		}
	}
	held(false)
	for range 2 {
		if err := s.Hold(ctx); err != nil {
			t.Fatal(err)
		}
		held(true)
	}
	for range 2 {
		if err := s.Lift(ctx); err != nil {
			t.Fatal(err)
		}
		held(false)
	}
}
