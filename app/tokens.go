package app

import (
	"context"
	"errors"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Tokens makes and checks access tokens.
type Tokens struct{ *core }

// Create makes a token and returns its secret, 256 random bits in URL-safe
// base64, which is kept nowhere and cannot be shown again.
func (t *Tokens) Create(ctx context.Context, seller domain.SellerID, name string, scopes domain.Scopes) (secret string, made domain.TokenState, err error) {
	secret = t.newSecret()
	at := t.at()
	token, err := domain.NewToken(domain.TokenID(t.newID(at)), seller, name, secret, scopes, at)
	if err != nil {
		return "", domain.TokenState{}, err
	}
	err = t.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		if _, err := tx.Sellers.ByID(ctx, seller); err != nil {
			return err
		}
		return tx.Tokens.Insert(ctx, token)
	})
	return secret, token.State(), err
}

// Authenticate returns the seller that a secret acts for, if its token allows
// scope: [domain.ErrUnauthenticated] if it is unknown or revoked,
// [domain.ErrForbidden] if it lacks the scope.
func (t *Tokens) Authenticate(ctx context.Context, secret string, scope domain.Scope) (domain.SellerID, error) {
	token, err := t.Allowed(ctx, secret, scope)
	return token.SellerID, err
}

// Allowed returns the token of a secret, if it allows one of the scopes; the
// errors are those of [Tokens.Authenticate].
func (t *Tokens) Allowed(ctx context.Context, secret string, scopes ...domain.Scope) (domain.TokenState, error) {
	if secret == "" {
		return domain.TokenState{}, domain.ErrUnauthenticated
	}
	token, err := t.Holder(ctx, secret)
	if err != nil {
		return domain.TokenState{}, err
	}
	return token.State(), token.Allow(scopes...)
}

// Holder returns the live token of that secret, whoever it lets act for what:
// [domain.ErrUnauthenticated] if there is none. One of an application lives as
// long as that does.
func (t *Tokens) Holder(ctx context.Context, secret string) (*domain.Token, error) {
	var token *domain.Token
	err := t.store.View(ctx, ports.System, func(ctx context.Context, tx ports.Tx) (err error) {
		if token, err = tx.Tokens.ByDigest(ctx, domain.DigestOf(secret)); err != nil || token.State().ApplicationID == "" {
			return err
		}
		of, err := tx.Applications.ByClient(ctx, token.State().ApplicationID)
		if errors.Is(err, domain.ErrApplicationNotFound) || err == nil && !of.RevokedAt.IsZero() {
			return domain.ErrTokenNotFound
		}
		return err
	})
	if errors.Is(err, domain.ErrTokenNotFound) || err == nil && !token.State().RevokedAt.IsZero() {
		return nil, domain.ErrUnauthenticated
	}
	return token, err
}

// Revoke ends a token at once. Twice is once.
func (t *Tokens) Revoke(ctx context.Context, seller domain.SellerID, id domain.TokenID) (domain.TokenState, error) {
	at := t.at()
	var s domain.TokenState
	err := t.update(ctx, seller, func(ctx context.Context, tx ports.Tx) error {
		token, err := tx.Tokens.ByID(ctx, id)
		if err != nil {
			return err
		}
		token.Revoke(at)
		s = token.State()
		return tx.Tokens.Save(ctx, token)
	})
	return s, err
}

// List returns the seller's tokens after a cursor, oldest first.
func (t *Tokens) List(ctx context.Context, seller domain.SellerID, after ports.Cursor, limit int) ([]domain.TokenState, error) {
	return load(ctx, t.core, seller, func(ctx context.Context, tx ports.Tx) ([]domain.TokenState, error) {
		return tx.Tokens.List(ctx, after, limit)
	})
}
