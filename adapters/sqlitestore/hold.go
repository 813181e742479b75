package sqlitestore

import (
	"context"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/ports"
)

var _ ports.Holder = (*Store)(nil)

// Held returns why charges are held; see [ports.Holder].
func (s *Store) Held(ctx context.Context) (h ports.Hold, held bool, err error) {
	err = s.read(ctx, "", func(ctx context.Context, c sqlrepo.Conn) (err error) {
		h, held, err = sqlrepo.Held(ctx, c)
		return err
	})
	if err != nil {
		return ports.Hold{}, false, err
	}
	return h, held, nil
}

// Hold holds charges; see [ports.Holder].
func (s *Store) Hold(ctx context.Context) error {
	return s.write(ctx, s.Hold, func(ctx context.Context, c sqlrepo.Conn) error {
		return sqlrepo.Hold(ctx, c, s.real())
	})
}

// Lift ends the hold; see [ports.Holder].
func (s *Store) Lift(ctx context.Context) error {
	return s.write(ctx, s.Lift, sqlrepo.Lift)
}
