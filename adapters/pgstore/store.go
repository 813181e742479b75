package pgstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Store is a [ports.Store] in a PostgreSQL database. Many may use it at once,
// and many processes one database.
type Store struct {
	pool    *pgxpool.Pool
	keys    *keyring.Keyring
	now     func() time.Time // nil: the database's clock
	test    bool             // it was made with a test clock
	home    string           // see schema
	made    bool             // by this call of Open
	gate    gate
	counter *counter
	bell    *bell
	close   func() error
}

var _ ports.Store = (*Store)(nil)

// Options are what a store may be told. The zero value of each is a default,
// and so is nil for all of them.
type Options struct {
	// Keyring holds the server's secrets. Nil is refused, unless the database is
	// empty and NewKeyring is given.
	Keyring *keyring.Keyring

	// Existing: an empty database is refused with [ErrEmpty], and nothing is made
	// in it.
	Existing bool

	// NewKeyring makes secrets for an empty database. Of all processes that
	// start on it, the one that migrates it first calls this, once.
	NewKeyring func() (*keyring.Keyring, error)

	Logger *slog.Logger     // nil: slog.Default()
	Now    func() time.Time // the clock by which leases end; nil: the database's
	Conns  int              // connections that Open makes at most; 0: 16, or pool_max_conns of the address

	// TestClock: the database is made with a test clock that stands at this
	// time; zero: none. One that is there keeps the clock that it was made with,
	// and with a TestClock one that has none is refused.
	TestClock time.Time

	// Copying: a database that holds a part of another one is opened too, by who
	// goes on with the copy. Anybody else is refused ([sqlrepo.ErrHalfCopied]).
	Copying bool
}

// filled returns o with its defaults.
func (o *Options) filled() Options {
	var f Options
	if o != nil {
		f = *o
	}
	if f.Logger == nil {
		f.Logger = slog.Default()
	}
	return f
}

// Open opens the database at that address, and makes or migrates its tables
// first if that is needed. It refuses, with a sentence that says what to do:
// secrets that are not the database's ([domain.ErrWrongSecret]), a database that
// was migrated beyond this program, one without a test clock if o asks for one
// ([domain.ErrNoTestClock]), and one that holds a copy which is not finished
// ([sqlrepo.ErrHalfCopied]).
func Open(ctx context.Context, url string, o *Options) (*Store, error) {
	return open(ctx, url, o.filled(), shipped)
}

func open(ctx context.Context, url string, o Options, m migrations) (*Store, error) {
	pool, err := dial(ctx, url, o.Conns)
	if err != nil {
		return nil, err
	}
	s, err := m.open(ctx, pool, o)
	if err != nil {
		pool.Close()
		return nil, err
	}
	ended := s.close
	s.close = sync.OnceValue(func() error {
		defer pool.Close()
		return ended()
	})
	return s, nil
}

func (m migrations) open(ctx context.Context, pool *pgxpool.Pool, o Options) (*Store, error) {
	keys, made, err := m.migrate(ctx, pool, o)
	if err != nil {
		return nil, fmt.Errorf("the database %w", err)
	}
	o.Keyring = keys
	s, err := m.make(ctx, pool, o)
	if err == nil {
		s.made = made
	}
	return s, err
}

// New makes a store on a pool that is the caller's, and stays his: Close does
// not close it. The database must have been migrated, see [Migrate]. Counts have
// two connections of their own and so have wake-ups, made as those of the pool are.
func New(ctx context.Context, pool *pgxpool.Pool, o *Options) (*Store, error) {
	return shipped.make(ctx, pool, o.filled())
}

// Migrate makes the tables of a database, or brings them up to date. It checks
// the secrets as Open does, and returns them. Any number of processes may do so
// at once.
func Migrate(ctx context.Context, pool *pgxpool.Pool, o *Options) (*keyring.Keyring, error) {
	keys, _, err := shipped.migrate(ctx, pool, o.filled())
	return keys, err
}

func (m migrations) make(ctx context.Context, pool *pgxpool.Pool, o Options) (*Store, error) {
	keys, is, err := m.ready(ctx, pool, o)
	if err != nil {
		return nil, fmt.Errorf("the database %w", err)
	}
	s := &Store{pool: pool, keys: keys, now: o.Now, test: is.test, home: is.home}
	if s.counter, err = startCounter(ctx, pool, o.Logger); err != nil {
		return nil, fmt.Errorf("the database %w", err)
	}
	if s.bell, err = startBell(ctx, pool, o.Logger); err != nil {
		s.counter.close()
		return nil, fmt.Errorf("the database %w", err)
	}
	s.close = sync.OnceValue(func() error {
		s.gate.close()
		s.counter.close()
		s.bell.close()
		return nil
	})
	return s, nil
}

// Close refuses new work, finishes what waits and what goes on, and gives the
// connections back. Twice is once. It must not be called inside View or Update.
func (s *Store) Close() error { return s.close() }

// Keyring returns the secrets that the store works with.
func (s *Store) Keyring() *keyring.Keyring { return s.keys }

// Made reports whether the database was empty, and Open made its tables.
func (s *Store) Made() bool { return s.made }

// Update runs fn in a transaction; see [ports.Store].
func (s *Store) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	work := false
	err := s.write(ctx, serializable, func(ctx context.Context, c sqlrepo.Conn) error {
		tx := sqlrepo.Tx(c, who, s.keys)
		tx.Events = noted{tx.Events, &work}
		return fn(ctx, tx)
	})
	if err == nil && work {
		s.bell.told()
	}
	return err
}

// noted notes that events were appended: they are work for somebody.
type noted struct {
	ports.Events
	work *bool
}

// Append adds events; see [ports.Events].
func (n noted) Append(ctx context.Context, all ...ports.Event) error {
	*n.work = *n.work || len(all) > 0
	return n.Events.Append(ctx, all...)
}

// Count adds to the uses of a licence; see [ports.Store].
func (s *Store) Count(ctx context.Context, seen domain.Seen, n int) (int64, error) {
	if s.inside(ctx) {
		return 0, domain.ErrNested
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return s.counter.add(ctx, seen, n)
}

// CountAlone is Count by a statement and a commit of its own, on one of the
// store's connections: what uses that share commits are measured against.
func (s *Store) CountAlone(ctx context.Context, seen domain.Seen, n int) (int64, error) {
	if s.inside(ctx) {
		return 0, domain.ErrNested
	}
	conn, err := s.acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Release()
	l := &loan{conn: conn.Conn(), own: ctx}
	uses, err := sqlrepo.Count(ctx, l, seen, n)
	if lost := l.end(); lost != nil {
		err = lost
	}
	if err != nil {
		return 0, err
	}
	return uses, nil
}

// insideKey marks the contexts of a store's closures: a call on the same store
// with such a context would take a second connection while it holds one, and
// closures enough would wait for each other.
type insideKey struct{ s *Store }

func (s *Store) mark(ctx context.Context) context.Context {
	return context.WithValue(ctx, insideKey{s}, true)
}

func (s *Store) inside(ctx context.Context) bool { return ctx.Value(insideKey{s}) != nil }

// mostCalls is what may use a store's connections or wait for one; more is
// refused at once.
const mostCalls = 2048

// gate counts the calls that go on, and closes behind them.
type gate struct {
	mu     sync.Mutex
	live   int
	closed bool
	none   sync.WaitGroup
}

// enter lets a call in, which must leave.
func (g *gate) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closed:
		return domain.ErrUnavailable.Because(errClosed)
	case g.live >= mostCalls:
		return domain.ErrUnavailable.Because(errFull)
	}
	g.live++
	g.none.Add(1)
	return nil
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.live--
	g.none.Done()
}

// close refuses new calls and waits for those that go on.
func (g *gate) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.none.Wait()
}

// ErrEmpty says that nobody has worked with the database yet.
var ErrEmpty = errors.New("holds no usher data")

// Why a call is refused with domain.ErrUnavailable, for operators.
var (
	errClosed = errors.New("the store is closed")
	errFull   = errors.New("too much waits for the database")
	errLong   = errors.New("a View lasts at most five seconds")
	errOver   = errors.New("the transaction is over")
)
