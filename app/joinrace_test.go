package app_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// guild is a Discord with one server. Whoever comes with a code is the account of
// that id.
type guild struct {
	ports.Community
	mu        sync.Mutex
	in        []domain.Subject
	admitting func(domain.Subject) // is called before somebody is let in
}

func (g *guild) AuthorizeURL(_ domain.PassKind, state, _ string) string { return state }

func (g *guild) Exchange(_ context.Context, code, _ string) (ports.Consent, error) {
	return ports.Consent{Token: ports.Proof(code)}, nil
}

func (g *guild) WhoIs(_ context.Context, token ports.Proof) (ports.Account, error) {
	return ports.Account{ID: domain.Subject(token), Name: "account " + string(token)}, nil
}

func (g *guild) Look(_ context.Context, _ ports.Door, who domain.Subject) (domain.Presence, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if slices.Contains(g.in, who) {
		return domain.Presence{Seen: domain.Present}, nil
	}
	return domain.Presence{Seen: domain.Absent}, nil
}

func (g *guild) Admit(_ context.Context, _ ports.Door, who domain.Subject, _ domain.Targets, _ ports.Proof) (domain.Admission, error) {
	if g.admitting != nil {
		g.admitting(who)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.in = append(g.in, who)
	return domain.Admission{Added: true}, nil
}

func (g *guild) Remove(_ context.Context, _ ports.Door, who ports.Member) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.in = slices.DeleteFunc(g.in, func(s domain.Subject) bool { return s == who.Subject })
	return nil
}

// While one account is being let in, another one comes with the same link: one
// of them has the place, the other is told so, and nobody else is in the server.
func TestFinishJoin_twoAtOnce(t *testing.T) {
	for name, row := range map[string]struct {
		has     domain.Subject // the claim
		another bool
	}{
		"for a place that nobody has":            {"", false},
		"for the place of an account that is in": {"1", true},
	} {
		t.Run(name, func(t *testing.T) {
			ana := fixture.Seller("ana")
			product := fixture.Product(ana)
			sale := fixture.Purchase(product)
			conn := fixture.Connection(ana, func(c *domain.Connection) { c.Service, c.Dialect, c.RemoteID, c.Target = domain.Discord, "", "9", "" })
			claim := fixture.Claim(conn, sale, func(c *domain.Claim) {
				c.Subject, c.OldSubject, c.Name, c.State, c.Targets, c.EndAction = row.has, "", "", domain.ClaimWaiting, "", domain.EndKick
				if row.has != "" {
					c.State, c.Name = domain.ClaimActive, "account 1"
				}
			})
			store, g := memstore.New(nil), &guild{}
			fixture.Fill(t, store, ana, product, sale, conn, claim)
			if row.has != "" {
				g.in = append(g.in, row.has)
				fixture.Fill(t, store, fixture.Grant(conn, row.has, func(s *domain.GrantState) { s.In, s.Origin = true, domain.AddedByUs }))
			}
			u := must(app.New(app.Config{Store: store, Communities: map[domain.Service]ports.Community{domain.Discord: g}, Discord: g}))
			join := func(who string) error {
				state := must(u.Access.StartJoin(t.Context(), ana.ID, claim.ID, "browser of "+who, row.another))
				_, err := u.Access.FinishJoin(t.Context(), "browser of "+who, app.Callback{State: state, Code: who})
				return err
			}
			var second error
			g.admitting = func(domain.Subject) {
				g.admitting = nil
				second = join("3")
			}
			if err := join("2"); err != nil {
				t.Errorf("the first is refused: %v", err)
			}
			if !errors.Is(second, domain.ErrAccountBound) {
				t.Errorf("the second is told %v, want %v", second, domain.ErrAccountBound)
			}
			if _, err := u.Worker.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(g.in, []domain.Subject{"2"}) {
				t.Errorf("in the server are %v, want the first", g.in)
			}
		})
	}
}
