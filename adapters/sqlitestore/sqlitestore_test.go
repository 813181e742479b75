package sqlitestore_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/plantest"
	"github.com/usherhq/usher/test/storetest"
)

// TestStore notes what the store sends while its contract is tested, and then
// looks at the plans.
func TestStore(t *testing.T) {
	sent := &plantest.Sent{}
	t.Cleanup(func() { looks(t, sent) })
	searchesMany(t, sent)
	inspects(t, sent)
	storetest.Run(t, func(t *testing.T, now func() time.Time) ports.Store { return noted(t, now, sent) })
	storetest.RunHold(t, func(t *testing.T, now func() time.Time) (one, two storetest.HoldingStore) {
		s := noted(t, now, sent)
		return s, s // two who write to one file: see TestStore_hold
	})
}

func TestStore_concurrent(t *testing.T) { storetest.RunConcurrent(t, open) }
func TestStore_clock(t *testing.T)      { storetest.RunClock(t, openWithClock) }
func TestStore_hold(t *testing.T)       { storetest.RunHold(t, openTwice) }

func BenchmarkStore(b *testing.B) { storetest.Bench(b, at(b, nil)) }

func open(t *testing.T, now func() time.Time) ports.Store { return at(t, now) }

func openTwice(t *testing.T, now func() time.Time) (one, two storetest.HoldingStore) {
	file, keys, err := empty()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "usher.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return opened(t, path, keys, now), opened(t, path, keys, now)
}

// openWithClock opens one file twice, the second time as somebody does who does
// not ask for a test clock.
func openWithClock(t *testing.T, clock time.Time) (one, two ports.Store) {
	_, keys, err := empty()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "usher.db")
	open := func(clock time.Time) ports.Store {
		s, err := sqlitestore.Open(t.Context(), path, &sqlitestore.Options{
			Keyring: keys, TestClock: clock, Logger: slog.New(slog.DiscardHandler), Readers: 2,
		})
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
	return open(clock), open(time.Time{})
}

// at opens a new, empty store: a copy of one, since to migrate each would take
// longer than what is tested.
func at(t testing.TB, now func() time.Time) ports.Store {
	t.Helper()
	s, _ := made(t, now)
	return s
}

func made(t testing.TB, now func() time.Time) (_ *sqlitestore.Store, path string) {
	t.Helper()
	file, keys, err := empty()
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "usher.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return opened(t, path, keys, now), path
}

func opened(t testing.TB, path string, keys *keyring.Keyring, now func() time.Time) *sqlitestore.Store {
	t.Helper()
	s, err := sqlitestore.Open(t.Context(), path, &sqlitestore.Options{
		Keyring: keys, Now: now, Logger: slog.New(slog.DiscardHandler),
	})
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

// empty makes one store and returns its file and its secrets.
var empty = onceValues(func() (file []byte, keys *keyring.Keyring, err error) {
	dir, err := os.MkdirTemp("", "usher")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "usher.db")
	s, err := sqlitestore.Open(context.Background(), path, nil)
	if err != nil {
		return nil, nil, err
	}
	if err := s.Close(); err != nil {
		return nil, nil, err
	}
	if keys, err = keyring.Load(filepath.Join(dir, "usher.secrets")); err != nil {
		return nil, nil, err
	}
	file, err = os.ReadFile(path)
	return file, keys, err
})

func onceValues(fn func() ([]byte, *keyring.Keyring, error)) func() ([]byte, *keyring.Keyring, error) {
	type values struct {
		file []byte
		keys *keyring.Keyring
	}
	once := sync.OnceValues(func() (values, error) {
		file, keys, err := fn()
		return values{file, keys}, err
	})
	return func() ([]byte, *keyring.Keyring, error) {
		v, err := once()
		return v.file, v.keys, err
	}
}
