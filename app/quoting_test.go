package app_test

import (
	"errors"
	"testing"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// TestMemberships_listPrice asks a club of five seats at ten dollars, in the
// middle of April, for another tier or recurrence without naming a price. The
// tier that they have costs twelve dollars today.
func TestMemberships_listPrice(t *testing.T) {
	for _, tt := range []struct {
		name   string
		ask    func(pro domain.VariantID, c *club) domain.Request
		result domain.Result
		due    int64
		unit   int64 // that is in force then
	}{
		{"more seats are at the member's own price", func(domain.VariantID, *club) domain.Request {
			return domain.AskSeats(7)
		}, domain.Applied, 1000, 1000},
		{"the same tier by name is no change of price", func(_ domain.VariantID, c *club) domain.Request {
			return domain.Request{Tier: c.tier.ID, Recurrence: domain.Monthly}
		}, domain.NoChange, 0, 1000},
		{"a dearer tier is at today's price", func(pro domain.VariantID, _ *club) domain.Request {
			return domain.Request{Tier: pro}
		}, domain.Applied, 5 * 2000 / 2, 3000},
		{"a dearer tier for a year is at the price of a year", func(pro domain.VariantID, _ *club) domain.Request {
			return domain.Request{Tier: pro, Recurrence: domain.Yearly}
		}, domain.AppliedNewPeriod, 5*30000 - 2500, 30000},
		{"a price that is named counts", func(pro domain.VariantID, _ *club) domain.Request {
			return domain.Request{Tier: pro, Unit: 1400, HasUnit: true}
		}, domain.Applied, 5 * 400 / 2, 1400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClub(t)
			r := tt.ask(pro(t, c), c)
			q, err := c.Quote(t.Context(), c.seller, c.id, r)
			if err != nil || q.Result != tt.result || q.DueNow.Amount != tt.due {
				t.Fatalf("quoted %s for %d, %v; want %s for %d", q.Result, q.DueNow.Amount, err, tt.result, tt.due)
			}
			c.cards("sandbox_pays")
			done, err := c.Ask(t.Context(), c.seller, c.id, r, "k")
			if err != nil || done.Result != tt.result || done.Payment.Amount.Amount != tt.due || done.Membership.Terms.Unit != tt.unit {
				t.Errorf("asked: %s for %d at %d, %v; want %s for %d at %d", done.Result, done.Payment.Amount.Amount, done.Membership.Terms.Unit, err, tt.result, tt.due, tt.unit)
			}
			again, err := c.Ask(t.Context(), c.seller, c.id, r, "k")
			if err != nil || !again.Replayed || again.Payment.ID != done.Payment.ID {
				t.Errorf("asked again: %+v, %v", again, err)
			}
		})
	}
}

func TestMemberships_listPriceRefused(t *testing.T) {
	c := newClub(t)
	pro := pro(t, c)
	for _, tt := range []struct {
		name  string
		r     domain.Request
		want  error
		field string
	}{
		{"a recurrence that the tier does not have", domain.Request{Recurrence: domain.Yearly}, domain.ErrInvalid, "recurrence"},
		{"a recurrence that the other tier does not have", domain.Request{Tier: pro, Recurrence: domain.Quarterly}, domain.ErrInvalid, "recurrence"},
		{"a recurrence that is none", domain.Request{Recurrence: "weekly"}, domain.ErrInvalid, "recurrence"},
		{"a tier that is none", domain.Request{Tier: "nobody's"}, domain.ErrVariantNotFound, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := c.Quote(t.Context(), c.seller, c.id, tt.r)
			_, asked := c.Ask(t.Context(), c.seller, c.id, tt.r, "")
			for _, err := range []error{err, asked} {
				e, ok := errors.AsType[*domain.Error](err)
				if !ok || !errors.Is(err, tt.want) || e.Field != tt.field {
					t.Errorf("%v, want %v of %q", err, tt.want, tt.field)
				}
			}
		})
	}
	c.is("refused", 5, 0)
}

func TestMemberships_QuoteOf(t *testing.T) {
	c := newClub(t)
	q, err := c.Quote(t.Context(), c.seller, c.id, domain.AskSeats(6))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.QuoteOf(q.ID); err != nil || got != q.Quote {
		t.Errorf("%+v, %v; want %+v", got, err, q.Quote)
	}
	for _, id := range []string{"", "none", q.ID[:len(q.ID)-8], "A" + q.ID[1:]} {
		if got, err := c.QuoteOf(id); !errors.Is(err, domain.ErrQuoteStale) || got != (domain.Quote{}) {
			t.Errorf("%q is %+v, %v", id, got, err)
		}
	}
}

// pro adds a tier of thirty dollars a month, three hundred a year.
func pro(t *testing.T, c *club) domain.VariantID {
	t.Helper()
	made, err := c.process(c.processor).Catalog.AddVariant(t.Context(), c.seller, domain.Variant{
		ProductID: c.tier.ProductID, Category: domain.TierCategory, Name: "Pro",
		Prices: domain.Prices{}.With(domain.Monthly, 3000).With(domain.Yearly, 30000),
	})
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

// overdue makes the renewal of a club fail for good.
func overdue(t *testing.T, c *club, seats int) domain.MembershipState {
	t.Helper()
	c.cards("sandbox_declines_hard")
	c.clock.advance(15 * 24 * time.Hour)
	if _, err := c.Run(t.Context(), c.seller, c.id); err != nil {
		t.Fatal(err)
	}
	s := c.is("overdue", seats, 0)
	if s.Status != domain.PastDue || !s.Outstanding.RetryAt.IsZero() {
		t.Fatalf("%+v is not overdue until its buyer pays", s)
	}
	return s
}

func TestMemberships_PayNowWith(t *testing.T) {
	c := newClub(t)
	overdue(t, c, 5)
	pay := func() (app.Done, error) {
		return c.PayNowWith(t.Context(), c.seller, c.id, "sandbox_pays", domain.AskSeats(2), "k")
	}
	done, err := pay()
	if err != nil || done.Result != domain.Recovered || done.Membership.Method != "sandbox_pays" {
		t.Fatalf("%+v, %v", done, err)
	}
	if _, err := c.SetMethod(t.Context(), c.seller, c.id, "sandbox_declines"); err != nil {
		t.Fatal(err)
	}
	again, err := pay()
	if err != nil || !again.Replayed || again.Membership.Method != "sandbox_declines" {
		t.Errorf("a repeat paid with %q, %v", again.Membership.Method, err)
	}
	_, err = c.PayNowWith(t.Context(), c.seller, c.id, "sandbox_declines", domain.AskSeats(2), "k")
	if !errors.Is(err, domain.ErrKeyReused) {
		t.Errorf("another card under the same key: %v", err)
	}
	c.is("paid once for two seats", 2, 2000)
}

func TestMemberships_PayNowWith_declined(t *testing.T) {
	c := newClub(t)
	overdue(t, c, 5)
	_, err := c.PayNowWith(t.Context(), c.seller, c.id, "sandbox_declines", domain.AskSeats(2), "k")
	if !errors.Is(err, domain.ErrPaymentDeclined) {
		t.Fatal(err)
	}
	if s := c.is("declined", 5, 0); s.Status != domain.PastDue || s.Method != "sandbox_declines" {
		t.Errorf("%+v", s)
	}
}

// TestMemberships_PayNowWith_after pays with another card after the bank of the
// first was never answered: that payment is given up.
func TestMemberships_PayNowWith_after(t *testing.T) {
	c := newClub(t)
	overdue(t, c, 5)
	c.cards("sandbox_confirms")
	first, err := c.PayNow(t.Context(), c.seller, c.id, domain.Request{}, "first")
	if err != nil || first.Result != domain.AwaitsAction {
		t.Fatalf("%s, %v", first.Result, err)
	}
	c.clock.advance(24 * time.Hour)
	done, err := c.PayNowWith(t.Context(), c.seller, c.id, "sandbox_pays", domain.Request{}, "second")
	if err != nil || done.Result != domain.Recovered {
		t.Fatalf("%s, %v", done.Result, err)
	}
	gone, err := c.process(c.processor).Payments.Get(t.Context(), c.seller, first.Payment.ID)
	if err != nil || gone.Status != domain.Voided {
		t.Errorf("the first payment is %s, %v", gone.Status, err)
	}
	c.is("paid once", 5, 5000)
}
