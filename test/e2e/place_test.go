package e2e

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/pgstore"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/pgtest"
)

// place is where a shop is: a data folder, and the database that stands in for
// the file in it.
type place struct {
	Folder   string
	Database string // the address of a PostgreSQL database; empty: the folder's own
}

// databases are what the shows run on. Each gives a test a place with nothing in
// it.
var databases = []struct {
	name  string
	empty func(*testing.T) place
}{
	{"sqlite", onSQLite},
	{"postgres", onPostgres},
}

func onSQLite(t *testing.T) place   { return place{Folder: t.TempDir()} }
func onPostgres(t *testing.T) place { return place{t.TempDir(), pgtest.URL(t)} }

// onEach runs a show on each database, on all at once: a file waits for the disk.
func onEach(t *testing.T, show func(*testing.T, place)) {
	for _, on := range databases {
		t.Run(on.name, func(t *testing.T) {
			t.Parallel()
			show(t, on.empty(t))
		})
	}
}

// processes is how many processes serve there: a database server has many
// machines in front of it, and a file one.
func (p place) processes() int {
	if p.Database != "" {
		return 4
	}
	return 1
}

// bookkeeper is a store as those open it who are told where it is.
type bookkeeper interface {
	ports.Store
	Close() error
}

// opening says how a place is opened. The zero value of each is the store's
// default, but for Log: nothing is said.
type opening struct {
	Log       *slog.Logger
	Now       func() time.Time // by which leases end
	TestClock time.Time        // of what is made
}

// open opens a place, and makes it if there is nothing.
func (p place) open(ctx context.Context, o opening) (bookkeeper, *keyring.Keyring, error) {
	if o.Log == nil {
		o.Log = quiet
	}
	secrets := filepath.Join(p.Folder, "usher.secrets")
	keys, err := keyring.Load(secrets)
	if err != nil {
		keys, err = keyring.Create(secrets) // it is not there, or this fails, too
	}
	if err != nil {
		return nil, nil, err
	}
	if p.Database != "" {
		s, err := pgstore.Open(ctx, p.Database, &pgstore.Options{Keyring: keys, Logger: o.Log, Now: o.Now, TestClock: o.TestClock})
		return s, keys, err
	}
	s, err := sqlitestore.Open(ctx, filepath.Join(p.Folder, "usher.db"), &sqlitestore.Options{Keyring: keys, Logger: o.Log, Now: o.Now, TestClock: o.TestClock})
	return s, keys, err
}

// sqliteCopies has a place filled, and returns what makes copies of it.
func sqliteCopies(t *testing.T, fill func(place)) func() place {
	from := onSQLite(t)
	fill(from)
	return func() place { return place{Folder: copied(t, from.Folder)} }
}

func postgresCopies(t *testing.T, fill func(place)) func() place {
	from := t.TempDir()
	return func() place {
		url := pgtest.Copy(t, from, func(_ context.Context, url string) error {
			fill(place{from, url})
			return nil
		})
		return place{copied(t, from), url}
	}
}

// copied returns a copy of a folder.
func copied(t *testing.T, from string) string {
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}
