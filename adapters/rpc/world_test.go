package rpc

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/memstore"
	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// The secrets of the sellers' tokens.
const (
	anaAll   = "ana-everything"
	anaEdits = "ana-edits-products"
	anaSees  = "ana-views-sales"
	anaGives = "ana-refunds-sales"
	anaEnded = "ana-revoked"
	benAll   = "ben-everything"
	nobodys  = "nobody-has-this-token"

	penID  = "pen-product"
	teamID = "team-product"
	soloID = "tier-solo"
	proID  = "tier-pro"
)

var noon = time.Date(2026, 4, 16, 12, 0, 0, 0, time.UTC)

// world is a server in front of a store in memory. Ana sells a pen and a team's
// membership: Solo for ten dollars a month and seat, Pro for thirty. Ben sells
// nothing.
type world struct {
	t     testing.TB
	url   string
	usher *app.Usher
	store *memstore.Store
	ana   domain.SellerID
	log   *logged
	away  bool // nobody reaches it, see reached
}

// options change what a world is made of; the zero value is the usual one.
type options struct {
	wrap func(ports.Store) ports.Store // what the use cases see of the store
	rpc  Options
	with func(*app.Config) // more of what the use cases have
}

func newWorld(t testing.TB, mods ...func(*options)) *world {
	t.Helper()
	o := options{}
	for _, mod := range mods {
		mod(&o)
	}
	w := &world{t: t, ana: "ana", log: &logged{}, store: memstore.New(&memstore.Options{TestClock: noon})}
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
	processor, err := sandbox.Open(sandbox.Options{Now: app.TestClock(w.store)})
	if err != nil {
		t.Fatal(err)
	}
	var seen ports.Store = w.store
	if o.wrap != nil {
		seen = o.wrap(seen)
	}
	config := app.Config{Store: seen, Charger: processor, Random: (&dice{}).fill, NoSweeps: true, NoJitter: true}
	if o.with != nil {
		o.with(&config)
	}
	if w.usher, err = app.New(config); err != nil {
		t.Fatal(err)
	}
	o.rpc.Logger = slog.New(slog.NewTextHandler(w.log, nil))
	s := httptest.NewUnstartedServer(Handler(w.usher, &o.rpc))
	s.Config.Protocols = &http.Protocols{}
	s.Config.Protocols.SetHTTP1(true)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	t.Cleanup(s.Close)
	w.url = s.URL
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

// sold records a sale of the pen and returns it with its key.
func (w *world) sold(email string) app.Sale {
	w.t.Helper()
	s, err := w.usher.Sales.Record(w.t.Context(), w.ana, "", domain.PurchaseState{ProductID: penID, Email: email, Quantity: 1, Price: usd(1000)})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// h2 speaks HTTP/2 without encryption, as gRPC needs.
func h2(t testing.TB) *http.Client {
	tr := &http.Transport{Protocols: &http.Protocols{}}
	tr.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// dialect is one of the ways to speak to the server.
type dialect struct {
	name    string
	client  connect.HTTPClient
	options []connect.ClientOption
}

func dialects(t testing.TB) []dialect {
	return []dialect{
		{"Connect over HTTP/1.1", http.DefaultClient, nil},
		{"Connect with JSON", http.DefaultClient, []connect.ClientOption{connect.WithProtoJSON()}},
		{"Connect over HTTP/2, compressed", h2(t), []connect.ClientOption{connect.WithSendGzip()}},
		{"gRPC", h2(t), []connect.ClientOption{connect.WithGRPC()}},
		{"gRPC-Web over HTTP/1.1", http.DefaultClient, []connect.ClientOption{connect.WithGRPCWeb()}},
	}
}

func (w *world) licenses() usherv1connect.LicenseServiceClient {
	return usherv1connect.NewLicenseServiceClient(http.DefaultClient, w.url)
}

func (w *world) catalog() usherv1connect.CatalogServiceClient {
	return usherv1connect.NewCatalogServiceClient(http.DefaultClient, w.url)
}

// as returns a context whose calls carry a token, and headers in pairs.
func (w *world) as(token string, headers ...string) context.Context {
	ctx, info := connect.NewClientContext(w.t.Context())
	if token != "" {
		info.RequestHeader().Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		info.RequestHeader().Add(headers[i], headers[i+1])
	}
	return ctx
}

// keyed is as with an idempotency key.
func (w *world) keyed(token, key string) context.Context { return w.as(token, "Idempotency-Key", key) }

// refused needs a refusal of that code, and detail. "" stands for any field.
func refused(t testing.TB, err error, code connect.Code, detail, field string) {
	t.Helper()
	if connect.CodeOf(err) != code || err == nil {
		t.Fatalf("answered %v, want %v", err, code)
	}
	d := detailOf(t, err)
	if d.Code != detail || d.Message == "" || field != "" && d.Field != field {
		t.Errorf("the detail is %q on %q: %q; want %q on %q", d.Code, d.Field, d.Message, detail, field)
	}
}

func detailOf(t testing.TB, err error) *usherv1.ErrorDetail {
	t.Helper()
	e, ok := errors.AsType[*connect.Error](err)
	if !ok || len(e.Details()) != 1 {
		t.Fatalf("no detail in %v", err)
	}
	v, err := e.Details()[0].Value()
	if err != nil {
		t.Fatal(err)
	}
	return v.(*usherv1.ErrorDetail)
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

// failing is a store whose views meet something first, and fail with it.
type failing struct {
	ports.Store
	how func(context.Context) error
}

func (f *failing) View(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	if err := f.how(ctx); err != nil {
		return err
	}
	return f.Store.View(ctx, who, fn)
}

// inProcess asks a handler without a network.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w.Result(), nil
}
