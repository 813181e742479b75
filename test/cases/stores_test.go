package cases

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/ports"
)

// opener opens an empty store on that machine clock, which is closed when the
// test ends.
type opener func(t *testing.T, now func() time.Time) ports.Store

// stores are what every case runs against. What ready prepares is for all cases
// and lasts as long as its test.
var stores = []struct {
	name  string
	ready func(t *testing.T) opener
}{
	{"memory", func(*testing.T) opener { return openMemory }},
	{"sqlite", readySQLite},
	{"postgres", readyPostgres},
}

func openMemory(_ *testing.T, now func() time.Time) ports.Store {
	return memstore.New(&memstore.Options{Now: now})
}

// readySQLite makes an empty database, of which each case gets a copy: making
// one takes longer than most cases do.
func readySQLite(t *testing.T) opener {
	made := t.TempDir()
	open := func(t *testing.T, dir string, now func() time.Time) *sqlitestore.Store {
		t.Helper()
		store, err := sqlitestore.Open(t.Context(), filepath.Join(dir, "usher.db"), &sqlitestore.Options{Now: now, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		return store
	}
	end := func(t *testing.T, store *sqlitestore.Store) {
		t.Helper()
		if err := store.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	}
	end(t, open(t, made, time.Now))
	return func(t *testing.T, now func() time.Time) ports.Store {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(dir, os.DirFS(made)); err != nil {
			t.Fatal(err)
		}
		store := open(t, dir, now)
		places.Store(ports.Store(store), "sqlite "+filepath.Join(dir, "usher.db"))
		t.Cleanup(func() { end(t, store) })
		return store
	}
}
