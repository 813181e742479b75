package pgstore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/sqlrepo"
	"github.com/usherhq/usher/domain"
)

//go:embed migrations/*.sql
var embedded embed.FS

// shipped are this program's migrations.
var shipped = migrations{embedded}

// migrations is a folder of numbered SQL files. Each is run in one transaction,
// unless it begins with NO TRANSACTION: then each of its statements is one, and a
// file that was cut off is run again from its beginning.
type migrations struct{ files fs.FS }

// patience is how long a start waits for a migration by another process.
var patience = 30 * time.Second

// The lock of who migrates. It is tried and not waited for: a statement that
// waits holds a snapshot, for which an index that is being made would wait.
const (
	migrating = `SELECT pg_try_advisory_lock(8387229101465219432)`
	migrated  = `SELECT pg_advisory_unlock(8387229101465219432)`
)

// schema is what usher_meta says.
type schema struct {
	number int    // of the newest migration that was run; 0: none was
	oldest int    // the lowest number of a program that can work with it
	check  string // the check value of its secrets; empty: nobody has worked with it yet
	test   bool   // it was made with a test clock
	copied sqlrepo.Copied
	home   string // the search path that finds its tables and nobody else's, as a literal
}

// newest is the number of the last migration.
func (m migrations) newest() (int, error) {
	names, err := fs.Glob(m.files, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		return 0, errors.Join(err, errors.New("there are no migrations"))
	}
	n, err := goose.NumericComponent(names[len(names)-1])
	return int(n), err
}

// ready checks that the database can be worked with as it is, and returns its
// secrets.
func (m migrations) ready(ctx context.Context, pool *pgxpool.Pool, o Options) (*keyring.Keyring, schema, error) {
	for {
		is, err := m.look(ctx, pool, o)
		if err != nil {
			return nil, is, err
		}
		if !m.current(is) {
			return nil, is, fmt.Errorf("has schema %d and has to be migrated first", is.number)
		}
		if err := unlock(ctx, pool, o.Keyring, is.check); !errors.Is(err, errAgain) {
			return o.Keyring, is, err
		}
	}
}

// current reports whether nothing is left to be run.
func (m migrations) current(is schema) bool {
	newest, err := m.newest()
	return err == nil && is.number >= newest && is.check != ""
}

// migrate brings the database up to date and returns its secrets, and whether it
// was made now.
func (m migrations) migrate(ctx context.Context, pool *pgxpool.Pool, o Options) (keys *keyring.Keyring, made bool, err error) {
	for start := time.Now(); ; {
		is, err := m.look(ctx, pool, o)
		if err != nil {
			return nil, false, err
		}
		if o.Existing && is.check == "" {
			return nil, false, ErrEmpty
		}
		if m.current(is) {
			err = unlock(ctx, pool, o.Keyring, is.check)
			keys = o.Keyring
		} else {
			keys, made, err = m.alone(ctx, pool, o)
		}
		if !errors.Is(err, errAgain) && code(err) != lockNotAvailable {
			return keys, made, err
		}
		if time.Since(start) > patience {
			return nil, false, errors.Join(errors.New("is being migrated by another process, or is in use: try again when that is done"), err)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
	}
}

// alone migrates while nobody else does, or fails with errAgain.
func (m migrations) alone(ctx context.Context, pool *pgxpool.Pool, o Options) (keys *keyring.Keyring, made bool, err error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, false, domain.ErrUnavailable.Because(err)
	}
	defer conn.Release()
	var mine bool
	if err := conn.QueryRow(ctx, migrating).Scan(&mine); err != nil {
		return nil, false, err
	}
	if !mine {
		return nil, false, errAgain
	}
	defer func() { // a connection that is cut off has let go of it
		_, _ = conn.Exec(context.WithoutCancel(ctx), migrated)
	}()
	is, err := m.look(ctx, conn, o) // somebody may have been faster
	if err != nil {
		return nil, false, err
	}
	if is.check != "" {
		if err := unlock(ctx, conn, o.Keyring, is.check); err != nil || m.current(is) {
			return o.Keyring, false, err
		}
		return o.Keyring, false, m.up(ctx, conn.Conn().Config())
	}
	// The secrets are there before the first row that needs them, and the check
	// value is written last: until then the database is not made.
	if keys, err = found(o); err != nil {
		return nil, false, err
	}
	if err := m.up(ctx, conn.Conn().Config()); err != nil {
		return nil, false, err
	}
	return keys, true, pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		return errors.Join(setClock(ctx, tx, o.TestClock), keep(ctx, tx, keys))
	})
}

// up runs what is missing, on a connection of its own that gives way to who
// works with the tables.
func (m migrations) up(ctx context.Context, c *pgx.ConnConfig) error {
	c.RuntimeParams["lock_timeout"] = "2s"
	db := stdlib.OpenDB(*c)
	defer db.Close()
	dir, err := fs.Sub(m.files, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, dir, goose.WithTableName("usher_goose"), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// querier is a pool, or a connection of one: who has the lock needs no second
// one, which a pool of one does not have.
type querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// look reads what the database says about itself, and refuses one that this
// program cannot work with.
func (m migrations) look(ctx context.Context, db querier, o Options) (is schema, err error) {
	newest, err := m.newest()
	if err != nil {
		return is, err
	}
	if is, err = read(ctx, db); err != nil {
		return is, err
	}
	if err := is.copied.Usable(); err != nil && !o.Copying {
		return is, err
	}
	switch {
	case is.oldest > newest:
		return is, fmt.Errorf("was migrated to schema %d by a newer usher: it needs a program that knows schema %d, and this one knows %d", is.number, is.oldest, newest)
	case is.check != "" && !is.test && !o.TestClock.IsZero():
		return is, noClock()
	}
	return is, nil
}

// lookAround finds the schema with usher's tables. What is temporary is looked
// for last: else it would come first.
const lookAround = `SELECT current_setting('server_encoding'), (SELECT quote_literal(quote_ident(n.nspname) || ', pg_temp')
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass('usher_meta'))`

func read(ctx context.Context, db querier) (is schema, err error) {
	var encoding string
	var home *string // NULL: there are no tables
	err = db.QueryRow(ctx, lookAround).Scan(&encoding, &home)
	if err != nil {
		return is, classify(err, ctx.Err() == nil)
	}
	if encoding != "UTF8" {
		return is, fmt.Errorf("has the encoding %s and needs UTF8: make another one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0", encoding)
	}
	if home == nil {
		return is, nil
	}
	is.home = *home
	rows, err := db.Query(ctx, "SELECT key, value FROM usher_meta WHERE key IN ('schema', 'oldest', 'check', 'test_clock', '"+sqlrepo.CopyRow+"')")
	if err != nil {
		return is, err
	}
	var key, value string
	_, err = pgx.ForEachRow(rows, []any{&key, &value}, func() (err error) {
		switch key {
		case "check":
			is.check = value
		case "test_clock":
			is.test = true
		case sqlrepo.CopyRow:
			is.copied = sqlrepo.ParseCopied(value)
		case "schema":
			is.number, err = strconv.Atoi(value)
		case "oldest":
			is.oldest, err = strconv.Atoi(value)
		}
		return err
	})
	return is, err
}
