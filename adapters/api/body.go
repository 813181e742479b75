package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/usherhq/usher/domain"
)

// maxBody is how much of a body is read.
const maxBody = 64 << 10

// fields are what a body may hold, and where each goes: *string, **string,
// **int, *bool, **bool, *[]string, **[]string, **time.Time, or a function for anything
// else. What is left out, or null, leaves its place as it is.
type fields map[string]any

// read reads the body of the request, one JSON object. An empty body is one
// without fields.
func (c *call) read(into fields) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return errTooLarge
	}
	if err != nil {
		return errUnread
	}
	if len(body) == 0 {
		return nil
	}
	if media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return errMedia
	}
	c.said, err = readObject(body, into)
	return err
}

// readObject reads one JSON object, each of whose names must be known, and may
// come once. (encoding/json alone takes unknown letter case, and the last of
// several.) It returns what is not null, as it was written.
func readObject(text []byte, into fields) (said map[string]json.RawMessage, err error) {
	if !utf8.Valid(text) {
		return nil, malformed("must be valid UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, malformed("must be one JSON object")
	}
	said = map[string]json.RawMessage{}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		name, isName := token.(string)
		if err != nil || !isName {
			return nil, malformed("is not valid JSON")
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return nil, malformed("is not valid JSON")
		}
		to, known := into[name]
		switch {
		case !known:
			return nil, unknown(name, into)
		case seen[name]:
			return nil, domain.InvalidField(name, "is there twice")
		}
		seen[name] = true
		if string(value) == "null" {
			continue
		}
		said[name] = value
		if err := readValue(name, value, to); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return nil, malformed("is not valid JSON")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, malformed("must be one JSON object, and nothing after it")
	}
	return said, nil
}

// readValue puts one value where it goes.
func readValue(name string, value json.RawMessage, to any) error {
	bad := func(err error, must string) error {
		if err != nil {
			return domain.InvalidField(name, must)
		}
		return nil
	}
	text := func(s *string) error {
		if err := bad(json.Unmarshal(value, s), "must be a text"); err != nil {
			return err
		}
		return storable(name, *s)
	}
	switch to := to.(type) {
	case *string:
		return text(to)
	case **string:
		*to = new(string)
		return text(*to)
	case **int:
		return bad(json.Unmarshal(value, to), "must be a whole number")
	case *bool, **bool:
		return bad(json.Unmarshal(value, to), "must be true or false")
	case **[]string:
		*to = new([]string)
		return readValue(name, value, *to)
	case *[]string:
		if err := bad(json.Unmarshal(value, to), "must be a list of texts"); err != nil {
			return err
		}
		for _, s := range *to {
			if err := storable(name, s); err != nil {
				return err
			}
		}
		return nil
	case **time.Time:
		return bad(json.Unmarshal(value, to), "must be a time such as 2026-04-16T12:00:00Z")
	case func(json.RawMessage) error:
		return to(value)
	}
	panic("api: a field has no place")
}

func storable(name, s string) error {
	if !domain.Storable(s) {
		return domain.InvalidField(name, "must not contain NUL characters")
	}
	return nil
}

// malformed refuses a body as a whole.
func malformed(how string) error {
	return &domain.Error{Kind: domain.Invalid, Code: domain.ErrInvalid.Code, Msg: "the body " + how}
}

// unknown refuses a field by its name.
func unknown(name string, known fields) error {
	name = clipped(name)
	if len(known) == 0 {
		return domain.InvalidField(name, "is not known here: this takes no fields")
	}
	return domain.InvalidField(name, "is not known here; there are "+strings.Join(slices.Sorted(maps.Keys(known)), ", "))
}

// clipped is a name that somebody sent, if it can be one of a field: anything else
// may be a token in the wrong place, and is not repeated.
func clipped(name string) string {
	if len(name) > 40 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
		return "(hidden)"
	}
	return name
}
