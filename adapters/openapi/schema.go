package openapi

import (
	"fmt"
	"slices"
	"strings"
)

// schema is a named one of the page.
type schema struct {
	ID, Name, Description string
	Type                  []word // of what is no object
	Fields                []field
}

// word is a piece of what a value may be, perhaps the name of a schema.
type word struct {
	Text string
	Link string
	Code bool
}

func (v *view) schema(name string, s *object) schema {
	out := schema{ID: anchor("schema", name), Name: name, Description: s.text("description"), Fields: v.fields(s)}
	if len(out.Fields) == 0 {
		out.Type = v.typeOf(s)
		return out
	}
	for _, of := range s.list("allOf") {
		out.Type = append(append(out.Type, word{Text: "Everything of "}), v.typeOf(of.(*object))...)
	}
	if ways := s.list("oneOf"); len(ways) > 0 {
		bare := newObject()
		bare.set("oneOf", ways)
		out.Type = append(append(out.Type, word{Text: "Besides, what is in "}), v.typeOf(bare)...)
	}
	return out
}

// fields are the properties of an object.
func (v *view) fields(s *object) (all []field) {
	for name, p := range s.within("properties").objects() {
		text := p.text("description")
		if is, _ := v.resolve(p); text == "" && len(is.within("properties").keys) == 0 {
			text = is.text("description") // what has a table of its own says it there
		}
		all = append(all, field{
			Name: name, Type: v.typeOf(p), Required: slices.Contains(s.list("required"), any(name)), Deprecated: p.values["deprecated"] == true, Description: text,
		})
	}
	return all
}

// typeOf says in words what a value may be.
func (v *view) typeOf(s *object) []word {
	if ref := s.text("$ref"); ref != "" {
		name := ref[strings.LastIndexByte(ref, '/')+1:]
		return []word{{Text: name, Link: "#" + anchor("schema", name)}}
	}
	if is, there := s.values["const"]; there {
		return []word{{Text: pretty(is), Code: true}}
	}
	if values := s.list("enum"); len(values) > 0 {
		var all [][]word
		for _, value := range values {
			all = append(all, []word{{Text: pretty(value), Code: true}})
		}
		return joined(all)
	}
	if ways := slices.Concat(s.list("oneOf"), s.list("anyOf")); len(ways) > 0 && len(s.within("properties").keys) == 0 {
		var all [][]word
		for _, way := range ways {
			all = append(all, v.typeOf(way.(*object)))
		}
		return joined(all)
	}
	var all [][]word
	for _, name := range typesOf(s) {
		switch {
		case name == "array" && len(s.within("items").keys) == 0:
			all = append(all, []word{{Text: "list"}})
		case name == "array":
			all = append(all, append([]word{{Text: "list of "}}, v.typeOf(s.within("items"))...))
		case name == "object":
			all = append(all, v.objectOf(s))
		case name == "string" && s.text("format") != "":
			all = append(all, []word{{Text: "string (" + s.text("format") + ")"}})
		default:
			all = append(all, []word{{Text: name + limits(s, name)}})
		}
	}
	return joined(all)
}

// objectOf says in words what is in an object that has no name: what may have any
// names, or those that it has.
func (v *view) objectOf(s *object) []word {
	words := []word{{Text: "object"}}
	if values := s.within("additionalProperties"); len(values.keys) > 0 {
		words[0].Text = "object whose values are "
		return append(words, v.typeOf(values)...)
	}
	for i, name := range s.within("properties").keys {
		between := ", "
		if i == 0 {
			between = " with "
		}
		words = append(words, word{Text: between}, word{Text: name, Code: true})
	}
	return words
}

func typesOf(s *object) (all []string) {
	if one := s.text("type"); one != "" {
		return []string{one}
	}
	for _, name := range s.list("type") {
		all = append(all, name.(string))
	}
	return all
}

// limits says between what a number is.
func limits(s *object, of string) string {
	least, most := s.values["minimum"], s.values["maximum"]
	switch {
	case of != "integer" || least == nil:
		return ""
	case most == nil:
		return fmt.Sprintf(", at least %v", least)
	}
	return fmt.Sprintf(", %v to %v", least, most)
}

// joined puts "or" between what may be.
func joined(all [][]word) (words []word) {
	for i, w := range all {
		if i > 0 {
			words = append(words, word{Text: " or "})
		}
		words = append(words, w...)
	}
	return words
}
