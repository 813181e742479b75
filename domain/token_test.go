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
		{"all", AllScopes(), "account edit_products mark_sales_as_shipped refund_sales view_profile view_public view_sales", ""},
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
