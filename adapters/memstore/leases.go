package memstore

import (
	"context"
	"time"

	"github.com/usherhq/usher/ports"
)

// lease is a lease by name. Its fence grows whenever it changes hands.
type lease struct {
	fence int64
	until time.Time
}

// Lease implements ports.Queue.
func (s *Store) Lease(ctx context.Context, name string, fence int64, d time.Duration) (got int64, ok bool, err error) {
	err = s.alone(ctx, ports.Scope{}, func(t *tx) error {
		l, real := s.leases[name], s.now()
		mine := fence != 0 && fence == l.fence
		if !mine && l.until.After(real) {
			return nil
		}
		if !mine {
			l.fence++
		}
		l.until = real.Add(d)
		set(t, s.leases, name, l)
		got, ok = l.fence, true
		return nil
	})
	if err != nil {
		return 0, false, err
	}
	return got, ok, nil
}
