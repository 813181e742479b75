package app_test

import (
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// While the invitation of the second address is on its way, the address is
// changed again: in the end the last one is in, and nobody else.
func TestReaddress_twiceOnTheWay(t *testing.T) {
	clock := &clock{at: time.Date(2026, 4, 16, 12, 0, 0, 0, time.UTC)}
	store, g := memstore.New(&memstore.Options{Now: clock.now}), &guild{in: []domain.Subject{"first@example.com"}}
	ana := fixture.Seller("ana")
	product := fixture.Product(ana)
	sale := fixture.Purchase(product, func(p *domain.PurchaseState) { p.Email = "first@example.com" })
	conn := fixture.Connection(ana)
	attached := fixture.Attachment(conn, product)
	claim := fixture.Claim(conn, sale, func(c *domain.Claim) { c.State, c.EndAction = domain.ClaimActive, attached.EndAction })
	grant := fixture.Grant(conn, "first@example.com", func(s *domain.GrantState) { s.In, s.Origin = true, domain.AddedByUs })
	fixture.Fill(t, store, ana, product, sale, conn, attached, claim, grant)
	process := func() *app.Usher {
		return must(app.New(app.Config{Store: store, Clock: clock.now, Communities: map[domain.Service]ports.Community{domain.Circle: g}, NoJitter: true}))
	}
	u, other := process(), process()
	to := func(email string) {
		if err := u.Access.Readdress(t.Context(), ana.ID, sale.ID, email); err != nil {
			t.Error(err)
		}
	}
	met := false
	g.admitting = func(who domain.Subject) {
		if who == "middle@example.com" && !met {
			met = true
			to("last@example.com")
			if err := other.Communities.Unblock(t.Context(), ana.ID, "last@example.com"); err != nil { // it looks at that sale anew, at once
				t.Error(err)
			}
		}
	}
	to("middle@example.com")
	for range 10 {
		for _, p := range []*app.Usher{u, other} {
			if _, err := p.Worker.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		clock.at = clock.at.Add(5 * time.Minute)
	}
	if !met {
		t.Fatal("nobody was invited")
	}
	if !slices.Equal(g.in, []domain.Subject{"last@example.com"}) {
		t.Errorf("in are %v, want the last", g.in)
	}
}
