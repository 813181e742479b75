package api

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

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

// markOf names a place in a list, for who asks for what comes after it.
func markOf(at time.Time, id string) string {
	return base64.RawURLEncoding.EncodeToString(append(strconv.AppendInt(nil, at.UnixMicro(), 10), " "+id...))
}

// placeAt returns the place that a mark names; that of none is the beginning.
func placeAt(mark string) (ports.Cursor, error) {
	if mark == "" {
		return ports.Cursor{}, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(mark)
	at, id, _ := strings.Cut(string(text), " ")
	n, notANumber := strconv.ParseInt(at, 10, 64)
	if err != nil || notANumber != nil || !domain.Storable(id) {
		return ports.Cursor{}, domain.InvalidField("after", `must be the "next" of the page before`)
	}
	return ports.Cursor{At: time.UnixMicro(n).UTC(), ID: id}, nil
}

// page cuts a list that was asked for with one more than the page has, and
// returns the mark of the next one; null if this is the last.
func page[T any](all []T, limit int, mark func(T) string) ([]T, *string) {
	if len(all) <= limit {
		return all, nil
	}
	next := mark(all[limit-1])
	return all[:limit], &next
}
