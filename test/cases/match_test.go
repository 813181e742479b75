package cases

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// differences compares a value with what is expected and returns a sentence for
// each difference. Whatever is expected must be there; what is not may be there
// too unless exact is set. Lists are compared whole.
func (r resolver) differences(path string, want, got any, exact bool) []string {
	differs := func(format string, args ...any) []string {
		return []string{fmt.Sprintf("%s: ", orBody(path)) + fmt.Sprintf(format, args...)}
	}
	switch w := want.(type) {
	case object:
		word, operand, err := matcher(w)
		if err != nil {
			return differs("%v", err)
		}
		if word != "" {
			if err := r.matches(word, operand, got); err != nil {
				return differs("%v", err)
			}
			return nil
		}
		g, ok := got.(object)
		if !ok {
			return differs("got %s, want %s", show(got), show(want))
		}
		return r.objects(path, w, g, exact)
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return differs("got %s, want %s", show(got), show(want))
		}
		var all []string
		for i := range w {
			all = append(all, r.differences(fmt.Sprintf("%s[%d]", path, i), w[i], g[i], true)...)
		}
		return all
	}
	value, err := r.sent(want)
	if err != nil {
		return differs("%v", err)
	}
	if value != got {
		return differs("got %s, want %s", show(got), show(value))
	}
	return nil
}

func (r resolver) objects(path string, want, got object, exact bool) (all []string) {
	for _, m := range want {
		v, ok := got.get(m.key)
		if !ok {
			all = append(all, fmt.Sprintf("%s: is missing, want %s", join(path, m.key), show(m.value)))
			continue
		}
		all = append(all, r.differences(join(path, m.key), m.value, v, exact)...)
	}
	for _, m := range got {
		if _, ok := want.get(m.key); !ok && exact {
			all = append(all, fmt.Sprintf("%s: got %s, want no such key", join(path, m.key), show(m.value)))
		}
	}
	return all
}

// matches applies a matcher.
func (r resolver) matches(word string, operand, got any) error {
	switch word {
	case "$match":
		form, ok := operand.(string)
		if !ok {
			return fmt.Errorf("$match needs a regular expression, not %s", show(operand))
		}
		re, err := regexp.Compile(form)
		if err != nil {
			return err
		}
		if s, ok := got.(string); !ok || !re.MatchString(s) {
			return fmt.Errorf("got %s, want a text that matches %s", show(got), form)
		}
	case "$not":
		if same := r.differences("", operand, got, true); len(same) == 0 {
			return fmt.Errorf("got %s, want anything else", show(got))
		}
		if _, err := r.sent(operand); err != nil {
			return err
		}
	case "$type":
		ok := false
		switch operand {
		case "string":
			_, ok = got.(string)
		case "integer":
			n, isNumber := got.(json.Number)
			ok = isNumber && !strings.ContainsAny(string(n), ".eE")
		default:
			return fmt.Errorf("no type is called %s", show(operand))
		}
		if !ok {
			return fmt.Errorf("got %s, want a value of type %s", show(got), operand)
		}
	default:
		value, err := r.made(word, operand)
		if err != nil {
			return err
		}
		if value != got {
			return fmt.Errorf("got %s, want %s", show(got), show(value))
		}
	}
	return nil
}

// at follows a dotted path through objects, and lists by number from 0.
func at(v any, path string) (any, bool) {
	if path == "" {
		return v, true
	}
	first, rest, _ := strings.Cut(path, ".")
	if all, is := v.([]any); is {
		i, err := strconv.Atoi(first)
		if err != nil || i < 0 || i >= len(all) {
			return nil, false
		}
		return at(all[i], rest)
	}
	o, ok := v.(object)
	if !ok {
		return nil, false
	}
	next, ok := o.get(first)
	if !ok {
		return nil, false
	}
	return at(next, rest)
}

// differentKeys compares the keys of an object with an exact set of them.
func differentKeys(path string, want []any, got any) (all []string) {
	o, ok := got.(object)
	if !ok {
		return []string{fmt.Sprintf("%s: got %s, want an object", orBody(path), show(got))}
	}
	for _, k := range want {
		if _, ok := o.get(fmt.Sprint(k)); !ok {
			all = append(all, fmt.Sprintf("%s: the key %v is missing", orBody(path), k))
		}
	}
	for _, m := range o {
		if !slices.Contains(want, any(m.key)) {
			all = append(all, fmt.Sprintf("%s: the key %s is too many", orBody(path), m.key))
		}
	}
	return all
}

func orBody(path string) string {
	if path == "" {
		return "the body"
	}
	return path
}
