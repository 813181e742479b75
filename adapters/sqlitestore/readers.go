package sqlitestore

import (
	"context"
	"database/sql"
)

// readers are the connections that read. Each is made when it is first needed.
type readers struct {
	db   *sql.DB
	free chan *line // nil: not made yet
}

func newReaders(db *sql.DB, n int) readers {
	r := readers{db, make(chan *line, n)}
	for range n {
		r.free <- nil
	}
	return r
}

// take waits for a connection, which must be given back.
func (r readers) take(ctx context.Context) (l *line, err error) {
	select {
	case l = <-r.free:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if l == nil {
		if l, err = dial(ctx, r.db); err != nil {
			r.free <- nil
		}
	}
	return l, err
}

// give gives a connection back; one that is broken is dropped instead.
func (r readers) give(l *line, broken bool) {
	if broken {
		l.drop()
		l = nil
	}
	r.free <- l
}

// close drops all connections, which must have been given back.
func (r readers) close() {
	for range cap(r.free) {
		if l := <-r.free; l != nil {
			l.drop()
		}
	}
}
