package sqlitestore

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/usherhq/usher/domain"
)

// pragmas are set on every connection. The size of a page cache is SQLite's
// own, and no file is mapped into memory: that gained nothing, and a bad disk
// would then end the process.
const pragmas = "_pragma=busy_timeout(5000)" + // first: the next one may have to wait
	"&_pragma=journal_mode(WAL)" +
	"&_pragma=synchronous(FULL)" + // what was answered is on disk
	"&_pragma=foreign_keys(1)" +
	"&_pragma=temp_store(2)"

// resolve returns the file's one true path, by which all processes find the
// same lock. A new file is made here, for its owner's eyes only; what SQLite
// makes beside it gets the same mode.
func resolve(path string) (string, error) {
	if path == "" || path == ":memory:" {
		return "", errors.New("the database needs a path to a file")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case err == nil:
		err = f.Close()
	case errors.Is(err, fs.ErrExist): // it is not opened: closing it would end SQLite's own locks on it in this process
		err = nil
	}
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

func dsn(path, more string) string { return bare(path, pragmas+more) }

// bare names a file with nothing but these parameters.
func bare(path, parameters string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive's letter
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + parameters
}

// openWriting opens the one connection that writes; database/sql's own
// transactions, which only migrations use, take the lock at once.
func openWriting(path string) (*sql.DB, error) {
	return openPool(dsn(path, "&mode=rw&_txlock=immediate"), 1)
}

// openReading opens connections that cannot write.
func openReading(path string, n int) (*sql.DB, error) {
	return openPool(dsn(path, "&mode=ro&_pragma=query_only(1)"), n)
}

func openPool(dsn string, n int) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// explain says which file an error is about, and what is wrong with it.
func explain(path string, err error) error {
	switch c, _ := code(err); c {
	case sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%s is not a database of usher's: %w", path, err)
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY:
		return fmt.Errorf("%s cannot be opened for writing: %w", path, classify(err))
	}
	var e *domain.Error
	if errors.As(err, &e) {
		return err // these say it themselves
	}
	return fmt.Errorf("%s: %w", path, classify(err))
}
