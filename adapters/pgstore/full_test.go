package pgstore

import (
	"errors"
	"testing"

	"github.com/usherhq/usher/domain"
)

// TestFullIsSaidAtOnce: behind so many who wait nobody waits, and nothing of it
// is counted later.
func TestFullIsSaidAtOnce(t *testing.T) {
	k := &counter{uses: make(chan *use, countsWaiting)} // which nobody serves
	for range countsWaiting {
		must(t, k.put(&use{ctx: t.Context()}))
	}
	_, err := k.add(t.Context(), domain.Seen{LicenseID: "a", ProductID: "p"}, 1)
	if !errors.Is(err, domain.ErrUnavailable) || !errors.Is(err, errFull) {
		t.Errorf("a count: %v", err)
	}
	if len(k.uses) != countsWaiting {
		t.Errorf("%d wait", len(k.uses))
	}

	var g gate
	for range mostCalls {
		must(t, g.enter())
	}
	if err := g.enter(); !errors.Is(err, domain.ErrUnavailable) || !errors.Is(err, errFull) {
		t.Errorf("a call: %v", err)
	}
	g.leave()
	must(t, g.enter())
}
