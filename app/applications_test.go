package app_test

import (
	"errors"
	"testing"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

func TestApplications(t *testing.T) {
	w := newWorld(t)
	secret, made, err := w.Applications.Create(w.ctx(), w.ana.ID, "Books", "edit_products view_sales")
	if err != nil || len(secret) != 43 {
		t.Fatalf("made %+v, %v", made, err)
	}
	by := app.Client{ID: made.ID, Secret: secret}
	token := func() string {
		t.Helper()
		secret, _, err := w.Applications.Grant(w.ctx(), by, "view_sales")
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	lives := func(secret string) bool {
		t.Helper()
		_, err := w.Tokens.Authenticate(w.ctx(), secret, domain.ViewSales)
		if err != nil && !errors.Is(err, domain.ErrUnauthenticated) {
			t.Fatal(err)
		}
		return err == nil
	}
	first := token()
	if !lives(first) {
		t.Error("a token does not live")
	}
	if _, err := w.Tokens.Authenticate(w.ctx(), first, domain.EditProducts); !errors.Is(err, domain.ErrForbidden) {
		t.Errorf("a token does more than was asked for: %v", err)
	}
	if _, _, err := w.Applications.Grant(w.ctx(), by, "account"); !errors.Is(err, domain.ErrForbidden) {
		t.Errorf("an application got everything: %v", err)
	}

	another, _, err := w.Applications.RotateSecret(w.ctx(), w.ana.ID, made.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Applications.Grant(w.ctx(), by, ""); !errors.Is(err, domain.ErrUnauthenticated) {
		t.Errorf("the old secret: %v", err)
	}
	by.Secret = another
	second := token()
	if !lives(first) || !lives(second) {
		t.Error("the tokens of before, or of now, do not live")
	}

	if err := w.Applications.GiveUp(w.ctx(), by, second); err != nil || lives(second) || !lives(first) {
		t.Errorf("after one was given up: %v", err)
	}
	for range 2 {
		if got, err := w.Applications.Revoke(w.ctx(), w.ana.ID, made.ID); err != nil || got.RevokedAt.IsZero() {
			t.Errorf("revoked: %+v, %v", got, err)
		}
	}
	if lives(first) {
		t.Error("a token outlives its application")
	}
	if _, _, err := w.Applications.Grant(w.ctx(), by, ""); !errors.Is(err, domain.ErrUnauthenticated) {
		t.Errorf("a revoked application: %v", err)
	}
	if _, _, err := w.Applications.RotateSecret(w.ctx(), w.ana.ID, made.ID); !errors.Is(err, domain.ErrApplicationNotFound) {
		t.Errorf("a revoked application has its secret rotated: %v", err)
	}
	if all, err := w.Applications.List(w.ctx(), w.ana.ID, ports.Cursor{}, 10); err != nil || len(all) != 1 || all[0].ID != made.ID {
		t.Errorf("listed are %+v, %v", all, err)
	}
}

func TestApplications_ofOthers(t *testing.T) {
	w := newWorld(t)
	_, made, err := w.Applications.Create(w.ctx(), w.ana.ID, "Books", "view_sales")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Applications.RotateSecret(w.ctx(), "x", made.ID); !errors.Is(err, domain.ErrApplicationNotFound) {
		t.Errorf("a stranger rotates: %v", err)
	}
	if _, err := w.Applications.Revoke(w.ctx(), "x", made.ID); !errors.Is(err, domain.ErrApplicationNotFound) {
		t.Errorf("a stranger revokes: %v", err)
	}
	if _, _, err := w.Applications.Create(w.ctx(), "x", "Books", "view_sales"); !errors.Is(err, domain.ErrSellerNotFound) {
		t.Errorf("nobody's application: %v", err)
	}
	if _, _, err := w.Applications.Create(w.ctx(), w.ana.ID, " ", "view_sales"); domain.KindOf(err) != domain.Invalid {
		t.Errorf("an application without a name: %v", err)
	}
}
