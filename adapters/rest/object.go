package rest

import (
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"
)

// object is a JSON object whose keys stay in the order in which they were
// first put. The zero value is ready to use and is {}.
//
// Its bytes are those that Rails writes: no blanks, no line at the end, and
// texts escaped as in appendText.
type object struct {
	fields []field
	values []byte // the encoded values, replaced ones included
	raw    []byte // the whole object, if it was written before
}

// field is a key and where its value lies in object.values.
type field struct {
	key      string
	from, to int
}

// newObject returns an object with room for so many keys.
func newObject(keys int) *object {
	o := used.Get().(*object)
	o.fields, o.values = slices.Grow(o.fields[:0], keys), slices.Grow(o.values[:0], 24*keys)
	return o
}

// used are objects that are not needed any more, for their room.
var used = sync.Pool{New: func() any { return &object{} }}

// mostUsed bounds the room that is kept, in bytes.
const mostUsed = 16 << 10

// done gives an object back. It must not be touched again.
func (o *object) done() {
	if cap(o.values) <= mostUsed && o.raw == nil {
		used.Put(o)
	}
}

// put sets key to value. A key that is there already keeps its place and gets
// the new value, as in a Ruby hash.
//
// value is a string, an int, an int64, a bool, nil, a []string or []*object (nil
// is []) or an *object (nil is null); anything else is a mistake in the program and
// panics. It is encoded at once: what happens to an object or a slice after it
// was put does not show.
func (o *object) put(key string, value any) {
	from := len(o.values)
	o.values = appendValue(o.values, value)
	f := field{key: key, from: from, to: len(o.values)}
	for i := range o.fields {
		if o.fields[i].key == key {
			o.fields[i] = f
			return
		}
	}
	o.fields = append(o.fields, f)
}

// take is put for an object that is done then.
func (o *object) take(key string, inner *object) {
	o.put(key, inner)
	inner.done()
}

// takeAll is put for a list of objects that are done then.
func (o *object) takeAll(key string, inner []*object) {
	o.put(key, inner)
	for _, i := range inner {
		i.done()
	}
}

// about is the body of a 200 about one thing.
func about(name string, thing *object) *object {
	o := newObject(2)
	o.put("success", true)
	o.take(name, thing)
	return o
}

// listing is the body of a 200 about a list of things.
func listing(name string, things []*object) *object {
	o := newObject(4)
	o.put("success", true)
	o.takeAll(name, things)
	return o
}

// bytes returns the object as JSON.
func (o *object) bytes() []byte {
	return o.appendTo(nil)
}

// appendTo appends the object as JSON to dst.
func (o *object) appendTo(dst []byte) []byte {
	if o.raw != nil {
		return append(dst, o.raw...)
	}
	dst = slices.Grow(dst, len(o.values)+24*len(o.fields)+2)
	dst = append(dst, '{')
	for i, f := range o.fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, f.key)
		dst = append(dst, ':')
		dst = append(dst, o.values[f.from:f.to]...)
	}
	return append(dst, '}')
}

func appendValue(dst []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(dst, "null"...)
	case string:
		return appendText(dst, v)
	case int:
		return strconv.AppendInt(dst, int64(v), 10)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case bool:
		return strconv.AppendBool(dst, v)
	case []string:
		dst = append(dst, '[')
		for i, s := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendText(dst, s)
		}
		return append(dst, ']')
	case []*object:
		dst = append(dst, '[')
		for i, o := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = o.appendTo(dst)
		}
		return append(dst, ']')
	case *object:
		if v == nil {
			return append(dst, "null"...)
		}
		return v.appendTo(dst)
	default:
		// Not fmt, which would move every value that is put to the heap.
		panic("rest: object.put: no JSON for a value of type " + reflect.TypeOf(value).String())
	}
}

// appendText appends s as a JSON string, quotes included. Escaped are the
// quote, the backslash, everything below the space, and what Rails escapes for
// the sake of HTML and old JavaScript: < > & U+2028 U+2029. Everything else
// stands as it is; a byte that is not UTF-8 becomes U+FFFD.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0 // what lies before is written
	for i := 0; i < len(s); {
		if b := s[i]; b < utf8.RuneSelf && plainASCII[b] {
			i++
			continue
		}
		r, width := utf8.DecodeRuneInString(s[i:])
		i += width
		if plain(r) {
			continue
		}
		dst = append(dst, s[from:i-width]...)
		dst = appendEscaped(dst, r)
		from = i
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}

// plainASCII is plain for what is one byte, which nearly everything is.
var plainASCII = func() (is [utf8.RuneSelf]bool) {
	for r := range is {
		is[r] = plain(rune(r))
	}
	return is
}()

// plain reports whether r stands for itself in a JSON string.
func plain(r rune) bool {
	switch r {
	case '"', '\\', '<', '>', '&', '\u2028', '\u2029', utf8.RuneError:
		return false
	}
	return r >= ' '
}

// appendEscaped appends a rune that is not plain.
func appendEscaped(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	case utf8.RuneError:
		return utf8.AppendRune(dst, r)
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}

// stamp writes a time as the API does: UTC, whole seconds, the rest cut off.
func stamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// stampOrNull is stamp for object.put: null for the zero time.
func stampOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return stamp(t)
}
