package pgstore

import (
	"context"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/ports"
)

var _ ports.Holder = (*Store)(nil)

// Held returns why charges are held; see [ports.Holder].
func (s *Store) Held(ctx context.Context) (ports.Hold, bool, error) {
	type holding struct {
		ports.Hold
		held bool
	}
	got, err := looked(ctx, s, func(ctx context.Context, c sqlrepo.Conn) (h holding, err error) {
		h.Hold, h.held, err = sqlrepo.Held(ctx, c)
		return h, err
	})
	return got.Hold, got.held, err
}

// Hold holds charges, in every process; see [ports.Holder].
func (s *Store) Hold(ctx context.Context) error {
	return s.write(ctx, readCommitted, func(ctx context.Context, c sqlrepo.Conn) error {
		real, err := s.real(ctx, c)
		if err != nil {
			return err
		}
		return sqlrepo.Hold(ctx, c, real)
	})
}

// Lift ends the hold; see [ports.Holder].
func (s *Store) Lift(ctx context.Context) error {
	return s.write(ctx, readCommitted, sqlrepo.Lift)
}
