package e2e

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/usherhq/usher/test/luck"
)

// fleet is servers of one shop, which may be replaced while clients ask them.
type fleet struct {
	*shop
	servers []atomic.Pointer[server]
}

func (f *shop) serveMany(n int) *fleet {
	f.Helper()
	all := &fleet{f, make([]atomic.Pointer[server], n)}
	for i := range all.servers {
		all.servers[i].Store(f.serve())
	}
	return all
}

// at returns the nth server; after the last comes the first.
func (f *fleet) at(n int) *server { return f.servers[n%len(f.servers)].Load() }

// stop has all servers end, which they must do well.
func (f *fleet) stop() {
	f.Helper()
	for i := range f.servers {
		f.at(i).stop()
	}
}

// neverSent reports whether a request failed before it was on its way.
func neverSent(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial"
}

// counts counts a use and tells the tally what came of it. It fails if no answer
// came.
func (s *server) counts(ctx context.Context, l license, y *tally) error {
	status, got, err := s.call(ctx, http.MethodPost, "verify", l)
	uses, ok := got["uses"].(float64)
	switch {
	case neverSent(err):
	case err != nil:
		y.lost()
	case status != http.StatusOK || !ok:
		s.Errorf("verify answers %d %v\n%s", status, got, s.stderr)
	default:
		y.answered(int64(uses))
	}
	return err
}

// TestFourProcesses has 64 clients count one key 20,000 times at four servers
// with one PostgreSQL, which are killed and started again meanwhile. No number
// is answered twice; each lies between 1 and the count in the end; and that is at
// least the number of answers, and at most as much more as there were requests
// that got none: no server counts a second time what it could not answer.
//
// The servers are killed four times USHER_TEST_RUNS, or 80 times.
func TestFourProcesses(t *testing.T) {
	const clients, wanted = 64, 20_000
	f := newShop(t, onPostgres(t))
	l := f.sale(f.product("Inkwell", "--licensed"))
	all := f.serveMany(4)
	y := &tally{times: map[int64]int{}}
	kills := int64(4 * luck.Runs(t, 20))
	every := max(wanted/kills, 1)
	kill := make(chan struct{}, kills)
	var answered atomic.Int64
	var done sync.WaitGroup
	for c := range clients {
		done.Go(func() {
			for n := c; answered.Load() < wanted && !t.Failed(); n++ {
				if all.at(n).counts(t.Context(), l, y) != nil {
					continue // with the next server
				}
				if n := answered.Add(1); n%every == 0 && n/every <= kills {
					kill <- struct{}{}
				}
			}
		})
	}
	go func() { done.Wait(); close(kill) }()
	dead := 0
	for range kill {
		i := rand.IntN(len(all.servers))
		all.at(i).kill()
		all.servers[i].Store(f.serve())
		dead++
	}
	y.check(t, dead, all.at(0).uses(l))
	all.stop()
	final := f.serve().uses(l) // whatever the dead had on its way has come by now
	y.check(t, dead, final)
	if answers := int64(len(y.times)); final < answers || answers < wanted && !t.Failed() {
		t.Errorf("%d answers came, want %d, and %d uses are stored", answers, wanted, final)
	}
	for n := range y.times {
		if n < 1 {
			t.Errorf("the number %d was answered", n)
		}
	}
	t.Logf("%d numbers answered, the last of them %d; %d requests got none; %d uses are stored; %d servers were killed",
		len(y.times), y.most, y.unanswered, final, dead)
}
