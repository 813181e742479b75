package memstore

import (
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

var _ ports.Holder = (*Store)(nil)

// Held implements ports.Holder.
func (s *Store) Held(ctx context.Context) (ports.Hold, bool, error) {
	if err := s.enter(ctx); err != nil {
		return ports.Hold{}, false, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.hold, !s.hold.Since.IsZero(), nil
}

// Hold implements ports.Holder.
func (s *Store) Hold(ctx context.Context) error {
	return s.alone(ctx, ports.Scope{}, func(*tx) error {
		if s.hold.Since.IsZero() {
			s.hold.Since = domain.Instant(s.now())
		}
		return nil
	})
}

// Lift implements ports.Holder.
func (s *Store) Lift(ctx context.Context) error {
	return s.alone(ctx, ports.Scope{}, func(*tx) error {
		s.hold = ports.Hold{}
		return nil
	})
}
