package sqlcopy

import (
	"strings"

	"github.com/usherhq/usher/domain"
)

// What a copy is refused with.
var (
	// ErrFull says that the target holds data that is not of this copy.
	ErrFull = &domain.Error{Kind: domain.Conflict, Code: "copy_into_data", Msg: "holds data already: a copy goes into an empty database"}
	// ErrSchemas says that the two sides do not have the same tables.
	ErrSchemas = &domain.Error{Kind: domain.Precondition, Code: "copy_schemas", Msg: "the two databases do not have the same tables"}
	// ErrDiffers says that the copy is complete and not the same as the source.
	ErrDiffers = &domain.Error{Kind: domain.Conflict, Code: "copy_differs", Msg: "the copy is not the same as its source"}
)

// errTwo says that somebody else writes the same copy.
var errTwo = &domain.Error{Kind: domain.Conflict, Code: "copied_twice", Msg: "somebody else copies into the same database: let one of the two finish"}

func errFull(tables []string) error {
	return in(ErrFull, "holds data already (in "+strings.Join(tables, ", ")+"): a copy goes into an empty database")
}

func errOther(from string) error {
	return in(ErrFull, "holds a copy of "+from+" that was begun before: go on with that one, or name an empty database")
}

func errSchemas(tables []string) error {
	return in(ErrSchemas, "the two databases do not have the same tables ("+strings.Join(tables, ", ")+"): bring both up to date with the newest usher that either of them has seen")
}

func errDiffers(tables []string) error {
	return in(ErrDiffers, "the copy is not the same as its source (in "+strings.Join(tables, ", ")+"): something has written to one of them meanwhile. Stop what uses them, empty the target, and copy again")
}

// in is a refusal in other words.
func in(e *domain.Error, sentence string) error {
	c := *e
	c.Msg = sentence
	return &c
}
