package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/openapitest"
)

// The secrets of the sellers' tokens.
const (
	anaAll    = "ana-everything"
	anaEdits  = "ana-edits-products"
	anaSees   = "ana-views-sales"
	anaGives  = "ana-refunds-sales"
	anaEnded  = "ana-revoked"
	benAll    = "ben-everything"
	anInvite  = "an-invitation"
	nobodys   = "nobody-has-this-token"
	penID     = "pen-product"
	teamID    = "team-product"
	soloID    = "tier-solo"
	proID     = "tier-pro"
	sandboxOK = sandbox.Pays
)

var noon = time.Date(2026, 4, 16, 12, 0, 0, 0, time.UTC)

// world is a server in front of a store in memory, with a processor that has a
// book of its own. Ana sells a pen and a team's membership: Solo for ten dollars
// a month and seat, and at most 8 seats in all, Pro for thirty. Ben sells
// nothing.
type world struct {
	t         testing.TB
	url       string
	usher     *app.Usher
	store     *memstore.Store
	processor *sandbox.Processor
	ana       domain.SellerID
	log       *logged
}

// options change what a world is made of; the zero value is the usual one.
type options struct {
	wrap  func(ports.Store) ports.Store // what the use cases see of the store
	ticks bool                          // the clock is the machine's
	with  func(*app.Config)             // more of what the use cases have
}

func newWorld(t testing.TB, mods ...func(*options)) *world {
	t.Helper()
	o := options{}
	for _, mod := range mods {
		mod(&o)
	}
	w := &world{t: t, ana: "ana", log: &logged{}}
	stands := noon
	if o.ticks {
		stands = time.Time{}
	}
	w.store = memstore.New(&memstore.Options{TestClock: stands})
	ana, ben := seller("ana"), seller("ben")
	pen := domain.Product{
		ID: penID, SellerID: "ana", Kind: domain.OneTime, Name: "Pen", Permalink: "pen", Price: usd(1000), Licensed: true, Published: true, CreatedAt: ana.CreatedAt,
	}
	team := pen
	team.ID, team.Kind, team.Name, team.Permalink, team.Multiseat, team.MostSeats = teamID, domain.MembershipKind, "Team", "team", true, 20
	team.Prices = domain.Prices{}.With(domain.Monthly, 1000).With(domain.Yearly, 10000)
	solo := domain.Variant{ID: soloID, SellerID: "ana", ProductID: teamID, Category: domain.TierCategory, Name: "Solo", MostSeats: 8, CreatedAt: ana.CreatedAt}
	pro := solo
	pro.ID, pro.Name, pro.Position, pro.MostSeats = proID, "Pro", 1, 0
	pro.Prices = domain.Prices{}.With(domain.Monthly, 3000).With(domain.Yearly, 30000)
	revoked := token(ana, anaEnded, domain.AccountScope)
	revoked.RevokedAt = revoked.CreatedAt
	fixture.Fill(t, w.store, ana, ben, pen, team, solo, pro, revoked,
		token(ana, anaAll, domain.AccountScope), token(ana, anaEdits, domain.EditProducts), token(ana, anaSees, domain.ViewSales),
		token(ana, anaGives, domain.RefundSales), token(ben, benAll, domain.AccountScope))
	var err error
	if w.processor, err = sandbox.Open(sandbox.Options{Now: app.TestClock(w.store)}); err != nil {
		t.Fatal(err)
	}
	var seen ports.Store = w.store
	if o.wrap != nil {
		seen = o.wrap(seen)
	}
	config := app.Config{Store: seen, Charger: w.processor, Random: (&dice{}).fill, NoSweeps: true, NoJitter: true}
	if o.with != nil {
		o.with(&config)
	}
	if w.usher, err = app.New(config); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(openapitest.Checked(t, Handler(w.usher, &Options{Logger: slog.New(slog.NewTextHandler(w.log, nil))})))
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

func usd(amount int64) domain.Money { return domain.Money{Amount: amount, Currency: "usd"} }

func seller(name string) domain.Seller {
	return domain.Seller{ID: domain.SellerID(name), UserID: domain.UserID(strconv.Itoa(len(name) + int(name[0]))), Name: name, Email: name + "@example.com", CreatedAt: noon.AddDate(-1, 0, 0)}
}

func token(of domain.Seller, secret string, scope domain.Scope) domain.TokenState {
	return domain.TokenState{
		ID: domain.TokenID("token-" + secret), SellerID: of.ID, Name: secret, Digest: domain.DigestOf(secret), Scopes: domain.Scopes(scope), CreatedAt: of.CreatedAt,
	}
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends a request; headers are pairs.
func (w *world) ask(what, token, body string, headers ...string) reply {
	w.t.Helper()
	got, err := w.send(what, token, body, headers...)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

// send is ask for goroutines of a test's own.
func (w *world) send(what, token, body string, headers ...string) (reply, error) {
	method, path, _ := strings.Cut(what, " ")
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, string(text)}, err
}

// keyed is ask with an idempotency key.
func (w *world) keyed(what, token, body, key string) reply {
	w.t.Helper()
	return w.ask(what, token, body, "Idempotency-Key", key)
}

// is needs a reply of that status and returns its body.
func (r reply) is(t testing.TB, status int) string {
	t.Helper()
	if r.status != status {
		t.Fatalf("answered %d %s, want %d", r.status, r.body, status)
	}
	return r.body
}

// code returns the code and the field of a refusal.
func (r reply) code(t testing.TB) (code, field string) {
	t.Helper()
	p := read[problem](t, r.body)
	if p.Error.Message == "" {
		t.Errorf("no message in %s", r.body)
	}
	return p.Error.Code, p.Error.Field
}

func read[T any](t testing.TB, body string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}

// joined is somebody's membership of the team.
type joined struct {
	purchase, membership, token string
}

// join buys so many seats of Solo.
func (w *world) join(email string, seats int) joined {
	w.t.Helper()
	body := `{"product":"team","variants":["Solo"],"quantity":` + strconv.Itoa(seats) + `,"email":"` + email + `","method":"` + sandboxOK + `"}`
	b := read[boughtBody](w.t, w.keyed("POST /api/sales", anaEdits, body, "join-"+email).is(w.t, http.StatusCreated))
	if b.Membership == nil || b.AccessToken == nil {
		w.t.Fatalf("no membership in %+v", b)
	}
	return joined{string(b.Purchase.ID), string(b.Membership.ID), *b.AccessToken}
}

// book returns how often the processor was paid, and what it has taken in all.
func (w *world) book() (charges int, taken int64) {
	w.t.Helper()
	b, err := w.processor.Book(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range b.Charges {
		if c.Status == domain.Paid {
			charges++
		}
	}
	sums, err := b.Sums()
	if err != nil {
		w.t.Fatal(err)
	}
	return charges, sums["usd"].Taken - sums["usd"].Returned
}

// advance moves the test clock.
func (w *world) advance(d time.Duration) {
	w.t.Helper()
	now, _, err := w.usher.Clock.Now(w.t.Context())
	if err == nil {
		_, err = w.usher.Clock.Advance(w.t.Context(), now.Add(d), nil)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// work does what is due.
func (w *world) work() {
	w.t.Helper()
	for n := 1; n > 0; {
		var err error
		if n, err = w.usher.Worker.Tick(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

// invite puts an invitation with a known secret into the store.
func (w *world) invite(j joined, secret string) string {
	w.t.Helper()
	s := read[seatBody](w.t, w.ask("POST /api/memberships/"+j.membership+"/seats", j.token, `{"email":"cy@example.com"}`).is(w.t, http.StatusCreated)).Seat
	fixture.Fill(w.t, w.store, domain.TokenState{ID: domain.TokenID(secret), SellerID: w.ana, SeatID: s.ID, Digest: domain.DigestOf(secret), CreatedAt: noon})
	return string(s.ID)
}

// dice are random bytes, the same in each run.
type dice struct {
	mu    sync.Mutex
	drawn uint64
}

func (d *dice) fill(b []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drawn++
	sum := sha256.Sum256(strconv.AppendUint(nil, d.drawn, 10))
	copy(b, sum[:])
}

// logged is what was logged.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// failing is a store whose views meet something first, and fail with it, once it
// is armed.
type failing struct {
	ports.Store
	how func() error
}

func (f *failing) View(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	if f.how != nil {
		if err := f.how(); err != nil {
			return err
		}
	}
	return f.Store.View(ctx, who, fn)
}
