package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/usherhq/usher/adapters/keyring"
	"github.com/usherhq/usher/adapters/sqlrepo"
)

// Inspection says how a database is looked at.
type Inspection struct {
	// Copy: the file is a copy at rest, which nobody has open. It is read whole,
	// every reference in it is followed, and nothing is made beside it.
	Copy bool
	Keys *keyring.Keyring // its secrets; nil: they are not looked at
	Now  time.Time        // what is older than a day is, by this time; of a test clock, by its own
}

// Findings are what a look at a database came to.
type Findings struct {
	sqlrepo.Findings

	Faults []string // what SQLite finds wrong in the file, at most ten
	Strays int64    // rows that refer to what is not there; of a copy only
}

// counted are the tables that hold what people know of, and since those that
// the schema of that number has brought: a copy may be older.
var (
	counted = []string{"sellers", "products", "purchases", "memberships", "payments", "refunds", "seats", "licenses", "tokens", "events", "mails"}
	since   = map[int][]string{2: {"connections", "attachments", "claims", "grants"}}
)

// lookFor is how long a look may take at one thing. Nobody who writes waits for
// it, but the log grows meanwhile.
const lookFor = time.Hour

// errTooNew says that a database needs a newer program.
var errTooNew = errors.New("was migrated by a newer usher: use that one")

// Inspect looks at the database at path and changes nothing in it. It fails if
// the file cannot be read as a database of usher's, or not by this program; all
// else is among what it found. A copy that is in use is refused.
func Inspect(ctx context.Context, path string, i Inspection) (*Findings, error) {
	path, err := there(path)
	if err != nil {
		return nil, err
	}
	f, err := inspect(ctx, path, i)
	if err != nil {
		return nil, explain(path, err)
	}
	return f, nil
}

func inspect(ctx context.Context, path string, i Inspection) (*Findings, error) {
	name := dsn(path, "&mode=ro&_pragma=query_only(1)")
	if i.Copy {
		for _, beside := range []string{"-wal", "-journal"} {
			if info, err := os.Stat(path + beside); err == nil && info.Size() > 0 {
				return nil, fmt.Errorf("is in use, or was copied while it was: %s lies beside it", path+beside)
			}
		}
		name = bare(path, "mode=ro&immutable=1&_pragma=query_only(1)")
	}
	db, err := openPool(name, 1)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	was, err := look(ctx, db)
	if err != nil {
		return nil, err
	}
	switch {
	case was.check == "":
		return nil, errors.New("is not a database of usher's")
	case was.oldest > shipped.newest():
		return nil, errTooNew
	}
	s := &Store{readers: newReaders(db, 1), reads: reads{most: lookFor, live: map[*live]struct{}{}}}
	f := &Findings{}
	count := slices.Clone(counted)
	for schema, tables := range since {
		if was.number >= schema {
			count = append(count, tables...)
		}
	}
	f.Findings, err = sqlrepo.Look(ctx, s.snapshot, i.Keys, i.Now, count...)
	s.readers.close() // the one connection is needed
	if err != nil {
		return nil, err
	}
	f.Schema, f.Known = was.number, shipped.newest()
	if err := f.whole(ctx, db, i.Copy); err != nil {
		return nil, err
	}
	return f, ctx.Err()
}

// newest is the number of the last migration.
func (m migrations) newest() int {
	files, _ := fs.Glob(m.dir(), "*.sql")
	slices.Sort(files)
	var n int
	_, _ = fmt.Sscanf(files[len(files)-1], "%d", &n)
	return n
}
