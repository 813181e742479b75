package jsonl

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/usherhq/usher/domain"
)

// decode fills a line from its text. The structs say what may be there: a field
// that is left out when it is zero need not be, every other one must. Unlike
// encoding/json it refuses names that differ in letter case, names that come
// twice and null, and says which field is wrong and how.
func decode(text []byte, into any) error {
	s := scanner{b: text}
	return s.object(reflect.ValueOf(into).Elem(), "")
}

// shape is what a struct may hold.
type shape struct {
	fields map[string]int
	needed []string // names by field; empty: it need not be there
}

var shapes sync.Map // of reflect.Type

func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := &shape{fields: map[string]int{}, needed: make([]string, t.NumField())}
	for i := range t.NumField() {
		name, option, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		s.fields[name] = i
		if option != "omitzero" {
			s.needed[i] = name
		}
	}
	shapes.Store(t, s)
	return s
}

// hasField reports whether a line may have a field.
func hasField(l line, name string) bool {
	_, ok := shapeOf(reflect.TypeOf(l).Elem()).fields[name]
	return ok
}

func (s *scanner) object(v reflect.Value, path string) error {
	if !s.take('{') {
		return s.wrong(path, "an object")
	}
	sh := shapeOf(v.Type())
	seen := make([]bool, v.NumField())
	for !s.take('}') {
		s.take(',')
		s.peek()
		name, err := s.text(path)
		if err != nil {
			return err
		}
		s.take(':')
		at := shown(name)
		if path != "" {
			at = path + "." + at
		}
		i, ok := sh.fields[name]
		switch {
		case !ok:
			return domain.InvalidField(at, "is unknown")
		case seen[i]:
			return domain.InvalidField(at, "comes twice")
		}
		seen[i] = true
		if err := s.value(v.Field(i), at); err != nil {
			return err
		}
	}
	for i, name := range sh.needed {
		if name != "" && !seen[i] {
			return domain.InvalidField(strings.TrimPrefix(path+"."+name, "."), "is missing")
		}
	}
	return nil
}

// shown is a name as an error may show it: it may be anything.
func shown(name string) string {
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_0123456789") == "" && len(name) <= 60 && name != "" {
		return name
	}
	return fmt.Sprintf("%.60q", name)
}

func (s *scanner) value(v reflect.Value, path string) error {
	if v.Type() == reflect.TypeFor[instant]() {
		return s.instant(v.Addr().Interface().(*instant), path)
	}
	switch v.Kind() {
	case reflect.String:
		if s.peek() != '"' {
			return s.wrong(path, "text")
		}
		text, err := s.text(path)
		v.SetString(text)
		return err
	case reflect.Bool:
		if c := s.peek(); c != 't' && c != 'f' {
			return s.wrong(path, "true or false")
		}
		v.SetBool(string(s.literal()) == "true")
		return nil
	case reflect.Int, reflect.Int64:
		return s.number(v, path)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return s.value(v.Elem(), path)
	case reflect.Slice:
		return s.list(v, path)
	case reflect.Struct:
		return s.object(v, path)
	}
	panic("jsonl: a line has a field of type " + v.Type().String())
}

func (s *scanner) number(v reflect.Value, path string) error {
	const want = "a whole number"
	if c := s.peek(); c != '-' && (c < '0' || c > '9') {
		return s.wrong(path, want)
	}
	text := string(s.literal())
	if strings.ContainsAny(text, ".eE") {
		return domain.InvalidField(path, "must be "+want+", without a point or an exponent")
	}
	n, err := strconv.ParseInt(text, 10, v.Type().Bits())
	if err != nil {
		return domain.InvalidField(path, "must be "+want+" of at most 63 bits")
	}
	v.SetInt(n)
	return nil
}

func (s *scanner) list(v reflect.Value, path string) error {
	if !s.take('[') {
		return s.wrong(path, "a list")
	}
	for n := 0; !s.take(']'); n++ {
		s.take(',')
		item := reflect.New(v.Type().Elem()).Elem()
		if err := s.value(item, path+"["+strconv.Itoa(n)+"]"); err != nil {
			return err
		}
		v.Set(reflect.Append(v, item))
	}
	return nil
}

// instant is a time in a file. The zero value is never, and left out.
type instant time.Time

// The coarsest and the finest form of a time that usher keeps all of.
const (
	coarsest = "2006-01-02T15:04:05Z"
	finest   = "2006-01-02T15:04:05.000000Z"
)

// IsZero reports whether it is never.
func (i instant) IsZero() bool { return time.Time(i).IsZero() }

// MarshalText implements [encoding.TextMarshaler].
func (i instant) MarshalText() ([]byte, error) { return domain.Instant(time.Time(i)).MarshalText() }

func (s *scanner) instant(to *instant, path string) error {
	const want = "a time of RFC 3339 in UTC, such as 2026-04-01T09:30:00.25Z"
	if s.peek() != '"' {
		return s.wrong(path, want)
	}
	text, err := s.text(path)
	if err != nil {
		return err
	}
	layout := coarsest
	if len(text) > len(coarsest) {
		layout = finest[:min(len(finest), len(text))-1] + "Z"
	}
	t, err := time.Parse(coarsest, text) // takes any fraction
	switch {
	case err == nil && len(text) > len(finest):
		return domain.InvalidField(path, "must not be finer than a microsecond")
	case err != nil || t.Format(layout) != text: // Parse is lenient: a comma is a point to it
		return domain.InvalidField(path, "must be "+want)
	case !t.After(time.Time{}):
		return domain.InvalidField(path, "must be later than the beginning of the year 1; leave it out for never")
	}
	*to = instant(t)
	return nil
}
