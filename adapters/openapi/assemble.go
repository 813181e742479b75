package openapi

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

//go:embed source/*.json
var source embed.FS

// parts are the files of source behind usher.json, which they are added to, in
// the order in which they are shown.
var parts = []string{"licenses", "account", "products", "gumroadsales", "subscribers", "resourcesubscriptions", "oauth", "errors", "sales", "memberships", "seats", "communities", "people", "webhooks", "applications", "clock"}

// methods are what a path may have, beside what is about all of them.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// assemble reads the description. Its texts have {server} for the address.
func assemble() (*object, error) {
	doc, err := read("usher")
	if err != nil {
		return nil, err
	}
	doc.set("tags", []any{})
	doc.set("paths", newObject())
	for _, name := range parts {
		part, err := read(name)
		if err == nil {
			err = add(doc, part)
		}
		if err != nil {
			return nil, fmt.Errorf("%s.json: %w", name, err)
		}
	}
	components := doc.take("components")
	doc.set("components", components) // last, where it is looked up
	return doc, nil
}

func read(name string) (*object, error) {
	text, err := source.ReadFile("source/" + name + ".json")
	if err != nil {
		return nil, err
	}
	v, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s.json: %w", name, err)
	}
	o, is := v.(*object)
	if !is {
		return nil, fmt.Errorf("%s.json is no object", name)
	}
	return o, nil
}

// add puts a part into the document.
func add(doc, part *object) error {
	tag := part.within("tag")
	doc.set("tags", append(doc.list("tags"), tag))
	for path, ops := range part.within("paths").objects() {
		if err := name(path, ops); err != nil {
			return err
		}
		for method, op := range ops.objects() {
			if !slices.Contains(methods, method) {
				continue
			}
			op.set("tags", []any{tag.text("name")})
			if err := refuse(op, part); err != nil {
				return fmt.Errorf("%s %s: %w", method, path, err)
			}
		}
		if err := place(doc.within("paths"), path, ops); err != nil {
			return err
		}
	}
	for kind, all := range part.within("components").objects() {
		if _, known := doc.within("components").values[kind]; !known {
			return fmt.Errorf("usher.json has no components.%s", kind)
		}
		for name, component := range all.objects() {
			if err := place(doc.within("components", kind), name, component); err != nil {
				return err
			}
		}
	}
	return nil
}

// place is set for what must not be there yet.
func place(o *object, key string, value any) error {
	if _, there := o.values[key]; there {
		return fmt.Errorf("%s is there twice", key)
	}
	o.set(key, value)
	return nil
}

var braces = regexp.MustCompile(`\{(\w+)\}`)

// name gives a path the parameters that it has.
func name(path string, ops *object) error {
	found := braces.FindAllStringSubmatch(path, -1)
	if len(found) == 0 {
		return nil
	}
	var all []any
	for _, match := range found {
		all = append(all, refTo("parameters", match[1]))
	}
	return place(ops, "parameters", all)
}

// refuse gives an operation the refusals of its part and its own, by status.
func refuse(op, part *object) error {
	own, _ := op.take("x-refuses").([]any)
	statuses := slices.Concat(own, part.list("always"))
	slices.SortFunc(statuses, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
	responses := op.within("responses")
	for _, status := range statuses {
		is := part.within("refusals").text(status.(string))
		if is == "" {
			return fmt.Errorf("refusals has no %s", status)
		}
		if err := place(responses, status.(string), refTo("responses", is)); err != nil {
			return err
		}
	}
	return nil
}

func refTo(kind, name string) *object {
	o := newObject()
	o.set("$ref", "#/components/"+kind+"/"+name)
	return o
}
