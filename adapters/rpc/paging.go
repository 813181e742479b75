package rpc

import (
	"errors"
	"strconv"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// onePage is how many a list answers at once: at most, and unless asked for less.
const onePage = 100

// listed is what every request for a page has.
type listed interface {
	GetPageSize() int32
	GetPageToken() string
}

// pageOf reads which page is asked for.
func pageOf(r listed) (limit int, after ports.Cursor, err error) {
	limit = int(r.GetPageSize())
	if limit == 0 {
		limit = onePage
	}
	if limit < 1 || limit > onePage {
		return 0, after, domain.InvalidField("page_size", "must be 1 to "+strconv.Itoa(onePage)+", or 0 for that many")
	}
	if after, err = ports.PlaceAt(r.GetPageToken()); errors.Is(err, domain.ErrInvalid) {
		err = domain.InvalidField("page_token", "must be the next_page_token of the page before")
	}
	return limit, after, err
}

// page cuts a list that was asked for with one more than the page has, and
// returns the token of the next one; empty if this is the last.
func page[T any](all []T, limit int, place func(T) ports.Cursor) ([]T, string) {
	if len(all) <= limit {
		return all, ""
	}
	return all[:limit], place(all[limit-1]).Mark()
}

// list answers the page that is asked for of what read lists, each as view shows
// it, with the token of the next one.
func list[T, V any](r listed, read func(after ports.Cursor, limit int) ([]T, error), place func(T) ports.Cursor, view func(T) V) (told []V, next string, err error) {
	limit, after, err := pageOf(r)
	if err != nil {
		return nil, "", err
	}
	all, err := read(after, limit+1)
	if err != nil {
		return nil, "", err
	}
	all, next = page(all, limit, place)
	for _, v := range all {
		told = append(told, view(v))
	}
	return told, next, nil
}
