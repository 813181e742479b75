package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Store is a [ports.Store] in one SQLite file. Many may use it at once.
type Store struct {
	rw, ro  *sql.DB
	keys    *keyring.Keyring
	now     func() time.Time
	test    bool // it was made with a test clock
	w       *writer
	readers readers
	reads   reads
	lock    *fileLock
	close   func() error
}

var _ ports.Store = (*Store)(nil)

// Options are what [Open] may be told. The zero value of each is a default,
// and so is nil for all of them.
type Options struct {
	// Keyring holds the server's secrets. Nil means the file usher.secrets
	// beside the database, which is made when the database is new.
	Keyring *keyring.Keyring
	Logger  *slog.Logger     // nil: slog.Default()
	Now     func() time.Time // the machine's clock, by which leases end; nil: time.Now
	Readers int              // connections that read; 0: one for each processor

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
	if f.Now == nil {
		f.Now = time.Now
	}
	if f.Readers < 1 {
		f.Readers = runtime.NumCPU()
	}
	return f
}

// Open opens the database file at path, and makes or migrates it first if that
// is needed. It refuses, with a sentence that says what to do: a file that is
// no SQLite database, secrets that are not the database's
// ([domain.ErrWrongSecret]), a database that was migrated beyond this program, one
// without a test clock if o asks for one ([domain.ErrNoTestClock]), and a
// migration while another process has the file open, and one that holds a copy
// which is not finished ([sqlrepo.ErrHalfCopied]).
func Open(ctx context.Context, path string, o *Options) (*Store, error) {
	return open(ctx, path, o.filled(), shipped)
}

func open(ctx context.Context, path string, o Options, m migrations) (_ *Store, err error) {
	if path, err = resolve(path); err != nil {
		return nil, err
	}
	s := &Store{now: o.Now, reads: reads{most: viewFor, live: map[*live]struct{}{}}}
	defer func() {
		if err != nil {
			s.release()
			err = explain(path, err)
		}
	}()
	if s.lock, err = openLock(path + ".lock"); err != nil {
		return nil, err
	}
	if s.rw, err = openWriting(path); err != nil {
		return nil, err
	}
	keys, made, err := m.prepare(ctx, s.rw, s.lock, path, o)
	if err != nil {
		return nil, err
	}
	s.keys, s.test = keys, made.test
	if s.ro, err = openReading(path, o.Readers); err != nil {
		return nil, err
	}
	s.readers = newReaders(s.ro, o.Readers)
	log := walBound{path: path + "-wal", most: walMost, every: walEvery, free: s.reads.endOldest}
	if s.w, err = startWriter(s.rw, sqlrepo.Count, o.Logger, log.keep); err != nil {
		return nil, err
	}
	s.close = sync.OnceValue(func() error {
		s.w.close()
		s.reads.close()
		s.readers.close()
		return s.release()
	})
	return s, nil
}

// Close refuses new work, finishes what waits and what goes on, and closes the
// file. Twice is once. It must not be called inside View or Update.
func (s *Store) Close() error { return s.close() }

// release closes what is open. Those who read go first: the last one to leave
// folds the log into the file, which a reader cannot.
func (s *Store) release() error {
	var errs []error
	if s.ro != nil {
		errs = append(errs, s.ro.Close())
	}
	if s.rw != nil {
		errs = append(errs, s.rw.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.close())
	}
	return errors.Join(errs...)
}

// Update runs fn in a transaction; see [ports.Store]. It never runs fn twice.
func (s *Store) Update(ctx context.Context, who ports.Scope, fn func(context.Context, ports.Tx) error) error {
	return s.write(ctx, fn, func(ctx context.Context, c sqlrepo.Conn) error {
		return fn(ctx, sqlrepo.Tx(c, who, s.keys))
	})
}

// Count adds to the uses of a licence; see [ports.Store].
func (s *Store) Count(ctx context.Context, seen domain.Seen, n int) (int64, error) {
	if s.inside(ctx) {
		return 0, domain.ErrNested
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return s.w.add(ctx, seen, n)
}

// Commits returns how many transactions were committed through this store since
// it was opened. Work that waited at the same time shares one.
func (s *Store) Commits() int64 { return s.w.commits.Load() }

// write runs fn behind a savepoint of the writer's transaction. What is named
// in the log if it takes long.
func (s *Store) write(ctx context.Context, what any, fn func(context.Context, sqlrepo.Conn) error) error {
	if s.inside(ctx) {
		return domain.ErrNested
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	t := newTurn(ctx, what)
	if err := put(s.w, s.w.turns, t); err != nil {
		return err
	}
	return t.run(s.mark(ctx), fn)
}

// insideKey marks the contexts of a store's closures. Calls on the same store
// with such a context would wait for themselves.
type insideKey struct{ s *Store }

func (s *Store) mark(ctx context.Context) context.Context {
	return context.WithValue(ctx, insideKey{s}, true)
}

func (s *Store) inside(ctx context.Context) bool { return ctx.Value(insideKey{s}) != nil }
