package rest

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/openapitest"
)

// The secrets of the shop's tokens.
const (
	anasToken   = "token-of-ana"
	viewToken   = "token-that-only-sees"
	allToken    = "token-for-everything"
	endedToken  = "token-that-was-revoked"
	bensToken   = "token-of-ben"
	publicToken = "token-that-sees-little"
	moneyToken  = "token-that-gives-back"
	payToken    = "token-that-sees-payouts"
	parcelToken = "token-that-ships"
	bensSales   = "token-of-ben-for-sales"
	pencilKey   = "85DB562A-C11D4B06-A2335A6B-8C079166"
	pencilID    = "32-nPAicqbLj8B_WswVlMw=="
	clubKey     = "0D1C7E02-5B3A4F11-9C8D7E6F-5A4B3C2D"
	unknownBody = `{"success":false,"message":"That license does not exist for the provided product."}`
)

// noon is when everything here is asked.
var noon = time.Date(2025, 3, 10, 12, 0, 0, 0, time.UTC)

// shop is what the tests ask about: ana sells a pencil and a club, each sold
// once, and ben sells nothing. A test changes what it is about before it opens
// the shop.
type shop struct {
	ana, ben     domain.Seller
	pencil, club domain.Product
	sale, joined domain.PurchaseState          // of the pencil, of the club
	membership   domain.MembershipRecord       // of joined
	became       func(*domain.MembershipState) // what became of it; nil: nothing
	more         []any                         // whatever else the store holds, before the licences
	later        []any                         // and after them
	key, clubKey domain.LicenseState
	uses         int64 // of the pencil's key

	cutoff  domain.Cutoff
	options *Options
	wrap    func(ports.Store) ports.Store // what the use cases see of the store
	log     bytes.Buffer
	store   *memstore.Store
	usher   *app.Usher
}

func newShop() *shop {
	s := &shop{
		ana: domain.Seller{
			ID: "kL0psVL2admJSYRNs-OCMg==", UserID: "6282492303727", Name: "Ana", Email: "ana@example.com",
			Address: "https://ana.example.com", CreatedAt: noon.AddDate(-4, 0, 0),
		},
		ben: domain.Seller{
			ID: "Zq3Jm1mJ0cZ2i8wS2l3b5A==", UserID: "1", Name: "Ben", Email: "ben@example.com", CreatedAt: noon.AddDate(-4, 0, 0),
		},
	}
	s.pencil = domain.Product{
		ID: pencilID, SellerID: s.ana.ID, Kind: domain.OneTime, Name: "Pencil", Permalink: "QMGY",
		Price: domain.Money{Amount: 1000, Currency: "usd"}, Licensed: true, Published: true, CreatedAt: noon.AddDate(-1, 0, 0),
	}
	s.club = domain.Product{
		ID: "SDGgCnivv6gTTHfVRfUBxQ==", SellerID: s.ana.ID, Kind: domain.MembershipKind, Name: "Club", Permalink: "club",
		Price: domain.Money{Amount: 500, Currency: "usd"}, Licensed: true, Multiseat: true, Published: true, CreatedAt: noon.AddDate(-1, 0, 0),
	}
	s.sale = domain.PurchaseState{
		ID: "FO8TXN-dbxYaBdahG97Y-Q==", SellerID: s.ana.ID, ProductID: s.pencil.ID, OrderNumber: 524459935,
		Status: domain.Successful, Email: "buyer@example.com", Quantity: 1, Price: s.pencil.Price, Fee: 129,
		CanContact: true, Referrer: "direct", CreatedAt: time.Date(2025, 1, 5, 19, 38, 56, 789_000_000, time.UTC),
	}
	s.joined = domain.PurchaseState{
		ID: "b3k0u2Yk8g3p9vYl4n8z6g==", SellerID: s.ana.ID, ProductID: s.club.ID, MembershipID: "GDzW4_aBdQc-o7Gbjng7lw==",
		OrderNumber: 17, Status: domain.Successful, Email: "member@example.com", Quantity: 3, Multiseat: true,
		Price: domain.Money{Amount: 1500, Currency: "usd"}, CanContact: true, CreatedAt: time.Date(2025, 2, 20, 10, 0, 0, 0, time.UTC),
	}
	s.membership = domain.MembershipRecord{
		ID: s.joined.MembershipID, SellerID: s.ana.ID, ProductID: s.club.ID, PurchaseID: s.joined.ID,
		Recurrence: domain.Monthly, StartedAt: s.joined.CreatedAt, CreatedAt: s.joined.CreatedAt,
	}
	s.key = domain.LicenseState{
		ID: "l1", SellerID: s.ana.ID, ProductID: s.pencil.ID, PurchaseID: s.sale.ID, Key: pencilKey, CreatedAt: s.sale.CreatedAt,
	}
	s.clubKey = domain.LicenseState{
		ID: "l2", SellerID: s.ana.ID, ProductID: s.club.ID, PurchaseID: s.joined.ID, Key: clubKey, CreatedAt: s.joined.CreatedAt,
	}
	return s
}

// open serves the shop over HTTP until the test ends, and returns its address.
func (s *shop) open(t testing.TB) string {
	t.Helper()
	server := httptest.NewServer(openapitest.Checked(t, s.handler(t)))
	t.Cleanup(server.Close)
	return server.URL
}

func (s *shop) handler(t testing.TB) http.Handler {
	t.Helper()
	s.store = memstore.New(nil)
	fixture.Fill(t, s.store, s.ana, s.ben, s.pencil, s.club)
	fixture.Fill(t, s.store, s.more...)
	fixture.Fill(t, s.store, s.sale, s.joined, s.member(t), ports.CountedLicense{License: s.key, Uses: s.uses}, s.clubKey,
		token(s.ana, anasToken, domain.EditProducts), token(s.ana, viewToken, domain.ViewSales), token(s.ana, allToken, domain.AccountScope), token(s.ana, publicToken, domain.ViewPublic),
		token(s.ben, bensToken, domain.EditProducts), revoked(token(s.ana, endedToken, domain.EditProducts)),
		token(s.ana, moneyToken, domain.RefundSales), token(s.ana, parcelToken, domain.MarkSalesAsShipped), token(s.ben, bensSales, domain.ViewSales), token(s.ana, payToken, domain.ViewPayouts))
	fixture.Fill(t, s.store, s.later...)
	var seen ports.Store = s.store
	if s.wrap != nil {
		seen = s.wrap(seen)
	}
	u, err := app.New(app.Config{Store: seen, Clock: func() time.Time { return noon }, Random: func(b []byte) {
		for i := range b {
			b[i] = byte(i * 17)
		}
	}, Cutoff: s.cutoff})
	if err != nil {
		t.Fatal(err)
	}
	s.usher = u
	if s.options == nil {
		s.options = &Options{PublicURL: "https://keys.example.com"}
	}
	s.options.Logger = slog.New(slog.NewTextHandler(&s.log, nil))
	return Handler(u, s.options)
}

// member returns the membership, which is of the sale that its record names.
func (s *shop) member(t testing.TB) domain.MembershipState {
	t.Helper()
	of := s.joined
	if s.membership.PurchaseID == s.sale.ID {
		of = s.sale
	}
	m := s.membership.Adopt(of)
	if s.became != nil {
		s.became(&m)
	}
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	return m
}

func token(of domain.Seller, secret string, scope domain.Scope) domain.TokenState {
	return domain.TokenState{
		ID: domain.TokenID(secret), SellerID: of.ID, Name: secret, Digest: domain.DigestOf(secret),
		Scopes: domain.Scopes(scope), CreatedAt: noon.AddDate(-1, 0, 0),
	}
}

func revoked(t domain.TokenState) domain.TokenState {
	t.RevokedAt = noon.AddDate(0, 0, -1)
	return t
}

// stored returns the pencil's licence as it is in the store, with its uses.
func (s *shop) stored(t *testing.T) (found ports.CountedLicense) {
	t.Helper()
	err := s.store.View(t.Context(), ports.Seller(s.ana.ID), func(ctx context.Context, tx ports.Tx) error {
		all, err := tx.Licenses.List(ctx, ports.Cursor{}, 10)
		for _, l := range all {
			if l.License.ID == s.key.ID {
				found = l
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// asked is a request as a table of tests has it: "POST /v2/licenses/verify",
// parameters as pairs "name=value", and a token for the header.
type asked struct {
	what   string
	params string // pairs apart by &, in which only & and = are escaped
	token  string
}

// send sends it as a form.
func (a asked) send(t *testing.T, server string) (int, http.Header, string) {
	t.Helper()
	verb, path, _ := strings.Cut(a.what, " ")
	form := url.Values{}
	for pair := range strings.SplitSeq(a.params, "&") {
		name, value, _ := strings.Cut(pair, "=")
		form.Set(name, value)
	}
	r, err := http.NewRequest(verb, server+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", formType)
	if a.token != "" {
		r.Header.Set("Authorization", "Bearer "+a.token)
	}
	return do(t, r)
}

func placeOf(at time.Time, id string) ports.Cursor { return ports.Cursor{At: at, ID: id} }
