package pgstore

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/pgtest"
	"github.com/usherhq/usher/test/plantest"
	"github.com/usherhq/usher/test/storetest"
)

// TestStore notes what the store sends while its contract is tested, and then
// looks at the plans.
func TestStore(t *testing.T) {
	sent, url := &plantest.Sent{}, empty(t)
	t.Cleanup(func() { looks(t, sent, url) })
	searchesMany(t, sent)
	inspects(t, sent)
	countsKnown(t, sent)
	storetest.Run(t, func(t *testing.T, now func() time.Time) ports.Store {
		return overheard(t, empty(t), Options{Now: now}, sent)
	})
	storetest.RunHold(t, func(t *testing.T, now func() time.Time) (one, two storetest.HoldingStore) {
		url := empty(t)
		return overheard(t, url, Options{Now: now}, sent), overheard(t, url, Options{Now: now}, sent)
	})
}

func TestStore_concurrent(t *testing.T) { storetest.RunConcurrent(t, openAt) }
func TestStore_clock(t *testing.T)      { storetest.RunClock(t, openWithClock) }

func BenchmarkStore(b *testing.B) { storetest.Bench(b, at(b, empty(b), Options{})) }

func openAt(t *testing.T, now func() time.Time) ports.Store {
	return at(t, empty(t), Options{Now: now})
}

// openWithClock opens one database twice, the second time as somebody does who
// does not ask for a test clock.
func openWithClock(t *testing.T, clock time.Time) (one, two ports.Store) {
	url := pgtest.URL(t)
	return at(t, url, Options{TestClock: clock}), at(t, url, Options{})
}

// empty is the address of a database that was migrated, and is empty.
func empty(t testing.TB) string {
	return pgtest.Copy(t, "usher", func(ctx context.Context, url string) error {
		pool, err := pgxpool.New(ctx, url)
		if err != nil {
			return err
		}
		defer pool.Close()
		_, err = Migrate(ctx, pool, &Options{Keyring: ring(t, 'a')})
		return err
	})
}

func at(t testing.TB, url string, o Options) *Store {
	t.Helper()
	o.Keyring, o.Logger = ring(t, 'a'), slog.New(slog.DiscardHandler)
	s, err := Open(t.Context(), url, &o)
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

// ring is a keyring of one secret, all of one byte.
func ring(t testing.TB, b byte) *keyring.Keyring {
	t.Helper()
	s, err := keyring.NewSecret(1, bytes.Repeat([]byte{b}, keyring.Size))
	if err != nil {
		t.Fatal(err)
	}
	k, err := keyring.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
