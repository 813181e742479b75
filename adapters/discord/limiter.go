package discord

import (
	"sync"
	"time"

	"github.com/usherhq/usher/domain"
)

const (
	budget    = 25               // calls a second, of the fifty that Discord allows a bot
	badWindow = 10 * time.Minute // in which refusals are counted
	badSlow   = 1_000            // refusals that stop what can wait
	badStop   = 5_000            // refusals that stop everything; at 10,000 Discord bans
)

// Limiter decides when a bot's calls may be sent. It never sleeps. All clients
// of one bot token in a process share one, and one process at a time should
// have work for a bot: what Discord counts, it counts per token and address.
type Limiter struct {
	now func() time.Time

	mu      sync.Mutex
	sent    ring // of the last calls
	bad     ring // of the last refusals
	pause   time.Time
	why     domain.Cause // of the pause
	broken  actor        // whose secret Discord did not accept: nothing is sent until somebody acts
	routes  map[string]string
	buckets map[string]*bucket
}

// NewLimiter returns a limiter that has heard nothing yet. The clock is that of
// the machine: limits are Discord's, not the business's.
func NewLimiter(now func() time.Time) *Limiter {
	return &Limiter{
		now: now, sent: ring{size: budget}, bad: ring{size: badStop},
		routes: map[string]string{}, buckets: map[string]*bucket{},
	}
}

// Breaker reports why all calls are stopped until somebody acts, or Discord's
// ban is over; and false if they are not.
func (l *Limiter) Breaker() (domain.Cause, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.broken != "":
		return domain.CauseBotTokenInvalid, true
	case l.why == domain.CauseCloudflareBan && l.now().Before(l.pause):
		return domain.CauseCloudflareBan, true
	}
	return "", false
}

// Resume lets calls through again after somebody acted.
func (l *Limiter) Resume() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = ""
}

// hold is why a call must not be sent, and for how long; 0 is not known.
type hold struct {
	cause domain.Cause
	wait  time.Duration
}

// enter asks to send a call. It returns where the answer is to be told, or why
// the call must not be sent.
func (l *Limiter) enter(q *request) (*bucket, *hold) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if l.broken != "" && !q.probe {
		return nil, &hold{cause: domain.CauseBotTokenInvalid}
	}
	if now.Before(l.pause) {
		return nil, &hold{l.why, l.pause.Sub(now)}
	}
	most := badStop
	if q.unhurried {
		most = badSlow
	}
	for _, at := range []time.Time{l.bad.back(most).Add(badWindow), l.sent.back(budget).Add(time.Second)} {
		if now.Before(at) {
			return nil, &hold{domain.CauseRateLimited, at.Sub(now)}
		}
	}
	b := l.bucket(q)
	if wait := b.wait(now); wait > 0 {
		return nil, &hold{domain.CauseRateLimited, wait}
	}
	b.left--
	b.flying++
	l.sent.add(now)
	return b, nil
}
