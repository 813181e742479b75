package domain

import (
	"errors"
	"testing"
	"time"
)

func TestToken_ActsFor(t *testing.T) {
	at := time.Date(2026, 4, 1, 9, 30, 0, 0, time.UTC)
	buyers := NewSaleToken("b", PurchaseState{ID: "sale", SellerID: "s"}, "secret", at)
	sees, err := NewToken("t", "s", "shop", "other", Scopes(ViewSales), at)
	if err != nil {
		t.Fatal(err)
	}
	over := RestoreToken(buyers.State())
	over.Revoke(at)
	for _, tt := range []struct {
		name  string
		token *Token
		sale  PurchaseID
		scope Scope
		want  Actor
		err   error
	}{
		{"a sale's own token is its buyer's", buyers, "sale", EditProducts, Buyer, nil},
		{"of another sale it is nobody's", buyers, "other", EditProducts, SellerActor, ErrUnauthenticated},
		{"of no sale it is nobody's", buyers, "", EditProducts, SellerActor, ErrUnauthenticated},
		{"one that is revoked is nobody's", over, "sale", EditProducts, SellerActor, ErrUnauthenticated},
		{"a seller's token acts within its scope", sees, "sale", ViewSales, SellerActor, nil},
		{"and not beyond it", sees, "sale", EditProducts, SellerActor, ErrForbidden},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := tt.token.ActsFor(tt.sale, tt.scope); got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("got %s, %v, want %s, %v", got, err, tt.want, tt.err)
			}
		})
	}
}
