package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/storetest"
)

// club is a membership of five seats at ten dollars for April, on a store that
// runs every closure twice, and a processor with a book of its own.
type club struct {
	*app.Memberships
	t         *testing.T
	store     *memstore.Store
	processor *sandbox.Processor
	clock     *clock
	now       ports.Clock // the clock's, or the store's test clock
	seller    domain.SellerID
	id        domain.MembershipID
	tier      domain.Variant
}

// midApril is when a club is opened.
var midApril = time.Date(2026, 4, 16, 0, 0, 0, 0, time.UTC)

func newClub(t *testing.T) *club {
	t.Helper()
	clock := &clock{at: midApril}
	return clubOn(t, memstore.New(&memstore.Options{Now: clock.now}), clock, clock.now)
}

func clubOn(t *testing.T, store *memstore.Store, clock *clock, now ports.Clock) *club {
	t.Helper()
	c := &club{t: t, store: store, clock: clock, now: now}
	ana := fixture.Seller("ana")
	product := fixture.Product(ana, func(p *domain.Product) {
		p.Kind, p.Multiseat, p.MostSeats = domain.MembershipKind, true, 20
	})
	c.tier = fixture.Variant(product, func(v *domain.Variant) { v.Category, v.MostSeats = domain.TierCategory, 30 })
	april := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	sale, member := fixture.Renewal(product, func(p *domain.PurchaseState) {
		p.Quantity, p.Price.Amount, p.Multiseat, p.CreatedAt = 5, 5000, true, april
		p.Variants = domain.ChosenVariants(c.tier.ID)
	})
	member.AnchorAt, member.CreatedAt, member.Terms.Tier, member.Seats, member.Terms.Unit = april, april, c.tier.ID, 5, 1000
	if err := member.Check(); err != nil {
		t.Fatal(err)
	}
	fixture.Fill(t, c.store, ana, product, c.tier, sale, member)
	var err error
	if c.processor, err = sandbox.Open(sandbox.Options{Now: c.now}); err != nil {
		t.Fatal(err)
	}
	c.seller, c.id = ana.ID, member.ID
	c.Memberships = c.process(c.processor).Memberships
	return c
}

// process starts an usher on the store, with a charger.
func (c *club) process(charger ports.Charger) *app.Usher {
	c.t.Helper()
	u, err := app.New(app.Config{Store: storetest.Rerun(c.store), Clock: c.now, Random: (&dice{}).fill, Charger: charger})
	if err != nil {
		c.t.Fatal(err)
	}
	return u
}

// cards says how the next charges go.
func (c *club) cards(methods ...string) {
	c.t.Helper()
	if err := c.processor.Next(c.t.Context(), methods...); err != nil {
		c.t.Fatal(err)
	}
}

func (c *club) ask(seats int, key string) (app.Done, error) {
	return c.Ask(c.t.Context(), c.seller, c.id, domain.AskSeats(seats), key)
}

// is needs the membership to have so many seats and the book so much money.
func (c *club) is(what string, seats int, money int64) domain.MembershipState {
	c.t.Helper()
	s, err := c.Get(c.t.Context(), c.seller, c.id)
	if err != nil {
		c.t.Fatal(err)
	}
	book, err := c.processor.Book(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	sums, err := book.Sums()
	if err != nil {
		c.t.Fatal(err)
	}
	if got := sums["usd"]; s.SeatsNow() != seats || got.Taken-got.Returned != money {
		c.t.Errorf("%s: %d seats and %d in the book, want %d and %d", what, s.SeatsNow(), got.Taken-got.Returned, seats, money)
	}
	if ours := c.books(); ours != money {
		c.t.Errorf("%s: our own books say %d, want %d", what, ours, money)
	}
	return s
}

// books sums the payments and refunds of the membership, as they are kept.
func (c *club) books() (sum int64) {
	c.t.Helper()
	err := c.store.View(c.t.Context(), ports.Seller(c.seller), func(ctx context.Context, tx ports.Tx) error {
		sum = 0
		all, err := tx.Payments.List(ctx, ports.Cursor{}, 1000)
		for _, p := range all {
			if p.Taken() {
				sum += p.Amount.Amount - p.Refunded
			}
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return sum
}
