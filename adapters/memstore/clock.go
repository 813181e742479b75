package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/domain"
)

// TestClock implements ports.Store.
func (s *Store) TestClock(ctx context.Context) (time.Time, bool, error) {
	if err := s.enter(ctx); err != nil {
		return time.Time{}, false, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.testClock, !s.testClock.IsZero(), nil
}

// MoveTestClock implements ports.Store.
func (s *Store) MoveTestClock(ctx context.Context, to time.Time) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.testClock.IsZero() {
		return domain.ErrNoTestClock
	}
	if to.After(s.testClock) {
		s.testClock = domain.Instant(to)
	}
	return nil
}
