package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/luck"
)

// silent is a receiver that is down for a day, and then takes four of five.
type silent struct {
	mu     sync.Mutex
	now    func() time.Time
	up     time.Time
	luck   *rand.Rand
	tries  int
	taken  []string       // ids, in the order in which they were taken
	twice  map[string]int // how often an id was taken
	bodies map[string]string
}

func (d *silent) Post(_ context.Context, m ports.Message) (domain.Post, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tries++
	switch {
	case d.now().Before(d.up):
		return domain.Post{Why: "refused"}, nil
	case d.luck.IntN(5) == 0:
		return domain.Post{Status: 500}, nil
	}
	if d.twice[m.ID] == 0 {
		d.taken = append(d.taken, m.ID)
		d.bodies[m.ID] = string(m.Body)
	}
	d.twice[m.ID]++
	return domain.Post{Status: 200}, nil
}

// TestWebhooks_aDayOfSilence has a receiver down for a simulated day, and a process
// killed each simulated hour: afterwards it has every event, in the order of its
// sale, and twice only what it took as a process died.
func TestWebhooks_aDayOfSilence(t *testing.T) {
	for name, open := range map[string]func(*testing.T, *clock) ports.Store{
		"memory": func(t *testing.T, c *clock) ports.Store { return memstore.New(&memstore.Options{Now: c.now}) },
		"sqlite": func(t *testing.T, c *clock) ports.Store {
			keys := must(keyring.New(must(keyring.NewSecret(1, make([]byte, keyring.Size)))))
			s := must(sqlitestore.Open(t.Context(), t.TempDir()+"/usher.db", &sqlitestore.Options{Keyring: keys, Now: c.now}))
			t.Cleanup(func() { s.Close() })
			return s
		},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range luck.Runs(t, 1) {
				silentDay(t, open, uint64(seed))
			}
		})
	}
}

func silentDay(t *testing.T, open func(*testing.T, *clock) ports.Store, seed uint64) {
	c := &clock{at: fixture.T0.AddDate(1, 0, 0)}
	w := newTold(t, open(t, c), c)
	start := c.now()
	receiver := &silent{now: c.now, up: start.Add(24 * time.Hour), luck: rand.New(rand.NewPCG(seed, 7)), twice: map[string]int{}, bodies: map[string]string{}}
	w.add(app.NewWebhook{URL: "https://hooks.example.com/"})
	const sales, hours = 8, 36
	events, kills := 0, 0
	var h *hooks
	process := func() *app.Usher {
		h = &hooks{Store: w.store, hear: func([]ports.Event) {}}
		return must(app.New(app.Config{Store: h, Clock: c.now, Machine: c.now, Random: w.dice.fill, Poster: receiver, EventBody: orderedBody, Sealer: openSealer{}}))
	}
	u := process()
	work := func(until time.Time) {
		for {
			_, err := u.Worker.Tick(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			due, more, err := u.Worker.NextDue(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !more || due.After(until) {
				c.advance(max(0, until.Sub(c.now())))
				return
			}
			c.advance(max(0, due.Sub(c.now())))
		}
	}
	for hour := range hours {
		for sale := range sales {
			events++
			w.happens(domain.LicenseRotated{LicenseID: domain.LicenseID(fmt.Sprint(events)), PurchaseID: domain.PurchaseID(fmt.Sprint("b", sale)), At: c.now()})
		}
		// It dies in the middle of its work: nothing that it does then is kept.
		last := h
		die := func() error { last.dead.Store(true); return domain.ErrUnavailable }
		last.update = once(1+receiver.luck.IntN(4), die) // as it notes what somebody took, if somebody did
		last.finish = func([]ports.Done) error { return die() }
		_, _ = u.Worker.Tick(t.Context())
		if last.dead.Load() {
			kills++
		}
		last.update, last.finish = nil, nil
		u = process()
		c.advance(2 * time.Minute) // its leases end
		work(start.Add(time.Duration(hour+1) * time.Hour))
	}
	work(start.AddDate(0, 0, 5))
	if left := w.deliveriesBut(domain.DeliveryDelivered); left != 0 || len(receiver.taken) != events {
		t.Errorf("seed %d: %d of %d events came, %d were not delivered", seed, len(receiver.taken), events, left)
	}
	again := 0
	for _, n := range receiver.twice {
		again += n - 1
	}
	if again == 0 || again > kills*sales {
		t.Errorf("seed %d: %d came again, and %d processes died", seed, again, kills)
	}
	inOrder := map[string][]string{}
	for _, id := range receiver.taken {
		sale, n, _ := strings.Cut(receiver.bodies[id], " ")
		inOrder[sale] = append(inOrder[sale], n)
	}
	for sale, all := range inOrder {
		if !slices.IsSorted(all) {
			t.Errorf("seed %d: of %s they came as %v", seed, sale, all)
		}
	}
	if kills < hours/2 {
		t.Errorf("seed %d: only %d processes died", seed, kills)
	}
	t.Logf("seed %d: %d events, %d tries, %d processes died, %d came again", seed, events, receiver.tries, kills, again)
}

// orderedBody is the sale of an event and its number, so that order shows.
func orderedBody(n domain.News) (string, []byte, error) {
	e := decodedFields(n.Fields)
	return "text/plain", fmt.Appendf(nil, "%s %04s", e.PurchaseID, e.LicenseID), nil
}

// deliveriesBut counts those of other statuses.
func (w *told) deliveriesBut(status domain.DeliveryStatus) (n int) {
	q := ports.DeliveryQuery{}
	for {
		some := w.deliveries(q)
		for _, d := range some {
			if d.Status != status {
				n++
			}
			q.Before = ports.Cursor{At: d.CreatedAt, ID: string(d.ID)}
		}
		if len(some) < 1000 {
			return n
		}
	}
}
