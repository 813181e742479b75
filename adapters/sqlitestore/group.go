package sqlitestore

import (
	"context"
	"sync"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/usherhq/usher/domain"
)

// group is one transaction of the writer, shared by all whose work it carries.
type group struct {
	line *line

	mu   sync.Mutex
	lost error // why the transaction is lost: nothing more is run in it, and all who share it fail
}

// loan lends the group's connection to a closure. Its context asks only.
func (g *group) loan(own context.Context) *loan {
	return &loan{line: g.line, own: own, fate: g.fate, note: g.note}
}

// note remembers an error that may have ended the transaction, and classifies it.
func (g *group) note(err error) error {
	if fatal(err) {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.lost == nil {
			g.lost = err
		}
	}
	return classify(err)
}

// fate returns domain.ErrUnavailable if the transaction is lost.
func (g *group) fate() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.lost != nil {
		return domain.ErrUnavailable.Because(g.lost)
	}
	return nil
}

// control runs a statement that begins or ends something. If it fails, the
// transaction is not what the writer thinks it is, and counts as lost.
func (g *group) control(q string) error {
	if err := g.fate(); err != nil {
		return err
	}
	if _, err := g.line.exec(context.Background(), q); err != nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.lost = err
		return domain.ErrUnavailable.Because(err)
	}
	return nil
}

// commit makes all of it durable, or none.
func (g *group) commit() error {
	err := g.control("COMMIT")
	if err != nil {
		g.rollback()
	}
	return err
}

// rollback ends a lost transaction. The connection is kept if all is known to
// be well with it, which a full disk and somebody else's lock do not change;
// else it is dropped, and line is nil.
func (g *group) rollback() {
	_, err := g.line.exec(context.Background(), "ROLLBACK")
	ended, _ := code(err) // SQLITE_ERROR says that there is none: SQLite has ended it
	why, _ := code(g.lost)
	if (err == nil || ended == sqlite3.SQLITE_ERROR) && (why == sqlite3.SQLITE_FULL || why == sqlite3.SQLITE_BUSY) {
		return
	}
	g.line.drop()
	g.line = nil
}
