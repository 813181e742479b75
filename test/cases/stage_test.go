package cases

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/rest"
	"github.com/usherhq/usher/adapters/webhook"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/openapitest"
)

// publicURL is where the server under test says that it is.
const publicURL = "https://keys.example.com"

// start is when a case begins that does not say.
var start = time.Date(2025, 3, 10, 12, 0, 0, 0, time.UTC)

// stage is where one case is played: a server on a store of its own, the clock,
// and what the names of the case stand for.
type stage struct {
	*testing.T
	clock   *clock
	store   ports.Store
	usher   *app.Usher
	cards   *cards
	server  *httptest.Server
	sellers map[string]domain.Seller
	tokens  map[auth]string
	things  map[string]thing
	saved   map[string]string

	receiver *receiver
	hooks    []subscribed
}

// thing is what a name stands for.
type thing struct {
	is     kind
	seller domain.SellerID
	id     string
	key    domain.LicenseKey // of a licence, as it was bound
	renews string            // of a renewal, which is a payment: the purchase that it renews
}

// clock is business time and the machine's for stores. It stands still until it
// is moved.
type clock struct {
	mu    sync.Mutex
	time  time.Time
	named time.Time // the last instant that a case named
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.time
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.time = at
}

func newStage(t *testing.T, c *scenario, open opener) *stage {
	g := c.Given
	s := &stage{
		T:       t,
		clock:   &clock{time: start, named: start},
		sellers: map[string]domain.Seller{},
		tokens:  map[auth]string{},
		things:  map[string]thing{},
		saved:   map[string]string{},
	}
	if g.Clock != nil {
		s.clock = &clock{time: g.Clock.Time, named: g.Clock.Time}
	}
	s.store = open(t, s.clock.now)
	var err error
	s.cards, err = openCards(s.clock)
	s.must(err)
	s.receiver = &receiver{clock: s.clock, status: http.StatusOK}
	config := app.Config{
		Store: s.store, Clock: s.clock.now, Charger: s.cards, Logger: slog.New(slog.DiscardHandler),
		Poster: webhook.NewPoster(webhook.Options{HTTP: s.receiver}), EventBody: webhook.Body, PingBody: rest.Pings(publicURL),
	}
	if cutoff := g.Config.ProductIDRequiredAfter; cutoff.null {
		config.Cutoff = domain.NoCutoff
	} else if cutoff.set {
		config.Cutoff = domain.CutoffAt(cutoff.is.Time)
	}
	s.usher, err = app.New(config)
	s.must(err)
	s.server = httptest.NewServer(openapitest.Checked(t, rest.Handler(s.usher, &rest.Options{PublicURL: publicURL})))
	t.Cleanup(s.server.Close)
	s.enroll()
	s.fill(c)
	s.subscribe(g)
	return s
}

// enroll makes the two sellers and the tokens that every case has.
func (s *stage) enroll() {
	for _, name := range sellerName("").words() {
		seller, err := s.usher.Sellers.Add(s.Context(), domain.Seller{Name: name, Email: name + "@example.com"})
		s.must(err)
		s.sellers[name] = seller
		s.things[name] = thing{is: aSeller, seller: seller.ID, id: string(seller.UserID)}
	}
	for _, a := range []struct {
		auth   auth
		seller string
		scope  domain.Scope
	}{
		{"owner", "owner", domain.EditProducts},
		{"owner-view-sales", "owner", domain.ViewSales},
		{"owner-account", "owner", domain.AccountScope}, // only in own cases
		{"other-seller", "other", domain.EditProducts},
		{"revoked-token", "owner", domain.EditProducts},
	} {
		scopes, err := domain.MakeScopes(a.scope)
		s.must(err)
		secret, token, err := s.usher.Tokens.Create(s.Context(), s.sellers[a.seller].ID, string(a.auth), scopes)
		s.must(err)
		if a.auth == "revoked-token" {
			_, err := s.usher.Tokens.Revoke(s.Context(), token.SellerID, token.ID)
			s.must(err)
		}
		s.tokens[a.auth] = secret
	}
	s.tokens["owner-bearer"], s.tokens["no-scope"] = s.tokens["owner"], s.tokens["owner-view-sales"]
}

// must ends the case on a failure of what the runner itself needed.
func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// drain does the work that is due at this instant.
func (s *stage) drain() {
	s.Helper()
	_, err := s.usher.Worker.Tick(s.Context())
	s.must(err)
}

// moveTo moves the clock, and does what falls due on the way and then, in order,
// each piece at its own time; arrived comes before what is due at that instant.
// An instant that run_jobs has passed is now.
func (s *stage) moveTo(at time.Time, arrived func()) {
	s.Helper()
	if at.Before(s.clock.named) {
		s.Fatalf("the clock would go back from %s to %s", s.clock.named, at)
	}
	s.clock.named = at
	for s.clock.now().Before(at) {
		due, waits := s.next()
		if !waits || !due.Before(at) {
			s.clock.set(at)
			break
		}
		s.clock.set(due)
	}
	arrived()
	s.drain()
}

// runJobs does what is due, then jumps to each further due time, until nothing
// is due within a day.
func (s *stage) runJobs() {
	s.Helper()
	for due, waits := s.next(); waits && due.Before(s.clock.now().Add(24*time.Hour)); due, waits = s.next() {
		s.clock.set(due)
	}
}

// next does what is due at this instant, and returns when something falls due
// again.
func (s *stage) next() (time.Time, bool) {
	s.Helper()
	s.drain()
	due, waits, err := s.usher.Worker.NextDue(s.Context())
	s.must(err)
	if waits && !due.After(s.clock.now()) {
		s.Fatalf("work that was due at %s is not done at %s", due, s.clock.now())
	}
	return due, waits
}

// view reads one seller's things.
func (s *stage) view(seller domain.SellerID, fn func(context.Context, ports.Tx) error) {
	s.Helper()
	s.must(s.store.View(s.Context(), ports.Seller(seller), fn))
}

// named returns what a name stands for, of one of these kinds.
func (s *stage) named(name string, kinds ...kind) (thing, error) {
	t, ok := s.things[name]
	for _, is := range kinds {
		if ok && t.is == is {
			return t, nil
		}
	}
	return thing{}, fmt.Errorf("no %v is called %q", kinds, name)
}

// number returns 64 random bits.
func number() uint64 {
	var b [8]byte
	rand.Read(b[:])
	return binary.BigEndian.Uint64(b[:])
}

func newID(at time.Time) string {
	var b [10]byte
	rand.Read(b[:])
	return domain.NewID(at, b)
}

func newKey() domain.LicenseKey {
	var b [16]byte
	rand.Read(b[:])
	return domain.NewLicenseKey(b)
}
