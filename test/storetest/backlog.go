package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

var backlogTests = tests{
	"OfNothing":   backlogOfNothing,
	"OfEverySort": backlogOfEverySort,
	"UpToALimit":  backlogLimit,
}

func (w *world) backlog(t *testing.T, most int) ports.Backlog {
	t.Helper()
	b, err := w.Backlog(t.Context(), t0, []string{"test", "other", "none"}, most)
	must(t, err)
	return b
}

func backlogOfNothing(t *testing.T, w *world) {
	if b := w.backlog(t, 10); len(b.Due) != 0 || b.Events != (ports.Waiting{}) || b.Dead != 0 || b.Deliveries != 0 {
		t.Errorf("nothing is %+v", b)
	}
	if b, err := w.Backlog(t.Context(), t0, nil, 10); err != nil || len(b.Due) != 0 {
		t.Errorf("of no kinds: %+v, %v", b, err)
	}
}

func ofKind(kind string) func(*ports.Job) { return func(j *ports.Job) { j.Kind = kind } }

// fillBacklog leaves three jobs of "test" due, the first of them an hour before t0
// and at work, one of "other", a dead one, one that is not due and one of a kind
// that nobody asks for; two events, and two deliveries of three.
func (w *world) fillBacklog(t *testing.T) {
	w.kill(t, newJob("dead", dueAt(t0.Add(-2*time.Hour))))
	w.enqueue(t, newJob("first", ofKind("test"), dueAt(t0.Add(-time.Hour))))
	if got, err := w.Claim(t.Context(), t0, []string{"test"}, time.Minute, 1); err != nil || len(got) != 1 {
		t.Fatalf("claimed %v, %v", got, err)
	}
	w.enqueue(t, newJob("second", ofKind("test")), newJob("third", ofKind("test"), dueAt(t0.Add(-time.Minute))), newJob("another", ofKind("other")),
		newJob("later", ofKind("test"), dueAt(t0.Add(time.Microsecond))), newJob("unasked", ofKind("unasked")))
	h := fixture.Webhook(w.ana)
	one, two, done := fixture.Delivery(h), fixture.Delivery(h), fixture.Delivery(h)
	fixture.Fill(t, w, h, one, two, done)
	done.Status, done.DoneAt = domain.DeliveryDelivered, fixture.T0
	w.update(t, w.of, func(ctx context.Context, tx ports.Tx) error { return tx.Deliveries.Save(ctx, done) })
	w.dispatchAll(t)
	w.append(t, w.of, event("a"), event("b"))
}

func (w *world) dispatchAll(t *testing.T) {
	t.Helper()
	for len(w.dispatch(t, 100)) > 0 {
	}
}

func backlogOfEverySort(t *testing.T, w *world) {
	w.fillBacklog(t)
	b := w.backlog(t, 10)
	test, other := b.Due["test"], b.Due["other"]
	if test.Count != 3 || test.Since != t0.Add(-time.Hour) || other.Count != 1 || other.Since != t0 || len(b.Due) != 2 {
		t.Errorf("due are %+v", b.Due)
	}
	if b.Events.Count != 2 || b.Events.Since != fixture.T0 || b.Dead != 1 || b.Deliveries != 2 {
		t.Errorf("waiting is %+v", b)
	}
}

func backlogLimit(t *testing.T, w *world) {
	w.fillBacklog(t)
	b := w.backlog(t, 1)
	if test := b.Due["test"]; test.Count != 1 || test.Since != t0.Add(-time.Hour) || b.Events.Count != 1 || b.Dead != 1 || b.Deliveries != 1 {
		t.Errorf("counted %+v", b)
	}
}
