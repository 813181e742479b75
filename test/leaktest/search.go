package leaktest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Found is a secret in a place.
type Found struct {
	Place, Kind string
	Form        string // how it was written: "raw", "hex", …
}

// String names it, without the secret.
func (f Found) String() string { return fmt.Sprintf("%s: %s (%s)", f.Place, f.Kind, f.Form) }

// Allowed is a kind of secret that a place holds by design.
type Allowed struct{ Place, Kind, Why string }

// Search looks for secrets. The zero value knows none. It is safe for
// concurrent use.
type Search struct {
	mu    sync.Mutex
	known map[string]bool // values
	texts []text
	found map[Found]bool
	exact index
	fold  index
}

// text is something that was looked at, for secrets that are made later.
type text struct {
	place string
	data  string
}

// Plant tells of a secret. Of a value that is known nothing changes. One that is
// too short to be told from chance is refused with false.
func (s *Search) Plant(kind, value string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(value) < shortest {
		return false
	}
	if s.known[value] {
		return true
	}
	if s.known == nil {
		s.known = map[string]bool{}
	}
	s.known[value] = true
	for _, f := range formsOf(kind, value) {
		if f.folds {
			s.fold.add(f)
		} else {
			s.exact.add(f)
		}
	}
	return true
}

// Look keeps a text to be looked through by [Search.Judge], also for secrets
// that are planted later.
func (s *Search) Look(place, data string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if data != "" {
		s.texts = append(s.texts, text{place, data})
	}
}

// Judge looks through all texts, and returns what was found where it is not
// allowed, and what is allowed and was not found.
func (s *Search) Judge(allowed ...Allowed) (leaks []Found, unused []Allowed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.found == nil {
		s.found = map[Found]bool{}
	}
	for _, t := range s.texts {
		note := func(f form) { s.found[Found{t.place, f.kind, f.name}] = true }
		s.exact.scan(t.data, note)
		s.fold.scan(lower(t.data), note)
	}
	s.texts = nil
	used := make([]bool, len(allowed))
	for f := range s.found {
		i := slices.IndexFunc(allowed, func(a Allowed) bool { return a.Place == f.Place && a.Kind == f.Kind })
		if i < 0 {
			leaks = append(leaks, f)
			continue
		}
		used[i] = true
	}
	for i, a := range allowed {
		if !used[i] {
			unused = append(unused, a)
		}
	}
	slices.SortFunc(leaks, func(a, b Found) int { return strings.Compare(a.String(), b.String()) })
	return leaks, unused
}

// Kinds returns the kinds of all secrets that are known, with how many there are.
func (s *Search) Kinds() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	kinds := map[string]int{}
	for _, at := range s.fold.at {
		for _, f := range at {
			if f.name == "raw" {
				kinds[f.kind]++
			}
		}
	}
	return kinds
}

// index finds many patterns in one pass, by their first bytes.
type index struct {
	at     map[uint64][]form
	likely [1 << 16]bool // by the first two bytes
}

func (x *index) add(f form) {
	if x.at == nil {
		x.at = map[uint64][]form{}
	}
	k := first8(f.pattern)
	x.at[k] = append(x.at[k], f)
	x.likely[uint16(f.pattern[0])|uint16(f.pattern[1])<<8] = true
}

func (x *index) scan(data string, found func(form)) {
	for i := 0; i+shortest <= len(data); i++ {
		if !x.likely[uint16(data[i])|uint16(data[i+1])<<8] {
			continue
		}
		for _, f := range x.at[first8(data[i:])] {
			if strings.HasPrefix(data[i:], f.pattern) {
				found(f)
			}
		}
	}
}

func first8(s string) (k uint64) {
	for i := range shortest {
		k |= uint64(s[i]) << (8 * i)
	}
	return k
}
