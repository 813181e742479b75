package domain

import (
	"strings"
	"testing"
	"time"
)

func TestQuoteSale(t *testing.T) {
	pen := Product{ID: "pen", Kind: OneTime, Published: true, Price: Money{1000, "usd"}}
	club := Product{ID: "club", Kind: MembershipKind, Published: true, Price: Money{1000, "usd"}, Prices: Prices{}.With(Monthly, 1000).With(Yearly, 10000)}
	team := club
	team.Licensed, team.Multiseat, team.MostSeats = true, true, 20
	with := func(p Product, mod func(*Product)) Product { mod(&p); return p }
	trial := with(club, func(p *Product) { p.FreeTrial = 7 * 24 * time.Hour })
	tiers := []Variant{{ID: "plus", Name: "Plus", Category: TierCategory, Price: 500}, {ID: "base", Name: "Base", Category: TierCategory}}
	one := tiers[:1]
	at := second(t0)
	for _, tt := range []struct {
		name     string
		p        Product
		variants []Variant
		r        SaleRequest
		l        Limits
		price    int64
		due      int64
		unit     int64
		tier     VariantID
		every    Recurrence
		nextAt   time.Time
		next     int64
		most     int
	}{
		{name: "one, if nothing is said", p: pen, price: 1000, due: 1000, most: mostSeats},
		{name: "three", p: pen, r: SaleRequest{Quantity: 3}, price: 3000, due: 3000, most: mostSeats},
		{name: "for just what is collected", p: pen, l: Limits{LeastCharge: 1000}, price: 1000, due: 1000, most: mostSeats},
		{name: "a membership, for its shortest recurrence", p: club, price: 1000, due: 1000, unit: 1000, every: Monthly, nextAt: Boundary(at, 1), next: 1000, most: 1},
		{name: "by the year", p: club, r: SaleRequest{Recurrence: Yearly}, price: 10000, due: 10000, unit: 10000, every: Yearly, nextAt: Boundary(at, 12), next: 10000, most: 1},
		{name: "with seats", p: team, r: SaleRequest{Quantity: 20}, price: 20000, due: 20000, unit: 1000, every: Monthly, nextAt: Boundary(at, 1), next: 20000, most: 20},
		{name: "as many seats as the tier has room for", p: team, r: SaleRequest{Quantity: 5}, l: Limits{Limited: true, TierRoom: 5}, price: 5000, due: 5000, unit: 1000, every: Monthly, nextAt: Boundary(at, 1), next: 5000, most: 5},
		{name: "of a tier that is chosen", p: club, variants: tiers, r: SaleRequest{Variants: ChosenVariants("plus")}, price: 1500, due: 1500, unit: 1500, tier: "plus", every: Monthly, nextAt: Boundary(at, 1), next: 1500, most: 1},
		{name: "of the only tier that there is", p: club, variants: one, price: 1500, due: 1500, unit: 1500, tier: "plus", every: Monthly, nextAt: Boundary(at, 1), next: 1500, most: 1},
		{name: "a trial costs nothing yet", p: trial, price: 1000, unit: 1000, every: Monthly, nextAt: at.Add(7 * 24 * time.Hour), next: 1000, most: 1},
		{name: "what nobody collects rides on the next charge", p: club, l: Limits{LeastCharge: 1500}, price: 1000, unit: 1000, every: Monthly, nextAt: Boundary(at, 1), next: 2000, most: 1},
		{name: "and is nothing as long as nobody collects it", p: club, l: Limits{LeastCharge: 5000}, price: 1000, unit: 1000, every: Monthly, nextAt: Boundary(at, 1), most: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q, err := QuoteSale(tt.p, tt.variants, tt.r, tt.l, t0)
			if err != nil {
				t.Fatal(err)
			}
			want := SaleQuote{
				Request: q.Request, Price: Money{tt.price, "usd"}, DueNow: Money{tt.due, "usd"}, Unit: tt.unit, Tier: tt.tier, MostQuantity: tt.most,
				FreeTrialEndsAt: q.FreeTrialEndsAt, NextAt: tt.nextAt, PricedAt: at, ExpiresAt: at.Add(15 * time.Minute),
			}
			if tt.every != "" {
				want.NextAmount = Money{tt.next, "usd"}
			}
			same(t, "quote", q, want)
			same(t, "recurrence", q.Request.Recurrence, tt.every)
			same(t, "quantity", q.Request.Quantity, max(tt.r.Quantity, 1))
			if (tt.p.FreeTrial > 0) == q.FreeTrialEndsAt.IsZero() {
				t.Errorf("the trial ends %v", q.FreeTrialEndsAt)
			}
			target := Target{}
			if tt.every != "" {
				target = Target{Seats: q.Request.Quantity, Tier: tt.tier, Recurrence: tt.every, Unit: tt.unit, Anew: true}
			}
			same(t, "target", q.Target(), target)
		})
	}
	for _, tt := range []struct {
		name        string
		p           Product
		variants    []Variant
		r           SaleRequest
		l           Limits
		code, field string
		says        string
	}{
		{"of a deleted product", with(pen, func(p *Product) { p.DeletedAt = t0 }), nil, SaleRequest{}, Limits{}, "product_deleted", "", ""},
		{"of one that is not published", with(pen, func(p *Product) { p.Published = false }), nil, SaleRequest{}, Limits{}, "not_for_sale", "product", ""},
		{"of one that is not released", with(pen, func(p *Product) { p.Preorder = true }), nil, SaleRequest{}, Limits{}, "not_for_sale", "product", ""},
		{"of a pen by the month", pen, nil, SaleRequest{Recurrence: Monthly}, Limits{}, "invalid", "recurrence", ""},
		{"at a recurrence that is not offered", club, nil, SaleRequest{Recurrence: Quarterly}, Limits{}, "invalid", "recurrence", "monthly, yearly"},
		{"of less than one", pen, nil, SaleRequest{Quantity: -1}, Limits{}, "below_minimum_seats", "quantity", "must be 1 to"},
		{"of two without seats", club, nil, SaleRequest{Quantity: 2}, Limits{}, "above_maximum_seats", "quantity", "must be 1:"},
		{"of more seats than are sold", team, nil, SaleRequest{Quantity: 21}, Limits{}, "above_maximum_seats", "quantity", "must be 1 to 20"},
		{"of more seats than the tier has", team, nil, SaleRequest{Quantity: 6}, Limits{Limited: true, TierRoom: 5}, "tier_capacity_exceeded", "quantity", "5 seats left"},
		{"of a tier that is sold out", team, nil, SaleRequest{Quantity: 1}, Limits{Limited: true}, "tier_capacity_exceeded", "quantity", "sold out"},
		{"without choosing a tier", club, tiers, SaleRequest{}, Limits{}, "invalid", "variants", "choose one of Tier: Plus, Base"},
		{"of two tiers", club, tiers, SaleRequest{Variants: ChosenVariants("plus", "base")}, Limits{}, "invalid", "variants", ""},
		{"of a tier that there is not", club, tiers, SaleRequest{Variants: ChosenVariants("x")}, Limits{}, "variant_not_found", "", ""},
		{"for too much", with(team, func(p *Product) { p.Prices = Prices{}.With(Monthly, 1<<62) }), nil, SaleRequest{Quantity: 3}, Limits{}, "overflow", "", ""},
		{"of a pen for less than is ever collected", pen, nil, SaleRequest{}, Limits{LeastCharge: 1001}, "below_least_charge", "quantity", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := QuoteSale(tt.p, tt.variants, tt.r, tt.l, t0)
			wantError(t, err, tt.code, tt.field)
			if err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("it says: %v", err)
			}
		})
	}
}

func TestStartOf(t *testing.T) {
	sale := PurchaseState{ID: "sale", SellerID: "ana", ProductID: "club", Price: Money{3000, "usd"}, Multiseat: true}
	target := Target{Seats: 3, Tier: "plus", Recurrence: Yearly, Unit: 1000, Anew: true}
	begin := func(s Start) MembershipState {
		t.Helper()
		m, _, err := NewMembership(s)
		if err != nil {
			t.Fatal(err)
		}
		return m.State()
	}
	m := begin(StartOf("m", sale, target, "card", 3000, time.Time{}, april(1)))
	same(t, "began", m, MembershipState{
		ID: "m", SellerID: "ana", ProductID: "club", PurchaseID: "sale", Method: "card", Version: 1, Status: Active, AnchorAt: april(1),
		Recurrence: Yearly, Cycle: 1, Terms: Terms{Tier: "plus", Unit: 1000, Currency: "usd"}, Seats: 3, Assigned: 1, LastAt: april(1), CreatedAt: april(1),
	})
	sale.Multiseat = false
	trial := begin(StartOf("m", sale, target, "card", 0, april(8), april(1)))
	if trial.Status != Trialing || trial.AnchorAt != april(8) || trial.Assigned != 0 || trial.Deferred() != 0 {
		t.Errorf("a trial: %+v", trial)
	}
	if owed := begin(StartOf("m", sale, target, "", 0, time.Time{}, april(1))).Deferred(); owed != 3000 {
		t.Errorf("what was not collected rides on the next charge: %d", owed)
	}
}
