package cases

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// reader fills a Go value from a parsed one and notes every fault: a field that
// the Go type lacks, a value of another type, a word that an enumeration lacks.
// The types of case_test.go are so the vocabulary itself.
type reader struct {
	faults []string
	said   map[word]bool // the words that were read
}

// word is a field of a type of the vocabulary.
type word struct {
	of  reflect.Type
	key string
}

// A field's type says what it may hold:
//
//	*T       may be left out, but not null
//	null[T]  may be left out or null
//	named[T] an object of names
//	[]T      a list
//	many[T]  one T, or a list of them
//	yes      true, or left out
//	object   names of the outside world, not of the vocabulary
//	any      any JSON value
//
// A string type with a method words is an enumeration.
type (
	null[T any] struct {
		set, null bool
		is        T
	}
	named[T any] []entry[T]
	entry[T any] struct {
		name string
		is   T
	}
	many[T any] []T
	yes         bool
	stamp       struct{ time.Time } // 2026-05-01T00:00:00Z
	span        time.Duration       // 5d, 4d23h, 20d1m, 2.1s
)

// self is a type that reads itself.
type self interface {
	read(r *reader, path string, v any)
}

func (r *reader) fault(path, format string, args ...any) {
	r.faults = append(r.faults, path+": "+fmt.Sprintf(format, args...))
}

func (r *reader) read(path string, v any, to reflect.Value) {
	if s, ok := to.Addr().Interface().(self); ok {
		s.read(r, path, v)
		return
	}
	switch to.Type() {
	case reflect.TypeFor[any]():
		to.Set(reflect.ValueOf(&v).Elem())
		return
	case reflect.TypeFor[object]():
		if o, ok := v.(object); ok {
			to.Set(reflect.ValueOf(o))
		} else {
			r.fault(path, "%s is no map", show(v))
		}
		return
	}
	switch to.Kind() {
	case reflect.Struct:
		r.fields(path, v, to)
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		r.read(path, v, to.Elem())
	case reflect.Slice:
		list, ok := v.([]any)
		if !ok {
			r.fault(path, "%s is no list", show(v))
		}
		to.Set(reflect.MakeSlice(to.Type(), 0, len(list)))
		for i, e := range list {
			one := reflect.New(to.Type().Elem()).Elem()
			r.read(fmt.Sprintf("%s[%d]", path, i), e, one)
			to.Set(reflect.Append(to, one))
		}
	default:
		r.scalar(path, v, to)
	}
}

// fields reads an object into a struct. Keys are those of the tags, letter for
// letter.
func (r *reader) fields(path string, v any, to reflect.Value) {
	o, ok := v.(object)
	if !ok {
		r.fault(path, "%s is no map", show(v))
		return
	}
	for _, m := range o {
		i := slices.IndexFunc(reflect.VisibleFields(to.Type()), func(f reflect.StructField) bool { return f.Tag.Get("case") == m.key })
		if i < 0 {
			r.fault(join(path, m.key), "no such field is known")
			continue
		}
		if r.said == nil {
			r.said = map[word]bool{}
		}
		r.said[word{to.Type(), m.key}] = true
		r.read(join(path, m.key), m.value, to.Field(i))
	}
}

func (r *reader) scalar(path string, v any, to reflect.Value) {
	switch x := v.(type) {
	case string:
		if to.Kind() == reflect.String {
			if e, ok := to.Interface().(interface{ words() []string }); ok && !slices.Contains(e.words(), x) {
				r.fault(path, "no such word as %q is known; there are %s", x, strings.Join(e.words(), ", "))
			}
			to.SetString(x)
			return
		}
	case json.Number:
		if n, err := x.Int64(); err == nil && to.CanInt() {
			to.SetInt(n)
			return
		}
	case bool:
		if to.Kind() == reflect.Bool {
			to.SetBool(x)
			return
		}
	}
	r.fault(path, "%s is no %s", show(v), to.Kind())
}

func (y *yes) read(r *reader, path string, v any) {
	if v != true {
		r.fault(path, "%s is not true", show(v))
	}
	*y = true
}

func (n *null[T]) read(r *reader, path string, v any) {
	n.set, n.null = true, v == nil
	if !n.null {
		r.read(path, v, reflect.ValueOf(&n.is).Elem())
	}
}

func (m *many[T]) read(r *reader, path string, v any) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	r.read(path, list, reflect.ValueOf((*[]T)(m)).Elem())
}

var isName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`).MatchString

// read takes an object of names. None of them may also be written as [].
func (n *named[T]) read(r *reader, path string, v any) {
	if list, ok := v.([]any); ok && len(list) == 0 {
		return
	}
	o, ok := v.(object)
	if !ok {
		r.fault(path, "%s is no map of names", show(v))
		return
	}
	for _, m := range o {
		if !isName(m.key) {
			r.fault(join(path, m.key), "is no name")
		}
		e := entry[T]{name: m.key}
		r.read(join(path, m.key), m.value, reflect.ValueOf(&e.is).Elem())
		*n = append(*n, e)
	}
}

func (n named[T]) get(name string) (T, bool) {
	for _, e := range n {
		if e.name == name {
			return e.is, true
		}
	}
	var none T
	return none, false
}

// timeForm is how cases write times.
const timeForm = "2006-01-02T15:04:05Z"

func (s *stamp) read(r *reader, path string, v any) {
	text, _ := v.(string)
	at, err := time.Parse(timeForm, text)
	if err != nil || at.Format(timeForm) != text {
		r.fault(path, "%s is no time such as 2026-05-01T00:00:00Z", show(v))
	}
	s.Time = at
}

var spanForm = regexp.MustCompile(`^(?:(\d+)d)?((?:\d+h)?(?:\d+m)?(?:\d+(?:\.\d+)?s)?)$`)

func (s *span) read(r *reader, path string, v any) {
	text, _ := v.(string)
	form := spanForm.FindStringSubmatch(text)
	if text == "" || form == nil {
		r.fault(path, "%s is no duration such as 4d23h", show(v))
		return
	}
	hours := form[2]
	if form[1] != "" {
		days, err := time.ParseDuration(form[1] + "h")
		if err != nil || days > 10000*time.Hour {
			r.fault(path, "%s is no duration", show(v))
		}
		*s = span(24 * days)
	}
	if hours != "" {
		rest, err := time.ParseDuration(hours)
		if err != nil {
			r.fault(path, "%s is no duration", show(v))
		}
		*s += span(rest)
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
