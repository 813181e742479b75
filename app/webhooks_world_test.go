package app_test

import (
	"context"
	"sync"
	"testing"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/adapters/webhook"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/storetest"
)

// receivers are the programs that webhooks lead to: what they got, and what they
// answer.
type receivers struct {
	mu     sync.Mutex
	got    []ports.Message
	answer func(ports.Message) domain.Post // nil: 200
}

func (r *receivers) Post(ctx context.Context, m ports.Message) (domain.Post, error) {
	if err := ctx.Err(); err != nil {
		return domain.Post{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, m)
	if r.answer == nil {
		return domain.Post{Status: 200}, nil
	}
	return r.answer(m), nil
}

// all returns what came since the last call.
func (r *receivers) all() []ports.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

// told is usher with a receiver.
type told struct {
	*app.Usher
	t     *testing.T
	store ports.Store
	clock *clock
	to    *receivers
	ana   domain.Seller
	dice  *dice
}

func newTold(t *testing.T, store ports.Store, c *clock) *told {
	w := &told{t: t, store: store, clock: c, to: &receivers{}, ana: fixture.Seller("ana"), dice: &dice{}}
	fixture.Fill(t, store, w.ana)
	w.Usher = w.process(w.to)
	return w
}

func newToldInMemory(t *testing.T) *told {
	c := &clock{at: fixture.T0.AddDate(1, 0, 0)}
	return newTold(t, storetest.Rerun(memstore.New(&memstore.Options{Now: c.now})), c)
}

func (w *told) process(p ports.Poster) *app.Usher {
	return must(app.New(app.Config{Store: w.store, Clock: w.clock.now, Machine: w.clock.now, Random: w.dice.fill, Poster: p, EventBody: webhook.Body, Sealer: openSealer{}}))
}

// openSealer seals nothing: every process reads what another wrote.
type openSealer struct{}

func (openSealer) Seal(aad, plain []byte) ([]byte, int) {
	return append(append([]byte{}, plain...), aad...), 1
}

func (openSealer) Open(_ int, aad, sealed []byte) ([]byte, error) {
	return sealed[:len(sealed)-len(aad)], nil
}

func (w *told) ctx() context.Context { return w.t.Context() }

func (w *told) add(n app.NewWebhook) domain.Webhook {
	w.t.Helper()
	hook, _, err := w.Webhooks.Add(w.ctx(), w.ana.ID, n)
	if err != nil {
		w.t.Fatal(err)
	}
	return hook
}

func (w *told) tick() {
	w.t.Helper()
	if _, err := w.Worker.Tick(w.ctx()); err != nil {
		w.t.Fatal(err)
	}
}

// happens emits an event of a sale without doing anything.
func (w *told) happens(all ...domain.Event) {
	w.t.Helper()
	if err := emit(w.ctx(), w.store, w.ana.ID, w.clock.now(), w.dice, all...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *told) deliveries(q ports.DeliveryQuery) []domain.Delivery {
	w.t.Helper()
	return must(w.Webhooks.Deliveries(w.ctx(), w.ana.ID, q))
}

func (w *told) statuses() map[domain.DeliveryStatus]int {
	n := map[domain.DeliveryStatus]int{}
	for _, d := range w.deliveries(ports.DeliveryQuery{}) {
		n[d.Status]++
	}
	return n
}
