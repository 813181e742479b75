package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/api"
	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// racers is how many requests race.
const racers = 50

// raceShop is servers of the JSON API over one database, each with a store of its
// own, a processor in test mode, and a product with one tier.
type raceShop struct {
	*testing.T
	store   ports.Store // of the first server
	usher   *app.Usher
	charger *raceCharger
	servers []*httptest.Server
	client  *http.Client
	seller  domain.SellerID
	token   string // the seller's
	product domain.Product
	tier    domain.Variant
}

// openRaceShop opens a shop that sells so many seats of its tier; 0 is any number.
func openRaceShop(t *testing.T, at place, room int) *raceShop {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 4, 16, 0, 0, 0, 0, time.UTC) } // prices depend on it
	bank, err := sandbox.Open(sandbox.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: racers}
	s := &raceShop{T: t, charger: &raceCharger{Processor: bank}, client: &http.Client{Transport: transport}}
	for i := range at.processes() {
		store, _, err := at.open(t.Context(), opening{})
		s.must(err)
		t.Cleanup(func() {
			if err := store.Close(); err != nil {
				t.Errorf("close the store: %v", err)
			}
		})
		usher, err := app.New(app.Config{Store: store, Clock: now, Charger: s.charger, Logger: quiet})
		s.must(err)
		server := httptest.NewServer(api.Handler(usher, nil))
		t.Cleanup(server.Close)
		s.servers = append(s.servers, server)
		if i == 0 {
			s.store, s.usher = store, usher
		}
	}
	t.Cleanup(transport.CloseIdleConnections)
	s.stock(room)
	return s
}

// stock makes what is sold, and the seller's token.
func (s *raceShop) stock(room int) {
	s.Helper()
	ctx := s.Context()
	seller, err := s.usher.Sellers.Add(ctx, domain.Seller{Name: "ana", Email: "ana@example.com"})
	s.must(err)
	s.seller = seller.ID
	s.product, err = s.usher.Catalog.AddProduct(ctx, s.seller, domain.Product{
		Kind: domain.MembershipKind, Name: "Club", Price: domain.Money{Amount: 1000, Currency: "usd"}, Licensed: true, Multiseat: true, Published: true,
	})
	s.must(err)
	s.tier, err = s.usher.Catalog.AddVariant(ctx, s.seller, domain.Variant{ProductID: s.product.ID, Name: "Gold", MostSeats: room})
	s.must(err)
	scopes, err := domain.MakeScopes(domain.EditProducts, domain.ViewSales)
	s.must(err)
	s.token, _, err = s.usher.Tokens.Create(ctx, s.seller, "race", scopes)
	s.must(err)
}

func (s *raceShop) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// members sells n memberships of so many seats, one after the other.
func (s *raceShop) members(n, seats int) (ids []domain.MembershipID) {
	s.Helper()
	for i := range n {
		who := app.Buyer{Email: fmt.Sprintf("member%d@example.com", i), Method: sandbox.Pays}
		done, err := s.usher.Sales.Buy(s.Context(), s.seller, domain.SaleRequest{ProductID: s.product.ID, Quantity: seats}, who, "")
		s.must(err)
		ids = append(ids, done.Membership.ID)
	}
	return ids
}

// ask is one request of a race.
type ask struct {
	path string
	key  string // Idempotency-Key; empty: none
	body map[string]any
}

func buying(email, method, key string, seats int, product domain.ProductID) ask {
	return ask{"/api/sales", key, map[string]any{"product": product, "quantity": seats, "email": email, "method": method}}
}

func changing(id domain.MembershipID, key string, seats int) ask {
	return ask{"/api/memberships/" + string(id) + "/change", key, map[string]any{"seats": seats}}
}

// reply is what came back.
type reply struct {
	status   int
	code     string // of a refusal
	message  string
	body     string
	replayed bool
}

// race sends all requests at once. Whatever asks the processor for money has its
// answer only when every other request is answered, or asks, too: so each of
// them meets all payments that can be on their way.
func (s *raceShop) race(asks ...ask) []reply {
	s.Helper()
	replies, errs := make([]reply, len(asks)), make([]error, len(asks))
	s.charger.expect(len(asks))
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i, a := range asks {
		wg.Go(func() {
			defer s.charger.arrived()
			<-start
			replies[i], errs[i] = s.insist(s.servers[i%len(s.servers)], a)
		})
	}
	close(start)
	wg.Wait()
	for _, err := range errs {
		s.must(err)
	}
	return replies
}

// insist sends a request again that was turned away, or whose payment has no
// answer yet, as who is told so does: so many are in each other's way that one
// may have to give up. It is the first of its kind if its first answer was.
func (s *raceShop) insist(to *httptest.Server, a ask) (r reply, err error) {
	for first := false; ; {
		r, err = s.send(to, a)
		again := r.code == domain.ErrUnavailable.Code || r.status == http.StatusAccepted
		if err != nil || !again {
			r.replayed = r.replayed && !first
			return r, err
		}
		first = first || r.status == http.StatusAccepted && !r.replayed
	}
}

func (s *raceShop) send(to *httptest.Server, a ask) (reply, error) {
	return a.of(s.Context(), s.client, to.URL, s.token)
}

// of sends the request to a server.
func (a ask) of(ctx context.Context, client *http.Client, url, token string) (r reply, err error) {
	body, err := json.Marshal(a.body)
	if err != nil {
		return r, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+a.path, bytes.NewReader(body))
	if err != nil {
		return r, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	if a.key != "" {
		request.Header.Set("Idempotency-Key", a.key)
	}
	response, err := client.Do(request)
	if err != nil {
		return r, err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		return r, err
	}
	var refusal struct {
		Error struct{ Code, Message string }
	}
	if err := json.Unmarshal(got, &refusal); err != nil {
		return r, fmt.Errorf("%s answers %d %q: %w", a.path, response.StatusCode, got, err)
	}
	return reply{response.StatusCode, refusal.Error.Code, refusal.Error.Message, string(got), response.Header.Get("Idempotent-Replayed") == "true"}, nil
}

// raceCharger is a processor that keeps its answers back until all requests of a
// race have come as far as they come without them.
type raceCharger struct {
	*sandbox.Processor
	mu   sync.Mutex
	wait int           // for so many more
	all  chan struct{} // closed when all have come
}

var _ ports.Charger = (*raceCharger)(nil)

func (c *raceCharger) expect(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wait, c.all = n, make(chan struct{})
}

// arrived counts one that was answered, or asks for money; nobody counts when
// all have come, or outside of a race.
func (c *raceCharger) arrived() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wait > 0 {
		if c.wait--; c.wait == 0 {
			close(c.all)
		}
	}
	return c.all
}

func (c *raceCharger) Charge(ctx context.Context, o ports.Order) (domain.Answer, error) {
	if all := c.arrived(); all != nil {
		select {
		case <-all:
		case <-ctx.Done():
			return domain.Answer{}, ctx.Err()
		}
	}
	return c.Processor.Charge(ctx, o)
}
