package pgstore

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/pgtest"
)

// worker makes one kind of call again and again, and counts how they end.
type worker struct {
	call              func(context.Context) error
	done, failed, may atomic.Int64 // may: nobody knows
}

func (w *worker) work(t *testing.T, name string, end <-chan struct{}) {
	for {
		select {
		case <-end:
			return
		default:
		}
		err := w.call(context.Background())
		switch {
		case err == nil:
			w.done.Add(1)
		case errors.Is(err, errUnknown):
			w.may.Add(1)
			w.failed.Add(1)
		case errors.Is(err, domain.ErrUnavailable) && domain.KindOf(err) == domain.Unavailable:
			w.failed.Add(1)
		default:
			t.Errorf("%s: %v", name, err)
		}
	}
}

// more waits until a number has grown.
func more(t *testing.T, what string, n *atomic.Int64) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for was := n.Load(); n.Load() < was+2; {
		if time.Now().After(deadline) {
			t.Fatalf("%s: nothing more in a minute", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// TestTheServerStops has calls of every kind under way while the server is
// stopped, or crashes, and comes back: each fails with ErrUnavailable or not at
// all, what was answered is there, and work goes on by itself.
func TestTheServerStops(t *testing.T) {
	c := pgtest.Own(t, pgtest.Options{Fsync: true})
	s, products := shop(t, c.URL("postgres"), Options{})
	sale := fixture.Purchase(products[1])
	l := fixture.License(sale)
	fixture.Fill(t, s, sale, l)
	facts, err := s.Facts(t.Context(), domain.Lookup{Key: l.Key})
	must(t, err)
	who := ports.Seller(ana.ID)
	workers := map[string]*worker{
		"View": {call: func(ctx context.Context) error {
			return s.View(ctx, who, func(ctx context.Context, tx ports.Tx) error {
				_, err := tx.Products.ByID(ctx, products[0].ID)
				return err
			})
		}},
		"Update": {call: func(ctx context.Context) error { return s.Update(ctx, who, raise(products[0].ID)) }},
		"Facts": {call: func(ctx context.Context) error {
			_, err := s.Facts(ctx, domain.Lookup{Key: l.Key})
			return err
		}},
		"Count": {call: func(ctx context.Context) error {
			_, err := s.Count(ctx, facts[0].Seen, 1)
			return err
		}},
		"Claim": {call: func(ctx context.Context) error {
			_, err := s.Claim(ctx, fixture.T0, []string{"k"}, time.Minute, 10)
			return err
		}},
		"Enqueue": {call: func(ctx context.Context) error {
			return s.Enqueue(ctx, ports.Job{ID: "1", Kind: "k", Key: "k", DueAt: fixture.T0})
		}},
	}
	end := make(chan struct{})
	var all sync.WaitGroup
	for name, w := range workers {
		all.Go(func() { w.work(t, name, end) })
	}
	for _, stop := range []func(){c.Stop, c.Crash} {
		for name, w := range workers {
			more(t, name+" with a server", &w.done)
		}
		stop()
		for name, w := range workers {
			more(t, name+" without a server", &w.failed)
		}
		must(t, c.Start(t.Context()))
	}
	for name, w := range workers {
		more(t, name+" after it came back", &w.done)
	}
	close(end)
	all.Wait()
	between := func(what string, got int64, w *worker) {
		if least := w.done.Load(); got < least || got > least+w.may.Load() {
			t.Errorf("%s: %d, with %d answered and %d unknown", what, got, least, w.may.Load())
		}
	}
	between("the price", priceOf(t, s, products[0].ID), workers["Update"])
	uses, err := s.Count(t.Context(), facts[0].Seen, 0)
	must(t, err)
	between("the uses", uses, workers["Count"])
}
