package discord

import (
	"maps"
	"net/http"
	"time"

	"github.com/usherhq/usher/domain"
)

const (
	manyStates = 4_096                  // buckets that are remembered before the stale ones go
	soon       = 250 * time.Millisecond // when answers under way are likely to be there
	longest    = 24 * time.Hour         // that a limit is believed to last

	// What a 429 that does not say is taken to mean.
	banWait    = 10 * time.Minute
	globalWait = time.Minute
	bucketWait = 5 * time.Second
)

// bucket is what Discord last said of one of its own.
type bucket struct {
	limit  int       // of calls at once; 0: nothing is known
	left   int       // until reset, less those that fly
	reset  time.Time // when it is full again; not in the future: it is
	flying int       // sent and not answered
}

// wait is how long a call must not be sent; 0: it may.
func (b *bucket) wait(now time.Time) time.Duration {
	switch {
	case b.limit == 0:
	case now.Before(b.reset):
		if b.left <= 0 {
			return b.reset.Sub(now)
		}
	case b.flying >= b.limit:
		return soon
	}
	return 0
}

// heard takes what an answer said. flying are calls of it that another state
// counts.
func (b *bucket) heard(now time.Time, a *answer, flying int) {
	if a.limit <= 0 {
		return
	}
	left := a.remaining - b.flying - flying
	reset := now.Add(a.resetAfter)
	if now.Before(b.reset) {
		// Answers may overtake each other; of one period the worst is true.
		left, reset = min(left, b.left), later(reset, b.reset)
	}
	b.limit, b.left, b.reset = a.limit, left, reset
}

// bucket returns the state of a call's bucket: that of its route, for each
// server, and for each person who asks.
func (l *Limiter) bucket(q *request) *bucket {
	key := q.op + ":"
	if name, known := l.routes[q.op]; known {
		key = name + "/"
	}
	key += q.guild
	if q.by == person {
		key += Challenge(string(q.token)) // a digest as good as any
	}
	b := l.buckets[key]
	if b == nil {
		if len(l.buckets) >= manyStates {
			now := l.now()
			maps.DeleteFunc(l.buckets, func(_ string, b *bucket) bool { return b.flying == 0 && !now.Before(b.reset) })
		}
		b = &bucket{}
		l.buckets[key] = b
	}
	return b
}

// left tells what came of a call that entered; a is nil if there was no answer.
// It returns how long a refused limit lasts; 0: it was none.
func (l *Limiter) left(q *request, b *bucket, a *answer) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.flying--
	if a == nil {
		return 0
	}
	now := l.now()
	if a.bucket != "" {
		l.routes[q.op] = a.bucket
		named := l.bucket(q)
		elsewhere := 0
		if named != b {
			elsewhere = b.flying
		}
		named.heard(now, a, elsewhere)
		b = named
	}
	switch {
	case a.status == http.StatusTooManyRequests:
		return l.limited(now, b, a)
	case a.status == http.StatusUnauthorized:
		l.bad.add(now)
		if q.by != person {
			l.broken = q.by
		}
	case a.status == http.StatusForbidden:
		l.bad.add(now)
	case a.status == http.StatusOK && q.probe && l.broken == bot:
		l.broken = ""
	}
	return 0
}

// limited takes a 429, and returns how long it lasts.
func (l *Limiter) limited(now time.Time, b *bucket, a *answer) time.Duration {
	if a.scope != "shared" {
		l.bad.add(now)
	}
	if !a.html && !a.global && a.bucket != "" {
		wait := a.wait(bucketWait)
		b.limit, b.left = max(1, b.limit), 0
		b.reset = later(b.reset, now.Add(wait))
		return wait
	}
	wait, why := a.wait(globalWait), domain.CauseRateLimited
	if a.html {
		wait, why = a.wait(banWait), domain.CauseCloudflareBan
	}
	if until := now.Add(wait); until.After(l.pause) {
		l.pause, l.why = until, why
	}
	return wait
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// ring remembers the last times, up to size of them.
type ring struct {
	size int
	at   []time.Time
	next int
}

func (r *ring) add(t time.Time) {
	if len(r.at) < r.size {
		r.at = append(r.at, t)
		return
	}
	r.at[r.next] = t
	r.next = (r.next + 1) % r.size
}

// back returns the n-th last time, and zero if there were not so many.
func (r *ring) back(n int) time.Time {
	if n > len(r.at) {
		return time.Time{}
	}
	return r.at[(r.next+len(r.at)-n)%len(r.at)]
}
