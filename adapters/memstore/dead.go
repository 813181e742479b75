package memstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Dead implements ports.Queue.
func (s *Store) Dead(ctx context.Context, lane string, limit int) ([]ports.DeadJob, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []ports.DeadJob
	for _, j := range s.jobs {
		if j.dead && (lane == "" || j.Lane == lane) {
			all = append(all, ports.DeadJob{Job: j.Job, Why: j.why, DeadAt: j.deadAt})
		}
	}
	slices.SortFunc(all, func(a, b ports.DeadJob) int {
		return cmp.Or(b.DueAt.Compare(a.DueAt), cmp.Compare(b.ID, a.ID))
	})
	return all[:min(len(all), most(limit))], nil
}

// Revive implements ports.Queue.
func (s *Store) Revive(ctx context.Context, lane string, id domain.JobID, now time.Time) error {
	return s.alone(ctx, ports.Scope{}, func(t *tx) error {
		j, ok := t.jobs[id]
		if !ok || !j.dead || lane != "" && j.Lane != lane {
			return domain.ErrJobNotFound
		}
		t.dropJob(j)
		if _, taken := t.live[j.Key]; taken {
			return t.enqueue([]ports.Job{{Key: j.Key, DueAt: now}})
		}
		j.DueAt, j.Tries, j.dead, j.deadAt, j.why = now, 0, false, time.Time{}, ""
		t.putJob(j)
		return nil
	})
}
