package openapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/usherhq/usher/test/openapitest"
)

// recorded is an answer that was given, and the schema that describes it.
type recorded struct {
	name, schema string
	body         any
	given        bool // else it is an example
}

// exampled are the fields that only an example lacks: no golden file is there of a
// product without keys that was sold, of the clock's lines, of refusals with and
// without a field, and of a tier that is not sold by the month.
var exampled = regexp.MustCompile(`/GumroadSale (license_\w+|is_multiseat_license)$|/Step \w+$|Problem/properties/error field$|/recurrence_prices monthly$`)

// inJSON is where the description has an answer in JSON, or in lines of it.
var inJSON = regexp.MustCompile(`/responses/.*/content/application~1jsonl?$`)

// answers are the bodies of golden files, which tests compare with what is
// answered to the last byte, and the examples of the description, which have what
// no golden file has. A golden file is held against whatever describes it.
func answers(t *testing.T) (all []recorded) {
	schemas := map[string]bool{}
	walk(openapitest.Doc(), "", func(pointer string, o map[string]any) {
		if !inJSON.MatchString(pointer) || literal(pointer) {
			return
		}
		schema := openapitest.Join(pointer, "schema")
		if is, at := openapitest.Resolve(schema); is != nil {
			schema = at
		}
		schemas[schema] = true
		if one, there := o["example"]; there {
			all = append(all, recorded{pointer, schema, one, false})
		}
		some, _ := o["examples"].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(some)) {
			all = append(all, recorded{pointer + " " + name, schema, some[name].(map[string]any)["value"], false})
		}
	})
	slices.SortFunc(all, func(a, b recorded) int { return strings.Compare(a.name, b.name) })
	for _, pattern := range []string{"../rest/testdata/*.json", "../api/testdata/*.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) < 20 {
			t.Fatalf("%s are %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			body := golden(t, file)
			described := 0
			for _, schema := range slices.Sorted(maps.Keys(schemas)) {
				if openapitest.Validate(schema, body) == nil {
					all = append(all, recorded{file, schema, body, true})
					described++
				}
			}
			if described == 0 && !mangled[file] {
				t.Errorf("%s is no answer that is described", file)
			}
		}
	}
	return all
}

// mangled are golden files that no answer can be: the article's sample shows a
// membership with what only other products have.
var mangled = map[string]bool{"../rest/testdata/article_sample.json": true}

// hidden are the numbers that the golden files of package api have names for.
var hidden = regexp.MustCompile(`"(order_number-[0-9]+)"`)

func golden(t *testing.T, file string) any {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	body, err := openapitest.Parse(hidden.ReplaceAll(text, []byte("7")))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return body
}

// property is one of a schema's.
type property struct{ schema, name string }

// at is where an object is in a body: names and indexes.
type at []any

// visit calls fn for each schema that describes an object of a body, and says where
// it is.
func visit(schema string, body any, where at, fn func(schema string, is map[string]any, o map[string]any, where at)) {
	is, schema := openapitest.Resolve(schema)
	for _, some := range []string{"allOf", "oneOf", "anyOf"} {
		for i := range listOf(is[some]) {
			way := fmt.Sprintf("%s/%s/%d", schema, some, i)
			if openapitest.Validate(way, body) == nil {
				visit(way, body, where, fn)
			}
		}
	}
	switch body := body.(type) {
	case map[string]any:
		if is["properties"] == nil && is["additionalProperties"] == nil {
			return
		}
		fn(schema, is, body, where)
		properties, _ := is["properties"].(map[string]any)
		for name, value := range body {
			if properties[name] != nil {
				visit(openapitest.Join(schema, "properties", name), value, append(slices.Clip(where), name), fn)
			}
		}
	case []any:
		for i, value := range body {
			visit(openapitest.Join(schema, "items"), value, append(slices.Clip(where), i), fn)
		}
	}
}

func listOf(v any) []any { l, _ := v.([]any); return l }

// changed returns a body with a change to the object that is there.
func changed(t *testing.T, body any, where at, change func(map[string]any)) any {
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	copied, err := openapitest.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	to := copied
	for _, step := range where {
		switch step := step.(type) {
		case string:
			to = to.(map[string]any)[step]
		case int:
			to = to.([]any)[step]
		}
	}
	change(to.(map[string]any))
	return copied
}

// TestFields takes each field of each schema out of an answer that was given, and
// renames it, and needs the description to refuse what is left. What may be missing
// must have been missing, and what is described must have been there; and nothing
// may be added anywhere.
func TestFields(t *testing.T) {
	seen, missing, renamed := map[property]bool{}, map[property]bool{}, map[property]bool{}
	removed, grown := map[property]bool{}, map[string]bool{}
	for _, a := range answers(t) {
		refused := func(what string, where at, change func(map[string]any)) {
			t.Helper()
			if openapitest.Validate(a.schema, changed(t, a.body, where, change)) == nil {
				t.Errorf("%s (%s): %s at %v, and it is an answer all the same", a.name, a.schema, what, where)
			}
		}
		visit(a.schema, a.body, nil, func(schema string, is, o map[string]any, where at) {
			properties, _ := is["properties"].(map[string]any)
			custom := len(listOf(o["custom_fields"])) > 0 && strings.Contains(schema, "LicensePurchase") // texts of any name stand here
			for name := range properties {
				p := property{schema, name}
				value, there := o[name]
				required := slices.Contains(listOf(is["required"]), any(name))
				missing[p] = missing[p] || required || !there && (a.given || exampled.MatchString(schema+" "+name))
				seen[p] = seen[p] || there
				if _, text := value.(string); !there || custom && text && !required {
					continue
				}
				if !renamed[p] {
					renamed[p] = true
					refused(name+" is renamed", where, func(o map[string]any) { o[name+"_"] = o[name]; delete(o, name) })
				}
				if required && !removed[p] {
					removed[p] = true
					refused(name+" is removed", where, func(o map[string]any) { delete(o, name) })
				}
			}
			if !grown[schema] {
				grown[schema] = true
				refused("something is added", where, func(o map[string]any) { o["more"] = json.Number("1") })
			}
		})
	}
	for _, p := range declared() {
		switch {
		case !seen[p]:
			t.Errorf("no answer has %s of %s", p.name, p.schema)
		case !renamed[p]:
			t.Errorf("%s of %s was not renamed", p.name, p.schema)
		case !missing[p]:
			t.Errorf("%s of %s may be missing, and never is", p.name, p.schema)
		}
	}
	t.Logf("%d fields of %d schemas, %d of them required", len(renamed), len(grown), len(removed))
}

// declared are all properties of schemas that answers have.
func declared() (all []property) {
	used := map[string]bool{}
	var follow func(pointer string)
	follow = func(pointer string) {
		_, pointer = openapitest.Resolve(pointer)
		if used[pointer] {
			return
		}
		used[pointer] = true
		is, _ := openapitest.Resolve(pointer)
		for _, some := range []string{"allOf", "oneOf", "anyOf"} {
			for i := range listOf(is[some]) {
				follow(fmt.Sprintf("%s/%s/%d", pointer, some, i))
			}
		}
		if is["items"] != nil {
			follow(openapitest.Join(pointer, "items"))
		}
		properties, _ := is["properties"].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			all = append(all, property{pointer, name})
			follow(openapitest.Join(pointer, "properties", name))
		}
	}
	walk(openapitest.Doc(), "", func(pointer string, o map[string]any) {
		if inJSON.MatchString(pointer) && !literal(pointer) {
			follow(openapitest.Join(pointer, "schema"))
		}
	})
	return all
}
