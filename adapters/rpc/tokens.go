package rpc

import (
	"context"
	"strings"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// tokens is TokenService.
type tokens struct{ *server }

func (s *tokens) CreateToken(ctx context.Context, r *usherv1.CreateTokenRequest) (*usherv1.CreateTokenResponse, error) {
	c, err := s.seller(ctx, domain.AccountScope)
	if err != nil {
		return nil, err
	}
	scopes, err := readScopes(r.Scopes)
	if err != nil {
		return nil, err
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.CreateTokenResponse, error) {
		secret, made, err := s.usher.Tokens.Create(ctx, c.seller, r.Name, scopes)
		if err != nil {
			return nil, err
		}
		return &usherv1.CreateTokenResponse{Token: tokenOf(made), AccessToken: secret}, nil
	})
}

func (s *tokens) ListTokens(ctx context.Context, r *usherv1.ListTokensRequest) (*usherv1.ListTokensResponse, error) {
	c, err := s.seller(ctx, domain.AccountScope)
	if err != nil {
		return nil, err
	}
	all, next, err := list(r, func(after ports.Cursor, limit int) ([]domain.TokenState, error) {
		return s.usher.Tokens.List(ctx, c.seller, after, limit)
	}, func(t domain.TokenState) ports.Cursor { return ports.Cursor{At: t.CreatedAt, ID: string(t.ID)} }, tokenOf)
	if err != nil {
		return nil, err
	}
	return &usherv1.ListTokensResponse{Tokens: all, NextPageToken: next}, nil
}

func (s *tokens) RevokeToken(ctx context.Context, r *usherv1.RevokeTokenRequest) (*usherv1.RevokeTokenResponse, error) {
	c, err := s.seller(ctx, domain.AccountScope)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.RevokeTokenResponse, error) {
		ended, err := s.usher.Tokens.Revoke(ctx, c.seller, domain.TokenID(r.Token))
		if err != nil {
			return nil, err
		}
		return &usherv1.RevokeTokenResponse{Token: tokenOf(ended)}, nil
	})
}

func tokenOf(s domain.TokenState) *usherv1.Token {
	return &usherv1.Token{
		Id: string(s.ID), Name: s.Name, Scopes: strings.Fields(string(s.Scopes)), CreatedAt: stamp(s.CreatedAt), RevokedAt: stamp(s.RevokedAt),
	}
}

// readScopes refuses a scope that is none, and none at all.
func readScopes(given []string) (domain.Scopes, error) {
	asked := make([]domain.Scope, len(given))
	for i, scope := range given {
		asked[i] = domain.Scope(scope)
	}
	return domain.MakeScopes(asked...)
}
