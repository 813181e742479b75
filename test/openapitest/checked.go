package openapitest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	pathpkg "path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Checked passes requests on to next, and fails the test for an answer that the
// description does not have. What is not routed must be answered as such.
func Checked(t testing.TB, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent := &bytes.Buffer{}
		r.Body = &copied{r.Body, sent}
		got := &recorder{ResponseWriter: w}
		next.ServeHTTP(got, r)
		if err := Check(r, sent.Bytes(), got.status(), got.Header(), got.body.Bytes()); err != nil {
			t.Errorf("%s %s answered what adapters/openapi/source does not describe: %v\nthe answer is %d %s", r.Method, r.URL.Path, err, got.status(), got.body.Bytes())
		}
	})
}

// copied is a body of which a copy is kept.
type copied struct {
	io.ReadCloser
	to *bytes.Buffer
}

func (c *copied) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.to.Write(p[:n])
	return n, err
}

// recorder keeps a copy of an answer.
type recorder struct {
	http.ResponseWriter
	code int
	body bytes.Buffer
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) WriteHeader(code int) {
	if r.code == 0 {
		r.code = code
	}
	r.ResponseWriter.WriteHeader(code)
}

func (r *recorder) Write(p []byte) (int, error) {
	r.code = r.status()
	r.body.Write(p)
	return r.ResponseWriter.Write(p)
}

func (r *recorder) status() int {
	if r.code == 0 {
		return http.StatusOK
	}
	return r.code
}

// Check says in what an answer differs from what is described.
func Check(r *http.Request, sent []byte, status int, h http.Header, body []byte) error {
	if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
		if status != http.StatusOK || len(body) > 0 {
			return errors.New("a preflight is an empty 200")
		}
		return nil
	}
	path, ops := pathOf(r)
	method := strings.ToLower(r.Method)
	if method == "head" {
		method = "get"
	}
	if strings.HasPrefix(path, "/v2/") || strings.HasPrefix(path, "/oauth/") || path == "/v2" || path == "" {
		if h.Get("Usher-Reason") == "not_routed" {
			return unrouted(status, body)
		}
		if find(Join(ops, method)) == nil && method == "post" { // a form may name another method
			method = overridden(ops)
		}
	}
	op := Join(ops, method)
	if ops == "" || find(op) == nil {
		return unroutedOwn(ops, status, body)
	}
	response := Join(op, "responses", strconv.Itoa(status))
	if find(response) == nil {
		return fmt.Errorf("there is no %d", status)
	}
	if err := checkAnswer(response, r.Method, h, body); err != nil {
		return err
	}
	if status/100 == 2 && strings.HasPrefix(path, "/api/") {
		return checkAsked(op, r, sent)
	}
	return nil
}

// pathOf returns the path that a request is for, as the description would write
// it, and the JSON pointer of what is there: "" if nothing is.
func pathOf(r *http.Request) (path, pointer string) {
	asked := r.URL.EscapedPath()
	path, gumroad := gumroads(asked)
	if !gumroad {
		path = asked
	}
	if !gumroad && asked != pathpkg.Clean(asked) {
		return path, ""
	}
	mux := routed()
	probe, err := http.NewRequest(http.MethodGet, "http://usher.test"+path, nil)
	if err != nil {
		return path, ""
	}
	if _, pattern := mux.Handler(probe); pattern != "" {
		return path, Join("/paths", pattern)
	}
	return path, ""
}

// gumroads returns the path below /v2 as it is described, of one that is written
// as that API may be: with slashes too many, below /api, with a format.
func gumroads(path string) (string, bool) {
	parts := strings.FieldsFunc(path, func(c rune) bool { return c == '/' })
	if len(parts) > 1 && parts[0] == "api" && parts[1] == "v2" {
		parts = parts[1:]
	}
	if len(parts) == 0 || parts[0] != "v2" {
		return "", false
	}
	return strings.TrimSuffix("/"+strings.Join(parts, "/"), ".json"), true
}

// routed finds a described path.
var routed = sync.OnceValue(func() *http.ServeMux {
	mux := http.NewServeMux()
	for path := range Doc()["paths"].(map[string]any) {
		mux.Handle(path, http.NotFoundHandler())
	}
	return mux
})

// overridden is the one method of a path that is not POST.
func overridden(ops string) string {
	for _, method := range methods {
		if find(Join(ops, method)) != nil {
			return method
		}
	}
	return "post"
}

func unrouted(status int, body []byte) error {
	if status != http.StatusNotFound || len(body) > 0 {
		return errors.New("what is not routed is an empty 404")
	}
	return nil
}

// unroutedOwn is the same of this server's own API, which says so in its body,
// and of a known path which methods it has.
func unroutedOwn(ops string, status int, body []byte) error {
	name := "NotRouted"
	if ops != "" {
		name = "MethodNotAllowed"
	}
	if want := map[string]int{"NotRouted": 404, "MethodNotAllowed": 405}[name]; status != want {
		return fmt.Errorf("what is not described is answered with %d", want)
	}
	if len(body) == 0 {
		return nil // of a HEAD
	}
	v, err := Parse(body)
	if err != nil {
		return err
	}
	return Validate(Join("/components/responses", name, "content", "application/json", "schema"), v)
}

// checkAnswer compares an answer with the response at a JSON pointer.
func checkAnswer(pointer, method string, h http.Header, body []byte) error {
	response, pointer := Resolve(pointer)
	headers, _ := response["headers"].(map[string]any)
	for name := range headers {
		is, at := Resolve(Join(pointer, "headers", name))
		values := h.Values(name)
		switch {
		case len(values) == 0 && is["required"] == true:
			return fmt.Errorf("the header %s is missing", name)
		case len(values) > 0:
			if err := Validate(Join(at, "schema"), strings.Join(values, ", ")); err != nil {
				return fmt.Errorf("the header %s: %w", name, err)
			}
		}
	}
	content, _ := response["content"].(map[string]any)
	if len(content) == 0 {
		if len(body) > 0 || h.Get("Content-Type") != "" {
			return fmt.Errorf("it has a body of type %q, and none is described", h.Get("Content-Type"))
		}
		return nil
	}
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || content[media] == nil {
		return fmt.Errorf("its type %q is not described", h.Get("Content-Type"))
	}
	if method == http.MethodHead {
		return nil
	}
	return CheckBody(Join(pointer, "content", media, "schema"), media, body)
}

// CheckBody holds a body of that type against the schema at a JSON pointer. Of
// JSON in lines each line is held against it.
func CheckBody(pointer, media string, body []byte) error {
	texts := [][]byte{body}
	switch media {
	case "application/jsonl":
		texts = slices.Collect(bytes.Lines(body))
	case "application/json":
	default:
		return Validate(pointer, string(body))
	}
	for _, text := range texts {
		v, err := Parse(text)
		if err != nil {
			return err
		}
		if err := Validate(pointer, v); err != nil {
			return err
		}
	}
	return nil
}
