package memstore

import (
	"context"
	"slices"
	"time"

	"github.com/usherhq/usher/ports"
)

// Backlog implements ports.Queue.
func (s *Store) Backlog(ctx context.Context, now time.Time, kinds []string, most int) (ports.Backlog, error) {
	if err := s.enter(ctx); err != nil {
		return ports.Backlog{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	b := ports.Backlog{Due: map[string]ports.Waiting{}}
	for _, j := range s.jobs {
		switch w := b.Due[j.Kind]; {
		case j.dead:
			b.Dead = min(b.Dead+1, most)
		case slices.Contains(kinds, j.Kind) && !j.DueAt.After(now):
			if w.Count == 0 || j.DueAt.Before(w.Since) {
				w.Since = j.DueAt
			}
			b.Due[j.Kind] = ports.Waiting{Count: min(w.Count+1, most), Since: w.Since}
		}
	}
	if len(s.events) > 0 {
		b.Events = ports.Waiting{Count: min(len(s.events), most), Since: s.events[0].At}
		for _, e := range s.events[:b.Events.Count] {
			if e.At.Before(b.Events.Since) {
				b.Events.Since = e.At
			}
		}
	}
	for _, waiting := range s.lines {
		for range waiting.after(first) {
			b.Deliveries = min(b.Deliveries+1, most)
		}
	}
	return b, nil
}
