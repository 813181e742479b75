package sqlitestore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/usherhq/usher/adapters/sqlrepo"
)

// Copy is a copy of a database.
type Copy struct {
	TakenAt time.Time
	Bytes   int64
}

// Backup writes a copy of the database at path into a new file, which only its
// owner may read: all that was true at one instant, while others go on reading
// and writing. A file that is there is never touched: that is [fs.ErrExist].
// The copy appears whole and on disk, or not at all.
//
// It is marked: a store that is opened on it holds charges until somebody lifts
// that, since it does not know what was charged after it was made. The secrets
// are not in it, and are not needed to make it.
//
// While it is made the write-ahead log of the original grows.
func Backup(ctx context.Context, path, into string) (c Copy, err error) {
	if path, err = there(path); err != nil {
		return Copy{}, err
	}
	if into, err = filepath.Abs(into); err != nil { // SQLite takes some relative paths for its own
		return Copy{}, err
	}
	if _, err := os.Lstat(into); err == nil {
		return Copy{}, &fs.PathError{Op: "create", Path: into, Err: fs.ErrExist}
	}
	lock, err := shareLock(ctx, path)
	if err != nil {
		return Copy{}, explain(path, err)
	}
	defer lock.close()
	f, err := os.CreateTemp(filepath.Dir(into), "."+filepath.Base(into)+".*") // with mode 0600
	if err != nil {
		return Copy{}, err
	}
	defer os.Remove(f.Name()) // does nothing once it is renamed
	defer f.Close()
	c.TakenAt = time.Now().UTC().Truncate(time.Microsecond)
	if err := copyInto(ctx, path, f.Name()); err != nil {
		return Copy{}, explain(path, err)
	}
	if err := mark(ctx, f.Name(), c.TakenAt); err != nil {
		return Copy{}, explain(into, err)
	}
	info, err := f.Stat()
	if err != nil {
		return Copy{}, err
	}
	c.Bytes = info.Size()
	if err := f.Sync(); err != nil {
		return Copy{}, err
	}
	return c, place(f.Name(), into)
}

// there returns the true path of a file that must be there.
func there(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

// shareLock waits for a migration that goes on, and keeps others from beginning.
func shareLock(ctx context.Context, path string) (*fileLock, error) {
	lock, err := openLock(path + ".lock")
	if err != nil {
		return nil, err
	}
	for start := time.Now(); ; {
		if err = lock.share(); err == nil {
			return lock, nil
		}
		if err = wait(ctx, start, patience.migration, err, "is being migrated by another process: try again when that is done"); err != nil {
			return nil, errors.Join(err, lock.close())
		}
	}
}

// copyInto writes what the database holds into an empty file.
func copyInto(ctx context.Context, path, into string) error {
	db, err := openPool(dsn(path, "&mode=ro"), 1)
	if err != nil {
		return err
	}
	defer db.Close()
	was, err := look(ctx, db)
	if err != nil {
		return err
	}
	if was.check == "" {
		return errors.New("is not a database of usher's")
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO $1", into)
	return err
}

// mark says in a copy that it is one. The copy has no write-ahead log, so that
// it is one file.
func mark(ctx context.Context, path string, at time.Time) error {
	db, err := openPool(bare(path, "mode=rw&_pragma=journal_mode(DELETE)&_pragma=synchronous(FULL)"), 1)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `INSERT INTO usher_meta (key, value) VALUES ('`+sqlrepo.BackupRow+`', $1)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, sqlrepo.TextOf(at))
	return errors.Join(err, db.Close())
}

// place gives a file its name, unless that is taken.
func place(from, to string) error {
	err := os.Link(from, to)
	switch {
	case errors.Is(err, fs.ErrExist):
		return err
	case err != nil: // a file system without links
		if _, err := os.Lstat(to); err == nil {
			return &fs.PathError{Op: "create", Path: to, Err: fs.ErrExist}
		}
		if err := os.Rename(from, to); err != nil {
			return err
		}
	}
	if d, err := os.Open(filepath.Dir(to)); err == nil { // the name, too, must be on disk; some systems cannot
		_ = d.Sync()
		_ = d.Close()
	}
	return nil
}
