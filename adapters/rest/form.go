package rest

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
)

// formOf writes an object as Rails reads it from a form: card[visual]=x,
// purchase_ids[]=y, and nothing for null. Brackets in a name of its own are written
// as %5B and %5D, so that they nest nothing.
func formOf(o *object) []byte {
	d := json.NewDecoder(bytes.NewReader(o.bytes()))
	d.UseNumber()
	f := formWriter{from: d}
	_, _ = d.Token() // what was written here is an object
	f.object("")
	return []byte(f.text.String())
}

type formWriter struct {
	from *json.Decoder
	text strings.Builder
}

// object writes what an object holds whose name, as far as it goes, is under.
func (f *formWriter) object(under string) {
	for f.from.More() {
		token, _ := f.from.Token()
		name, _ := token.(string)
		name = brackets.Replace(name)
		if under != "" {
			name = under + "[" + name + "]"
		}
		f.value(name)
	}
	_, _ = f.from.Token()
}

var brackets = strings.NewReplacer("[", "%5B", "]", "%5D")

func (f *formWriter) value(name string) {
	token, err := f.from.Token()
	if err != nil {
		return
	}
	switch v := token.(type) {
	case json.Delim:
		if v == '{' {
			f.object(name)
			return
		}
		for f.from.More() {
			f.value(name + "[]")
		}
		_, _ = f.from.Token()
	case string:
		f.put(name, v)
	case json.Number:
		f.put(name, v.String())
	case bool:
		f.put(name, map[bool]string{true: "true", false: "false"}[v])
	default:
		f.put(name, "")
	}
}

func (f *formWriter) put(name, value string) {
	if f.text.Len() > 0 {
		f.text.WriteByte('&')
	}
	f.text.WriteString(url.QueryEscape(name) + "=" + url.QueryEscape(value))
}
