package openapi

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func ask(o *Options, method, target string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for _, do := range change {
		do(r)
	}
	w := httptest.NewRecorder()
	Handler(o).ServeHTTP(w, r)
	return w
}

// addresses are all that a text names, but for those of standards, of those who
// carry parcels and of those who are told something.
func addresses(text string) map[string]bool {
	found := map[string]bool{}
	for _, at := range regexp.MustCompile(`https?://[^/"'<\s\\&]+`).FindAllString(text, -1) {
		if at != "https://json-schema.org" && at != "https://track.example.com" && at != "https://hooks.example.com" {
			found[at] = true
		}
	}
	return found
}

// TestHandler_address: in every example is the address of this server, and no
// other.
func TestHandler_address(t *testing.T) {
	secure := func(r *http.Request) { r.TLS = &tls.ConnectionState{} }
	for _, tt := range []struct {
		name, public, asked string
		change              func(*http.Request)
		want                string
	}{
		{"that it is said to be at", "https://keys.example.com", "http://127.0.0.1:8080", nil, "https://keys.example.com"},
		{"with a slash at its end", "https://keys.example.com/", "http://127.0.0.1:8080", nil, "https://keys.example.com"},
		{"where the request came to", "", "http://127.0.0.1:8080", nil, "http://127.0.0.1:8080"},
		{"where it came to, secured", "", "https://keys.example.org", secure, "https://keys.example.org"},
	} {
		for _, path := range []string{"/openapi.json", "/docs"} {
			t.Run(tt.name+" at "+path, func(t *testing.T) {
				if tt.change == nil {
					tt.change = func(*http.Request) {}
				}
				w := ask(&Options{PublicURL: tt.public}, "GET", tt.asked+path, tt.change)
				body := w.Body.String()
				if found := addresses(body); w.Code != 200 || len(found) != 1 || !found[tt.want] {
					t.Errorf("answered %d with the addresses %v, want only %s", w.Code, found, tt.want)
				}
				if strings.Contains(body, server) {
					t.Errorf("%s stands in it", server)
				}
			})
		}
	}
}

// TestHandler_escaped puts an address that would end the text around it.
func TestHandler_escaped(t *testing.T) {
	const bad = `https://x"><script>`
	for _, path := range []string{"/openapi.json", "/docs"} {
		if body := ask(&Options{PublicURL: bad}, "GET", path).Body.String(); strings.Contains(body, bad) || strings.Contains(body, `x">`) {
			t.Errorf("%s has the address as it stands", path)
		}
		for _, host := range []string{`x"><script>`, "x'y", "x y", "é"} {
			w := ask(nil, "GET", path, func(r *http.Request) { r.Host = host })
			if w.Code != 400 || strings.Contains(w.Body.String(), host) {
				t.Errorf("%s for the host %q answered %d", path, host, w.Code)
			}
		}
	}
}

func TestHandler_asked(t *testing.T) {
	for _, path := range []string{"/openapi.json", "/docs"} {
		first := ask(nil, "GET", path)
		tag := first.Header().Get("ETag")
		again := ask(nil, "GET", path, func(r *http.Request) { r.Header.Set("If-None-Match", tag) })
		if tag == "" || again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s with the tag %q answered %d", path, tag, again.Code)
		}
		if other := ask(nil, "GET", "http://elsewhere.example.com"+path); other.Header().Get("ETag") == tag {
			t.Errorf("%s of another address has the same tag", path)
		}
		if head := ask(nil, "HEAD", path); head.Code != 200 || head.Body.Len() != 0 {
			t.Errorf("HEAD %s answered %d with %d bytes", path, head.Code, head.Body.Len())
		}
		if post := ask(nil, "POST", path); post.Code != http.StatusMethodNotAllowed || post.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("POST %s answered %d", path, post.Code)
		}
		if !Owns(path) {
			t.Errorf("%s is not owned", path)
		}
	}
	if Owns("/docs/x") || ask(nil, "GET", "/docs/x").Code != http.StatusNotFound {
		t.Error("what is not there is answered")
	}
	if got := ask(nil, "GET", "/openapi.json").Header(); got.Get("Content-Type") != "application/json" || got.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("the headers are %v", got)
	}
}

// TestDocs_alone: the page has no script and loads nothing, and its policy holds
// it to that.
func TestDocs_alone(t *testing.T) {
	w := ask(nil, "GET", "/docs")
	body := w.Body.String()
	for _, bad := range []string{"<script", " src=", "<link", "@import", "url(", "<iframe", " style=", " on"} {
		if i := strings.Index(body, bad); i >= 0 && (bad != " on" || regexp.MustCompile(` on\w+=`).MatchString(body)) {
			t.Errorf("%q stands in it: %.80s", bad, body[i:])
		}
	}
	_, rest, _ := strings.Cut(body, "<style>")
	inside, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(inside))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "';"
	if got := w.Header().Get("Content-Security-Policy"); inside == "" || !strings.HasPrefix(got, want) || strings.Contains(got, "unsafe") {
		t.Errorf("the policy is %q, want %s first", got, want)
	}
}

// TestDocs_anchors: every link leads somewhere, and no place has a name twice.
func TestDocs_anchors(t *testing.T) {
	body := ask(nil, "GET", "/docs").Body.String()
	places := map[string]int{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		places[m[1]]++
	}
	for name, n := range places {
		if n > 1 {
			t.Errorf("%d places are called %s", n, name)
		}
	}
	links := regexp.MustCompile(` href="([^"]*)"`).FindAllStringSubmatch(body, -1)
	for _, m := range links {
		if at, here := strings.CutPrefix(m[1], "#"); here && places[at] == 0 {
			t.Errorf("nothing is at %s", m[1])
		} else if !here && m[1] != "/openapi.json" {
			t.Errorf("a link leads to %s", m[1])
		}
	}
	if len(links) < 20 {
		t.Errorf("there are %d links", len(links))
	}
}

// TestDocs_shows: each operation is on the page, with a call to paste.
func TestDocs_shows(t *testing.T) {
	body := ask(&Options{PublicURL: "https://keys.example.com"}, "GET", "/docs").Body.String()
	doc, err := assemble()
	if err != nil {
		t.Fatal(err)
	}
	for path, ops := range doc.within("paths").objects() {
		for method, op := range ops.objects() {
			id := op.text("operationId")
			_, article, there := strings.Cut(body, `<article id="`+id+`">`)
			article, _, _ = strings.Cut(article, "</article>")
			for _, want := range []string{"<b>" + strings.ToUpper(method) + "</b> <code>" + path + "</code>", "https://keys.example.com/", op.text("summary")} {
				if !there || !strings.Contains(article, want) {
					t.Errorf("%s %s: %q is not on the page", method, path, want)
				}
			}
			if strings.Contains(article, "&lt;nil&gt;") {
				t.Errorf("%s %s: an example is missing", method, path)
			}
		}
	}
}

// TestAssemble_refuses: a part that says what nobody knows is refused.
func TestAssemble_refuses(t *testing.T) {
	for _, tt := range []struct{ name, part, want string }{
		{"a refusal without a response", `{"tag":{"name":"A"},"paths":{"/a":{"get":{"responses":{},"x-refuses":["404"]}}}}`, "refusals has no 404"},
		{"a path that is there", `{"tag":{"name":"A"},"paths":{"/v2/licenses/verify":{}}}`, "there twice"},
		{"a schema that is there", `{"tag":{"name":"A"},"components":{"schemas":{"Email":{}}}}`, "there twice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc, err := assemble()
			if err != nil {
				t.Fatal(err)
			}
			part, err := parse([]byte(tt.part))
			if err != nil {
				t.Fatal(err)
			}
			if err := add(doc, part.(*object)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	for _, bad := range []string{`{"a":1,"a":2}`, `{`, `{} {}`, `[1,]`} {
		if _, err := parse([]byte(bad)); err == nil {
			t.Errorf("%s is read", bad)
		}
	}
}

// TestParts: every file of source is a part of the description.
func TestParts(t *testing.T) {
	files, err := source.ReadDir("source")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(file.Name(), ".json"); name != "usher" && !slices.Contains(parts, name) {
			t.Errorf("%s is no part", file.Name())
		}
	}
}
