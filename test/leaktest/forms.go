package leaktest

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"strings"
)

// shortest is how many bytes a pattern has at least.
const shortest = 8

// form is one way in which a secret may be written.
type form struct {
	kind, name, pattern string
	folds               bool // in any case of letters; the pattern is in lower case
}

// formsOf returns the ways, each pattern once.
func formsOf(kind, value string) (all []form) {
	seen := map[string]bool{}
	add := func(name, pattern string, folds bool) {
		if folds {
			pattern = lower(pattern)
		}
		if len(pattern) >= shortest && !seen[pattern] {
			seen[pattern] = true
			all = append(all, form{kind, name, pattern, folds})
		}
	}
	add("raw", value, true)
	add("without dashes", strings.ReplaceAll(value, "-", ""), true)
	add("hex", hex.EncodeToString([]byte(value)), true)
	add("url", url.QueryEscape(value), true)
	add("url", url.PathEscape(value), true)
	add("html", html.EscapeString(value), true)
	add("json", inJSON(value), true)
	for shift := range 3 {
		for name, enc := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
			add(name, within(enc, value, shift), false)
		}
	}
	return all
}

// within is what is sure of a value's base64 when so many bytes, of three, come
// before it.
func within(enc *base64.Encoding, value string, shift int) string {
	text := enc.EncodeToString([]byte(strings.Repeat("\x00", shift) + value))
	from := (shift*8 + 5) / 6          // what shares bits with what comes before
	to := (shift + len(value)) * 8 / 6 // and with what comes after
	return text[min(from, to):to]
}

// inJSON is a value as Go writes it in a JSON text.
func inJSON(value string) string {
	b, err := json.Marshal(value)
	if err != nil {
		return value
	}
	return strings.Trim(string(b), `"`)
}

// lower lowers the letters of ASCII, and leaves every other byte where it is.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
