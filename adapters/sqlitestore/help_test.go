package sqlitestore

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
)

var quiet = slog.New(slog.DiscardHandler)

// ringOf is a keyring of one secret, number and all of one byte.
func ringOf(t testing.TB, number int, b byte) *keyring.Keyring {
	t.Helper()
	s, err := keyring.NewSecret(number, bytes.Repeat([]byte{b}, keyring.Size))
	if err != nil {
		t.Fatal(err)
	}
	k, err := keyring.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// at opens the store at path.
func at(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, &Options{Keyring: ringOf(t, 1, 'a'), Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// engine is a store that needs no repositories: its counts are those of a
// table of the test's own, and so are the rows that closures write.
func engine(t testing.TB) *Store {
	t.Helper()
	s := at(t, filepath.Join(t.TempDir(), "a b%c?d#e.db"))
	s.w.count, s.w.lendFor = countOwn, time.Hour // before its first group
	must(t, do(s, `CREATE TABLE t_uses (id TEXT PRIMARY KEY, stamp INTEGER NOT NULL, n INTEGER NOT NULL) STRICT`))
	must(t, do(s, `CREATE TABLE t_rows (x INTEGER PRIMARY KEY, pad BLOB) STRICT`))
	must(t, do(s, `CREATE TABLE t_late (x INTEGER REFERENCES t_rows (x) DEFERRABLE INITIALLY DEFERRED) STRICT`))
	must(t, do(s, `INSERT INTO t_uses VALUES ('a', 1, 0), ('b', 1, 0), ('c', 1, 0)`))
	return s
}

func countOwn(ctx context.Context, c sqlrepo.Conn, seen domain.Seen, n int) (int64, error) {
	q, args := `UPDATE t_uses SET n = max(0, n + $3) WHERE id = $1 AND stamp = $2 RETURNING n`, []any{string(seen.LicenseID), seen.LicenseStamp, n}
	if n == 0 {
		q, args = `SELECT n FROM t_uses WHERE id = $1 AND stamp = $2`, args[:2]
	}
	got, err := ints(ctx, c, q, args...)
	if err == nil && len(got) == 0 {
		err = domain.ErrMoved
	}
	if err != nil {
		return 0, err
	}
	return got[0], nil
}

func seen(id string) domain.Seen {
	return domain.Seen{LicenseID: domain.LicenseID(id), LicenseStamp: 1}
}

func ints(ctx context.Context, c sqlrepo.Conn, q string, args ...any) (all []int64, err error) {
	r, err := c.Query(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for r.Next() {
		var n int64
		if err := r.Scan(&n); err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, r.Err()
}

// update runs fn as Update does, without repositories.
func update(ctx context.Context, s *Store, fn func(context.Context, sqlrepo.Conn) error) error {
	return s.write(ctx, fn, fn)
}

// view runs fn as View does, without repositories.
func view(ctx context.Context, s *Store, fn func(context.Context, sqlrepo.Conn) error) error {
	return s.snapshot(ctx, fn)
}

// do runs one statement in a closure of its own.
func do(s *Store, q string, args ...any) error {
	return update(context.Background(), s, func(ctx context.Context, c sqlrepo.Conn) error {
		_, err := c.Exec(ctx, q, args...)
		return err
	})
}

// read reads one number from a reader.
func read(t testing.TB, s *Store, q string) (n int64) {
	t.Helper()
	must(t, view(context.Background(), s, func(ctx context.Context, c sqlrepo.Conn) error {
		got, err := ints(ctx, c, q)
		if err == nil {
			n = got[0]
		}
		return err
	}))
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t testing.TB, what string, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("%s: got %v, want %v", what, err, target)
	}
}

// until yields until something is so; the test's own deadline ends it if never.
func until(is func() bool) {
	for !is() {
		runtime.Gosched()
	}
}

// held runs fn while the writer is busy, so that all that fn starts waits and
// shares the next group. What keeps it busy is a count: the group of a closure
// would go on with those that wait behind it.
func held(t testing.TB, s *Store, fn func()) {
	t.Helper()
	started, release := make(chan struct{}), make(chan struct{})
	usual := s.w.count
	s.w.count = func(context.Context, sqlrepo.Conn, domain.Seen, int) (int64, error) {
		close(started)
		<-release
		s.w.count = usual
		return 0, nil
	}
	done := make(chan error)
	go func() {
		_, err := s.Count(context.Background(), domain.Seen{}, 1)
		done <- err
	}()
	<-started
	fn()
	close(release)
	must(t, <-done)
}
