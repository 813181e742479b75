package domain

import (
	"math"
	"testing"
)

func TestProduct_UnitPrice(t *testing.T) {
	club := Product{Kind: MembershipKind, Price: Money{900, "usd"}, Prices: Prices{}.With(Monthly, 1000).With(Yearly, 10000)}
	plain := Product{Kind: MembershipKind, Price: Money{900, "usd"}}
	plus := Variant{ID: "plus", Category: TierCategory, Prices: Prices{}.With(Quarterly, 5000)}
	red := Variant{ID: "red", Category: "Colour", Price: 30}
	free := Variant{ID: "free", Category: TierCategory, Prices: Prices{}.With(Monthly, 0)}
	for _, tt := range []struct {
		name   string
		p      Product
		every  Recurrence
		chosen []Variant
		want   int64
		of     Recurrence
		code   string
	}{
		{"at a recurrence that is offered", club, Yearly, nil, 10000, Yearly, ""},
		{"at the shortest, if nothing is said", club, "", nil, 1000, Monthly, ""},
		{"with what a variant adds", club, Monthly, []Variant{red}, 1030, Monthly, ""},
		{"of a tier with prices of its own", club, Quarterly, []Variant{plus}, 5000, Quarterly, ""},
		{"of that, with what a variant adds", club, "", []Variant{red, plus}, 5030, Quarterly, ""},
		{"of a tier that costs nothing", club, Monthly, []Variant{free}, 0, Monthly, ""},
		{"of a product without prices it is monthly", plain, "", nil, 900, Monthly, ""},
		{"a product without prices is offered monthly only", plain, Yearly, nil, 0, "", "invalid"},
		{"what is not offered", club, Biannually, nil, 0, "", "invalid"},
		{"what the tier does not offer", club, Yearly, []Variant{plus}, 0, "", "invalid"},
		{"too much", club, Monthly, []Variant{{Price: math.MaxInt64}}, 0, "", "overflow"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, of, err := tt.p.UnitPrice(tt.every, tt.chosen...)
			field := ""
			if tt.code == "invalid" {
				field = "recurrence"
			}
			wantError(t, err, tt.code, field)
			if err == nil && (got != tt.want || of != tt.of) {
				t.Errorf("got %d %s, want %d %s", got, of, tt.want, tt.of)
			}
		})
	}
	_, _, err := club.UnitPrice(Quarterly)
	if err == nil || err.Error() != "recurrence: must be one that is offered: monthly, yearly" {
		t.Errorf("it says: %v", err)
	}
}

func TestProduct_ListPrice(t *testing.T) {
	club := Product{Kind: MembershipKind, Prices: Prices{}.With(Monthly, 1000)}
	variants := []Variant{
		{ID: "plus", Category: TierCategory, Price: 500},
		{ID: "gone", Category: TierCategory, DeletedAt: t0},
		{ID: "red", Category: "Colour", Price: 30},
	}
	for _, tt := range []struct {
		name string
		tier VariantID
		want int64
		code string
	}{
		{"without a tier", "", 1000, ""},
		{"of a tier", "plus", 1500, ""},
		{"of a tier that is gone", "gone", 0, "variant_not_found"},
		{"of what is no tier", "red", 0, "variant_not_found"},
		{"of nothing known", "x", 0, "variant_not_found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := club.ListPrice(Monthly, tt.tier, variants)
			wantError(t, err, tt.code, "")
			if got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
	_, err := club.ListPrice(Yearly, "plus", variants)
	wantError(t, err, "invalid", "recurrence")
}
