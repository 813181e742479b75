package openapi

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"regexp"
	"strings"
)

//go:embed pages/docs.html pages/style.css
var pages embed.FS

// style is part of the page; the policy allows exactly this one, and no script.
var (
	style  = must(pages.ReadFile("pages/style.css"))
	layout = template.Must(template.New("docs.html").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(style) },
		"prose": prose,
	}).ParseFS(pages, "pages/docs.html"))
	policy = "default-src 'none'; style-src 'sha256-" + digestOf(style) + "'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err) // it is embedded
	}
	return b
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// page is what the page shows.
type page struct {
	Title, Description string
	Parts              []part
	Schemas            []schema
}

// part is what has one tag.
type part struct {
	ID, Name, Description string
	Operations            []operation
	Refusals              []answer // with their texts
}

// render makes the page of a description.
func render(doc *object) string {
	info := doc.within("info")
	v := view{doc: doc, shown: map[string]bool{}}
	p := page{Title: info.text("title") + " API", Description: info.text("description")}
	for _, tag := range doc.list("tags") {
		p.Parts = append(p.Parts, v.part(tag.(*object)))
	}
	for name, s := range doc.within("components", "schemas").objects() {
		p.Schemas = append(p.Schemas, v.schema(name, s))
	}
	var b bytes.Buffer
	if err := layout.Execute(&b, p); err != nil {
		panic("openapi: " + err.Error()) // a test has seen it
	}
	return b.String()
}

// part returns what has a tag. Refusals stand where they are met first, or where a
// tag says that they do.
func (v *view) part(tag *object) part {
	name := tag.text("name")
	p := part{ID: anchor("part", name), Name: name, Description: tag.text("description")}
	statuses := tag.within("x-responses")
	for _, name := range statuses.keys {
		p.Refusals = append(p.Refusals, v.answer(statuses.text(name), refTo("responses", name)))
	}
	for path, ops := range v.doc.within("paths").objects() {
		for method, op := range ops.objects() {
			if tags := op.list("tags"); len(tags) != 1 || tags[0] != name {
				continue
			}
			o, refusals := v.operation(method, path, ops, op)
			p.Operations = append(p.Operations, o)
			for _, r := range refusals {
				if !r.Elsewhere {
					p.Refusals = append(p.Refusals, r)
				}
			}
		}
	}
	return p
}

// anchor is the place of something on the page.
func anchor(kind, name string) string {
	return kind + "-" + strings.Trim(odd.ReplaceAllString(strings.ToLower(name), "-"), "-")
}

var odd = regexp.MustCompile(`[^a-z0-9]+`)

// span is a piece of a sentence.
type span struct {
	Text string
	Code bool
}

// prose cuts a description into paragraphs, and those into pieces: what stands
// between backquotes is code.
func prose(text string) (paragraphs [][]span) {
	if text == "" {
		return nil
	}
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		var spans []span
		for i, piece := range strings.Split(paragraph, "`") {
			if piece != "" {
				spans = append(spans, span{piece, i%2 == 1})
			}
		}
		paragraphs = append(paragraphs, spans)
	}
	return paragraphs
}

// pretty writes a JSON value in lines.
func pretty(v any) string {
	text, err := marshal(v)
	if err != nil {
		panic(err) // it was read from JSON
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		panic(err)
	}
	return b.String()
}
