package sqlcopy_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/pgstore"
	"github.com/usherhq/usher/adapters/sqlcopy"
	"github.com/usherhq/usher/adapters/sqlitestore"
	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/pgtest"
)

var quiet = slog.New(slog.DiscardHandler)

// store is a store that can be copied.
type store interface {
	ports.Store
	Side() sqlcopy.Side
	Close() error
}

// place is where a database is, and how it is opened.
type place struct {
	name string
	open func(copying bool) (store, error)
}

// places make a new, empty place for each test.
var places = map[string]func(*testing.T) place{
	"SQLite": func(t *testing.T) place {
		path := filepath.Join(t.TempDir(), "usher.db")
		file, err := migrated()
		must(t, err)
		must(t, os.WriteFile(path, file, 0o600))
		return place{path, func(copying bool) (store, error) {
			return sqlitestore.Open(context.Background(), path, &sqlitestore.Options{Keyring: ring(t), Logger: quiet, Copying: copying})
		}}
	},
	"PostgreSQL": func(t *testing.T) place {
		url := pgtest.Copy(t, "usher", func(ctx context.Context, url string) error {
			s, err := pgstore.Open(ctx, url, &pgstore.Options{Keyring: ring(t), Logger: quiet})
			if err != nil {
				return err
			}
			return s.Close()
		})
		return place{url, func(copying bool) (store, error) {
			return pgstore.Open(context.Background(), url, &pgstore.Options{Keyring: ring(t), Logger: quiet, Copying: copying})
		}}
	},
}

// migrated is the file of an empty database: to make each would take longer than
// what is tested.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "usher")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "usher.db")
	keys, err := keyring.NewSecret(1, secret)
	if err != nil {
		return nil, err
	}
	k, err := keyring.New(keys)
	if err != nil {
		return nil, err
	}
	s, err := sqlitestore.Open(context.Background(), path, &sqlitestore.Options{Keyring: k, Logger: quiet})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

var secret = bytes.Repeat([]byte{'a'}, keyring.Size)

func ring(t *testing.T) *keyring.Keyring {
	s, err := keyring.NewSecret(1, secret)
	must(t, err)
	k, err := keyring.New(s)
	must(t, err)
	return k
}

// opened opens a place for the time of a test.
func (p place) opened(t *testing.T, copying bool) store {
	t.Helper()
	s, err := p.open(copying)
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func tablesOf(t *testing.T, s sqlcopy.Side) []sqlcopy.Table {
	t.Helper()
	all, err := s.Tables(t.Context())
	must(t, err)
	all, err = sqlcopy.InOrder(all)
	must(t, err)
	return all
}

// fill puts n rows into every table, whatever tables there are: values of each
// column's kind, at the edges of what there is, NULL wherever that may be.
func fill(t *testing.T, s sqlcopy.Side, kinds []sqlcopy.Table, n int) {
	t.Helper()
	own := map[string]sqlcopy.Table{}
	for _, table := range tablesOf(t, s) {
		own[table.Name] = table
	}
	for _, table := range kinds {
		var rows [][]any
		for i := range n {
			var row []any
			for j, c := range table.Columns {
				row = append(row, value(table, c, i, j))
			}
			rows = append(rows, row)
		}
		must(t, s.Write(t.Context(), func(ctx context.Context, c sqlrepo.Conn) error {
			if err := sqlcopy.Insert(ctx, c, own[table.Name], rows); err != nil || !table.Numbered {
				return err
			}
			return s.SetLast(ctx, c, own[table.Name], int64(n))
		}))
	}
}

func value(t sqlcopy.Table, c sqlcopy.Column, i, j int) any {
	if !c.NotNull && (i+j)%3 == 0 {
		return nil
	}
	switch c.Kind {
	case sqlcopy.Text:
		if c.Refers != "" {
			return fmt.Sprintf("%s id %05d", c.Refers, i)
		}
		text := fmt.Sprintf("%s %s %05d", t.Name, c.Name, i)
		if c.Name != "id" {
			text += []string{"", "'\"\\;--", "日本 😀", "\n\t\u2028", "İß"}[i%5]
		}
		return text
	case sqlcopy.Number:
		if t.Numbered && c.Name == t.Key[0] {
			return int64(i) + 1
		}
		return []int64{0, -1 << 62, 1<<62 - 1, 1 << 53}[j%4] + int64(i) + 1
	case sqlcopy.Bytes:
		return append(bytes.Repeat([]byte{0, 255}, i), []byte{byte(i)}[:min(i, 1)]...) // the first is empty
	case sqlcopy.Truth:
		return int64((i + j) % 2)
	default: // a time: the first and last of the calendar, and a microsecond
		return []int64{1_790_000_000_123_456, -62_135_510_400_000_000, 253_402_300_799_999_999, 1}[i%4]
	}
}

// dump is all that a side holds, by table.
func dump(t *testing.T, s sqlcopy.Side) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, table := range tablesOf(t, s) {
		text, err := sqlcopy.Dump(t.Context(), s, table)
		must(t, err)
		all[table.Name] = text
	}
	return all
}

// wantCopy needs two sides to hold the same, and that to be something.
func wantCopy(t *testing.T, from, to sqlcopy.Side) {
	t.Helper()
	want, got := dump(t, from), dump(t, to)
	for name, text := range want {
		if text == "" {
			t.Errorf("%s was empty: nothing is shown about it", name)
		}
		if got[name] != text {
			t.Errorf("%s: got %.500q, want %.500q", name, got[name], text)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
