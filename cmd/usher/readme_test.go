package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The README is what most people read, so what it says is looked at.

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// blocks returns the code of the README in one language.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	var all []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(readme(t), -1) {
		all = append(all, m[1])
	}
	if len(all) == 0 {
		t.Fatalf("the README has no code in %s", language)
	}
	return all
}

func TestReadme_embedsWhatIsTested(t *testing.T) {
	const path = "../../app/example_test.go"
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	body := ""
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "embed" {
			body = string(source[fset.Position(f.Body.Lbrace).Offset+2 : fset.Position(f.Body.Rbrace).Offset])
		}
	}
	var want strings.Builder
	for line := range strings.Lines(body) {
		want.WriteString(strings.TrimPrefix(line, "\t"))
	}
	got := blocks(t, "go")[0]
	if got != want.String() || strings.Count(got, "\n") > 15 {
		t.Errorf("the README has\n%s\nand embed in %s is\n%s", got, path, want.String())
	}
}

func TestReadme_commandsParse(t *testing.T) {
	n := 0
	for _, block := range append(blocks(t, "sh"), blocks(t, "ini")...) {
		for line := range strings.Lines(block) {
			line = strings.TrimPrefix(strings.TrimSpace(line), "ExecStart=/usr/local/bin/")
			line = strings.Replace(line, "go run ./cmd/usher", "usher", 1)
			if !strings.HasPrefix(line, "usher ") {
				continue
			}
			n++
			if err := parses(words(t, line)[1:]); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
	if n < 9 {
		t.Errorf("only %d commands were found", n)
	}
	for _, want := range []string{"go run ./cmd/usher demo", "go test ./..."} {
		if !strings.Contains(readme(t), want) {
			t.Errorf("the README does not say %q", want)
		}
	}
}

func TestReadme_listsEverySetting(t *testing.T) {
	text := readme(t)
	settings := settingsOf(newParser(&cli{}, io.Discard, io.Discard).Model.Node)
	for key, f := range settings {
		row := fmt.Sprintf("| `--%s` | `%s` | `%s` | ", f.Name, f.Envs[0], key)
		if key == "config" {
			row = fmt.Sprintf("| `--%s` | `%s` | | ", f.Name, f.Envs[0])
		}
		if f.HasDefault {
			row += "`" + f.Default + "` |"
		}
		if !strings.Contains(text, row) {
			t.Errorf("the README lacks the row %s", row)
		}
	}
	if rows := strings.Count(text, "\n| `--"); rows != len(settings) {
		t.Errorf("the README has %d settings, usher %d", rows, len(settings))
	}
}

func TestReadme_importsWhatItShows(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/customers.jsonl", []byte(blocks(t, "json")[1]), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := startUsher(dir, nil, "import", "customers.jsonl", "--json")
	if err != nil {
		t.Fatal(err)
	}
	if code := p.wait(); code != exitOK || p.first["new"] != 4.0 {
		t.Errorf("exit %d, %v", code, p.first)
	}
}

// known are the parts of an answer that differ from demo to demo.
var known = regexp.MustCompile(`"[A-Za-z0-9_-]{22}=="|[0-9A-F]{8}(-[0-9A-F]{8}){3}|20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ|"order_number":\d+|127\.0\.0\.1:\d+`)

func TestReadme_showsTheRealAnswer(t *testing.T) {
	t.Parallel()
	line := blocks(t, "sh")[1]
	form := url.Values{}
	for _, m := range regexp.MustCompile(`-d (\w+)=(\S+)`).FindAllStringSubmatch(line, -1) {
		form.Set(m[1], m[2])
	}
	if !strings.HasPrefix(line, "curl http://127.0.0.1:8080/v2/licenses/verify ") || len(form) != 2 {
		t.Fatalf("the README's line is %s", line)
	}
	p := runUsher(t, "demo", "--json", "--listen", "127.0.0.1:0")
	for name := range form {
		form.Set(name, fmt.Sprint(p.first[name]))
	}
	res, err := http.PostForm(p.url("/v2/licenses/verify"), form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := known.ReplaceAllString(string(body), "*")
	want := known.ReplaceAllString(strings.TrimSpace(blocks(t, "json")[0]), "*")
	if got != want {
		t.Errorf("the demo answers\n%s\nand the README shows\n%s", got, want)
	}
}

// The demo prints a line to paste; it is made of what a program gets as JSON.
func TestDemo_printsALineThatVerifies(t *testing.T) {
	t.Parallel()
	p, err := newProcess(t.TempDir(), nil, "demo", "--listen", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.begin(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.stop() })
	paste := regexp.MustCompile(`(?m)^  curl (http://\S+/v2/licenses/verify) -d product_id=(\S+) -d license_key=(\S+)$`)
	eventually(t, "the line is printed", func() (string, bool) { return p.stdout.String(), paste.MatchString(p.stdout.String()) })
	m := paste.FindStringSubmatch(p.stdout.String())
	res, err := client.PostForm(m[1], url.Values{"product_id": {m[2]}, "license_key": {m[3]}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != 200 || !strings.HasPrefix(string(body), `{"success":true,"uses":1,`) {
		t.Errorf("the line is answered with %s %s", res.Status, body)
	}
	if strings.Contains(p.stderr.String(), m[3]) {
		t.Errorf("the key is in the log:\n%s", p.stderr.String())
	}
}
