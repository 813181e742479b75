package domain

import "testing"

// A store adds these up: its tests have a row for every sort of membership.
func TestMembershipState_SeatsIn(t *testing.T) {
	basic := func(mods ...func(*MembershipState)) MembershipState {
		s := MembershipState{Status: Active, Terms: Terms{Tier: "basic"}, Seats: 5, Complimentary: 2}
		for _, mod := range mods {
			mod(&s)
		}
		return s
	}
	flight := func(tier VariantID, seats int) func(*MembershipState) {
		return func(s *MembershipState) {
			s.InFlight = InFlight{PaymentID: "p", Target: Target{Tier: tier, Seats: seats}}
		}
	}
	over := func(s *MembershipState) { s.Status = Ended }
	for _, tt := range []struct {
		name        string
		s           MembershipState
		basic, plus int
	}{
		{"at rest", basic(), 7, 0},
		{"ended", basic(over), 0, 0},
		{"never was", MembershipState{}, 0, 0},
		{"more seats in flight", basic(flight("basic", 8)), 10, 0},
		{"fewer seats in flight", basic(flight("basic", 3)), 7, 0},
		{"a move in flight takes up both tiers", basic(flight("plus", 5)), 7, 7},
		{"a restart in flight", basic(over, flight("basic", 3)), 5, 0},
		{"a restart in flight in another tier", basic(over, flight("plus", 3)), 0, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			same(t, "of basic", tt.s.SeatsIn("basic"), tt.basic)
			same(t, "of plus", tt.s.SeatsIn("plus"), tt.plus)
			same(t, "of no tier", tt.s.SeatsIn(""), 0)
		})
	}
	none := basic(func(s *MembershipState) { s.Terms.Tier = "" })
	same(t, "of a membership without a tier, in none", none.SeatsIn(""), 0)
}

func TestProduct_SeatsFor(t *testing.T) {
	team := Product{Kind: MembershipKind, Licensed: true, Multiseat: true, MostSeats: 9}
	single := Product{Kind: MembershipKind, Licensed: true, MostSeats: 9}
	for _, tt := range []struct {
		name    string
		product Product
		sale    PurchaseState
		most    int
	}{
		{"sold with seats", team, PurchaseState{Multiseat: true}, 9},
		{"sold before seats were offered", team, PurchaseState{}, 9},
		{"sold with seats that are no longer offered", single, PurchaseState{Multiseat: true}, 9},
		{"without seats", single, PurchaseState{}, 1},
		{"any number", Product{Kind: MembershipKind, Licensed: true, Multiseat: true}, PurchaseState{}, 0},
	} {
		if n := tt.product.SeatsFor(tt.sale); n != tt.most {
			t.Errorf("%s: %d, want %d", tt.name, n, tt.most)
		}
	}
}
