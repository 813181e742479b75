package app

import (
	"context"
	"sync"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// turn is work that one process does at a time: it has the lease of that name,
// and keeps it while it works.
type turn struct {
	name  string
	lasts time.Duration // of real time; a process that dies is waited for so long

	mu    sync.Mutex
	fence int64
	renew func() bool // reports whether the lease wants renewing; nil: it is not ours
}

// take reports whether it is this process's turn, which it then has.
func (t *turn) take(ctx context.Context, store ports.Store) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.renew != nil && !t.renew() {
		return true, nil
	}
	fence, ours, err := store.Lease(ctx, t.name, t.fence, t.lasts)
	if err != nil || !ours {
		t.renew = nil
		return false, err
	}
	t.fence, t.renew = fence, after(t.lasts/2)
	return true, nil
}

// giveBack lets another process have its turn at once, instead of when the lease
// ends.
func (t *turn) giveBack(ctx context.Context, store ports.Store) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.renew == nil {
		return nil
	}
	t.renew = nil
	_, _, err := store.Lease(context.WithoutCancel(ctx), t.name, t.fence, 0)
	return err
}

// talkLease is how long another process waits that would talk to a service.
const talkLease = 30 * time.Second

// A service limits who has its token, not each process: so one process at a time
// talks to it.
func (c *core) newTurns() map[domain.Service]*turn {
	turns := map[domain.Service]*turn{}
	for s := range c.communities {
		turns[s] = &turn{name: "talk:" + string(s), lasts: talkLease}
	}
	return turns
}
