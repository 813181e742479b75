package jsonl

import (
	"bytes"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/usherhq/usher/app"
)

// docs returns the text of the package's documentation.
func docs(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(b)) {
		lines = append(lines, strings.TrimRight(strings.TrimPrefix(line, "//"), "\n"))
	}
	return lines
}

// TestDoc_hasAnExampleOfEachKind reads the examples as one file. They are
// written as usher would write them.
func TestDoc_hasAnExampleOfEachKind(t *testing.T) {
	var file strings.Builder
	for _, line := range docs(t) {
		if strings.HasPrefix(line, "\t{") {
			file.WriteString(line[1:] + "\n")
		}
	}
	found := map[string]bool{}
	var all []app.Record
	for r, err := range Read(strings.NewReader(file.String())) {
		if err != nil {
			t.Fatal(err)
		}
		l, err := lineOf(r.Value, Options{})
		if err != nil {
			t.Fatal(err)
		}
		found[reflect.ValueOf(l).Elem().Field(0).String()] = true
		all = append(all, r)
	}
	for kind := range kinds {
		if !found[kind] {
			t.Errorf("no example of a %s", kind)
		}
	}
	var again bytes.Buffer
	_, err := Write(&again, func(yield func(app.Record, error) bool) {
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}, Options{WithKeys: true})
	if err != nil || again.String() != file.String() {
		t.Errorf("written again, the examples are (%v)\n%s\nnot\n%s", err, again.String(), file.String())
	}
}

// TestDoc_namesEachField compares the lists of fields with what is read, and
// the stars with what must be there.
func TestDoc_namesEachField(t *testing.T) {
	listed := map[string][]string{}
	kind := ""
	for _, line := range docs(t) {
		switch {
		case strings.HasPrefix(line, `	{"kind":"`):
			kind, _, _ = strings.Cut(line[len(`	{"kind":"`):], `"`)
		case strings.HasPrefix(line, " #"):
			kind = ""
		case kind != "" && strings.HasPrefix(line, "\t") && line[1] != ' ':
			listed[kind] = append(listed[kind], strings.Fields(line)[0])
		}
	}
	for kind, empty := range kinds {
		var want []string
		typ := reflect.TypeOf(empty()).Elem()
		for i := 1; i < typ.NumField(); i++ {
			name, option, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			if option == "" {
				name += "*"
			}
			want = append(want, name)
		}
		if !slices.Equal(listed[kind], want) {
			t.Errorf("%s:\ndocumented %v\nread       %v", kind, listed[kind], want)
		}
	}
	if len(listed) != len(kinds) {
		t.Errorf("%d kinds are documented, %d are read", len(listed), len(kinds))
	}
}

// TestKinds_beginWithTheirName keeps kind the first field of each line, which is
// where a reader looks for it.
func TestKinds_beginWithTheirName(t *testing.T) {
	for kind, empty := range kinds {
		if f := reflect.TypeOf(empty()).Elem().Field(0); f.Tag.Get("json") != "kind" {
			t.Errorf("a %s begins with %s", kind, f.Name)
		}
		if laterKinds[kind] != "" {
			t.Errorf("%s is read and refused", kind)
		}
	}
}
