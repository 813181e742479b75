package app_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

func TestTokens(t *testing.T) {
	w := newWorld(t)
	scopes := must(domain.MakeScopes(domain.EditProducts))
	secret, token, err := w.Tokens.Create(w.ctx(), w.ana.ID, "My app", scopes)
	if err != nil {
		t.Fatal(err)
	}
	if len(secret) != 43 || token.Digest != domain.DigestOf(secret) || token.SellerID != w.ana.ID || !token.CreatedAt.Equal(w.clock.now()) {
		t.Errorf("the token of %q is %+v", secret, token)
	}
	other, _, err := w.Tokens.Create(w.ctx(), w.ana.ID, "My app", must(domain.MakeScopes(domain.AccountScope)))
	if err != nil || other == secret {
		t.Errorf("another token has the secret %q, %v", other, err)
	}
	for _, row := range []struct {
		name   string
		secret string
		scope  domain.Scope
		want   error
	}{
		{"what it may", secret, domain.EditProducts, nil},
		{"what it may not", secret, domain.ViewSales, domain.ErrForbidden},
		{"account may everything", other, domain.RefundSales, nil},
		{"an unknown secret", secret[1:] + "x", domain.EditProducts, domain.ErrUnauthenticated},
		{"letter case counts", strings.ToUpper(secret), domain.EditProducts, domain.ErrUnauthenticated},
		{"its digest is no secret", string(token.Digest[:]), domain.EditProducts, domain.ErrUnauthenticated},
		{"no secret", "", domain.EditProducts, domain.ErrUnauthenticated},
	} {
		seller, err := w.Tokens.Authenticate(w.ctx(), row.secret, row.scope)
		if !errors.Is(err, row.want) {
			t.Errorf("%s: got %v, want %v", row.name, err, row.want)
		}
		if err == nil && seller != w.ana.ID {
			t.Errorf("%s: it acts for %s", row.name, seller)
		}
	}
}

func TestTokens_revoke(t *testing.T) {
	w := newWorld(t)
	scopes := must(domain.MakeScopes(domain.EditProducts))
	secret, token, err := w.Tokens.Create(w.ctx(), w.ana.ID, "My app", scopes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Tokens.Revoke(w.ctx(), w.bob.ID, token.ID); !errors.Is(err, domain.ErrTokenNotFound) {
		t.Errorf("by another seller: got %v", err)
	}
	if _, err := w.Tokens.Authenticate(w.ctx(), secret, domain.EditProducts); err != nil {
		t.Errorf("then it is live still: got %v", err)
	}
	revoked := must(w.Tokens.Revoke(w.ctx(), w.ana.ID, token.ID))
	if _, err := w.Tokens.Authenticate(w.ctx(), secret, domain.EditProducts); !errors.Is(err, domain.ErrUnauthenticated) {
		t.Errorf("revoked: got %v", err)
	}
	w.clock.advance(time.Hour)
	if again := must(w.Tokens.Revoke(w.ctx(), w.ana.ID, token.ID)); again != revoked {
		t.Errorf("twice is %+v, want %+v", again, revoked)
	}
	listed := must(w.Tokens.List(w.ctx(), w.ana.ID, ports.Cursor{}, 10))
	if len(listed) != 1 || listed[0] != revoked {
		t.Errorf("the list is %+v", listed)
	}
}

func TestTokens_refuses(t *testing.T) {
	w := newWorld(t)
	scopes := must(domain.MakeScopes(domain.EditProducts))
	if secret, _, err := w.Tokens.Create(w.ctx(), "nobody", "My app", scopes); !errors.Is(err, domain.ErrSellerNotFound) {
		t.Errorf("for nobody: got %q, %v", secret, err)
	}
	if secret, _, err := w.Tokens.Create(w.ctx(), w.ana.ID, " ", scopes); !errors.Is(err, domain.ErrInvalid) || secret != "" {
		t.Errorf("without a name: got %q, %v", secret, err)
	}
}

func TestSellers(t *testing.T) {
	w := newWorld(t)
	made, err := w.Sellers.Add(w.ctx(), domain.Seller{ID: "mine", Name: "Cleo", Email: " Cleo@Example.com", Address: "https://cleo.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if made.ID == "mine" || made.Email != "cleo@example.com" || made.UserID == "" || !made.CreatedAt.Equal(w.clock.now()) {
		t.Errorf("got %+v", made)
	}
	if got, err := w.Sellers.Get(w.ctx(), made.ID); err != nil || got != made {
		t.Errorf("it reads as %+v, %v", got, err)
	}
	if _, err := w.Sellers.Get(w.ctx(), "nobody"); !errors.Is(err, domain.ErrSellerNotFound) {
		t.Errorf("nobody: got %v", err)
	}
	if _, err := w.Sellers.Add(w.ctx(), domain.Seller{Name: "Cleo", Email: "nowhere"}); !errors.Is(err, domain.ErrInvalid) {
		t.Errorf("without an address: got %v", err)
	}
	first := must(w.Sellers.List(w.ctx(), ports.Cursor{}, 2))
	last := first[len(first)-1]
	rest := must(w.Sellers.List(w.ctx(), ports.Cursor{At: last.CreatedAt, ID: string(last.ID)}, 2))
	if all := append(first, rest...); len(first) != 2 || len(all) != 3 || all[2] != made {
		t.Errorf("the pages are %+v and %+v", first, rest)
	}
}
