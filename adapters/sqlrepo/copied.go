package sqlrepo

import (
	"strconv"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
)

// CopyRow of usher_meta says of a database that was made by copying another
// one which that was, and whether all of it is there.
const CopyRow = "copy"

// ErrHalfCopied says that a database holds a part of another one. Nobody but
// who goes on with the copy may work with it.
var ErrHalfCopied = &domain.Error{Kind: domain.Precondition, Code: "copy_unfinished", Msg: "holds a copy that is not finished"}

// Copied is what [CopyRow] says.
type Copied struct {
	From   string    // the database that it is a copy of; empty: of none
	DoneAt time.Time // when it was found to be the same; zero: it was not yet
}

// ParseCopied reads the value of the row; empty: there is none.
func ParseCopied(text string) Copied {
	at, from, _ := strings.Cut(text, " ")
	n, err := strconv.ParseInt(at, 10, 64)
	if err != nil || n <= 0 {
		return Copied{From: from} // never taken for a whole one
	}
	return Copied{from, time.UnixMicro(n).UTC()}
}

// String is the value of the row.
func (c Copied) String() string {
	if c.DoneAt.IsZero() {
		return "0 " + c.From
	}
	return TextOf(c.DoneAt) + " " + c.From
}

// Usable refuses a database whose row this is, unless it is none or a whole
// copy.
func (c Copied) Usable() error {
	if c.From == "" || !c.DoneAt.IsZero() {
		return nil
	}
	e := *ErrHalfCopied
	e.Msg = "holds a copy of " + c.From + " that is not finished: run the same copy again, which goes on, and nothing else on it until then"
	return &e
}
