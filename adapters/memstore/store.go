package memstore

import (
	"context"
	"sync"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// viewFor is how long a View may last.
const viewFor = 5 * time.Second

// Options are what a Store is made with.
type Options struct {
	Now       func() time.Time // the machine's clock, for leases; nil: time.Now
	TestClock time.Time        // the store is made with a test clock that stands at this time; zero: none
}

// Store is a ports.Store in memory. It is safe for concurrent use.
type Store struct {
	mu  sync.RWMutex
	now func() time.Time

	testClock time.Time  // zero: none
	hold      ports.Hold // zero: charges are not held
	tables
}

var _ ports.Store = (*Store)(nil)

// New returns an empty Store; nil options are the defaults.
func New(o *Options) *Store {
	s := &Store{now: time.Now, tables: newTables()}
	if o == nil {
		return s
	}
	if o.Now != nil {
		s.now = o.Now
	}
	s.testClock = domain.Instant(o.TestClock)
	return s
}

// View implements ports.Store.
func (s *Store) View(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(s.mark(ctx), viewFor)
	defer cancel()
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := begin(s, who)
	t.readOnly = true
	defer func() { t.over = true }()
	return fn(ctx, t.repositories())
}

// Update implements ports.Store.
func (s *Store) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	return s.alone(ctx, who, func(t *tx) error { return fn(s.mark(ctx), t.repositories()) })
}

// alone runs fn with the store to itself and keeps what it wrote only if it
// returns nil while ctx has not ended. The deferred calls also run when fn
// panics or ends its goroutine.
func (s *Store) alone(ctx context.Context, who ports.Scope, fn func(*tx) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := begin(s, who)
	kept := false
	defer func() {
		t.over = true
		if !kept {
			t.rollback()
		}
	}()
	if err := fn(t); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	kept = true
	return nil
}

// inside marks the contexts that closures of this store are given.
type inside struct{ *Store }

func (s *Store) mark(ctx context.Context) context.Context {
	return context.WithValue(ctx, inside{s}, true)
}

// enter refuses calls from inside a closure, which would wait for themselves,
// and calls that nobody waits for any more.
func (s *Store) enter(ctx context.Context) error {
	if ctx.Value(inside{s}) != nil {
		return domain.ErrNested
	}
	return ctx.Err()
}
