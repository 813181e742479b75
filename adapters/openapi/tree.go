package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
)

// object is a JSON object whose keys keep their order: what is read first is
// shown first. A value is an *object, a []any, a string, a json.Number, a bool or
// nil.
type object struct {
	keys   []string
	values map[string]any
}

func newObject() *object { return &object{values: map[string]any{}} }

// set puts a value behind the others, or in the place of the one that is there.
func (o *object) set(key string, value any) {
	if _, there := o.values[key]; !there {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

// take removes a key and returns its value.
func (o *object) take(key string) any {
	v := o.values[key]
	delete(o.values, key)
	o.keys = slices.DeleteFunc(o.keys, func(k string) bool { return k == key })
	return v
}

// within returns the object at a key, and an empty one that belongs to nobody if
// there is none. It may be asked of nil.
func (o *object) within(keys ...string) *object {
	for _, key := range keys {
		if o == nil {
			break
		}
		o, _ = o.values[key].(*object)
	}
	if o == nil {
		return newObject()
	}
	return o
}

// objects are the members that are objects, in their order.
func (o *object) objects() iter.Seq2[string, *object] {
	return func(yield func(string, *object) bool) {
		for _, key := range o.keys {
			if value, is := o.values[key].(*object); is && !yield(key, value) {
				return
			}
		}
	}
}

// text returns the text at a key, and "" if there is none.
func (o *object) text(key string) string {
	s, _ := o.values[key].(string)
	return s
}

// list returns the list at a key, and none if there is none.
func (o *object) list(key string) []any {
	l, _ := o.values[key].([]any)
	return l
}

// MarshalJSON writes the keys in their order, and < > & as they are.
func (o *object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, key := range o.keys {
		if i > 0 {
			b = append(b, ',')
		}
		name, err := marshal(key)
		if err != nil {
			return nil, err
		}
		value, err := marshal(o.values[key])
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, name...), ':'), value...)
	}
	return append(b, '}'), nil
}

// marshal is json.Marshal, which would also escape what HTML minds.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// parse reads one JSON value. A name that comes twice is an error.
func parse(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := parseValue(d)
	if err != nil {
		return nil, fmt.Errorf("at byte %d: %w", d.InputOffset(), err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("at byte %d: something follows", d.InputOffset())
	}
	return v, nil
}

func parseValue(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		o := newObject()
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			key := name.(string)
			if _, there := o.values[key]; there {
				return nil, fmt.Errorf("%q is there twice", key)
			}
			value, err := parseValue(d)
			if err != nil {
				return nil, err
			}
			o.set(key, value)
		}
		_, err = d.Token()
		return o, err
	case json.Delim('['):
		l := []any{}
		for d.More() {
			value, err := parseValue(d)
			if err != nil {
				return nil, err
			}
			l = append(l, value)
		}
		_, err = d.Token()
		return l, err
	}
	return token, nil
}
