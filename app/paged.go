package app

import (
	"iter"

	"github.com/usherhq/usher/ports"
)

// pageSize is how many things one look at the store reads.
const pageSize = 1000

// Paged yields a whole list, page by page: list reads up to limit things after
// a cursor, and place says where a thing stands. Each page is read at an
// instant of its own; what is made meanwhile may be missing, and nothing comes
// twice. It ends after an error.
func Paged[T any](list func(after ports.Cursor, limit int) ([]T, error), place func(T) ports.Cursor) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var after ports.Cursor
		for {
			some, err := list(after, pageSize)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, v := range some {
				if !yield(v, nil) {
					return
				}
				after = place(v)
			}
			if len(some) < pageSize {
				return
			}
		}
	}
}

// each calls fn for everything that is yielded, until one of the two fails.
func each[T any](all iter.Seq2[T, error], fn func(T) error) error {
	for v, err := range all {
		if err != nil {
			return err
		}
		if err := fn(v); err != nil {
			return err
		}
	}
	return nil
}
