package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A reference is a text that begins with $: the id, key or user_id of a name,
// the key of the licence of a purchase, or a value kept by save. In a path it
// may stand anywhere.
var (
	refForm = regexp.MustCompile(`\$(?:license_of\.(\w+)\.key|([A-Za-z_]\w*)(?:\.(id|key|user_id)\b)?)`)
	whole   = regexp.MustCompile(`^` + refForm.String() + `$`)
)

// reference is a parsed one. Without an attribute the name is a kept value.
type reference struct {
	name string
	attr string // id, key, user_id, license
}

func parseReference(s string) (reference, error) {
	m := whole.FindStringSubmatch(s)
	switch {
	case m == nil:
		return reference{}, fmt.Errorf("%s is no reference that is known", s)
	case m[1] != "":
		return reference{m[1], "license"}, nil
	}
	return reference{m[2], m[3]}, nil
}

// matchers are the words of objects with one key that begins with $. The first
// two are values, and may be sent; the others only match.
var matchers = []string{"$lower", "$concat", "$match", "$not", "$type"}

// matcher returns an object's matcher and operand.
func matcher(o object) (word string, operand any, err error) {
	for _, m := range o {
		if !strings.HasPrefix(m.key, "$") {
			continue
		}
		switch {
		case !slices.Contains(matchers, m.key):
			return "", nil, fmt.Errorf("%s is no matcher that is known", m.key)
		case len(o) > 1:
			return "", nil, fmt.Errorf("%s stands beside other keys: %s", m.key, show(o))
		}
		return m.key, m.value, nil
	}
	return "", nil, nil
}

// resolver turns references into values.
type resolver func(reference) (string, error)

// sent returns a value as it is sent: references, $lower and $concat resolved.
func (r resolver) sent(v any) (any, error) {
	switch v := v.(type) {
	case string:
		if !strings.HasPrefix(v, "$") {
			return v, nil
		}
		ref, err := parseReference(v)
		if err != nil {
			return nil, err
		}
		return r(ref)
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			var err error
			if list[i], err = r.sent(e); err != nil {
				return nil, err
			}
		}
		return list, nil
	case object:
		word, operand, err := matcher(v)
		if err != nil {
			return nil, err
		}
		if word != "" {
			return r.made(word, operand)
		}
		o := make(object, len(v))
		for i, m := range v {
			o[i].key = m.key
			if o[i].value, err = r.sent(m.value); err != nil {
				return nil, err
			}
		}
		return o, nil
	}
	return v, nil
}

// made returns the value of $lower and $concat.
func (r resolver) made(word string, operand any) (any, error) {
	parts := []any{operand}
	switch word {
	case "$lower":
	case "$concat":
		var ok bool
		if parts, ok = operand.([]any); !ok {
			return nil, fmt.Errorf("$concat joins a list, not %s", show(operand))
		}
	default:
		return nil, fmt.Errorf("%s matches; it is no value", word)
	}
	var text strings.Builder
	for _, p := range parts {
		v, err := r.sent(p)
		s, ok := v.(string)
		if err == nil && !ok {
			err = fmt.Errorf("%s is of texts, not of %s", word, show(v))
		}
		if err != nil {
			return nil, err
		}
		text.WriteString(s)
	}
	if word == "$lower" {
		return strings.ToLower(text.String()), nil
	}
	return text.String(), nil
}

// path returns a path with its references resolved.
func (r resolver) path(path string) (string, error) {
	var failed error
	got := refForm.ReplaceAllStringFunc(path, func(s string) string {
		ref, err := parseReference(s)
		if err == nil {
			s, err = r(ref)
		}
		if err != nil {
			failed = err
		}
		return s
	})
	return got, failed
}
