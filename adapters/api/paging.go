package api

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// onePage is how many a list answers at once: at most, and unless asked for less.
const onePage = 100

// query reads what comes after the path: each name must be known, and may come
// once. limit and after are a list's own.
func (c *call) query(into map[string]*string) (limit int, after string, err error) {
	var size string
	all := map[string]*string{"limit": &size, "after": &after}
	maps.Copy(all, into)
	for name, values := range c.r.URL.Query() {
		to, known := all[name]
		switch {
		case !known:
			return 0, "", domain.InvalidField(clipped(name), "is not known here; there are "+strings.Join(slices.Sorted(maps.Keys(all)), ", "))
		case len(values) > 1:
			return 0, "", domain.InvalidField(name, "is there twice")
		}
		if *to = values[0]; !domain.Storable(*to) {
			return 0, "", domain.InvalidField(name, "must not contain NUL characters")
		}
	}
	if limit = onePage; size != "" {
		if limit, err = strconv.Atoi(size); err != nil || limit < 1 || limit > onePage {
			return 0, "", domain.InvalidField("limit", "must be 1 to "+strconv.Itoa(onePage))
		}
	}
	return limit, after, nil
}

// page cuts a list that was asked for with one more than the page has, and
// returns the mark of the next one; null if this is the last.
func page[T any](all []T, limit int, place func(T) ports.Cursor) ([]T, *string) {
	if len(all) <= limit {
		return all, nil
	}
	next := place(all[limit-1]).Mark()
	return all[:limit], &next
}
