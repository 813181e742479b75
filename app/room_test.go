package app_test

import (
	"context"
	"testing"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// roomy is a store that counts how often the seats of a tier are counted.
type roomy struct {
	ports.Store
	asked int
}

type roomyMemberships struct {
	ports.Memberships
	of *roomy
}

func (r *roomy) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	return r.Store.Update(ctx, who, func(ctx context.Context, tx ports.Tx) error {
		tx.Memberships = roomyMemberships{tx.Memberships, r}
		return fn(ctx, tx)
	})
}

func (m roomyMemberships) SeatsIn(ctx context.Context, tier domain.VariantID, except domain.MembershipID) (int, error) {
	m.of.asked++
	return m.Memberships.SeatsIn(ctx, tier, except)
}

// What asks for no seats counts none: of a tier that many are in, that would be
// as much work for each as there are others.
func TestARenewalDoesNotCountTheSeatsOfItsTier(t *testing.T) {
	c := newClub(t)
	store := &roomy{Store: c.store}
	u, err := app.New(app.Config{Store: store, Clock: c.now, Random: (&dice{}).fill, Charger: c.processor})
	if err != nil {
		t.Fatal(err)
	}
	c.cards(sandbox.Pays, sandbox.Pays)
	c.clock.advance(20 * day) // into May
	if done, err := u.Memberships.Run(t.Context(), c.seller, c.id); err != nil || done.Result != domain.Renewed {
		t.Fatalf("%s, %v, want a renewal", done.Result, err)
	}
	if store.asked != 0 {
		t.Errorf("a renewal counted the seats of its tier %d times", store.asked)
	}
	if _, err := u.Memberships.Ask(t.Context(), c.seller, c.id, domain.AskSeats(6), "more"); err != nil {
		t.Fatal(err)
	}
	if store.asked == 0 {
		t.Error("seats were sold without counting those that are taken")
	}
}
