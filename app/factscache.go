package app

import (
	"container/list"
	"context"
	"crypto/sha256"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/usherhq/usher/domain"
)

// cacheBytes bounds what a process remembers of the keys that were asked for:
// some 25,000 licences.
const cacheBytes = 64 << 20

// factsCache remembers who holds a key. Nothing tells it that something has
// changed, here or in another process: what is decided from it counts only
// once [ports.Store.Count] has found it unchanged, and a refusal, which counts
// nothing, not at all. See [Licensing.Verify].
//
// Keys are read one at a time, so that many who ask at once cost one read, and
// each reading has a number, in the order in which they began. Of one key the
// later one began after the earlier had ended: however slow a read is, it
// never comes in place of one that saw more.
type factsCache struct {
	most int64 // bytes

	mu      sync.Mutex
	last    uint64 // the number of the newest reading
	bytes   int64
	entries map[cacheKey]*list.Element // of *cacheEntry
	used    *list.List                 // the one that was used last is in front
	flights map[cacheKey]*flight
}

// cacheKey is a digest of what was looked up. Keys may be long, and what is
// kept in a map is compared byte by byte.
type cacheKey [sha256.Size]byte

func cacheKeyOf(what domain.Lookup) cacheKey {
	var room [128]byte // a key of usher's own and an id fit in
	b := append(room[:0], what.Key.Fold()...)
	b = append(b, 0) // which neither has
	return sha256.Sum256(append(b, what.ProductID...))
}

// reading is what a read has found. It is shared, and not changed.
type reading struct {
	holders []domain.Facts
	number  uint64
	until   time.Time // from when on it is read again; zero: never for its age
}

type cacheEntry struct {
	key cacheKey
	reading
	bytes int64
}

// flight is a read that goes on.
type flight struct {
	number uint64
	ended  chan struct{}
	left   bool // its reader went away: what came of it is nobody else's
	reading
	err error
}

func newFactsCache(most int64) *factsCache {
	return &factsCache{most: most, entries: map[cacheKey]*list.Element{}, used: list.New(), flights: map[cacheKey]*flight{}}
}

// newest returns the number of the newest reading: those with a higher one
// begin after this call.
func (c *factsCache) newest() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// get returns a reading with a number above after: one that is remembered, one
// that goes on, or its own by read. One that is not above it is forgotten.
func (c *factsCache) get(ctx context.Context, key cacheKey, after uint64, at time.Time, read func(context.Context) ([]domain.Facts, error)) (reading, error) {
	for {
		r, f, own := c.find(key, after, at)
		switch {
		case f == nil:
			return r, nil
		case own:
			return c.lead(ctx, key, f, at, read)
		}
		select {
		case <-f.ended:
		case <-ctx.Done():
			return reading{}, ctx.Err()
		}
		if f.number > after && !f.left {
			return f.reading, f.err
		}
	}
}

// find returns what is remembered, or else the flight to wait for, which is
// the caller's own to carry out if there was none.
func (c *factsCache) find(key cacheKey, after uint64, at time.Time) (r reading, f *flight, own bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.entries[key]; e != nil {
		r := e.Value.(*cacheEntry).reading
		if r.number > after && (r.until.IsZero() || at.Before(r.until)) {
			c.used.MoveToFront(e)
			return r, nil, false
		}
		c.remove(e)
	}
	if f := c.flights[key]; f != nil {
		return reading{}, f, false
	}
	c.last++
	f = &flight{number: c.last, ended: make(chan struct{}), left: true}
	c.flights[key] = f
	return reading{}, f, true
}

// lead carries out a flight. It ends even if read panics; those who wait for it
// then read for themselves.
func (c *factsCache) lead(ctx context.Context, key cacheKey, f *flight, at time.Time, read func(context.Context) ([]domain.Facts, error)) (reading, error) {
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.flights, key)
		if !f.left && f.err == nil {
			c.keep(key, f.reading, at)
		}
		close(f.ended)
	}()
	holders, err := read(ctx)
	f.reading, f.err = reading{holders, f.number, until(holders)}, err
	f.left = err != nil && ctx.Err() != nil
	return f.reading, f.err
}

// keep remembers a reading, and forgets what was not used for longest. Nobody's
// key is not remembered: there is no end of them, and one may be sold next.
func (c *factsCache) keep(key cacheKey, r reading, at time.Time) {
	size := sizeOf(r.holders)
	if len(r.holders) == 0 || size > c.most || !r.until.IsZero() && !at.Before(r.until) {
		return
	}
	if e := c.entries[key]; e != nil {
		c.remove(e)
	}
	c.entries[key] = c.used.PushFront(&cacheEntry{key, r, size})
	for c.bytes += size; c.bytes > c.most; {
		c.remove(c.used.Back())
	}
}

func (c *factsCache) remove(e *list.Element) {
	entry := c.used.Remove(e).(*cacheEntry)
	delete(c.entries, entry.key)
	c.bytes -= entry.bytes
}

// until returns when the first of the memberships falls due. What is shown of
// one is caught up whenever it is asked for; but from then on somebody is about
// to write down what has become of it.
func until(holders []domain.Facts) (first time.Time) {
	for _, f := range holders {
		if due := f.Membership.NextDue(); !due.IsZero() && (first.IsZero() || due.Before(first)) {
			first = due
		}
	}
	return first
}

// entrySize is about what an entry takes besides its facts.
const entrySize = 384

// sizeOf is about how many bytes facts take: they themselves and their texts.
func sizeOf(holders []domain.Facts) int64 {
	size := int64(entrySize) + int64(cap(holders))*int64(reflect.TypeFor[domain.Facts]().Size())
	for f := range slices.Values(holders) {
		size += textsIn(reflect.ValueOf(f))
	}
	return size
}

// textsIn is how many bytes the texts of a struct have. It looks for them
// itself, so that a field that is added is not forgotten.
func textsIn(v reflect.Value) (n int64) {
	switch v.Kind() {
	case reflect.String:
		return int64(v.Len())
	case reflect.Struct:
		for i := range v.NumField() {
			n += textsIn(v.Field(i))
		}
	}
	return n
}
