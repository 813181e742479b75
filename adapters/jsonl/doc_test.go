package jsonl

import (
	"bytes"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/usherhq/usher/app"
)

// docs returns the text of the package's documentation, which two files share.
func docs(t *testing.T) []string {
	t.Helper()
	var lines []string
	for _, file := range []string{"doc.go", "docmemberships.go"} { // as go doc joins them
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			lines = append(lines, strings.TrimRight(strings.TrimPrefix(line, "//"), "\n"))
		}
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
		if v, checks := r.Value.(interface{ Check() error }); checks && v.Check() != nil {
			t.Errorf("line %d is refused: %v", r.Line, v.Check())
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

// recordForm is the second form of a membership.
const recordForm = "membership of another system"

// TestDoc_namesEachField compares the lists of fields with what is read, and
// the stars with what must be there.
func TestDoc_namesEachField(t *testing.T) {
	listed := map[string][]string{}
	kind := ""
	for _, line := range docs(t) {
		switch {
		case strings.HasPrefix(line, `	{"kind":"`):
			kind, _, _ = strings.Cut(line[len(`	{"kind":"`):], `"`)
			if kind == "membership" && !strings.Contains(line, `"status":`) {
				kind = recordForm
			}
		case strings.HasPrefix(line, " #"):
			kind = ""
		case kind != "" && strings.HasPrefix(line, "\t") && line[1] != ' ':
			listed[kind] = append(listed[kind], strings.Fields(line)[0])
		}
	}
	forms := maps.Clone(kinds)
	forms[recordForm] = func() line { return new(membershipRecord) }
	for kind, empty := range forms {
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
	if len(listed) != len(forms) {
		t.Errorf("%d forms of lines are documented, %d are read", len(listed), len(forms))
	}
}

// TestKinds_beginWithTheirName keeps kind the first field of each line, which is
// where a reader looks for it.
func TestKinds_beginWithTheirName(t *testing.T) {
	for kind, empty := range kinds {
		if f := reflect.TypeOf(empty()).Elem().Field(0); f.Tag.Get("json") != "kind" {
			t.Errorf("a %s begins with %s", kind, f.Name)
		}
	}
}
