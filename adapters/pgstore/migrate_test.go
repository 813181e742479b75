package pgstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
	"github.com/usherhq/usher/test/pgtest"
)

// do runs a statement past the store.
func do(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// refused opens a database and needs that to fail, with these words.
func refused(t *testing.T, url string, o Options, m migrations, words ...string) error {
	t.Helper()
	s, err := tryOpen(t, url, o, m)
	if err == nil {
		_ = s.Close()
		t.Fatal("it opened")
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
	return err
}

func tryOpen(t *testing.T, url string, o Options, m migrations) (*Store, error) {
	t.Helper()
	return open(t.Context(), url, o.filled(), m)
}

func TestTenProcessesMigrateAtOnce(t *testing.T) {
	url := pgtest.URL(t)
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			s, err := Open(context.Background(), url, &Options{Keyring: ring(t, 'a'), Conns: 2})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	fixture.Fill(t, at(t, url, Options{}), ana)
}

// Of ten processes that would each make secrets, one does; the others are
// refused, since theirs would not be the database's.
func TestSecretsAreMadeOnce(t *testing.T) {
	url := pgtest.URL(t)
	var made, opened atomic.Int64
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			s, err := Open(context.Background(), url, &Options{Conns: 2, NewKeyring: func() (*keyring.Keyring, error) {
				made.Add(1)
				return ring(t, 'a'), nil
			}})
			switch {
			case err == nil:
				opened.Add(1)
				_ = s.Close()
			case !errors.Is(err, domain.ErrWrongSecret):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 || opened.Load() != 1 {
		t.Errorf("secrets were made %d times, and %d opened it, want one", made.Load(), opened.Load())
	}
	at(t, url, Options{}) // with what was made
}

func TestSecretsOfADatabase(t *testing.T) {
	url := pgtest.URL(t)
	for what, o := range map[string]Options{
		"none for a new one":    {},
		"none that can be made": {NewKeyring: func() (*keyring.Keyring, error) { return nil, fs.ErrPermission }},
	} {
		if _, err := tryOpen(t, url, o, shipped); err == nil {
			t.Errorf("%s: it opened", what)
		}
	}
	must(t, at(t, url, Options{}).Close())
	for what, c := range map[string]struct {
		o    Options
		says string
	}{
		"another": {Options{Keyring: ring(t, 'x').From("the environment variable USHER_SECRETS")}, "secret number 1 in the environment variable USHER_SECRETS is not the one"},
		"none":    {Options{}, "give the ones it was made with"},
		"new ones": {Options{NewKeyring: func() (*keyring.Keyring, error) {
			t.Error("secrets were made for a database that has some")
			return ring(t, 'x'), nil
		}}, "give the ones it was made with"},
	} {
		t.Run(what, func(t *testing.T) {
			if err := refused(t, url, c.o, shipped, c.says); !errors.Is(err, domain.ErrWrongSecret) {
				t.Errorf("got %v, want %v", err, domain.ErrWrongSecret)
			}
		})
	}
}

// next is the shipped migrations and one more.
func next(t *testing.T, oldest string) migrations {
	t.Helper()
	return following(t, fmt.Sprintf(`CREATE TABLE usher_more (x bigint);
UPDATE usher_meta SET value = '%d' WHERE key = 'schema';
UPDATE usher_meta SET value = '%s' WHERE key = 'oldest';
`, newest(t)+1, oldest))
}

// following is the shipped migrations and one more, of this text.
func following(t *testing.T, text string) migrations {
	t.Helper()
	all := fstest.MapFS{fmt.Sprintf("migrations/%04d_more.sql", newest(t)+1): {Data: []byte("-- +goose Up\n" + text)}}
	names, err := fs.Glob(embedded, "migrations/*.sql")
	must(t, err)
	for _, name := range names {
		data, err := fs.ReadFile(embedded, name)
		must(t, err)
		all[name] = &fstest.MapFile{Data: data}
	}
	return migrations{all}
}

// newest is the number of the last shipped migration.
func newest(t *testing.T) int {
	t.Helper()
	n, err := shipped.newest()
	must(t, err)
	return n
}

func TestSchemas(t *testing.T) {
	o := Options{Keyring: ring(t, 'a')}
	t.Run("a newer one beside a running store", func(t *testing.T) {
		url := empty(t)
		s, products := shop(t, url, Options{})
		newer, err := tryOpen(t, url, o, next(t, "1"))
		must(t, err)
		defer newer.Close()
		if got := priceOf(t, newer, products[0].ID) + priceOf(t, s, products[0].ID); got != 0 {
			t.Error("the prices are", got)
		}
		must(t, at(t, url, Options{}).Close()) // and an older program starts on it
	})
	t.Run("one that is too new", func(t *testing.T) {
		url := empty(t)
		newer, err := tryOpen(t, url, o, next(t, fmt.Sprint(newest(t)+1)))
		must(t, err)
		must(t, newer.Close())
		refused(t, url, o, shipped, fmt.Sprint("schema ", newest(t)+1), fmt.Sprint("this one knows ", newest(t)))
	})
	t.Run("one whose making was cut off", func(t *testing.T) {
		url := empty(t)
		do(t, url, `DELETE FROM usher_meta WHERE key = 'check'`)
		fixture.Fill(t, at(t, url, Options{}), ana)
	})
	t.Run("New does not migrate", func(t *testing.T) {
		url := pgtest.URL(t)
		pool, err := dial(t.Context(), url, 1)
		must(t, err)
		defer pool.Close()
		if _, err := New(t.Context(), pool, &o); err == nil || !strings.Contains(err.Error(), "has to be migrated first") {
			t.Errorf("got %v", err)
		}
		if _, err := Migrate(t.Context(), pool, &o); err != nil {
			t.Fatal(err)
		}
		s, err := New(t.Context(), pool, &o)
		must(t, err)
		fixture.Fill(t, s, ana)
		must(t, s.Close())
		must(t, pool.Ping(t.Context())) // it is the caller's
	})
	t.Run("a test clock where real time went by", func(t *testing.T) {
		if err := refused(t, empty(t), Options{Keyring: o.Keyring, TestClock: fixture.T0}, shipped, "make another database"); !errors.Is(err, domain.ErrNoTestClock) {
			t.Errorf("got %v", err)
		}
	})
}

func TestWrongAddresses(t *testing.T) {
	for what, c := range map[string]struct{ url, says string }{
		"no address":         {"nonsense at all", "must be such as postgres://"},
		"an impossible port": {"postgres://u:hidden@localhost:99999999/db", "must be such as postgres://"},
		"nobody there":       {"postgres://u:hidden@127.0.0.1:1/db?sslmode=disable", "127.0.0.1:1/db cannot be reached"},
	} {
		err := refused(t, c.url, Options{}, shipped, c.says)
		if strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %q shows the password", what, err)
		}
	}
}

// Both databases have the same migrations: the same tables, columns, keys and
// indexes, in the same order.
func TestMigrationsAreThoseOfSQLite(t *testing.T) {
	const theirs = "../sqlitestore/migrations"
	names := func(dir fs.FS) []string {
		all, err := fs.Glob(dir, "*.sql")
		must(t, err)
		return all
	}
	sub, err := fs.Sub(embedded, "migrations")
	must(t, err)
	ours := names(sub)
	if want := names(os.DirFS(theirs)); !slices.Equal(ours, want) {
		t.Fatalf("%v, and SQLite has %v", ours, want)
	}
	dialect := regexp.MustCompile(`(?m)--.*$| STRICT\b|,? ?WITHOUT ROWID| WITH \(fillfactor = \d+\)| COLLATE "C"| CONCURRENTLY| IF NOT EXISTS\b| AUTOINCREMENT| GENERATED ALWAYS AS IDENTITY|\b(TEXT|INTEGER|BLOB|text|bigint|bytea|boolean|timestamptz)\b`)
	plain := func(dir fs.FS, name string) []string {
		text, err := fs.ReadFile(dir, name)
		must(t, err)
		return strings.Fields(dialect.ReplaceAllString(string(text), ""))
	}
	for _, name := range ours {
		got, want := plain(sub, name), plain(os.DirFS(theirs), name)
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("%s: %q, and SQLite has %q", filepath.Base(name), got[max(0, i-5):i+1], want[max(0, i-5):i+1])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: one goes on where the other ends", name)
		}
	}
}

// The names of unique indexes that mean something else than "exists" are those
// of the database.
func TestNamesOfUniqueIndexes(t *testing.T) {
	conn, err := pgx.Connect(t.Context(), empty(t))
	must(t, err)
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), `SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique AND NOT indisprimary AND indrelid::regclass::text LIKE 'usher_%'`)
	must(t, err)
	there, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	for name := range names {
		if !slices.Contains(there, name) {
			t.Errorf("there is no index %s", name)
		}
	}
	// Of those that have no name of their own a clash is domain.ErrExists.
	plain := []string{"usher_payments_seller_id_key_key", "usher_payments_processor", "usher_refunds_seller_id_key_key", "usher_tokens_digest_key", "usher_mails_seller_id_cause_key", "usher_jobs_key",
		"usher_connections_remote", "usher_claims_seat", "usher_grants_subject", "usher_deliveries_event"}
	for _, name := range there {
		if names[name] == nil && !slices.Contains(plain, name) && !strings.HasPrefix(name, "usher_goose") {
			t.Errorf("nobody has decided what a clash in %s means", name)
		}
	}
}
