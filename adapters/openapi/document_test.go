package openapi_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/usherhq/usher/test/openapitest"
)

// TestDocument_openAPI holds the description against the OpenAPI Initiative's own
// schema.
func TestDocument_openAPI(t *testing.T) {
	text, err := os.ReadFile("testdata/oas-3.1.json")
	if err != nil {
		t.Fatal(err)
	}
	meta, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	const at = "https://spec.openapis.org/oas/3.1/schema"
	c := jsonschema.NewCompiler()
	if err := c.AddResource(at, meta); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(at)
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(any(openapitest.Doc())); err != nil {
		t.Error(err)
	}
	broken := map[string]any{"openapi": "3.1.0", "info": map[string]any{"title": "x"}, "paths": map[string]any{}}
	if err := schema.Validate(broken); err == nil {
		t.Error("a description without a version is one")
	}
}

// walk calls fn for every object of the description, with its JSON pointer.
func walk(v any, pointer string, fn func(pointer string, o map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		fn(pointer, v)
		for key, value := range v {
			walk(value, openapitest.Join(pointer, key), fn)
		}
	case []any:
		for i, value := range v {
			walk(value, fmt.Sprintf("%s/%d", pointer, i), fn)
		}
	}
}

// literal reports whether what is at a pointer is somebody's value, and no part of
// the description.
func literal(pointer string) bool {
	return strings.Contains(pointer, "/example") || strings.Contains(pointer, "/const/") || strings.HasSuffix(pointer, "/properties")
}

// TestDocument_references: every reference leads somewhere, and every component is
// used.
func TestDocument_references(t *testing.T) {
	used := map[string]bool{}
	walk(openapitest.Doc(), "", func(pointer string, o map[string]any) {
		ref, is := o["$ref"].(string)
		if !is || literal(pointer) {
			return
		}
		used[strings.TrimPrefix(ref, "#")] = true
		if to, _ := openapitest.Resolve(pointer); to == nil {
			t.Errorf("%s refers to %s, which is not there", pointer, ref)
		}
	})
	for kind, all := range openapitest.Doc()["components"].(map[string]any) {
		for name := range all.(map[string]any) {
			if at := openapitest.Join("/components", kind, name); !used[at] && kind != "securitySchemes" && !standing[name] {
				t.Errorf("nothing refers to %s", at)
			}
		}
	}
}

// standing are components that no operation refers to, since they are about what is
// none.
var standing = map[string]bool{"NotRouted": true, "MethodNotAllowed": true}

// TestDocument_examples: every example is what its schema says, and there is one of
// each body.
func TestDocument_examples(t *testing.T) {
	n := 0
	walk(openapitest.Doc(), "", func(pointer string, o map[string]any) {
		if _, is := o["schema"].(map[string]any); !is || literal(pointer) {
			return
		}
		found := map[string]any{}
		if one, there := o["example"]; there {
			found["example"] = one
		}
		if some, there := o["examples"].(map[string]any); there {
			for name, e := range some {
				found["examples "+name] = e.(map[string]any)["value"]
			}
		}
		if len(found) == 0 && strings.Contains(pointer, "/content/") {
			t.Errorf("%s has no example", pointer)
		}
		for name, value := range found {
			n++
			if err := openapitest.Validate(openapitest.Join(pointer, "schema"), value); err != nil {
				t.Errorf("%s, %s: %v", pointer, name, err)
			}
		}
	})
	if n < 15 {
		t.Errorf("there are %d examples", n)
	}
}

// TestDocument_schemas: every schema is one, whether or not anything is held against
// it.
func TestDocument_schemas(t *testing.T) {
	for name := range openapitest.Doc()["components"].(map[string]any)["schemas"].(map[string]any) {
		if err := openapitest.Validate(openapitest.Join("/components/schemas", name), nil); err != nil && !strings.Contains(err.Error(), "jsonschema validation failed") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDocument_operations: each says what it does, under a name of its own.
func TestDocument_operations(t *testing.T) {
	names := map[string]bool{}
	for _, op := range openapitest.Operations() {
		method, path, _ := strings.Cut(op, " ")
		is, _ := openapitest.Resolve(openapitest.Join("/paths", path, strings.ToLower(method)))
		id, _ := is["operationId"].(string)
		if id == "" || names[id] {
			t.Errorf("%s is called %q", op, id)
		}
		names[id] = true
		for _, key := range []string{"summary", "description"} {
			if text, _ := is[key].(string); text == "" {
				t.Errorf("%s has no %s", op, key)
			}
		}
		if _, says := is["security"]; !says {
			t.Errorf("%s does not say whether it needs a token", op)
		}
	}
}
