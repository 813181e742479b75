package sqlitestore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync"

	"github.com/usherhq/usher/domain"
)

// mostKept bounds the statements that a connection keeps prepared. Preparing
// takes longer than running, and usher has fewer texts than this.
const mostKept = 256

// line is one connection, with the statements that were run on it kept
// prepared.
type line struct {
	conn *sql.Conn

	mu   sync.Mutex
	kept map[string]*kept

	known   known // the writer's own
	version driver.Stmt
	changed bool // a statement was run that may have changed what is known
}

// kept is a prepared statement. While its result is being read it cannot be run
// again: whoever needs it then does without.
type kept struct {
	stmt       *sql.Stmt
	busy       bool
	unsettling bool
}

// dial takes a connection of db for itself.
func dial(ctx context.Context, db *sql.DB) (*line, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &line{conn: conn, kept: map[string]*kept{}, known: known{uses: map[domain.Seen]int64{}}}, nil
}

// drop closes the connection for good; its place in the pool is free for a new
// one. SQLite rolls back what it had open, but only when its statements are
// closed.
func (l *line) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range l.kept {
		k.stmt.Close()
	}
	if l.version != nil {
		l.version.Close()
	}
	clear(l.kept)
	l.conn.Raw(func(any) error { return driver.ErrBadConn })
}

// borrow returns the prepared statement of that text, or nil if it is to be
// run without. It must be freed.
func (l *line) borrow(q string) (*kept, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.kept[q]
	if k == nil {
		if len(l.kept) >= mostKept {
			l.changed = l.changed || unsettling(q)
			return nil, nil
		}
		stmt, err := l.conn.PrepareContext(context.Background(), q)
		if err != nil {
			return nil, err
		}
		k = &kept{stmt: stmt, unsettling: unsettling(q)}
		l.kept[q] = k
	}
	l.changed = l.changed || k.unsettling
	if k.busy {
		return nil, nil
	}
	k.busy = true
	return k, nil
}

func (l *line) free(k *kept) {
	if k != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		k.busy = false
	}
}

// exec runs a statement for its effect.
func (l *line) exec(ctx context.Context, q string, args ...any) (int64, error) {
	k, err := l.borrow(q)
	if err != nil {
		return 0, err
	}
	defer l.free(k)
	var res sql.Result
	if k != nil {
		res, err = k.stmt.ExecContext(ctx, args...)
	} else {
		res, err = l.conn.ExecContext(ctx, q, args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// query runs a statement for its rows; note is told of what ends them.
func (l *line) query(ctx context.Context, note func(error) error, q string, args ...any) (*rows, error) {
	k, err := l.borrow(q)
	if err != nil {
		return nil, err
	}
	var r *sql.Rows
	if k != nil {
		r, err = k.stmt.QueryContext(ctx, args...)
	} else {
		r, err = l.conn.QueryContext(ctx, q, args...)
	}
	if err != nil {
		l.free(k)
		return nil, err
	}
	return &rows{Rows: r, note: note, free: sync.OnceFunc(func() { r.Close(); l.free(k) })}, nil
}

// rows is a result that frees its statement when it ends.
type rows struct {
	*sql.Rows
	note func(error) error
	free func()
}

// Next prepares the next row, and reports whether there is one.
func (r *rows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.note(r.Rows.Err())
	r.free()
	return false
}

// Err returns what ended the rows before their end.
func (r *rows) Err() error { return r.note(r.Rows.Err()) }

// Close ends the rows. Twice is once.
func (r *rows) Close() { r.free() }
