package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/domain"
)

// refused opens the file and wants a sentence with all of these parts.
func refused(t *testing.T, path string, k *keyring.Keyring, m migrations, parts ...string) error {
	t.Helper()
	s, err := open(t.Context(), path, (&Options{Keyring: k, Logger: quiet}).filled(), m)
	if err == nil {
		s.Close()
		t.Error("it opened")
		return nil
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the sentence is %q and does not say %q", err, part)
		}
	}
	return err
}

func TestANewDatabase(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "usher.db")
	s, err := Open(t.Context(), path, nil)
	must(t, err)
	must(t, s.Close())
	for _, name := range []string{"usher.db", "usher.secrets"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v; want 0600", name, info.Mode(), err)
		}
	}
	first, err := os.ReadFile(filepath.Join(dir, "usher.secrets"))
	must(t, err)
	s, err = Open(t.Context(), path, nil) // again
	must(t, err)
	must(t, s.Close())
	if second, _ := os.ReadFile(filepath.Join(dir, "usher.secrets")); string(second) != string(first) {
		t.Error("the second opening changed the secrets")
	}
	if left, _ := filepath.Glob(path + "-*"); len(left) != 0 {
		t.Errorf("closing left %v: the log is not folded into the file", left)
	}
}

func TestManyOpenANewDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "usher.db")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s, err := Open(context.Background(), path, nil)
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
}

func TestSecrets(t *testing.T) {
	made := func(t *testing.T) string {
		path := filepath.Join(t.TempDir(), "usher.db")
		s, err := Open(t.Context(), path, nil)
		must(t, err)
		must(t, s.Close())
		return path
	}
	t.Run("another secret is refused", func(t *testing.T) {
		path := made(t)
		err := refused(t, path, ringOf(t, 1, 'x').From("the environment variable USHER_SECRETS"), shipped,
			"secret number 1 in the environment variable USHER_SECRETS is not the one this database was made with")
		want(t, "Open", err, domain.ErrWrongSecret)
	})
	t.Run("another secrets file is refused", func(t *testing.T) {
		path := made(t)
		file := secretsFile(path)
		must(t, os.Remove(file))
		_, err := keyring.Create(file)
		must(t, err)
		want(t, "Open", refused(t, path, nil, shipped, file), domain.ErrWrongSecret)
	})
	t.Run("a missing secrets file is refused, and not made", func(t *testing.T) {
		path := made(t)
		file := secretsFile(path)
		must(t, os.Remove(file))
		want(t, "Open", refused(t, path, nil, shipped, file, "is missing"), domain.ErrWrongSecret)
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			t.Error("the file is there:", err)
		}
	})
	t.Run("a broken secrets file is refused", func(t *testing.T) {
		path := made(t)
		must(t, os.WriteFile(secretsFile(path), []byte("1 nonsense\n"), 0o600))
		refused(t, path, nil, shipped, secretsFile(path), "line 1")
	})
	t.Run("secrets that are there are used for a new database", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "usher.db")
		k, err := keyring.Create(secretsFile(path))
		must(t, err)
		s, err := Open(t.Context(), path, nil)
		must(t, err)
		defer s.Close()
		if s.keys.Check() != k.Check() {
			t.Error("it made its own")
		}
	})
	t.Run("a secret that is added is known from then on", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "usher.db")
		old, err := keyring.NewSecret(1, []byte(strings.Repeat("a", 32)))
		must(t, err)
		fresh, err := keyring.NewSecret(2, []byte(strings.Repeat("b", 32)))
		must(t, err)
		one, err := keyring.New(old)
		must(t, err)
		two, err := keyring.New(fresh, old)
		must(t, err)
		for _, k := range []*keyring.Keyring{one, one, two, two} {
			s, err := Open(t.Context(), path, &Options{Keyring: k, Logger: quiet})
			must(t, err)
			must(t, s.Close())
		}
		want(t, "Open without it", refused(t, path, one, shipped, "a secret number 2"), domain.ErrWrongSecret)
	})
}

func TestWrongFiles(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "letter.txt")
	must(t, os.WriteFile(text, []byte(strings.Repeat("Dear Sir or Madam, ", 1000)), 0o600))
	for _, c := range []struct{ name, path, says string }{
		{"a file that is no database", text, text + " is not a database"},
		{"a folder", dir, dir},
		{"a folder that is not there", filepath.Join(dir, "no", "usher.db"), filepath.Join(dir, "no", "usher.db")},
		{"memory", ":memory:", "needs a path"},
		{"nothing", "", "needs a path"},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, c.path, nil, shipped, c.says) })
	}
	if got, _ := os.ReadFile(text); len(got) != 19000 {
		t.Error("the letter was changed")
	}
	if _, err := os.Stat(filepath.Join(dir, "usher.secrets")); err == nil {
		t.Error("secrets were made for what is no database")
	}
}

// next is the shipped migrations and one more.
func next(t *testing.T, oldest string) migrations {
	t.Helper()
	return following(t, fmt.Sprintf(`CREATE TABLE usher_more (x INTEGER) STRICT;
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
	return shipped.newest()
}

func TestMigrations(t *testing.T) {
	soon(t)
	k := ringOf(t, 1, 'a')
	o := (&Options{Keyring: k, Logger: quiet}).filled()
	t.Run("opening beside a running store works, migrating beside it is refused", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "usher.db")
		running := at(t, path)
		at(t, path)
		refused(t, path, k, next(t, "1"), path, fmt.Sprintf("must be migrated from schema %d to %d", newest(t), newest(t)+1), "stop the others")
		must(t, do(running, "CREATE TABLE t (x)"))
		at(t, path)
	})
	t.Run("a migration in another process is waited for, and then refused", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "usher.db")
		must(t, at(t, path).Close())
		l, err := openLock(path + ".lock")
		must(t, err)
		must(t, l.alone())
		refused(t, path, k, shipped, path, "is being migrated by another process")
		must(t, l.close())
		at(t, path)
	})
	t.Run("a program that oldest allows opens a newer schema, and does not migrate", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "usher.db")
		must(t, at(t, path).Close())
		s, err := open(t.Context(), path, o, next(t, "1"))
		must(t, err)
		if n := read(t, s, "SELECT count(*) FROM usher_more"); n != 0 {
			t.Error(n)
		}
		at(t, path) // the older program, beside it
		must(t, s.Close())
	})
	t.Run("a program that is too old is refused", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "usher.db")
		s, err := open(t.Context(), path, o, next(t, fmt.Sprint(newest(t)+1)))
		must(t, err)
		must(t, s.Close())
		refused(t, path, k, shipped, path, "by a newer usher", fmt.Sprintf("knows schema %d, and this one knows %d", newest(t)+1, newest(t)))
	})
	t.Run("another secret is refused before anything is migrated", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "usher.db")
		must(t, at(t, path).Close())
		want(t, "Open", refused(t, path, ringOf(t, 1, 'x'), next(t, fmt.Sprint(newest(t)+1))), domain.ErrWrongSecret)
		at(t, path)
	})
	t.Run("a migration that fails leaves all as it was", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "usher.db")
		must(t, at(t, path).Close())
		bad := following(t, "CREATE TABLE usher_more (x) STRICT;\nCREATE TABLE usher_more (x INTEGER) STRICT;\n")
		refused(t, path, k, bad, path)
		s, err := open(t.Context(), path, o, next(t, "1"))
		must(t, err)
		must(t, s.Close())
	})
	t.Run("a migration that does not say its number is found out", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "usher.db")
		bad := following(t, "CREATE TABLE usher_more (x INTEGER) STRICT;\n")
		refused(t, path, k, bad, fmt.Sprintf("end with schema %d and should with %d", newest(t), newest(t)+1))
	})
	t.Run("a first start that was cut off before the end is finished", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "usher.db")
		s, err := Open(t.Context(), path, nil)
		must(t, err)
		must(t, do(s, "DELETE FROM usher_meta WHERE key = 'check'"))
		must(t, s.Close())
		s, err = Open(t.Context(), path, nil)
		must(t, err)
		must(t, s.Close())
	})
	t.Run("goose keeps its own table", func(t *testing.T) {
		s := at(t, filepath.Join(t.TempDir(), "usher.db"))
		if n := read(t, s, "SELECT count(*) FROM usher_goose"); n != int64(newest(t)+1) {
			t.Errorf("usher_goose has %d rows, want %d", n, newest(t)+1)
		}
		if n := read(t, s, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'usher_%' AND name NOT LIKE 'sqlite_%'"); n != 0 {
			t.Errorf("%d tables have a name that a host's may have", n)
		}
	})
}

// TestAFileInTheMaking: SQLite does not wait for who turns a new file into a
// database at the same time.
func TestAFileInTheMaking(t *testing.T) {
	path := filepath.Join(t.TempDir(), "usher.db")
	must(t, os.WriteFile(path, nil, 0o600))
	raw, err := sql.Open("sqlite", path)
	must(t, err)
	defer raw.Close()
	raw.SetMaxOpenConns(1)
	_, err = raw.Exec("BEGIN IMMEDIATE")
	must(t, err)
	t.Run("is refused if it takes too long", func(t *testing.T) {
		soon(t)
		refused(t, path, nil, shipped, path+": is locked by another process")
	})
	t.Run("is waited for", func(t *testing.T) {
		opened := make(chan error)
		go func() {
			s, err := Open(t.Context(), path, nil)
			if err == nil {
				err = s.Close()
			}
			opened <- err
		}()
		_, err := raw.Exec("COMMIT")
		must(t, err)
		must(t, <-opened)
	})
}

// TestAnotherProcess: the lock holds between processes, and a link to the file
// is the same file.
func TestAnotherProcess(t *testing.T) {
	soon(t)
	if path := os.Getenv("USHER_TEST_OPEN"); path != "" {
		s, err := open(t.Context(), path, (&Options{Keyring: ringOf(t, 1, 'a'), Logger: quiet}).filled(), next(t, "1"))
		if err == nil {
			s.Close()
		}
		must(t, err)
		return
	}
	dir := t.TempDir()
	path, link := filepath.Join(dir, "usher.db"), filepath.Join(dir, "link.db")
	s := at(t, path)
	must(t, os.Symlink(path, link))
	for _, name := range []string{path, link} {
		if out, err := other(t, name); err == nil || !strings.Contains(out, "stop the others") {
			t.Errorf("migrated beside a running process: %v\n%s", err, out)
		}
	}
	must(t, s.Close())
	if out, err := other(t, link); err != nil {
		t.Errorf("with nobody beside: %v\n%s", err, out)
	}
}

// other runs this test in another process.
func other(t *testing.T, path string) (string, error) {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAnotherProcess$")
	cmd.Env = append(os.Environ(), "USHER_TEST_OPEN="+path)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// soon makes waiting for locks short.
func soon(t *testing.T) {
	t.Helper()
	was := patience
	t.Cleanup(func() { patience = was })
	patience.migration, patience.leave = 0, 0
}
