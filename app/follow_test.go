package app_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// A purchase shows what is in force of its membership, and is the same sale for life.
func TestFollow_purchase(t *testing.T) {
	s := newTill(t)
	b := must(s.buy(of(s.team, 2), sandbox.Pays, ""))
	id, was := b.Membership.ID, b.Purchase
	shows := func(what string, quantity int, price int64, multiseat bool) {
		t.Helper()
		want := was
		want.Quantity, want.Price.Amount, want.Multiseat = quantity, price, multiseat
		if price != was.Price.Amount {
			want.Original = was.Price
		}
		got := must(s.Sales.Get(t.Context(), s.seller, was.ID)).Purchase
		if want.Original == (domain.Money{}) && got.Original == was.Price { // it came back to it
			want.Original = was.Price
		}
		if got != want {
			t.Errorf("%s: got  %+v\nwant %+v", what, got, want)
		}
	}
	ask := func(r domain.Request) {
		t.Helper()
		must(s.Memberships.Ask(t.Context(), s.seller, id, r, ""))
	}
	renew := func() {
		t.Helper()
		m := must(s.Memberships.Get(t.Context(), s.seller, id))
		s.clock.advance(m.Period().EndAt.Sub(s.clock.now()))
		must(s.Memberships.Run(t.Context(), s.seller, id))
	}
	ask(domain.AskSeats(4))
	shows("more seats", 4, 4000, true)
	ask(domain.AskSeats(3))
	shows("fewer seats, later", 4, 4000, true)
	renew()
	shows("fewer seats, now", 3, 3000, true)
	must(s.Memberships.GrantSeats(t.Context(), s.seller, id, 2, ""))
	shows("free seats cost nothing", 5, 3000, true)
	off := false
	must(s.Catalog.EditProduct(t.Context(), s.seller, s.team.ID, app.ProductEdit{Licensed: &off}))
	renew()
	shows("a renewal copies nothing from the product", 5, 3000, true)
	ask(domain.AskSeats(4))
	renew()
	shows("a change does", 4, 2000, false)
	ask(domain.Request{Recurrence: domain.Yearly, Unit: 10000, HasUnit: true})
	shows("by the year", 4, 20000, false)
	must(s.Memberships.EndNow(t.Context(), s.seller, id, domain.SellerActor))
	on := true
	must(s.Catalog.EditProduct(t.Context(), s.seller, s.team.ID, app.ProductEdit{Licensed: &on, Multiseat: &on}))
	must(s.Memberships.Restart(t.Context(), s.seller, id, domain.SellerActor, domain.AskSeats(3), ""))
	shows("restarted with fewer", 3, 10000, true)
	if _, err := s.Sales.Refund(t.Context(), s.seller, was.ID, 2001); err == nil {
		t.Error("more was refunded than the sale came to")
	}
	if p := must(s.Sales.Refund(t.Context(), s.seller, was.ID, 0)); p.Refunded != 2000 || !p.FullyRefunded() {
		t.Errorf("refunded: %+v", p)
	}
}

// Whoever changes when a membership must be looked at says so, once.
func TestFollow_due(t *testing.T) {
	s := newTill(t)
	due := func() (at []string) {
		t.Helper()
		_, err := s.store.Dispatch(t.Context(), 1000, fixture.OnlyJobs(func(some []ports.Event) []ports.Job {
			at = nil
			for _, e := range some {
				if e.Name == (domain.MembershipDue{}).EventName() {
					at = append(at, decoded[domain.MembershipDue](t, e).DueAt.Format(time.DateOnly))
				}
			}
			return nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	b := must(s.buy(of(s.team, 2), sandbox.Pays, ""))
	id := b.Membership.ID
	step := func(what string, want ...string) {
		t.Helper()
		if got := due(); !slices.Equal(got, want) {
			t.Errorf("%s: due %q, want %q", what, got, want)
		}
	}
	step("it begins", "2026-05-16")
	must(s.Memberships.Assign(t.Context(), s.seller, id, "a@example.com"))
	step("a seat moves nothing")
	s.clock.advance(24 * time.Hour)
	must(s.Memberships.Ask(t.Context(), s.seller, id, domain.AskSeats(3), ""))
	step("a payment in flight, and after it", "2026-04-17", "2026-05-16")
	must(s.Memberships.Cancel(t.Context(), s.seller, id, domain.Buyer))
	step("cancelled to the same day")
	must(s.Memberships.Uncancel(t.Context(), s.seller, id, domain.Buyer))
	step("taken back")
	s.clock.advance(29 * 24 * time.Hour)
	if err := s.processor.Next(t.Context(), sandbox.Declines); err != nil {
		t.Fatal(err)
	}
	must(s.Memberships.Run(t.Context(), s.seller, id))
	step("a renewal in flight, declined: tried again the next day", "2026-05-16", "2026-05-17")
	must(s.Memberships.EndNow(t.Context(), s.seller, id, domain.SellerActor))
	step("an end needs nobody")
	must(s.Memberships.Restart(t.Context(), s.seller, id, domain.SellerActor, domain.Request{}, ""))
	step("restarted", "2026-05-16", "2026-06-16")
}

// A renewal changes nothing but the price, when a discount has come to its end.
func TestFollow_discountThatEnds(t *testing.T) {
	s := newTill(t)
	b := must(s.buy(of(s.team, 2), sandbox.Pays, ""))
	s.write(func(ctx context.Context, tx ports.Tx) error {
		m := b.Membership
		m.Terms.Discount = domain.Discount{Kind: domain.PerMembership, Value: 500, Cycles: 1}
		return tx.Memberships.Save(ctx, domain.RestoreMembership(m))
	})
	must(s.Memberships.Ask(t.Context(), s.seller, b.Membership.ID, domain.AskSeats(3), ""))
	if p := must(s.Sales.Get(t.Context(), s.seller, b.Purchase.ID)).Purchase; p.Price.Amount != 2500 {
		t.Errorf("it costs %d", p.Price.Amount)
	}
	s.clock.advance(31 * 24 * time.Hour)
	must(s.Memberships.Run(t.Context(), s.seller, b.Membership.ID))
	if p := must(s.Sales.Get(t.Context(), s.seller, b.Purchase.ID)).Purchase; p.Price.Amount != 3000 || p.Sold().Amount != 2000 {
		t.Errorf("then it costs %d", p.Price.Amount)
	}
}

// write writes to the store, past all use cases.
func (s *till) write(fn func(context.Context, ports.Tx) error) {
	s.t.Helper()
	if err := s.store.Update(s.t.Context(), ports.Seller(s.seller), fn); err != nil {
		s.t.Fatal(err)
	}
}
