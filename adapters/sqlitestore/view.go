package sqlitestore

import (
	"context"
	"sync"
	"time"

	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const (
	viewFor      = 5 * time.Second // the longest that a read may last
	readsWaiting = 1024            // what may read or wait to; more is refused at once
)

// View runs fn on a snapshot; see [ports.Store].
func (s *Store) View(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	return s.snapshot(ctx, func(ctx context.Context, c sqlrepo.Conn) error {
		return fn(ctx, sqlrepo.Tx(c, who, s.keys))
	})
}

func (s *Store) snapshot(ctx context.Context, fn func(context.Context, sqlrepo.Conn) error) error {
	return s.read(ctx, "BEGIN", fn)
}

// Facts returns the facts of every holder of a key; see [ports.Store].
func (s *Store) Facts(ctx context.Context, what domain.Lookup) ([]domain.Facts, error) {
	var facts []domain.Facts
	err := s.read(ctx, "", func(ctx context.Context, c sqlrepo.Conn) (err error) {
		facts, err = sqlrepo.Facts(ctx, c, s.keys, what)
		return err
	})
	if err != nil {
		return nil, err
	}
	return facts, nil
}

// NextDue returns the earliest due time of a job; see [ports.Queue].
func (s *Store) NextDue(ctx context.Context, kinds []string) (time.Time, bool, error) {
	var at time.Time
	var ok bool
	err := s.read(ctx, "", func(ctx context.Context, c sqlrepo.Conn) (err error) {
		at, ok, err = sqlrepo.NextDue(ctx, c, kinds)
		return err
	})
	if err != nil {
		return time.Time{}, false, err
	}
	return at, ok, nil
}

// Backlog counts what waits; see [ports.Queue].
func (s *Store) Backlog(ctx context.Context, now time.Time, kinds []string, most int) (b ports.Backlog, err error) {
	err = s.read(ctx, "", func(ctx context.Context, c sqlrepo.Conn) (err error) {
		b, err = sqlrepo.Backlog(ctx, c, now, kinds, most)
		return err
	})
	return b, err
}

// read runs fn on a connection that reads, with a context that ends after five
// seconds, or earlier if the write-ahead log needs it. begin is what opens a
// transaction, if one is wanted.
func (s *Store) read(ctx context.Context, begin string, fn func(context.Context, sqlrepo.Conn) error) error {
	if s.inside(ctx) {
		return domain.ErrNested
	}
	own, leave, err := s.reads.begin(ctx)
	if err != nil {
		return err
	}
	defer leave()
	err = s.readOn(own, begin, fn)
	if own.Err() == nil || err != nil && !cut(err) {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return domain.ErrUnavailable.Because(context.Cause(own))
}

func (s *Store) readOn(own context.Context, begin string, fn func(context.Context, sqlrepo.Conn) error) error {
	line, err := s.readers.take(own)
	if err != nil {
		return classifyRead(err)
	}
	l := &loan{line: line, own: own, cut: true, fate: func() error { return nil }, note: classifyRead}
	broken := false
	end := sync.OnceFunc(func() {
		l.end()
		if begin != "" {
			_, err := line.exec(context.Background(), "ROLLBACK")
			broken = err != nil
		}
	})
	// When the context ends, so does the snapshot, whatever fn is doing.
	stop := context.AfterFunc(own, end)
	defer func() { // also after a panic
		stop()
		end()
		s.readers.give(line, broken)
	}()
	if begin != "" {
		if _, err := l.Exec(own, begin); err != nil {
			return err
		}
	}
	return fn(s.mark(own), l)
}

// reads are the reads that go on.
type reads struct {
	most   time.Duration
	mu     sync.Mutex
	live   map[*live]struct{}
	closed bool
	none   sync.WaitGroup
}

// live is one read that goes on.
type live struct {
	since time.Time
	end   context.CancelCauseFunc
}

// begin registers a read. Its end must be called.
func (r *reads) begin(ctx context.Context) (own context.Context, end func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return nil, nil, domain.ErrUnavailable.Because(errClosed)
	case len(r.live) >= readsWaiting:
		return nil, nil, domain.ErrUnavailable.Because(errFull)
	}
	ctx, stop := context.WithTimeoutCause(ctx, r.most, errLong)
	ctx, cancel := context.WithCancelCause(ctx)
	l := &live{time.Now(), cancel}
	r.live[l] = struct{}{}
	r.none.Add(1)
	return ctx, func() {
		r.mu.Lock()
		delete(r.live, l)
		r.mu.Unlock()
		cancel(nil)
		stop()
		r.none.Done()
	}, nil
}

// endOldest ends the read that has lasted longest, if one goes on.
func (r *reads) endOldest() {
	r.mu.Lock()
	defer r.mu.Unlock()
	var oldest *live
	for l := range r.live {
		if oldest == nil || l.since.Before(oldest.since) {
			oldest = l
		}
	}
	if oldest != nil {
		oldest.end(errInWay)
	}
}

// close refuses new reads and waits for those that go on.
func (r *reads) close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.none.Wait()
}
