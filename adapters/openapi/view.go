package openapi

import (
	"slices"
	"strings"
)

// view turns parts of a description into what the page shows of them.
type view struct {
	doc   *object
	shown map[string]bool // responses that stand on the page already
}

// operation is one call.
type operation struct {
	ID, Method, Path, Summary, Description string
	Needs                                  string // which token
	Parameters                             []field
	Body                                   []field
	BodyNote                               string
	Answers                                []answer
	Refusals                               []answer // with their texts elsewhere
	Curl                                   string
}

// field is one line of a table.
type field struct {
	Name        string
	In          string // of a parameter
	Type        []word
	Required    bool
	Deprecated  bool
	Description string
}

// answer is what may come back.
type answer struct {
	ID, Status, Description string
	Types                   []media
	Examples                []example
	Elsewhere               bool // its examples stand on the page already
}

type media struct {
	Name string
	Type []word
}

type example struct{ Summary, Text string }

// resolve follows references, and returns the name of the last one.
func (v *view) resolve(o *object) (*object, string) {
	name := ""
	for {
		ref := o.text("$ref")
		if ref == "" {
			return o, name
		}
		steps := strings.Split(strings.TrimPrefix(ref, "#/"), "/")
		o, name = v.doc.within(steps...), steps[len(steps)-1]
	}
}

// operation returns a call, and the refusals that it may meet.
func (v *view) operation(method, path string, ops, op *object) (operation, []answer) {
	o := operation{
		ID: op.text("operationId"), Method: strings.ToUpper(method), Path: path, Summary: op.text("summary"), Description: op.text("description"),
		Needs: needs(op),
	}
	parameters := v.parameters(ops, op)
	for _, p := range parameters {
		o.Parameters = append(o.Parameters, field{
			Name: p.text("name"), In: p.text("in"), Type: v.typeOf(p.within("schema")), Required: p.values["required"] == true, Description: p.text("description"),
		})
	}
	body, _ := v.resolve(op.within("requestBody"))
	if content, _ := v.content(body); content != nil {
		s, _ := v.resolve(content.within("schema"))
		o.BodyNote, o.Body = s.text("description"), v.fields(s)
	}
	o.Curl = v.curl(o, parameters, op, body)
	var refusals []answer
	for status, response := range op.within("responses").objects() {
		a := v.answer(status, response)
		if status >= "4" {
			refusals = append(refusals, a)
			a.Examples = nil
			o.Refusals = append(o.Refusals, a)
			continue
		}
		o.Answers = append(o.Answers, a)
	}
	return o, refusals
}

// needs says in a sentence which token an operation wants.
func needs(op *object) string {
	var ways []string
	for _, way := range op.list("security") {
		for name, scopes := range way.(*object).values {
			switch scopes, _ := scopes.([]any); {
			case len(scopes) > 0:
				ways = append(ways, "a seller's token with the scope `"+scopes[0].(string)+"`")
			case name == "buyer":
				ways = append(ways, "the token of the sale")
			case name == "invitation":
				ways = append(ways, "the token of the invitation")
			default:
				ways = append(ways, "a seller's token")
			}
		}
	}
	if len(ways) == 0 {
		return "No token."
	}
	text := strings.Join(ways, ", or ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// parameters returns those of the path and of the operation.
func (v *view) parameters(ops, op *object) (all []*object) {
	for _, p := range slices.Concat(ops.list("parameters"), op.list("parameters")) {
		is, _ := v.resolve(p.(*object))
		all = append(all, is)
	}
	return all
}

// content returns the first type that a body may have, and its name.
func (v *view) content(body *object) (*object, string) {
	for name, content := range body.within("content").objects() {
		return content, name
	}
	return nil, ""
}

func (v *view) answer(status string, response *object) answer {
	is, name := v.resolve(response)
	a := answer{Status: status, Description: is.text("description")}
	if name != "" {
		a.ID = anchor("answer", name)
		a.Elsewhere = v.shown[name]
		v.shown[name] = true
	}
	for name, content := range is.within("content").objects() {
		a.Types = append(a.Types, media{name, v.typeOf(content.within("schema"))})
		if !a.Elsewhere && strings.Contains(name, "json") {
			a.Examples = append(a.Examples, examples(content)...)
		}
	}
	return a
}

func examples(content *object) (all []example) {
	if one, there := content.values["example"]; there {
		all = append(all, example{"", pretty(one)})
	}
	for _, e := range content.within("examples").objects() {
		all = append(all, example{e.text("summary"), pretty(e.values["value"])})
	}
	return all
}
