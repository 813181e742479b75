package domain

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMakeScopes(t *testing.T) {
	for _, tt := range []struct {
		name    string
		of      []Scope
		want    Scopes
		refused string // a word of the sentence
	}{
		{"one", []Scope{ViewSales}, "view_sales", ""},
		{"several, in alphabetical order", []Scope{ViewSales, AccountScope, EditProducts}, "account edit_products view_sales", ""},
		{"each once", []Scope{ViewSales, ViewSales}, "view_sales", ""},
		{"all", AllScopes(), "account edit_products mark_sales_as_shipped refund_sales view_payouts view_profile view_public view_sales", ""},
		{"none", nil, "", "at least one"},
		{"an unknown one", []Scope{ViewSales, "everything"}, "", "no scope is called everything"},
		{"in other letters", []Scope{"View_Sales"}, "", "no scope is called View_Sales"},
		{"two as one", []Scope{"account view_sales"}, "", "no scope is called account view_sales"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := MakeScopes(tt.of...)
			if tt.refused != "" {
				wantError(t, err, "invalid", "scopes")
				if err != nil && !strings.Contains(err.Error(), tt.refused) {
					t.Errorf("got %v", err)
				}
			} else if err != nil || got != tt.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	AllScopes()[0] = "x"
	if !slices.IsSorted(AllScopes()) || AllScopes()[0] != AccountScope {
		t.Error("the scopes are not in alphabetical order, or a caller changed them")
	}
}

func TestScopes_Has(t *testing.T) {
	some, err := MakeScopes(ViewSales, RefundSales)
	if err != nil {
		t.Fatal(err)
	}
	for _, scope := range AllScopes() {
		if got := some.Has(scope); got != (scope == ViewSales || scope == RefundSales) {
			t.Errorf("%q has %s: %v", some, scope, got)
		}
		if !Scopes(AccountScope).Has(scope) {
			t.Errorf("everything has no %s", scope)
		}
		if Scopes("").Has(scope) {
			t.Errorf("nothing has %s", scope)
		}
	}
}

func TestToken(t *testing.T) {
	token, err := NewToken("t1", "ana", "My shop", "secret", Scopes(ViewSales), t0)
	want := TokenState{ID: "t1", SellerID: "ana", Name: "My shop", Digest: DigestOf("secret"), Scopes: "view_sales", CreatedAt: t0}
	if err != nil || token.State() != want || want.Check() != nil {
		t.Fatalf("got %+v, %v, %v", token.State(), err, want.Check())
	}
	wantError(t, token.Allow(ViewSales), "", "")
	wantError(t, token.Allow(EditProducts), "forbidden", "")
	token.Revoke(t0)
	token.Revoke(t0.Add(time.Hour))
	if token.State().RevokedAt != t0 {
		t.Errorf("revoked at %v", token.State().RevokedAt)
	}
	wantError(t, token.Allow(ViewSales), "unauthenticated", "")
	wantError(t, RestoreToken(token.State()).Allow(EditProducts), "unauthenticated", "")

	for what, name := range map[string]string{"blank": " ", "empty": "", "too long": strings.Repeat("x", 201), "not UTF-8": "\xff"} {
		t.Run("a name that is "+what, func(t *testing.T) {
			_, err := NewToken("t1", "ana", name, "secret", Scopes(ViewSales), t0)
			wantError(t, err, "invalid", "name")
		})
	}
}

func TestDigestOf(t *testing.T) {
	if DigestOf("a") == DigestOf("b") || DigestOf("") == (Digest{}) {
		t.Error("two secrets have one digest")
	}
}

func TestToken_Invites_forSevenDays(t *testing.T) {
	token := NewInvitation("t", Seat{ID: "seat", SellerID: "ana"}, "secret", t0)
	const week = 7 * 24 * time.Hour
	if id, ok := token.Invites(t0.Add(week - time.Second)); !ok || id != "seat" {
		t.Errorf("in its last second it invites to %q, %v", id, ok)
	}
	if _, ok := token.Invites(t0.Add(week)); ok {
		t.Error("it invites for more than a week")
	}
	token.Revoke(t0)
	if _, ok := token.Invites(t0); ok {
		t.Error("it invites after it was revoked")
	}
	if _, ok := NewSaleToken("t", PurchaseState{ID: "sale"}, "secret", t0).Invites(t0); ok {
		t.Error("the token of a sale invites to a seat")
	}
}

func TestToken_whoHoldsIt(t *testing.T) {
	seller, err := NewToken("t1", "ana", "My shop", "s1", Scopes(AccountScope), t0)
	if err != nil {
		t.Fatal(err)
	}
	sale := NewSaleToken("t2", PurchaseState{ID: "sale", SellerID: "ana"}, "s2", t0)
	seat := NewInvitation("t3", Seat{ID: "seat", SellerID: "ana"}, "s3", t0)
	for _, tt := range []struct {
		name  string
		token *Token
		opens PurchaseID // the only sale that it opens
		seat  SeatID
		scope bool
	}{
		{"a seller's", seller, "", "", true},
		{"a sale's own buyer's", sale, "sale", "", false},
		{"an invitation", seat, "", "seat", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.token.State().Check(); err != nil || tt.token.State().SellerID != "ana" {
				t.Errorf("%+v: %v", tt.token.State(), err)
			}
			for _, id := range []PurchaseID{"", "sale", "other", "seat"} {
				if got := tt.token.Opens(id); got != (id != "" && id == tt.opens) {
					t.Errorf("it opens %q: %v", id, got)
				}
			}
			if id, ok := tt.token.Invites(t0); id != tt.seat || ok != (tt.seat != "") {
				t.Errorf("it invites to %q: %v", id, ok)
			}
			if _, ok := tt.token.Invites(t0.Add(7 * 24 * time.Hour)); ok {
				t.Error("it invites after a week")
			}
			code := "unauthenticated"
			if tt.scope {
				code = ""
			}
			wantError(t, tt.token.Allow(ViewSales), code, "")
			tt.token.Revoke(t0)
			if _, ok := tt.token.Invites(t0); ok || tt.token.Opens(tt.opens) {
				t.Error("it opens something after it was revoked")
			}
			wantError(t, tt.token.Allow(ViewSales), "unauthenticated", "")
		})
	}
}

func TestTokenState_Check_holders(t *testing.T) {
	made := TokenState{ID: "t", SellerID: "ana", Digest: DigestOf("s"), PurchaseID: "sale", CreatedAt: t0}
	for _, tt := range []struct {
		name  string
		mod   func(*TokenState)
		field string
	}{
		{"a sale's", func(*TokenState) {}, ""},
		{"a seat's", func(s *TokenState) { s.PurchaseID, s.SeatID = "", "seat" }, ""},
		{"nobody's", func(s *TokenState) { s.PurchaseID = "" }, "scopes"},
		{"of a sale and a seat", func(s *TokenState) { s.SeatID = "seat" }, "scopes"},
		{"a sale's, with a name", func(s *TokenState) { s.Name = "x" }, "name"},
		{"a sale's, with scopes", func(s *TokenState) { s.Scopes, s.Name = "view_sales", "x" }, "scopes"},
		{"a seat's, with scopes", func(s *TokenState) { s.Scopes, s.Name, s.PurchaseID, s.SeatID = "view_sales", "x", "", "seat" }, "scopes"},
		{"a seller's without a name", func(s *TokenState) { s.Scopes, s.PurchaseID = "view_sales", "" }, "name"},
		{"a sale's without a digest", func(s *TokenState) { s.Digest = Digest{} }, "digest"},
		{"a sale's of no time", func(s *TokenState) { s.CreatedAt = time.Time{} }, "created_at"},
		{"of a sale that no store keeps", func(s *TokenState) { s.PurchaseID = "\xff" }, "purchase"},
		{"of a seat that no store keeps", func(s *TokenState) { s.PurchaseID, s.SeatID = "", "\x00" }, "seat"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := made
			tt.mod(&s)
			code := "invalid"
			if tt.field == "" {
				code = ""
			}
			wantError(t, s.Check(), code, tt.field)
		})
	}
}
