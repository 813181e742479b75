package app_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/charge/sandbox"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/ports/portsmock"
	"github.com/usherhq/usher/test/fixture"
)

// untouched is a processor and a hold that nobody may ask.
type untouched struct {
	portsmock.ChargerMock
	t *testing.T
}

func (u *untouched) asked() { u.t.Helper(); u.t.Error("something reached beyond the transaction") }

func (u *untouched) Held(context.Context) (ports.Hold, bool, error) {
	u.asked()
	return ports.Hold{}, false, nil
}

func (u *untouched) Hold(context.Context) error { u.asked(); return nil }

func (u *untouched) Lift(context.Context) error { u.asked(); return nil }

// inside are use cases in a transaction of the caller's, on what the till keeps.
func (s *till) inside() *app.Usher {
	s.t.Helper()
	u := &untouched{portsmock.ChargerMock{LeastChargeFunc: s.processor.LeastCharge, KeyLifeFunc: s.processor.KeyLife}, s.t}
	outer, err := app.New(app.Config{Store: s.store, Clock: s.clock.now, Random: (&dice{drawn: 1 << 20}).fill, Charger: u, Holder: u})
	if err != nil {
		s.t.Fatal(err)
	}
	return outer.Within(s.store)
}

// What reaches beyond the caller's transaction is refused by name, and nothing
// of it is written.
func TestWithin_refusesEffects(t *testing.T) {
	s := newTill(t)
	paid, open := must(s.buy(of(s.team, 2), sandbox.Pays, "")), must(s.buy(of(s.team, 1), sandbox.Pays, ""))
	if err := s.processor.Next(t.Context(), sandbox.NeverArrives); err != nil {
		t.Fatal(err)
	}
	s.clock.advance(time.Hour)
	member, err := s.Memberships.Ask(t.Context(), s.seller, open.Membership.ID, domain.AskSeats(2), "")
	if err != nil || !member.Payment.Open() {
		t.Fatalf("the payment is %s, %v, want one without an answer", member.Payment.Status, err)
	}
	pen := must(s.buy(of(s.pen, 1), sandbox.Pays, ""))
	lost, err := s.buy(of(s.pen, 1), sandbox.NeverArrives, "")
	if err != nil || !lost.Payment.Open() {
		t.Fatalf("the payment is %s, %v, want one without an answer", lost.Payment.Status, err)
	}
	u, ctx, before := s.inside(), t.Context(), exported(t, s.store)
	for _, c := range []struct {
		what string
		do   func() error
	}{
		{"buying", func() error { _, err := u.Sales.Buy(ctx, s.seller, of(s.pen, 1), paying(sandbox.Pays), ""); return err }},
		{"buying under a key", func() error {
			_, err := u.Sales.Buy(ctx, s.seller, of(s.pen, 1), paying(sandbox.Pays), "k")
			return err
		}},
		{"finding out what came of a sale", func() error { _, err := u.Sales.Recover(ctx, s.seller, lost.Payment.ID); return err }},
		{"refunding a sale", func() error { _, err := u.Sales.Refund(ctx, s.seller, pen.Purchase.ID, 0); return err }},
		{"refunding a payment", func() error { _, err := u.Payments.Refund(ctx, s.seller, pen.Payment.ID, 1, "k"); return err }},
		{"refunding a period", func() error { _, err := u.Payments.RefundPeriod(ctx, s.seller, paid.Membership.ID, 1, ""); return err }},
		{"more seats", func() error {
			_, err := u.Memberships.Ask(ctx, s.seller, paid.Membership.ID, domain.AskSeats(3), "k")
			return err
		}},
		{"finding out what came of a change", func() error { _, err := u.Memberships.Recover(ctx, s.seller, member.Payment.ID); return err }},
		{"doing what is due, with a payment open", func() error { _, err := u.Memberships.Run(ctx, s.seller, open.Membership.ID); return err }},
		{"ending what is being paid for", func() error {
			_, err := u.Memberships.EndNow(ctx, s.seller, open.Membership.ID, domain.SellerActor)
			return err
		}},
		{"a hold", func() error { return u.Holding.Hold(ctx) }},
		{"lifting it", func() error { return u.Holding.Lift(ctx) }},
		{"asking for it", func() error { _, _, err := u.Holding.Held(ctx); return err }},
		{"the worker", func() error { return u.Worker.Run(ctx) }},
		{"what is due", func() error { _, err := u.Worker.Tick(ctx); return err }},
		{"the clock", func() error { _, err := u.Clock.Advance(ctx, s.clock.now(), nil); return err }},
		{"an import", func() error { _, err := u.Transfer.Import(ctx, app.Source{}, false); return err }},
		{"a renewal", func() error {
			s.clock.advance(31 * 24 * time.Hour)
			_, err := u.Memberships.Run(ctx, s.seller, paid.Membership.ID)
			return err
		}},
	} {
		if err := c.do(); !errors.Is(err, domain.ErrEffectsWithin) {
			t.Errorf("%s: got %v", c.what, err)
		}
		if after := exported(t, s.store); after != before {
			t.Errorf("%s has changed something", c.what)
			before = after
		}
	}
	if done, err := s.Payments.Refund(t.Context(), s.seller, pen.Payment.ID, 0, "k"); err != nil || done.Replayed {
		t.Errorf("outside, under a key that was refused inside: %v, replayed %t", err, done.Replayed)
	}
}

// What costs nothing, or was charged elsewhere, goes through.
func TestWithin_goesThrough(t *testing.T) {
	s := newTill(t)
	paid := must(s.buy(of(s.team, 3), sandbox.Pays, ""))
	licensed := fixture.Product(fixture.Seller("x"), func(p *domain.Product) { p.SellerID, p.Licensed = s.seller, true })
	fixture.Fill(t, s.store, licensed)
	u, ctx := s.inside(), t.Context()
	sale := must(u.Sales.Record(ctx, s.seller, "order 1", domain.PurchaseState{ProductID: licensed.ID, Email: "bo@example.com"}))
	what := domain.Lookup{Key: sale.License.Key, ProductID: licensed.ID}
	for uses := range 2 {
		if v := must(u.Licensing.Verify(ctx, what, true)); v.Uses != int64(uses)+1 {
			t.Errorf("the use is number %d, want %d", v.Uses, uses+1)
		}
	}
	for what, do := range map[string]func() error{
		"disabling":        func() error { _, err := u.Licensing.Disable(ctx, s.seller, what); return err },
		"a refund by hand": func() error { _, err := u.Sales.Refund(ctx, s.seller, sale.Purchase.ID, 0); return err },
		"a sale for nothing": func() error {
			_, err := u.Sales.Buy(ctx, s.seller, of(s.trial, 1), paying(sandbox.Pays), "")
			return err
		},
		"a price": func() error {
			_, err := u.Memberships.Quote(ctx, s.seller, paid.Membership.ID, domain.AskSeats(4))
			return err
		},
		"a seat": func() error {
			_, err := u.Memberships.Assign(ctx, s.seller, paid.Membership.ID, "cy@example.com")
			return err
		},
		"free seats": func() error { _, err := u.Memberships.GrantSeats(ctx, s.seller, paid.Membership.ID, 1, ""); return err },
		"fewer seats": func() error {
			_, err := u.Memberships.Ask(ctx, s.seller, paid.Membership.ID, domain.AskSeats(2), "")
			return err
		},
		"a token": func() error {
			_, _, err := u.Tokens.Create(ctx, s.seller, "t", must(domain.MakeScopes(domain.EditProducts)))
			return err
		},
		"the time": func() error { _, _, err := u.Clock.Now(ctx); return err },
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := u.Memberships.Cancel(ctx, s.seller, paid.Membership.ID, domain.Buyer); err != nil {
		t.Errorf("a cancellation: %v", err)
	}
}
