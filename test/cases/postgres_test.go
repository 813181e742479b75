package cases

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/pgstore"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/pgtest"
)

// readyPostgres makes an empty database, of which each case gets a copy. Where
// PostgreSQL is not installed, all its cases are skipped as one.
func readyPostgres(t *testing.T) opener {
	secret, err := keyring.NewSecret(1, bytes.Repeat([]byte("s"), keyring.Size))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := keyring.New(secret)
	if err != nil {
		t.Fatal(err)
	}
	open := func(ctx context.Context, url string, now func() time.Time) (*pgstore.Store, error) {
		return pgstore.Open(ctx, url, &pgstore.Options{Keyring: keys, Now: now, Logger: slog.New(slog.DiscardHandler)})
	}
	fill := func(ctx context.Context, url string) error {
		store, err := open(ctx, url, nil)
		if err != nil {
			return err
		}
		return store.Close()
	}
	pgtest.Copy(t, "cases", fill) // or the test ends here
	return func(t *testing.T, now func() time.Time) ports.Store {
		t.Helper()
		url := pgtest.Copy(t, "cases", fill)
		store, err := open(t.Context(), url, now)
		if err != nil {
			t.Fatal(err)
		}
		places.Store(ports.Store(store), "pgx "+url)
		t.Cleanup(func() {
			if err := store.Close(); err != nil {
				t.Errorf("close the store: %v", err)
			}
		})
		return store
	}
}
