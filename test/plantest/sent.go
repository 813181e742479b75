package plantest

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Sent is what was sent to a database. The zero value is empty; many may use it
// at once.
type Sent struct {
	mu    sync.Mutex
	all   map[string]bool
	lines map[string]map[int]bool // by file, those that led to a statement
}

// Note remembers a statement, and which lines of usher's code it came from. It
// is called on the goroutine that sends it.
func (s *Sent) Note(sql string) {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all, s.lines = map[string]bool{}, map[string]map[int]bool{}
	}
	s.all[sql] = true
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if !strings.Contains(f.Function, "/usher/adapters/") {
			continue
		}
		file := filepath.ToSlash(f.File)
		if s.lines[file] == nil {
			s.lines[file] = map[int]bool{}
		}
		s.lines[file][f.Line] = true
	}
}

// statements are those that read or write usher's tables.
func (s *Sent) statements() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.all)), func(sql string) bool {
		verb, _, _ := strings.Cut(strings.TrimSpace(sql), " ")
		return !slices.Contains([]string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}, verb) || !strings.Contains(sql, "usher_")
	})
}

// Exception is a finding that is none.
type Exception struct {
	Has  string // what the statement's text has
	Says string // what the sentence has that was found; empty: whatever
	Why  string
}

// exceptions says which of them are needed.
type exceptions struct {
	all  []Exception
	used []bool
}

func excepting(all []Exception) *exceptions { return &exceptions{all, make([]bool, len(all))} }

// allows reports whether what was found of a statement is one of them.
func (e *exceptions) allows(sql, sentence string) bool {
	for i, x := range e.all {
		if strings.Contains(words(sql), words(x.Has)) && strings.Contains(sentence, x.Says) {
			e.used[i] = true
			return true
		}
	}
	return false
}

// unused are sentences about those that are not needed any more.
func (e *exceptions) unused() (found []string) {
	if narrowed() {
		return nil
	}
	for i, x := range e.all {
		if !e.used[i] {
			found = append(found, fmt.Sprintf("the exception of %q, %q is not needed: take it out", x.Has, x.Says))
		}
	}
	return found
}

// narrowed reports whether only some subtests run, as by -run TestStore/Seller:
// what was not sent then says nothing.
func narrowed() bool {
	for _, name := range []string{"test.run", "test.skip"} {
		if f := flag.Lookup(name); f != nil && strings.Contains(f.Value.String(), "/") {
			return true
		}
	}
	return false
}

// words is text with one blank between its words.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }

// finding is a sentence about a statement, with its plan.
func finding(sentence, plan, sql string) string {
	return fmt.Sprintf("%s\nin the plan of\n%s\n\n%s", sentence, sql, cmp.Or(plan, "(none)"))
}
