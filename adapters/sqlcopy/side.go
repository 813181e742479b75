package sqlcopy

import (
	"context"

	"github.com/usherhq/usher/adapters/sqlrepo"
)

// Side is a database that is copied from, or into.
type Side interface {
	// Tables describes usher's own tables, without that of the tool which
	// migrates them.
	Tables(context.Context) ([]Table, error)

	// Read runs fn on a snapshot that lasts five seconds at most.
	Read(ctx context.Context, fn func(context.Context, sqlrepo.Conn) error) error

	// Write runs fn in a transaction, and keeps all of what it wrote or none. It
	// may run fn more than once.
	Write(ctx context.Context, fn func(context.Context, sqlrepo.Conn) error) error

	// Last returns the last number that the database gave to a row of a table
	// that is [Table.Numbered]; 0: it gave none.
	Last(ctx context.Context, c sqlrepo.Conn, t Table) (int64, error)

	// SetLast has the database go on after that number, in a transaction that
	// writes. Twice is once.
	SetLast(ctx context.Context, c sqlrepo.Conn, t Table, last int64) error
}

// Table is a table as its database describes it.
type Table struct {
	Name     string
	Columns  []Column // by name
	Key      []string // the columns of the primary key, in its order
	Numbered bool     // the database gives the key: a number, never twice
	Override string   // stands before VALUES where a number is given all the same
}

// Column is a column of a table.
type Column struct {
	Name    string
	Kind    Kind
	NotNull bool
	Refers  string // the table that it refers to; empty: none
}

// Kind is what a column keeps. The zero Kind is none.
type Kind uint8

// The kinds. A database that has no truth and no time of its own keeps both as
// a Number: 0 or 1, and microseconds since 1970.
const (
	Text Kind = iota + 1
	Number
	Bytes
	Truth
	Time
)

// travels reports whether what a column of one kind keeps can be kept in one of
// the other.
func (k Kind) travels(to Kind) bool {
	number := func(k Kind) bool { return k == Number || k == Truth || k == Time }
	return k == to || k == Number && number(to) || to == Number && number(k)
}
