package openapi

import (
	"fmt"
	"net/url"
	"strings"
)

// curl is a call that can be pasted into a shell: with the address of the server,
// the examples of what it takes, and the token from a variable.
func (v *view) curl(o operation, parameters []*object, op, body *object) string {
	path, query := o.Path, url.Values{}
	var lines []string
	if len(op.list("security")) > 0 {
		lines = append(lines, `-H "Authorization: Bearer $TOKEN"`)
	}
	for _, p := range parameters {
		value := fmt.Sprint(p.values["example"])
		switch name := p.text("name"); p.text("in") {
		case "path":
			path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
		case "query":
			if p.values["required"] == true {
				query.Set(name, value)
			}
		case "header":
			if p.values["required"] == true {
				lines = append(lines, "-H "+quoted(name+": "+o.ID+"-1"))
			}
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	content, kind := v.content(body)
	switch {
	case content == nil:
	case kind == "application/json":
		text, _ := marshal(content.values["example"]) // it was read from JSON
		lines = append(lines, "-H 'Content-Type: application/json'", "-d "+quoted(string(text)))
	default:
		form := content.within("example")
		for _, name := range form.keys {
			lines = append(lines, "-d "+quoted(name+"="+formText(fmt.Sprint(form.values[name]))))
		}
	}
	call := "curl "
	if o.Method != "GET" {
		call += "-X " + o.Method + " "
	}
	return strings.Join(append([]string{call + quoted(server+path)}, lines...), " \\\n  ")
}

// quoted is a word of a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// formText escapes the value of a form as little as it must.
func formText(s string) string {
	return strings.NewReplacer("%", "%25", "&", "%26", "+", "%2B").Replace(s)
}
