package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
)

// TestStopping ends servers, as an operator does, while clients count and buy:
// whatever was done was answered, and whatever was answered was done, all of it.
//
// Most clients have a new connection for each request. Those who keep theirs may
// send a request at the moment at which the server closes what is idle: then
// nobody answers, and the use may be counted.
func TestStopping(t *testing.T) { onEach(t, stopping) }

func stopping(t *testing.T, at place) {
	f := newShop(t, at)
	product := f.product("Inkwell", "--licensed")
	free := f.run(nil, "products", "add", "--name", "Sampler", "--price", "0", "--licensed").text("id")
	kept, fresh := f.sale(product), f.sale(product)
	keptTally, freshTally := &tally{times: map[int64]int{}}, &tally{times: map[int64]int{}}
	once := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	all := f.serveMany(at.processes())
	var sold atomic.Int64
	var done sync.WaitGroup
	enough := make([]chan struct{}, len(all.servers))
	for i := range all.servers {
		s := all.at(i)
		own := &server{shop: s.shop, url: s.url, client: once, stderr: s.stderr}
		var answered atomic.Int64
		want := 200 + rand.Int64N(400)
		enough[i] = make(chan struct{})
		clients := func(n int, one func(string) error) {
			for c := range n {
				done.Go(func() {
					for n := 0; one(fmt.Sprintf("%d-%d-%d", i, c, n)) == nil && !t.Failed(); n++ {
						if answered.Add(1) == want {
							close(enough[i])
						}
					}
				})
			}
		}
		clients(4, func(string) error { return s.counts(t.Context(), kept, keptTally) })
		clients(8, func(string) error { return own.counts(t.Context(), fresh, freshTally) })
		clients(4, func(name string) error {
			a := ask{"/api/sales", name, map[string]any{"product": free, "email": name + "@example.com"}}
			got, err := a.of(t.Context(), once, s.url, s.token)
			if err == nil && got.status != http.StatusCreated {
				t.Errorf("a sale is answered %d %s", got.status, got.body)
			}
			if err == nil {
				sold.Add(1)
			}
			return err
		})
	}
	for i := range enough {
		select {
		case <-enough[i]:
		case <-all.at(i).ended:
			t.Errorf("the server ended by itself\n%s", all.at(i).stderr)
		}
		all.at(i).stop()
	}
	done.Wait()
	s := f.serve()
	freshTally.check(t, 0, s.uses(fresh))
	if got, want := s.uses(fresh), int64(len(freshTally.times)); got != want {
		t.Errorf("%d uses are stored, and %d were answered", got, want)
	}
	keptTally.check(t, 0, s.uses(kept))
	s.stop()
	b := readBooks(t, at, f.seller())
	if got := int64(len(b.purchases)) - 2; got != sold.Load() || len(b.licenses) != len(b.purchases) {
		t.Errorf("%d sales were answered, and there are %d; of all %d there are %d keys", sold.Load(), got, len(b.purchases), len(b.licenses))
	}
	wantWhole(t, at)
	t.Logf("%d and %d uses and %d sales were answered; %d requests got no answer on a connection that was kept, %d on a new one",
		len(keptTally.times), len(freshTally.times), sold.Load(), keptTally.unanswered, freshTally.unanswered)
}
