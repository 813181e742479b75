package circle_test

import (
	"errors"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/circle/circletest"
)

const (
	tokenV1, tokenV2 = "circle-v1-token-0001", "circle-v2-token-0001"
	ana, bob         = "ana@example.com", "bob@example.com"
	anaID            = 1719764
	gumroad          = 3512
	paid             = 43576
)

// world is a community with two space groups, in which ana is.
type world struct {
	*circletest.Server
	now    time.Time
	client *circle.Client
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{now: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	w.Server = circletest.Start(t, clock)
	w.client = circle.New(&circle.Options{BaseURL: w.URL, Now: clock, Hurry: true})
	w.SetCommunity(circletest.Community{ID: gumroad, Name: "Gumroad", Slug: "gumroad"})
	w.SetSpaceGroup(gumroad, circletest.SpaceGroup{ID: 8015, Name: "Community"})
	w.SetSpaceGroup(gumroad, circletest.SpaceGroup{ID: paid, Name: "Paid"})
	w.SetToken(circletest.Token{Secret: tokenV1, Kind: circletest.V1, Communities: []int64{gumroad}})
	w.SetToken(circletest.Token{Secret: tokenV2, Kind: circletest.V2, Communities: []int64{gumroad}})
	w.SetMember(gumroad, circletest.Member{Email: ana, Active: true})
	return w
}

func account(d circle.Dialect) circle.Account {
	token := circle.Token(tokenV2)
	if d == circle.V1 {
		token = tokenV1
	}
	return circle.Account{Dialect: d, Token: token, Community: gumroad}
}

// both runs a test in either dialect.
func both(t *testing.T, test func(*testing.T, *world, circle.API, circle.Dialect)) {
	t.Helper()
	for _, d := range []circle.Dialect{circle.V1, circle.V2} {
		t.Run(string(d), func(t *testing.T) {
			w := newWorld(t)
			test(t, w, w.client.As(account(d)), d)
		})
	}
}

// failed checks that an error is of a cause, and returns it.
func failed(t *testing.T, err error, want circle.Cause) *circle.Error {
	t.Helper()
	e, ok := errors.AsType[*circle.Error](err)
	if !ok || e.Cause != want {
		t.Fatalf("got error %v, want %s", err, want)
	}
	return e
}

func none(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// asked are the operations that came, in order.
func (w *world) asked() (all []circletest.Operation) {
	for _, c := range w.Journal() {
		all = append(all, c.Operation)
	}
	return all
}
