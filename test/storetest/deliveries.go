package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func insertDelivery(d domain.Delivery) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Deliveries.Insert(ctx, d) }
}

func saveDelivery(d domain.Delivery) call {
	return func(ctx context.Context, tx ports.Tx) error { return tx.Deliveries.Save(ctx, d) }
}

var deliveryAggregate = aggregate[domain.Delivery]{
	notFound: domain.ErrDeliveryNotFound,
	bare:     bareDelivery,
	full:     bareDelivery,
	byID: func(ctx context.Context, tx ports.Tx, d domain.Delivery) (domain.Delivery, error) {
		return tx.Deliveries.ByID(ctx, d.ID)
	},
	insert: func(ctx context.Context, tx ports.Tx, d domain.Delivery) error { return tx.Deliveries.Insert(ctx, d) },
	save:   func(ctx context.Context, tx ports.Tx, d domain.Delivery) error { return tx.Deliveries.Save(ctx, d) },
	fixed:  []string{"WebhookID", "EventID", "Subject", "Seq"},
}

func bareDelivery(t *testing.T, w *world) domain.Delivery {
	h := fixture.Webhook(w.ana)
	fixture.Fill(t, w, h)
	return fixture.Delivery(h)
}

var deliveryTests = deliveryAggregate.tests(tests{
	"OneOfAnEvent":      deliveryOnce,
	"WaitingInOrder":    deliveryWaiting,
	"NewestFirst":       deliveryNewest,
	"Forgotten":         deliveryForgotten,
	"MadeAtDispatch":    deliveryDispatched,
	"NotMadeInVain":     deliveryDispatchFailed,
	"OfNobodysWebhooks": deliveryOfNobodys,
})

func deliveryOnce(t *testing.T, w *world) {
	d := bareDelivery(t, w)
	other := fixture.Webhook(w.ana)
	fixture.Fill(t, w, d, other)
	again := fixture.Delivery(domain.Webhook{ID: d.WebhookID, SellerID: d.SellerID}, func(a *domain.Delivery) { a.EventID = d.EventID })
	w.refuses(t, "the event again", insertDelivery(again), domain.ErrExists)
	again.WebhookID = other.ID
	fixture.Fill(t, w, again)
	again.ID, again.WebhookID = domain.DeliveryID(fixture.ID()), "x"
	w.refuses(t, "to an unknown webhook", insertDelivery(again), domain.ErrWebhookNotFound)
}

func waiting(d domain.Delivery, limit int) func(context.Context, ports.Tx) ([]domain.Delivery, error) {
	return func(ctx context.Context, tx ports.Tx) ([]domain.Delivery, error) {
		return tx.Deliveries.Waiting(ctx, d.WebhookID, d.Subject, limit)
	}
}

// deliveryWaiting: by their place, whatever the order in which they were made;
// of that subject and webhook alone, and not what is done.
func deliveryWaiting(t *testing.T, w *world) {
	h, other := fixture.Webhook(w.ana), fixture.Webhook(w.ana)
	fixture.Fill(t, w, h, other)
	of := func(to domain.Webhook, subject string, seq int64) domain.Delivery {
		return fixture.Delivery(to, func(d *domain.Delivery) { d.Subject, d.Seq = subject, seq })
	}
	third, first, second := of(h, "a", 30), of(h, "a", 1), of(h, "a", 2)
	fixture.Fill(t, w, third, first, second, of(h, "b", 1), of(other, "a", 1))
	wantAll(t, "all", read(t, w, w.of, waiting(first, 0)), first, second, third)
	wantAll(t, "the first", read(t, w, w.of, waiting(first, 2)), first, second)
	done := first
	done.Status, done.DoneAt = domain.DeliveryDelivered, fixture.T0
	w.update(t, w.of, saveDelivery(done))
	wantAll(t, "what is left", read(t, w, w.of, waiting(first, 0)), second, third)
	w.update(t, w.of, saveDelivery(first))
	wantAll(t, "again", read(t, w, w.of, waiting(first, 1)), first)
}

func deliveryNewest(t *testing.T, w *world) {
	h, other := fixture.Webhook(w.ana), fixture.Webhook(w.ana)
	theirs := fixture.Webhook(w.bob)
	fixture.Fill(t, w, h, other, theirs)
	a, b, c := fixture.Delivery(h), fixture.Delivery(other), fixture.Delivery(h)
	b.Status, b.DoneAt = domain.DeliveryFailed, fixture.T0
	fixture.Fill(t, w, b, a, c, fixture.Delivery(theirs))
	list := func(q ports.DeliveryQuery) []domain.Delivery {
		return read(t, w, w.of, func(ctx context.Context, tx ports.Tx) ([]domain.Delivery, error) { return tx.Deliveries.List(ctx, q) })
	}
	before := func(d domain.Delivery) ports.Cursor { return ports.Cursor{At: d.CreatedAt, ID: string(d.ID)} }
	wantAll(t, "all", list(ports.DeliveryQuery{}), c, b, a)
	wantAll(t, "the newest", list(ports.DeliveryQuery{Limit: 1}), c)
	wantAll(t, "before that", list(ports.DeliveryQuery{Before: before(c)}), b, a)
	wantAll(t, "before all", list(ports.DeliveryQuery{Before: before(a)}))
	wantAll(t, "to one webhook", list(ports.DeliveryQuery{WebhookID: h.ID}), c, a)
	wantAll(t, "to one webhook, before its last", list(ports.DeliveryQuery{WebhookID: h.ID, Before: before(c)}), a)
	wantAll(t, "of a status", list(ports.DeliveryQuery{Status: domain.DeliveryFailed}), b)
	wantAll(t, "of a status to a webhook", list(ports.DeliveryQuery{WebhookID: h.ID, Status: domain.DeliveryFailed}))
	wantAll(t, "to bob's", list(ports.DeliveryQuery{WebhookID: theirs.ID}))
}

func forget(t *testing.T, w *world, before time.Time, limit int) (n int) {
	t.Helper()
	w.update(t, ports.System, func(ctx context.Context, tx ports.Tx) (err error) {
		n, err = tx.Deliveries.Forget(ctx, before, limit)
		return err
	})
	return n
}

// deliveryForgotten: the longest done first, of any seller; what waits stays, and
// so does what was done at that time.
func deliveryForgotten(t *testing.T, w *world) {
	h, theirs := fixture.Webhook(w.ana), fixture.Webhook(w.bob)
	done := func(to domain.Webhook, after time.Duration) domain.Delivery {
		return fixture.Delivery(to, func(d *domain.Delivery) {
			d.Status, d.DoneAt = domain.DeliveryDelivered, fixture.T0.Add(after)
		})
	}
	oldest, old, late, waits := done(theirs, 0), done(h, time.Second), done(h, time.Hour), fixture.Delivery(h)
	fixture.Fill(t, w, h, theirs, late, old, oldest, waits)
	for _, limit := range []int{0, -1} {
		if n := forget(t, w, fixture.T0.Add(time.Hour), limit); n != 0 {
			t.Errorf("with the limit %d it forgets %d", limit, n)
		}
	}
	for what, want := range []int{1, 1, 0} {
		if n := forget(t, w, late.DoneAt, 1); n != want {
			t.Errorf("the %d. time it forgets %d, want %d", what+1, n, want)
		}
	}
	_, err := deliveryAggregate.load(t, w, old)
	wantErr(t, "what was forgotten", err, domain.ErrDeliveryNotFound)
	deliveryAggregate.wantStored(t, w, "what was done at that time", late)
	deliveryAggregate.wantStored(t, w, "what waits", waits)
	fixture.Fill(t, w, old) // nothing of it is in the way
}

// telling is a plan that makes these deliveries.
func telling(all ...domain.Delivery) ports.Plan {
	return func([]ports.Event, []domain.Webhook) ([]ports.Job, []domain.Delivery) { return nil, all }
}

// deliveryDispatched: one that is there stays as it is.
func deliveryDispatched(t *testing.T, w *world) {
	h := fixture.Webhook(w.ana)
	fixture.Fill(t, w, h)
	d := fixture.Distinct(fixture.Delivery(h))
	again := fixture.Delivery(h, func(a *domain.Delivery) { a.EventID = d.EventID })
	same := fixture.Delivery(h, func(a *domain.Delivery) { a.ID = d.ID })
	for _, plan := range []ports.Plan{telling(d, again), telling(same, again)} {
		w.append(t, w.of, event("a sale"))
		_, err := w.Dispatch(t.Context(), 10, plan)
		must(t, err)
		deliveryAggregate.wantStored(t, w, "what was planned", d)
		_, err = deliveryAggregate.load(t, w, again)
		wantErr(t, "the event again", err, domain.ErrDeliveryNotFound)
	}
}

func deliveryDispatchFailed(t *testing.T, w *world) {
	h := fixture.Webhook(w.ana)
	fixture.Fill(t, w, h)
	d := fixture.Delivery(h)
	w.append(t, w.of, event("a sale"))
	func() {
		defer func() { _ = recover() }()
		_, _ = w.Dispatch(t.Context(), 10, func([]ports.Event, []domain.Webhook) ([]ports.Job, []domain.Delivery) { panic("boom") })
	}()
	_, err := deliveryAggregate.load(t, w, d)
	wantErr(t, "after a panic", err, domain.ErrDeliveryNotFound)
	w.notMarked(t, "after a panic")
}

// deliveryOfNobodys: what is planned for a webhook that is another's is not made.
func deliveryOfNobodys(t *testing.T, w *world) {
	theirs := fixture.Webhook(w.bob)
	fixture.Fill(t, w, theirs)
	d := fixture.Delivery(theirs, func(d *domain.Delivery) { d.SellerID = w.ana.ID })
	unknown := fixture.Delivery(theirs, func(d *domain.Delivery) { d.WebhookID = "x" })
	w.append(t, w.of, event("a sale"))
	_, err := w.Dispatch(t.Context(), 10, telling(d, unknown))
	must(t, err)
	for _, x := range []domain.Delivery{d, unknown} {
		_, err := deliveryAggregate.load(t, w, x)
		wantErr(t, "of nobody's", err, domain.ErrDeliveryNotFound)
	}
}
