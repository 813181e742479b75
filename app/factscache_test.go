package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usherhq/usher/domain"
)

// holder is what a key's only holder is, in its version n.
func holder(n int64) []domain.Facts {
	return []domain.Facts{{Seen: domain.Seen{LicenseID: "l", LicenseStamp: n}}}
}

// reads returns a read that finds all, and counts itself.
func reads(n *atomic.Int64, all []domain.Facts, err error) func(context.Context) ([]domain.Facts, error) {
	return func(context.Context) ([]domain.Facts, error) { n.Add(1); return all, err }
}

// waiting is a context that says when somebody waits for its end.
type waiting struct {
	context.Context
	begun func()
}

func (w waiting) Done() <-chan struct{} { w.begun(); return w.Context.Done() }

func keyNamed(s string) cacheKey {
	return cacheKeyOf(domain.Lookup{Key: domain.LicenseKey(s), ProductID: "p"})
}

func TestCacheKey(t *testing.T) {
	same := []domain.Lookup{{Key: "a-b", ProductID: "p"}, {Key: "A-B  ", ProductID: "p"}, {Key: "a-B", ProductID: "p", Permalink: "x"}}
	for _, l := range same {
		if cacheKeyOf(l) != cacheKeyOf(same[0]) {
			t.Errorf("%+v is another one than %+v", l, same[0])
		}
	}
	for _, l := range []domain.Lookup{{Key: " a-b", ProductID: "p"}, {Key: "a-b", ProductID: "q"}, {Key: "a-b", ProductID: "P"}, {Key: "a-bp"}, {Key: "a-"}} {
		if cacheKeyOf(l) == cacheKeyOf(same[0]) {
			t.Errorf("%+v is the same as %+v", l, same[0])
		}
	}
}

// TestFactsCache_remembers asks a second time for what was read at noon.
func TestFactsCache_remembers(t *testing.T) {
	noon := time.Date(2025, 3, 10, 12, 0, 0, 0, time.UTC)
	member := holder(1)
	member[0].Membership = domain.MembershipState{Status: domain.CancelScheduled, CancelledAt: noon.Add(time.Hour)}
	for _, row := range []struct {
		name  string
		found []domain.Facts
		err   error
		after uint64
		at    time.Time
		reads int64
	}{
		{"what was found", holder(1), nil, 0, noon.AddDate(9, 0, 0), 1},
		{"what was found, though it has moved", holder(1), nil, 1, noon, 2},
		{"a membership before it is due", member, nil, 0, noon.Add(time.Hour - 1), 1},
		{"a membership that is due", member, nil, 0, noon.Add(time.Hour), 2},
		{"nobody's key", nil, nil, 0, noon, 2},
		{"a failure", holder(1), domain.ErrUnavailable, 0, noon, 2},
		{"more than there is room for", make([]domain.Facts, 100), nil, 0, noon, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := newFactsCache(100_000)
			var n atomic.Int64
			read := reads(&n, row.found, row.err)
			first, err := c.get(t.Context(), keyNamed("a"), 0, noon, read)
			if !errors.Is(err, row.err) || !slices.Equal(first.holders, row.found) || first.number != 1 {
				t.Errorf("at first: %+v, %v", first, err)
			}
			again, err := c.get(t.Context(), keyNamed("a"), row.after, row.at, read)
			if !errors.Is(err, row.err) || !slices.Equal(again.holders, row.found) || again.number <= row.after {
				t.Errorf("again: %+v, %v", again, err)
			}
			if n.Load() != row.reads {
				t.Errorf("%d reads, want %d", n.Load(), row.reads)
			}
			if len(c.flights) > 0 {
				t.Errorf("%d reads go on", len(c.flights))
			}
		})
	}
}

// What is due already is not worth remembering.
func TestFactsCache_due(t *testing.T) {
	c := newFactsCache(100_000)
	noon := time.Date(2025, 3, 10, 12, 0, 0, 0, time.UTC)
	member := holder(1)
	member[0].Membership = domain.MembershipState{Status: domain.CancelScheduled, CancelledAt: noon}
	var n atomic.Int64
	if _, err := c.get(t.Context(), keyNamed("a"), 0, noon, reads(&n, member, nil)); err != nil {
		t.Fatal(err)
	}
	if len(c.entries) > 0 || c.bytes != 0 {
		t.Errorf("%d are remembered, %d bytes", len(c.entries), c.bytes)
	}
}

// TestFactsCache_bound: what was not used for longest goes first, and all that
// is there is counted.
func TestFactsCache_bound(t *testing.T) {
	one := holder(1)
	one[0].Product.Name, one[0].Purchase.Email = "Pencil", "buyer@example.com"
	size := sizeOf(one)
	if bare := sizeOf(holder(1)); size != bare+int64(len("Pencil"+"buyer@example.com")) || bare < 2000 {
		t.Errorf("%d bytes, %d without two texts", size, bare)
	}
	const room = 10
	c := newFactsCache(room*size + size/2)
	var n atomic.Int64
	ask := func(i int) {
		t.Helper()
		if _, err := c.get(t.Context(), keyNamed(fmt.Sprint(i)), 0, time.Time{}, reads(&n, one, nil)); err != nil {
			t.Fatal(err)
		}
		if c.bytes > c.most || c.bytes != int64(len(c.entries))*size || c.used.Len() != len(c.entries) {
			t.Fatalf("%d entries, %d in the list, %d bytes of %d", len(c.entries), c.used.Len(), c.bytes, c.most)
		}
	}
	for i := range 3 * room {
		ask(0)
		ask(i)
	}
	if want := int64(3 * room); n.Load() != want || len(c.entries) != room {
		t.Errorf("%d reads and %d entries, want %d and %d: the first one was always used", n.Load(), len(c.entries), want, room)
	}
	ask(1)
	if n.Load() != 3*room+1 {
		t.Error("the oldest is still there")
	}
}

// TestFactsCache_oneRead: all who ask while a read goes on share it.
func TestFactsCache_oneRead(t *testing.T) {
	c := newFactsCache(100_000)
	var n atomic.Int64
	var all, wait sync.WaitGroup
	const callers = 50
	wait.Add(callers - 1) // one reads
	release := make(chan struct{})
	for range callers {
		all.Go(func() {
			ctx := waiting{t.Context(), sync.OnceFunc(wait.Done)}
			r, err := c.get(ctx, keyNamed("a"), 0, time.Time{}, func(context.Context) ([]domain.Facts, error) {
				n.Add(1)
				<-release
				return holder(1), nil
			})
			if err != nil || len(r.holders) != 1 {
				t.Errorf("got %+v, %v", r, err)
			}
		})
	}
	wait.Wait()
	close(release)
	all.Wait()
	if n.Load() != 1 {
		t.Errorf("%d reads", n.Load())
	}
}

// TestFactsCache_slowRead: who has been told that all before has moved does not
// take what a slow read brings, and what he reads stays.
func TestFactsCache_slowRead(t *testing.T) {
	c := newFactsCache(100_000)
	key := keyNamed("a")
	begun, slow := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		r, err := c.get(t.Context(), key, 0, time.Time{}, func(context.Context) ([]domain.Facts, error) {
			close(begun)
			<-slow
			return holder(1), nil
		})
		if err != nil || r.holders[0].Seen.LicenseStamp != 1 {
			t.Errorf("the slow one got %+v, %v", r, err)
		}
	})
	<-begun
	var wait sync.WaitGroup
	wait.Add(8)
	for range 8 {
		after := c.newest()
		all.Go(func() {
			var n atomic.Int64
			r, err := c.get(waiting{t.Context(), sync.OnceFunc(wait.Done)}, key, after, time.Time{}, reads(&n, holder(2), nil))
			if err != nil || r.holders[0].Seen.LicenseStamp != 2 || r.number <= after {
				t.Errorf("after %d got %+v, %v", after, r, err)
			}
		})
	}
	wait.Wait()
	close(slow)
	all.Wait()
	var n atomic.Int64
	r, err := c.get(t.Context(), key, 0, time.Time{}, reads(&n, nil, nil))
	if err != nil || r.holders[0].Seen.LicenseStamp != 2 || n.Load() > 0 {
		t.Errorf("what stays is %+v, %v", r, err)
	}
}

// TestFactsCache_leaders: a read whose caller went away fails nobody else.
func TestFactsCache_leaders(t *testing.T) {
	for _, row := range []struct {
		name string
		end  func(context.Context, context.CancelFunc) error
		want error
	}{
		{"who leaves", func(ctx context.Context, leave context.CancelFunc) error { leave(); return ctx.Err() }, nil},
		{"who panics", func(context.Context, context.CancelFunc) error { panic("broken") }, nil},
		{"who fails fails all", func(context.Context, context.CancelFunc) error { return domain.ErrUnavailable }, domain.ErrUnavailable},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := newFactsCache(100_000)
			begun, release := make(chan struct{}), make(chan struct{})
			var all sync.WaitGroup
			all.Go(func() {
				defer func() { _ = recover() }()
				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				_, err := c.get(ctx, keyNamed("a"), 0, time.Time{}, func(ctx context.Context) ([]domain.Facts, error) {
					close(begun)
					<-release
					return nil, row.end(ctx, leave)
				})
				if err == nil {
					t.Error("the first one got an answer")
				}
			})
			<-begun
			gone, leave := context.WithCancel(t.Context())
			leave()
			if _, err := c.get(gone, keyNamed("a"), 0, time.Time{}, nil); !errors.Is(err, context.Canceled) {
				t.Errorf("who leaves while he waits got %v", err)
			}
			waits := make(chan struct{})
			all.Go(func() {
				ctx := waiting{t.Context(), sync.OnceFunc(func() { close(waits) })}
				var n atomic.Int64
				r, err := c.get(ctx, keyNamed("a"), 0, time.Time{}, reads(&n, holder(1), nil))
				if !errors.Is(err, row.want) || err == nil && len(r.holders) != 1 {
					t.Errorf("who waits got %+v, %v, want %v", r, err, row.want)
				}
			})
			<-waits
			close(release)
			all.Wait()
			if len(c.flights) > 0 {
				t.Errorf("%d reads go on", len(c.flights))
			}
		})
	}
}
