package app_test

import (
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// A token of the older API opens many communities: which one it is for is known
// when its seller has chosen. It then takes the place of the one that they had.
func TestChooseCommunity_renewsTheToken(t *testing.T) {
	now := func() time.Time { return fixture.T0.AddDate(0, 1, 0) }
	outside := circletest.Start(t, now)
	outside.SetCommunity(circletest.Community{ID: 3, Name: "Ana's"})
	outside.SetSpaceGroup(3, circletest.SpaceGroup{ID: 41, Name: "Members"})
	token := func(secret string) {
		outside.SetToken(circletest.Token{Secret: secret, Kind: circletest.V1, Communities: []int64{3}})
	}
	store := memstore.New(&memstore.Options{Now: now})
	client := circle.New(&circle.Options{BaseURL: outside.URL, Now: now, Machine: now, Hurry: true})
	u, err := app.New(app.Config{Store: store, Clock: now, Machine: now, Communities: map[domain.Service]ports.Community{domain.Circle: client}, Circle: client})
	if err != nil {
		t.Fatal(err)
	}
	ana := fixture.Seller("ana")
	fixture.Fill(t, store, ana)
	connect := func(secret string) domain.Connection {
		t.Helper()
		token(secret)
		offer, err := u.Communities.ConnectCircle(t.Context(), ana.ID, secret, "")
		if err == nil {
			offer, err = u.Communities.ChooseCommunity(t.Context(), ana.ID, offer.Connection.ID, "3")
		}
		if err != nil || len(offer.SpaceGroups) != 1 {
			t.Fatalf("connect: %+v, %v", offer, err)
		}
		return offer.Connection
	}

	first := connect("the-first-token")
	outside.RevokeToken("the-first-token")
	conn, err := u.Communities.Check(t.Context(), ana.ID, first.ID)
	if err != nil || !conn.Paused() {
		t.Fatalf("with a revoked token: %+v, %v", conn, err)
	}
	second := connect("the-second-token")

	if second.ID != first.ID || second.SecretEnd != "oken" || second.Paused() {
		t.Errorf("the connection is %+v, want %s with its new token, and not paused", second, first.ID)
	}
	if conn, err = u.Communities.Check(t.Context(), ana.ID, first.ID); err != nil || conn.Health != domain.HealthOK {
		t.Errorf("it is %s after a check, %v, want ok", conn.Health, err)
	}
	all, err := u.Communities.List(t.Context(), ana.ID, ports.Cursor{}, 10)
	open := 0
	for _, c := range all {
		if c.ClosedAt.IsZero() {
			open++
		}
	}
	if err != nil || open != 1 {
		t.Errorf("%d connections are open, %v, want 1", open, err)
	}
}
