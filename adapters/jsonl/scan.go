package jsonl

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/usherhq/usher/domain"
)

// scanner walks over text that is known to be one valid JSON value, so commas,
// colons and brackets need no checks here.
type scanner struct {
	b []byte
	i int
}

// peek returns the next byte that is not a blank, and 0 at the end.
func (s *scanner) peek() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\r', '\n':
			s.i++
		default:
			return c
		}
	}
	return 0
}

// take goes past the next byte if it is c.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.i++
	return true
}

// literal goes past a number, true, false or null and returns it, or past one
// byte of anything else.
func (s *scanner) literal() []byte {
	s.peek()
	from := s.i
	for s.i < len(s.b) && !bytes.ContainsRune([]byte(" \t\r\n,]}"), rune(s.b[s.i])) {
		s.i++
	}
	return s.b[from:s.i]
}

// firstName goes past the first name of an object and its colon.
func (s *scanner) firstName() (string, bool) {
	if !s.take('{') || s.peek() != '"' {
		return "", false
	}
	name, err := s.text("")
	s.take(':')
	return name, err == nil
}

// names goes past an object and returns its names.
func (s *scanner) names() (all []string) {
	s.take('{')
	for !s.take('}') {
		s.take(',')
		s.peek()
		name, _ := s.text("")
		all = append(all, name)
		s.take(':')
		s.skip()
	}
	return all
}

// skip goes past a value.
func (s *scanner) skip() {
	for depth := 0; ; {
		switch s.peek() {
		case '"':
			s.text("")
		case '{', '[':
			depth++
			s.i++
			continue
		case '}', ']':
			depth--
			s.i++
		case ',', ':':
			s.i++
			continue
		default:
			s.literal()
		}
		if depth == 0 {
			return
		}
	}
}

// text goes past a string and returns it. It refuses what no store keeps.
func (s *scanner) text(path string) (string, error) {
	s.take('"')
	from, escaped := s.i, false
	for ; s.b[s.i] != '"'; s.i++ {
		if s.b[s.i] == '\\' {
			escaped = true
			s.i++
		}
	}
	raw := s.b[from:s.i]
	s.i++
	if !escaped {
		return string(raw), nil
	}
	if halved(raw) {
		return "", domain.InvalidField(path, "has half of a surrogate pair, which is no character")
	}
	var text string
	if err := json.Unmarshal(s.b[from-1:s.i], &text); err != nil {
		return "", err
	}
	if !domain.Storable(text) {
		return "", domain.InvalidField(path, "must not have a NUL character")
	}
	return text, nil
}

// halved reports whether a \u escape is half of a surrogate pair without the
// other one. encoding/json would put another character in its place.
func halved(raw []byte) bool {
	unit := func(i int) uint64 { // of the escape at i; 0: there is none
		if i+6 > len(raw) || raw[i] != '\\' || raw[i+1] != 'u' {
			return 0
		}
		n, _ := strconv.ParseUint(string(raw[i+2:i+6]), 16, 16)
		return n
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		switch u := unit(i) >> 10; {
		case u == 0xdc00>>10:
			return true
		case u == 0xd800>>10:
			if unit(i+6)>>10 != 0xdc00>>10 {
				return true
			}
			i += 6
		}
		i++
	}
	return false
}

// wrong says that something else than what is next was expected.
func (s *scanner) wrong(path, want string) error {
	found := "a number"
	switch s.peek() {
	case 'n':
		return domain.InvalidField(path, "must not be null; leave it out")
	case '"':
		found = "text"
	case 't', 'f':
		found = "true or false"
	case '{':
		found = "an object"
	case '[':
		found = "a list"
	}
	return domain.InvalidField(path, "must be "+want+", not "+found)
}
