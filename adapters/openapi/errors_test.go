package openapi_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/usherhq/usher/test/openapitest"
)

var update = flag.Bool("update", false, "write source/errors.json anew")

// refusal is one that the domain has.
type refusal struct{ kind, code, msg, field string }

// domainOf reads the source of the domain, whose refusals and words no program can
// list.
func domainOf(t *testing.T) (all []*ast.File) {
	files, err := filepath.Glob("../../domain/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parsed)
	}
	return all
}

func refusals(t *testing.T) (all []refusal) {
	for _, file := range domainOf(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			lit, is := n.(*ast.CompositeLit)
			if !is {
				return true
			}
			if name, is := lit.Type.(*ast.Ident); !is || name.Name != "Error" {
				return true
			}
			var r refusal
			for _, elt := range lit.Elts {
				pair, is := elt.(*ast.KeyValueExpr)
				if !is {
					continue
				}
				text := ""
				switch v := pair.Value.(type) {
				case *ast.BasicLit:
					text, _ = strconv.Unquote(v.Value)
				case *ast.Ident:
					text = v.Name
				}
				switch pair.Key.(*ast.Ident).Name {
				case "Kind":
					r.kind = text
				case "Code":
					r.code = text
				case "Msg":
					r.msg = text
				case "Field":
					r.field = text
				}
			}
			if r.code != "" && r.msg != "" {
				all = append(all, r)
			}
			return true
		})
	}
	return all
}

// answered are the refusals of this server's own API, by the kinds of the domain's,
// and what has none.
var answered = []struct {
	name                      string
	status                    int
	kind, description, header string
	wire                      []refusal
}{
	{"Invalid", 400, "Invalid", "The request is wrong in itself; `field` says where, if it is one name.", "", nil},
	{"Unauthenticated", 401, "Unauthenticated", "The token is missing, unknown or revoked.", "WWW-Authenticate", nil},
	{"Declined", 402, "Declined", "The payment was declined, and nothing has changed.", "", nil},
	{"Forbidden", 403, "Forbidden", "The token is not one that may do this.", "", nil},
	{"NotFound", 404, "NotFound", "There is no such thing, or none for whoever asks.", "", []refusal{{"", "variant_not_found", "no such variant", "variants"}}},
	{"MethodNotAllowed", 405, "", "The path is one, and this cannot be done there.", "Allow", []refusal{{"", "method_not_allowed", "the header Allow says what can be done here", ""}}},
	{"NotRouted", 404, "", "Nothing is at this path.", "", []refusal{{"", "not_routed", "nothing is here", ""}}},
	{"Conflict", 409, "Conflict", "Something else came first. Look again, or ask for a new quote.", "", nil},
	{"TooLarge", 413, "", "The body is larger than 64 KiB.", "", []refusal{{"", "too_large", "the body is larger than 64 KiB", ""}}},
	{"UnsupportedMediaType", 415, "", "The body is not called JSON.", "", []refusal{{"", "unsupported_media_type", "the body must be application/json", ""}}},
	{"Precondition", 422, "Precondition", "It is well formed, but not as things stand.", "", []refusal{{"", "refund_refused", "the processor refused the refund; nothing was given back", ""}}},
	{"Internal", 500, "", "Something went wrong here. A write may have happened; with the same key it is safe to try again.", "", []refusal{{"", "internal", "something went wrong here; try again later", ""}}},
	{"Unavailable", 503, "Unavailable", "Nothing was done, unless the message says otherwise. Try again; after `charges_held`, once whoever runs the server lets charges go on.", "Retry-After", nil},
}

// described makes source/errors.json from the domain.
func described(t *testing.T) string {
	all := refusals(t)
	responses, schemas := []string{}, []string{}
	ways, statuses := []string{}, []string{}
	for _, a := range answered {
		has := slices.Clone(a.wire)
		for _, r := range all {
			if a.kind != "" && r.kind == a.kind {
				has = append(has, r)
			}
		}
		slices.SortStableFunc(has, func(a, b refusal) int { return strings.Compare(a.code, b.code) })
		has = slices.CompactFunc(has, func(a, b refusal) bool { return a.code == b.code })
		var names, examples []string
		somewhere := "" // its field
		for _, r := range has {
			names = append(names, fmt.Sprintf("%q", r.code))
			field := ""
			if r.field != "" {
				field = fmt.Sprintf(`, "field": %q`, r.field)
				somewhere = `,
              "field": {"$ref": "#/components/schemas/ProblemField"}`
			}
			msg, err := json.Marshal(r.msg)
			if err != nil {
				t.Fatal(err)
			}
			examples = append(examples, fmt.Sprintf(`              %q: {"summary": "%s", "value": {"error": {"code": %q, "message": %s%s}}}`, r.code, "`"+r.code+"`", r.code, msg, field))
		}
		header := ""
		if a.header != "" {
			header = fmt.Sprintf(`        "headers": {%q: {"$ref": "#/components/headers/%s"}},`+"\n", a.header, strings.ReplaceAll(a.header, "-", ""))
		}
		responses = append(responses, fmt.Sprintf(`      %q: {
        "description": %q,
%s        "content": {
          "application/json": {
            "schema": {"$ref": "#/components/schemas/%sProblem"},
            "examples": {
%s
            }
          }
        }
      }`, a.name, a.description, header, a.name, strings.Join(examples, ",\n")))
		schemas = append(schemas, fmt.Sprintf(`      "%sProblem": {
        "type": "object",
        "properties": {
          "error": {
            "type": "object",
            "properties": {
              "code": {"type": "string", "enum": [%s]},
              "message": {"$ref": "#/components/schemas/ProblemMessage"}%s
            },
            "required": ["code", "message"],
            "additionalProperties": false
          }
        },
        "required": ["error"],
        "additionalProperties": false
      }`, a.name, strings.Join(names, ", "), somewhere))
		statuses = append(statuses, fmt.Sprintf(`%q: "%d"`, a.name, a.status))
		ways = append(ways, fmt.Sprintf(`{"$ref": "#/components/schemas/%sProblem"}`, a.name))
	}
	return `{
  "tag": {
    "name": "Refusals",
    "description": "What this server's own API refuses. The code does not change; the message is for people. A path that is none is a 404 with the code ` + "`not_routed`" + `, and a method that a path has not a 405.",
    "x-responses": {` + strings.Join(statuses, ", ") + `}
  },
  "components": {
    "headers": {
      "WWWAuthenticate": {"required": true, "description": "How to ask again with a token (RFC 6750).", "schema": {"const": "Bearer"}},
      "Allow": {"required": true, "description": "What can be done at this path.", "schema": {"type": "string"}, "example": "GET, HEAD"}
    },
    "responses": {
` + strings.Join(responses, ",\n") + `
    },
    "schemas": {
      "ProblemMessage": {"type": "string", "description": "A sentence for people."},
      "ProblemField": {"type": "string", "description": "The name in the request that is at fault; absent if it is not one."},
      "Problem": {
        "description": "Any refusal.",
        "anyOf": [
          ` + strings.Join(ways, ",\n          ") + `
        ]
      },
` + strings.Join(schemas, ",\n") + `
    }
  }
}
`
}

// TestErrors needs source/errors.json to say what the domain refuses, all of it.
func TestErrors(t *testing.T) {
	const file = "source/errors.json"
	want := described(t)
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error(file + " is not what the domain refuses; go test ./adapters/openapi -run TestErrors -update writes it anew")
	}
}

// words are the enumerations that are a type of the domain's.
var words = map[string]string{
	"PurchaseStatus": "PurchaseStatus", "PaymentKind": "PaymentKind", "PaymentStatus": "PaymentStatus", "Decline": "Decline", "RefundStatus": "RefundStatus",
	"Recurrence": "Recurrence", "MembershipStatus": "MembershipStatus", "EndReason": "EndReason", "Actor": "Actor", "Result": "Result", "SeatStatus": "SeatStatus",
	"Service": "Service", "Health": "Health", "Cause": "Cause", "Leaving": "Leaving", "EndAction": "EndAction", "ClaimState": "ClaimState", "PersonChoice": "Choice",
	"WebhookFormat": "Format", "Ping": "Topic", "DeliveryStatus": "DeliveryStatus", "Scope": "Scope",
}

// TestEnumerations: a word that the domain has and the description has not would be
// an answer that nobody expects.
func TestEnumerations(t *testing.T) {
	constants := map[string][]string{}
	for _, file := range domainOf(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, is := n.(*ast.ValueSpec)
			if !is || spec.Type == nil || len(spec.Values) != 1 {
				return true
			}
			kind, is := spec.Type.(*ast.Ident)
			value, literal := spec.Values[0].(*ast.BasicLit)
			if is && literal && value.Kind == token.STRING {
				if text, _ := strconv.Unquote(value.Value); text != "" {
					constants[kind.Name] = append(constants[kind.Name], text)
				}
			}
			return true
		})
	}
	for schema, kind := range words {
		is, _ := openapitest.Resolve(openapitest.Join("/components/schemas", schema))
		var got []string
		for _, v := range listOf(is["enum"]) {
			got = append(got, v.(string))
		}
		want := constants[kind]
		slices.Sort(got)
		slices.Sort(want)
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s is %v, and domain.%s %v", schema, got, kind, want)
		}
	}
}
