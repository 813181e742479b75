package cases

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// lineOf a file of cases: what it says, or what is wrong with it.
type lineOf[T any] struct {
	id     string
	says   T
	faults []string
}

// readLines returns the cases of a file: the project's, or that of the folder
// that USHER_CASES names. If that folder has none, the test is skipped.
func readLines[T any](t *testing.T, file string, parse func([]byte) lineOf[T]) []lineOf[T] {
	t.Helper()
	dir := os.Getenv("USHER_CASES")
	path := filepath.Join(dir, file)
	if _, err := os.Stat(path); dir != "" && errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s has no %s", dir, file)
	}
	return readFile(t, path, parse)
}

// readFile returns the cases of that file, wherever cases are read from.
func readFile[T any](t *testing.T, file string, parse func([]byte) lineOf[T]) []lineOf[T] {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []lineOf[T]
	ids := map[string]bool{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		c := parse(lines.Bytes())
		if c.id == "" || ids[c.id] {
			t.Errorf("%s:%d: a case needs an id of its own, not %q %v", file, n, c.id, c.faults)
			continue
		}
		ids[c.id] = true
		all = append(all, c)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Errorf("%s has no case", file)
	}
	return all
}

// parseLine reads a line. What it says counts only if it has no faults.
func parseLine[T any](data []byte, check func(says *T, raw object) []string) (c lineOf[T]) {
	v, err := parse(data)
	if err != nil {
		return lineOf[T]{faults: []string{err.Error()}}
	}
	o, _ := v.(object)
	id, _ := o.get("id")
	c.id, _ = id.(string)
	r := &reader{}
	r.read("", v, reflect.ValueOf(&c.says).Elem())
	if c.faults = r.faults; len(c.faults) == 0 {
		c.faults = check(&c.says, o)
	}
	return c
}
