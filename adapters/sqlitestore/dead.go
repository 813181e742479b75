package sqlitestore

import (
	"context"
	"time"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Dead returns jobs that were given up; see [ports.Queue].
func (s *Store) Dead(ctx context.Context, lane string, limit int) ([]ports.DeadJob, error) {
	var all []ports.DeadJob
	err := s.read(ctx, "", func(ctx context.Context, c sqlrepo.Conn) (err error) {
		all, err = sqlrepo.Dead(ctx, c, lane, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Revive makes a dead job due again; see [ports.Queue].
func (s *Store) Revive(ctx context.Context, lane string, id domain.JobID, now time.Time) error {
	return s.write(ctx, s.Revive, func(ctx context.Context, c sqlrepo.Conn) error {
		return sqlrepo.Revive(ctx, c, lane, id, now)
	})
}
