package domain

import (
	"errors"
	"math"
	"testing"
)

func TestSell(t *testing.T) {
	pen := Product{ID: "pen", Kind: OneTime, Price: Money{1000, "usd"}}
	large := Variant{ID: "large", Category: "Size", Price: 200}
	small := Variant{ID: "small", Category: "Size"}
	red := Variant{ID: "red", Category: "Colour", Price: 30}
	gone := Variant{ID: "gone", Category: "Wood", DeletedAt: t0}
	plus := Variant{ID: "plus", Category: TierCategory, Prices: Prices{}.With(Yearly, 15000)}
	all := []Variant{large, small, red, gone, plus}
	club := Product{ID: "club", Kind: MembershipKind, Price: Money{900, "usd"}, Prices: Prices{}.With(Monthly, 900).With(Yearly, 9000)}

	for _, tt := range []struct {
		name        string
		product     Product
		every       Recurrence
		sale        PurchaseState
		price       Money
		quantity    int
		code, field string
		about       string
	}{
		{name: "one, if nothing is said", product: pen, price: Money{1000, "usd"}, quantity: 1},
		{name: "three", product: pen, sale: PurchaseState{Quantity: 3}, price: Money{3000, "usd"}, quantity: 3},
		{name: "with variants", product: pen, sale: PurchaseState{Quantity: 2, Variants: ChosenVariants("red", "large")}, price: Money{2460, "usd"}, quantity: 2},
		{name: "at a price of its own", product: pen, sale: PurchaseState{Quantity: 3, Price: Money{50, "usd"}}, price: Money{50, "usd"}, quantity: 3},
		{name: "for nothing, said so", product: pen, sale: PurchaseState{Price: Money{0, "usd"}}, price: Money{0, "usd"}, quantity: 1},
		{name: "pending, said so", product: pen, sale: PurchaseState{Status: Pending}, price: Money{1000, "usd"}, quantity: 1},
		{name: "of a bundle", product: Product{Kind: Bundle, Price: Money{5, "eur"}}, price: Money{5, "eur"}, quantity: 1},
		{name: "of a membership, at its shortest recurrence", product: club, price: Money{900, "usd"}, quantity: 1},
		{name: "of a membership, by the year", product: club, every: Yearly, sale: PurchaseState{Quantity: 3}, price: Money{27000, "usd"}, quantity: 3},
		{name: "of a tier with prices of its own", product: club, every: Yearly, sale: PurchaseState{Quantity: 2, Variants: ChosenVariants("plus")}, price: Money{30000, "usd"}, quantity: 2},
		{name: "of a membership at a price of its own", product: club, sale: PurchaseState{Quantity: 3, Price: Money{50, "usd"}}, price: Money{50, "usd"}, quantity: 3},

		{name: "of a deleted product", product: Product{Kind: OneTime, DeletedAt: t0}, code: "product_deleted"},
		{name: "of a one-time product, by the month", product: pen, every: Monthly, code: "invalid", field: "recurrence"},
		{name: "of a membership at a recurrence that is not offered", product: club, every: Quarterly, code: "invalid", field: "recurrence"},
		{name: "of a membership for too much", product: Product{Kind: MembershipKind, Price: Money{math.MaxInt64/2 + 1, "usd"}}, sale: PurchaseState{Quantity: 2}, code: "overflow"},
		{name: "of a deleted membership", product: Product{Kind: MembershipKind, DeletedAt: t0}, code: "product_deleted"},
		{name: "of less than nothing", product: pen, sale: PurchaseState{Quantity: -1}, code: "invalid", field: "quantity"},
		{name: "that is complete", product: pen, sale: PurchaseState{Status: Successful}, code: "invalid", field: "status"},
		{name: "in another currency", product: pen, sale: PurchaseState{Price: Money{1000, "eur"}}, code: "invalid", field: "currency"},
		{name: "with two of one category", product: pen, sale: PurchaseState{Variants: ChosenVariants("large", "small")}, code: "invalid", field: "variants"},
		{name: "with one variant twice", product: pen, sale: PurchaseState{Variants: ChosenVariants("red", "red")}, code: "invalid", field: "variants"},
		{name: "with an unknown variant", product: pen, sale: PurchaseState{Variants: ChosenVariants("red", "xl")}, code: "variant_not_found", about: "xl"},
		{name: "with a deleted variant", product: pen, sale: PurchaseState{Variants: ChosenVariants("gone")}, code: "variant_not_found", about: "gone"},
		{name: "for too much", product: Product{Kind: OneTime, Price: Money{math.MaxInt64/2 + 1, "usd"}}, sale: PurchaseState{Quantity: 2}, code: "overflow"},
		{name: "for too much with a variant", product: Product{Kind: OneTime, Price: Money{math.MaxInt64 - 29, "usd"}}, sale: PurchaseState{Variants: ChosenVariants("red")}, code: "overflow"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.sale.ID, tt.sale.Email = "sale", "buyer@example.com"
			p, err := Sell(tt.product, all, tt.sale, tt.every)
			if tt.code != "" {
				wantError(t, err, tt.code, tt.field)
				var e *Error
				if errors.As(err, &e) && e.About != tt.about {
					t.Errorf("it is about %q", e.About)
				}
				return
			}
			want := tt.sale
			want.Status, want.Price, want.Quantity = Pending, tt.price, tt.quantity
			if err != nil || p.State() != want {
				t.Errorf("got  %+v, %v\nwant %+v", p, err, want)
			}
		})
	}
}

func TestSell_copiesTheSeatsSwitch(t *testing.T) {
	p, err := Sell(Product{Kind: OneTime, Licensed: true, Multiseat: true, Price: Money{1, "usd"}}, nil, PurchaseState{Multiseat: true}, "")
	if err != nil || p.State().Multiseat {
		t.Errorf("a one-time product was sold with seats: %v", err)
	}
	p, err = Sell(Product{Kind: MembershipKind, Licensed: true, Multiseat: true, Price: Money{1, "usd"}}, nil, PurchaseState{}, Monthly)
	if err != nil || !p.State().Multiseat {
		t.Errorf("a membership was sold without its seats: %v", err)
	}
}

func TestPurchase_Numbered(t *testing.T) {
	p := RestorePurchase(PurchaseState{ID: "sale"})
	if n := p.Numbered(7); n.State() != (PurchaseState{ID: "sale", OrderNumber: 7}) || p.State().OrderNumber != 0 {
		t.Errorf("got %+v of %+v", n.State(), p.State())
	}
}
