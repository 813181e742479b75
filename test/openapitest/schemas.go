package openapitest

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/usherhq/usher/adapters/openapi"
)

// Address is that of the server in the description that is tested against.
const Address = "https://keys.example.com"

// Doc is the description, as JSON says it.
var Doc = sync.OnceValue(func() map[string]any {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(openapi.Document(Address)))
	if err != nil {
		panic(err)
	}
	return doc.(map[string]any)
})

const base = "https://usher.test/openapi.json"

// schemas compiles schemas of the description, each once.
var schemas = struct {
	sync.Mutex
	compiler *jsonschema.Compiler
	at       map[string]*jsonschema.Schema
}{at: map[string]*jsonschema.Schema{}}

// Validate holds a value against the schema at a JSON pointer of the description,
// such as "/components/schemas/License".
func Validate(pointer string, value any) error {
	s, err := schemaAt(pointer)
	if err != nil {
		return err
	}
	return s.Validate(value)
}

func schemaAt(pointer string) (*jsonschema.Schema, error) {
	schemas.Lock()
	defer schemas.Unlock()
	if s := schemas.at[pointer]; s != nil {
		return s, nil
	}
	if schemas.compiler == nil {
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		if err := c.AddResource(base, Doc()); err != nil {
			return nil, err
		}
		schemas.compiler = c
	}
	s, err := schemas.compiler.Compile(base + "#" + strings.ReplaceAll(pointer, "%", "%25"))
	if err != nil {
		return nil, fmt.Errorf("the schema at %s: %w", pointer, err)
	}
	schemas.at[pointer] = s
	return s, nil
}

// Parse reads JSON as Validate needs it.
func Parse(text []byte) (any, error) { return jsonschema.UnmarshalJSON(bytes.NewReader(text)) }

// Resolve follows references until there is none, and returns what stands there
// and its JSON pointer.
func Resolve(pointer string) (map[string]any, string) {
	for {
		at := find(pointer)
		ref, is := at["$ref"].(string)
		if !is {
			return at, pointer
		}
		pointer = strings.TrimPrefix(ref, "#")
	}
}

// find returns the object at a JSON pointer, and nil if there is none.
func find(pointer string) map[string]any {
	var at any = Doc()
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if l, is := at.([]any); is {
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(l) {
				return nil
			}
			at = l[i]
			continue
		}
		o, _ := at.(map[string]any)
		at = o[strings.NewReplacer("~1", "/", "~0", "~").Replace(step)]
	}
	o, _ := at.(map[string]any)
	return o
}

// Join appends names to a JSON pointer.
func Join(pointer string, names ...string) string {
	for _, name := range names {
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	}
	return pointer
}
