package sqlitestore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/pressly/goose/v3"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/sqlrepo"
)

//go:embed migrations/*.sql
var embedded embed.FS

// shipped are this program's migrations.
var shipped = migrations{embedded}

// migrations is a folder of numbered SQL files, each run in one transaction.
type migrations struct{ files fs.FS }

// patience is how long an opening waits for others: for a migration that goes
// on, and for those to leave that merely look whether one is needed, as when
// processes start together.
var patience = struct{ migration, leave time.Duration }{30 * time.Second, 2 * time.Second}

// schema is what usher_meta says.
type schema struct {
	number int    // of the newest migration that was run; 0: none was
	oldest int    // the lowest number of a program that can work with it
	check  string // the check value of its secrets; empty: nobody has worked with it yet
	test   bool   // it was made with a test clock
	copied sqlrepo.Copied
}

// prepare brings the database up to date and checks its clock and the secrets,
// and returns them. When it returns, the lock is held with others.
func (m migrations) prepare(ctx context.Context, db *sql.DB, lock *fileLock, path string, o Options) (*keyring.Keyring, schema, error) {
	var none schema
	p, err := goose.NewProvider(goose.DialectSQLite3, db, m.dir(),
		goose.WithTableName("usher_goose"), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, none, err
	}
	sources := p.ListSources()
	newest := int(sources[len(sources)-1].Version)
	for start := time.Now(); ; {
		if err := lock.share(); err != nil {
			if err := wait(ctx, start, patience.migration, err, "is being migrated by another process: try again when that is done"); err != nil {
				return nil, none, err
			}
			continue
		}
		was, err := look(ctx, db)
		if c, _ := code(err); c == sqlite3.SQLITE_BUSY { // somebody else makes the new file a database, for which SQLite does not wait
			if err := wait(ctx, start, patience.leave, errHeld, "is locked by another process"); err != nil {
				return nil, none, err
			}
			continue
		}
		if err != nil {
			return nil, none, err
		}
		if was.oldest > newest {
			return nil, none, fmt.Errorf("was migrated to schema %d by a newer usher: it needs a program that knows schema %d, and this one knows %d", was.number, was.oldest, newest)
		}
		if err := was.copied.Usable(); err != nil && !o.Copying {
			return nil, none, fmt.Errorf("%s %w", path, err)
		}
		if was.check != "" && !was.test && !o.TestClock.IsZero() {
			return nil, none, noClock(path)
		}
		if was.number >= newest && was.check != "" {
			k, err := unlock(ctx, db, path, o.Keyring, was.check)
			if errors.Is(err, errAgain) {
				continue
			}
			return k, was, err
		}
		if err := lock.alone(); err != nil {
			if err := wait(ctx, start, patience.leave, err, fmt.Sprintf("must be migrated from schema %d to %d while no other process has it open: stop the others", was.number, newest)); err != nil {
				return nil, none, err
			}
			continue
		}
		if err := migrate(ctx, db, p, path, o); errors.Is(err, errAgain) {
			continue
		} else if err != nil {
			return nil, none, err
		}
		if now, err := look(ctx, db); err != nil || now.number < newest {
			return nil, none, errors.Join(err, fmt.Errorf("the migrations end with schema %d and should with %d", now.number, newest))
		}
	}
}

// dir is the folder with the files.
func (m migrations) dir() fs.FS {
	if sub, err := fs.Sub(m.files, "migrations"); err == nil {
		return sub
	}
	return m.files
}

// wait waits a moment, not the same for all, before the next try, or gives up
// with the sentence.
func wait(ctx context.Context, start time.Time, most time.Duration, err error, sentence string) error {
	if !errors.Is(err, errHeld) {
		return err
	}
	if time.Since(start) >= most {
		return errors.New(sentence)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(5+rand.IntN(20)) * time.Millisecond):
		return nil
	}
}

// migrate runs what is missing. It looks again first, since somebody else may
// have been faster. The secrets are there before the first row that needs them,
// and the check value is written last: until then the database is not made.
func migrate(ctx context.Context, db *sql.DB, p *goose.Provider, path string, o Options) error {
	was, err := look(ctx, db)
	if err != nil {
		return err
	}
	if was.check != "" {
		if _, err := unlock(ctx, db, path, o.Keyring, was.check); err != nil {
			return err
		}
		_, err = p.Up(ctx)
		return err
	}
	keys, err := found(path, o.Keyring)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return err
	}
	if err := setClock(ctx, db, o.TestClock); err != nil {
		return err
	}
	return keep(ctx, db, keys, "")
}

// look reads what the database says about itself.
func look(ctx context.Context, db *sql.DB) (s schema, err error) {
	var there int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'usher_meta'").Scan(&there); err != nil || there == 0 {
		return s, err
	}
	r, err := db.QueryContext(ctx, "SELECT key, value FROM usher_meta WHERE key IN ('schema', 'oldest', 'check', 'test_clock', '"+sqlrepo.CopyRow+"')")
	if err != nil {
		return s, err
	}
	defer r.Close()
	for r.Next() {
		var key, value string
		if err := r.Scan(&key, &value); err != nil {
			return s, err
		}
		switch key {
		case "check":
			s.check = value
		case "test_clock":
			s.test = true
		case sqlrepo.CopyRow:
			s.copied = sqlrepo.ParseCopied(value)
		case "schema":
			s.number, err = strconv.Atoi(value)
		case "oldest":
			s.oldest, err = strconv.Atoi(value)
		}
		if err != nil {
			return s, err
		}
	}
	return s, r.Err()
}
