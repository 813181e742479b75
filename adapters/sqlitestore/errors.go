package sqlitestore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/usherhq/usher/domain"
)

// Why a call is refused with domain.ErrUnavailable, for operators.
var (
	errClosed = errors.New("the store is closed")
	errFull   = errors.New("too much waits for the database")
	errLong   = errors.New("a View lasts at most five seconds")
	errInWay  = errors.New("the View was ended because the write-ahead log had grown too far")
	errOver   = errors.New("the transaction is over")
	errReturn = errors.New("the closure did not return")
)

// code returns SQLite's code of err without its details, and false if err is
// not SQLite's.
func code(err error) (int, bool) {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff, true
	}
	return 0, false
}

// classify gives the errors of a connection that may write their meaning: what
// keeps the database from being reached or written is domain.ErrUnavailable.
func classify(err error) error {
	c, ok := code(err)
	switch {
	case errors.Is(err, sql.ErrConnDone), errors.Is(err, driver.ErrBadConn):
	case !ok:
		return err
	default:
		switch c {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL, // somebody else has it
			sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, // the disk
			sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM:
		default:
			return err
		}
	}
	return domain.ErrUnavailable.Because(err)
}

// classifyRead is classify for a connection that only reads: there a write is
// a mistake in the program.
func classifyRead(err error) error {
	if c, ok := code(err); ok && c == sqlite3.SQLITE_READONLY {
		return domain.ErrReadOnly.Because(err)
	}
	return classify(err)
}

// fatal reports whether err may have ended the transaction that the statement
// was part of. Few errors surely leave it alone: those of the statement itself,
// as long as no SQL says ON CONFLICT ROLLBACK or RAISE (ROLLBACK).
func fatal(err error) bool {
	if err == nil {
		return false
	}
	c, ok := code(err)
	if !ok {
		return errors.Is(err, sql.ErrConnDone) || errors.Is(err, driver.ErrBadConn)
	}
	switch c {
	case sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_RANGE:
		return false
	}
	return true
}

// cut reports whether err says that a context, or the transaction, has ended.
func cut(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errOver)
}
