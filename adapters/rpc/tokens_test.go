package rpc

import (
	"net/http"
	"slices"
	"testing"

	"connectrpc.com/connect"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
)

func TestTokens_story(t *testing.T) {
	w := newWorld(t)
	c := usherv1connect.NewTokenServiceClient(http.DefaultClient, w.url)
	asked := &usherv1.CreateTokenRequest{Name: "my shop", Scopes: []string{"view_sales", "edit_products"}}
	made, err := c.CreateToken(w.keyed(anaAll, "a shop's"), asked)
	if err == nil {
		t.Fatalf("a key with a blank made %v", made)
	}
	if made, err = c.CreateToken(w.keyed(anaAll, "shop"), asked); err != nil || !slices.Equal(made.Token.Scopes, []string{"edit_products", "view_sales"}) || made.Token.Name != "my shop" {
		t.Fatalf("made %v, %v", made, err)
	}
	again, err := c.CreateToken(w.keyed(anaAll, "shop"), asked)
	if err != nil || again.AccessToken != made.AccessToken || again.Token.Id != made.Token.Id {
		t.Errorf("a repeat under the key made %v, %v", again.GetToken(), err)
	}
	if _, err := w.catalog().ListProducts(w.as(made.AccessToken), &usherv1.ListProductsRequest{}); err != nil {
		t.Errorf("it does not open the catalog: %v", err)
	}
	_, err = c.ListTokens(w.as(made.AccessToken), &usherv1.ListTokensRequest{})
	refused(t, err, connect.CodePermissionDenied, "forbidden", "")
	_, err = c.CreateToken(w.as(made.AccessToken), &usherv1.CreateTokenRequest{Name: "more", Scopes: []string{"account"}})
	refused(t, err, connect.CodePermissionDenied, "forbidden", "")
	_, err = c.RevokeToken(w.as(made.AccessToken), &usherv1.RevokeTokenRequest{Token: made.Token.Id})
	refused(t, err, connect.CodePermissionDenied, "forbidden", "")
	var names []string
	for token := ""; ; {
		p, err := c.ListTokens(w.as(anaAll), &usherv1.ListTokensRequest{PageSize: 2, PageToken: token})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range p.Tokens {
			names = append(names, n.Name)
		}
		if token = p.NextPageToken; token == "" {
			break
		}
	}
	slices.Sort(names)
	if want := []string{anaEdits, anaAll, anaGives, anaEnded, anaSees, "my shop"}; !slices.Equal(names, want) {
		t.Errorf("lists %q, want %q", names, want)
	}
	for range 2 {
		if ended, err := c.RevokeToken(w.as(anaAll), &usherv1.RevokeTokenRequest{Token: made.Token.Id}); err != nil || ended.Token.RevokedAt == nil {
			t.Errorf("revoked, it is %v, %v", ended, err)
		}
	}
	_, err = w.catalog().ListProducts(w.as(made.AccessToken), &usherv1.ListProductsRequest{})
	refused(t, err, connect.CodeUnauthenticated, "unauthenticated", "")
	_, err = c.RevokeToken(w.as(benAll), &usherv1.RevokeTokenRequest{Token: made.Token.Id})
	refused(t, err, connect.CodeNotFound, "token_not_found", "")
	for _, scopes := range [][]string{nil, {"everything"}} {
		_, err = c.CreateToken(w.as(anaAll), &usherv1.CreateTokenRequest{Name: "x", Scopes: scopes})
		refused(t, err, connect.CodeInvalidArgument, "invalid", "scopes")
	}
}
