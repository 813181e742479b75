package rpc

import (
	"context"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// applications is ApplicationService.
type applications struct{ *server }

func (s *applications) CreateApplication(ctx context.Context, r *usherv1.CreateApplicationRequest) (*usherv1.CreateApplicationResponse, error) {
	c, err := s.seller(ctx, domain.AccountScope)
	if err != nil {
		return nil, err
	}
	most, err := readScopes(r.Scopes)
	if err != nil {
		return nil, err
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.CreateApplicationResponse, error) {
		secret, made, err := s.usher.Applications.Create(ctx, c.seller, r.Name, most)
		if err != nil {
			return nil, err
		}
		return &usherv1.CreateApplicationResponse{Application: applicationOf(made), Secret: secret}, nil
	})
}

func (s *applications) ListApplications(ctx context.Context, r *usherv1.ListApplicationsRequest) (*usherv1.ListApplicationsResponse, error) {
	c, err := s.seller(ctx, domain.AccountScope)
	if err != nil {
		return nil, err
	}
	all, next, err := list(r, func(after ports.Cursor, limit int) ([]domain.Application, error) {
		return s.usher.Applications.List(ctx, c.seller, after, limit)
	}, func(a domain.Application) ports.Cursor { return ports.Cursor{At: a.CreatedAt, ID: string(a.ID)} }, applicationOf)
	if err != nil {
		return nil, err
	}
	return &usherv1.ListApplicationsResponse{Applications: all, NextPageToken: next}, nil
}

func (s *applications) RotateApplicationSecret(ctx context.Context, r *usherv1.RotateApplicationSecretRequest) (*usherv1.RotateApplicationSecretResponse, error) {
	c, err := s.seller(ctx, domain.AccountScope)
	if err != nil {
		return nil, err
	}
	return once(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.RotateApplicationSecretResponse, error) {
		secret, of, err := s.usher.Applications.RotateSecret(ctx, c.seller, domain.ApplicationID(r.Application))
		if err != nil {
			return nil, err
		}
		return &usherv1.RotateApplicationSecretResponse{Application: applicationOf(of), Secret: secret}, nil
	})
}

func (s *applications) RevokeApplication(ctx context.Context, r *usherv1.RevokeApplicationRequest) (*usherv1.RevokeApplicationResponse, error) {
	c, err := s.seller(ctx, domain.AccountScope)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.RevokeApplicationResponse, error) {
		ended, err := s.usher.Applications.Revoke(ctx, c.seller, domain.ApplicationID(r.Application))
		if err != nil {
			return nil, err
		}
		return &usherv1.RevokeApplicationResponse{Application: applicationOf(ended)}, nil
	})
}

func applicationOf(a domain.Application) *usherv1.Application {
	told := &usherv1.Application{Id: string(a.ID), Name: a.Name, CreatedAt: stamp(a.CreatedAt), RevokedAt: stamp(a.RevokedAt)}
	for _, s := range a.Scopes.All() {
		told.Scopes = append(told.Scopes, string(s))
	}
	return told
}
