package ports

import "context"

// Waker wakes who waits for work: also for what another process has committed.
// A store that can is one. It is a courtesy and may miss some, so whoever waits
// looks every now and then all the same.
type Waker interface {
	// Wakes returns a channel that says, soon after work was committed, that
	// there may be some. Much work may be said once, and none may be said too.
	// What breaks in between is mended. It ends with ctx; the channel is never
	// closed.
	Wakes(ctx context.Context) <-chan struct{}
}
