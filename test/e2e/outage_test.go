package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/mail"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/luck"
	"github.com/usherhq/usher/test/pgtest"
)

// What a server says that cannot reach its database: that nothing was done, that
// it was, or that it cannot tell.
const (
	notDone = "nothing was done; try again in a moment"
	wasDone = "it was done, and cannot be shown just now; look again in a moment"
	unclear = "nobody knows yet whether it was done; look before you try again"
)

// turn is how a request ended.
type turn int

const (
	served  turn = iota
	away         // it was turned away, and nothing was done
	unshown      // it was done, and could not be shown
	perhaps      // nobody knows
	turns
)

// judge says how a request ended that should have been answered well, and fails
// the test if it was neither that nor turned away in plain words.
func (s *server) judge(what string, ok bool, status int, message string, err error) turn {
	s.Helper()
	said := strings.ToLower(strings.TrimSuffix(message, "."))
	switch {
	case err != nil:
		s.Errorf("%s gets no answer: %v\n%s", what, err, s.stderr)
	case ok:
		return served
	case status == http.StatusServiceUnavailable && said == notDone:
		return away
	case status == http.StatusServiceUnavailable && said == wasDone:
		return unshown
	case status == http.StatusServiceUnavailable && said == unclear:
		return perhaps
	default:
		s.Errorf("%s is answered %d %q", what, status, message)
	}
	return perhaps
}

// client is somebody who asks one server for the same kind of thing again and
// again, as long as the test goes on.
type client struct {
	what string
	s    *server
	ask  func(ctx context.Context, s *server) turn
	ends [turns]atomic.Int64 // how often each turn came
}

func (c *client) work(ctx context.Context, end <-chan struct{}) {
	for !c.s.Failed() {
		t := c.ask(ctx, c.s)
		c.ends[t].Add(1)
		pause := time.Duration(0)
		if t != served {
			pause = 5 * time.Millisecond // or this would be all that the machine does
		}
		select {
		case <-end:
			return
		case <-time.After(pause):
		}
	}
}

// failures is how often it was not served.
func (c *client) failures() (n int64) {
	for i := away; i < turns; i++ {
		n += c.ends[i].Load()
	}
	return n
}

// TestOutage stops PostgreSQL, and lets it crash, while clients count, buy,
// switch a key off and on and look at another at four servers. They are served
// or turned away in plain words, and nothing that was answered was wrong, or is
// lost. /readyz says how it is, and all is well again once the database is back,
// without a hand on the servers.
//
// It goes away twice, or a fifth as often as USHER_TEST_RUNS says.
func TestOutage(t *testing.T) {
	cluster := pgtest.Own(t, pgtest.Options{Fsync: true})
	f := newShop(t, place{t.TempDir(), cluster.URL("postgres")})
	product := f.product("Inkwell", "--licensed")
	free := f.run(nil, "products", "add", "--name", "Sampler", "--price", "0", "--licensed").text("id")
	counted, looked := f.sale(product), f.sale(product)
	all := f.serveMany(4)
	y := &tally{times: map[int64]int{}}
	var sold, replayed atomic.Int64
	var clients []*client
	for i := range all.servers {
		s := all.at(i)
		count := func(ctx context.Context, s *server) turn { return s.countOrNot(ctx, counted, y) }
		clients = append(clients,
			&client{what: "a count", s: s, ask: count}, &client{what: "a count", s: s, ask: count},
			&client{what: "a look", s: s, ask: func(ctx context.Context, s *server) turn {
				status, got, err := s.call(ctx, http.MethodPost, "verify", looked, "increment_uses_count", "false")
				ok := status == http.StatusOK && got["uses"] == 0.0 && got.text("purchase", "id") == looked.Purchase
				return s.judge("a look", ok, status, got.text("message"), err)
			}},
			&client{what: "a switch", s: s, ask: switching(f.sale(product), all.at(i+1))},
			&client{what: "a sale", s: s, ask: buyingOnce(free, strconv.Itoa(i), &sold, &replayed)})
	}
	end := make(chan struct{})
	var done sync.WaitGroup
	for _, c := range clients {
		done.Go(func() { c.work(t.Context(), end) })
	}
	over := sync.OnceFunc(func() { close(end); done.Wait() })
	defer over()
	for range max(luck.Runs(t, 20)/10, 1) {
		for _, stop := range []func(){cluster.Stop, cluster.Crash} {
			all.served(clients)
			stop()
			for _, c := range clients {
				more(t, c.what+" is turned away", c.failures)
			}
			all.wantReady(http.StatusServiceUnavailable, "unavailable")
			if err := cluster.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	all.served(clients)
	over()
	final := all.at(0).uses(counted)
	y.check(t, 0, final)
	all.stop()
	f.wantAllSold(sold.Load())
	var ends [turns]int64
	for _, c := range clients {
		for i := range c.ends {
			ends[i] += c.ends[i].Load()
		}
	}
	t.Logf("%d requests were served, %d turned away, %d done and not shown, of %d nobody knew; %d uses were answered and %d are stored; %d sales, of which %d were answered when they were repeated",
		ends[served], ends[away], ends[unshown], ends[perhaps], len(y.times), final, sold.Load(), replayed.Load())
}

// served waits until the database is back: all servers are ready, and serve
// everybody again.
func (f *fleet) served(clients []*client) {
	f.Helper()
	f.wantReady(http.StatusOK, "ok")
	for _, c := range clients {
		more(f.T, c.what+" is served", c.ends[served].Load)
	}
	f.wantReady(http.StatusOK, "ok")
}

// wantReady waits until all servers say of themselves what is so.
func (f *fleet) wantReady(status int, reason string) {
	f.Helper()
	for i := range f.servers {
		s := f.at(i)
		eventually(f.T, fmt.Sprintf("/readyz is %d %s", status, reason), func() bool {
			got, err := s.client.Get(s.url + "/readyz")
			if err != nil {
				f.Fatal(err)
			}
			defer got.Body.Close()
			_, _ = io.Copy(io.Discard, got.Body)
			return got.StatusCode == status && got.Header.Get("Usher-Reason") == reason
		})
	}
}

// countOrNot counts a use. Who is turned away was not counted; of who is told
// that nobody knows, the tally does not know either.
func (s *server) countOrNot(ctx context.Context, l license, y *tally) turn {
	status, got, err := s.call(ctx, http.MethodPost, "verify", l)
	uses, is := got["uses"].(float64)
	t := s.judge("a count", status == http.StatusOK && is, status, got.text("message"), err)
	switch t {
	case served:
		y.answered(int64(uses))
	case perhaps:
		y.lost()
	}
	return t
}

// switching disables a key at one server and enables it, in turn. Each time,
// another server answers as it is: it may not know, but it may not be wrong.
func switching(l license, other *server) func(context.Context, *server) turn {
	const on, off, either = 0, 1, 2
	is := on
	var said []string // lately
	return func(ctx context.Context, s *server) turn {
		action, next := "disable", off
		if is != on { // enabling twice is enabling once
			action, next = "enable", on
		}
		status, got, err := s.call(ctx, http.MethodPut, action, l)
		t := s.judge("a switch", status == http.StatusOK, status, got.text("message"), err)
		switch t {
		case served, unshown:
			is = next
		case perhaps:
			is = either
		}
		said = append(said[max(0, len(said)-7):], fmt.Sprintf("%s: %d %s", action, status, got.text("message")))
		status, got, err = other.call(ctx, http.MethodPost, "verify", l, "increment_uses_count", "false")
		refused := status == http.StatusNotFound && got.text("message") == disabled
		if other.judge("the look at it", status == http.StatusOK || refused, status, got.text("message"), err) == served && is != either && refused != (is == off) {
			s.Errorf("after %q another server says %d %s", said, status, got.text("message"))
		}
		return t
	}
}

// buyingOnce buys something as a new customer each time, who comes back with the
// same key until the sale is made.
func buyingOnce(product, shop string, sold, replayed *atomic.Int64) func(context.Context, *server) turn {
	n := 0
	return func(ctx context.Context, s *server) turn {
		name := fmt.Sprintf("%s-%d", shop, n)
		a := ask{"/api/sales", name, map[string]any{"product": product, "email": name + "@example.com"}}
		got, err := a.of(ctx, s.client, s.url, s.token)
		t := s.judge("a sale", got.status == http.StatusCreated, got.status, got.message, err)
		if t == served {
			n++
			sold.Add(1)
			if got.replayed {
				replayed.Add(1)
			}
		}
		return t
	}
}

// wantAllSold does the work that sales have left, at a time at which all leases
// of those who could not end theirs are over, and needs each sale to be there
// once, with one key and one receipt, beside those of the command line.
func (f *shop) wantAllSold(sold int64) {
	f.Helper()
	later := func() time.Time { return time.Now().Add(24 * time.Hour) }
	store, secrets, err := f.open(f.Context(), opening{Now: later})
	if err != nil {
		f.Fatal(err)
	}
	defer store.Close()
	u, err := app.New(app.Config{Store: store, Clock: later, Mailer: mail.NewOutbox(store), Sealer: secrets, Logger: quiet})
	if err == nil {
		_, err = u.Worker.Tick(f.Context())
	}
	if err != nil {
		f.Fatal(err)
	}
	b := readBooks(f.T, f.place, f.seller())
	buyers, ours := map[string]int{}, int64(0)
	keys := map[domain.PurchaseID]int{}
	for _, l := range b.licenses {
		keys[l.License.PurchaseID]++
	}
	for _, p := range b.purchases {
		if keys[p.ID] != 1 || b.mails["receipt:"+string(p.ID)] != 1 {
			f.Errorf("the purchase %s has %d keys and %d receipts", p.ID, keys[p.ID], b.mails["receipt:"+string(p.ID)])
		}
		if p.Email == "bo@example.com" {
			continue
		}
		ours++
		if buyers[p.Email]++; buyers[p.Email] == 2 {
			f.Errorf("%s bought once, and has two purchases", p.Email)
		}
	}
	// A client may be cut off by the end of the test while its last sale is
	// unclear: it does not come back.
	if ours < sold || ours > sold+4 {
		f.Errorf("%d sales were answered, and %d are there", sold, ours)
	}
	for _, j := range b.dead {
		f.Errorf("a job was given up: %+v", j)
	}
}

// more waits until a number has grown by two.
func more(t *testing.T, what string, n func() int64) {
	t.Helper()
	was := n()
	eventually(t, what, func() bool { return n() >= was+2 || t.Failed() })
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatalf("not after a minute: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}
