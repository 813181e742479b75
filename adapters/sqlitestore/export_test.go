package sqlitestore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/usherhq/usher/adapters/sqlrepo"
)

// Noting has a store that was just opened send all that it sends through a driver
// that tells note first, on the goroutine that sends it.
func Noting(s *Store, path string, readers int, note func(sql string)) (err error) {
	usual := s.rw.Driver()
	open := func(name string, n int) *sql.DB {
		db := sql.OpenDB(noting{usual, name, note})
		db.SetMaxOpenConns(n)
		return db
	}
	s.w.close()
	s.readers.close()
	if err := errors.Join(s.ro.Close(), s.rw.Close()); err != nil {
		return err
	}
	s.rw, s.ro = open(dsn(path, "&mode=rw&_txlock=immediate"), 1), open(dsn(path, "&mode=ro&_pragma=query_only(1)"), readers)
	s.readers = newReaders(s.ro, readers)
	s.w, err = startWriter(s.rw, sqlrepo.Count, quiet, func(*line) {})
	return err
}

// noting makes connections of a driver that tell what they send. It is what
// database/sql needs of one, as far as SQLite's has it.
type noting struct {
	sqlite driver.Driver
	name   string
	note   func(string)
}

func (n noting) Driver() driver.Driver { return n.sqlite }

func (n noting) Connect(context.Context) (driver.Conn, error) {
	c, err := n.sqlite.Open(n.name)
	return notingConn{c, n.note}, err
}

type notingConn struct {
	driver.Conn
	note func(string)
}

func (c notingConn) PrepareContext(ctx context.Context, q string) (driver.Stmt, error) {
	s, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, q)
	return notingStmt{s, c.note, q}, err
}

func (c notingConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	c.note(q)
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, q, args)
}

func (c notingConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	c.note(q)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, q, args)
}

type notingStmt struct {
	driver.Stmt
	note func(string)
	text string
}

func (s notingStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.note(s.text)
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s notingStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.note(s.text)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}
