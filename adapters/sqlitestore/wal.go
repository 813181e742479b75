package sqlitestore

import (
	"context"
	"os"
	"time"
)

const (
	walMost  = 64 << 20               // bytes; SQLite folds the log into the file at 4 MB by itself, if nobody reads an old state
	walEvery = 100 * time.Millisecond // between two tries
)

// walBound keeps the write-ahead log from growing without end. The log starts
// again from its beginning only when all of it is in the database file and
// nobody reads from it; one read that goes on is enough to let it grow by
// a hundred megabytes a second.
type walBound struct {
	path  string
	most  int64
	every time.Duration
	free  func() // ends the oldest read
	last  time.Time
}

// keep runs between two transactions. It never waits for a read: with a busy
// timeout the writer would stand still, and every count with it.
func (b *walBound) keep(l *line) {
	info, err := os.Stat(b.path)
	if err != nil || info.Size() < b.most || time.Since(b.last) < b.every {
		return
	}
	ctx := context.Background()
	if _, err := l.conn.ExecContext(ctx, "PRAGMA busy_timeout = 0"); err != nil {
		return
	}
	defer l.conn.ExecContext(ctx, "PRAGMA busy_timeout = 5000")
	var busy, pages, done int
	err = l.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &done)
	if err != nil || busy != 0 {
		b.free()
	}
	b.last = time.Now()
}
