package openapi

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options are what the description depends on. The zero value, and nil, mean the
// defaults.
type Options struct {
	// PublicURL is the address under which the world reaches this server, which
	// all examples have. The default is where a request came to.
	PublicURL string
}

// Owns reports whether a path is one of this package's.
func Owns(path string) bool { return path == "/openapi.json" || path == "/docs" }

// Handler answers the paths of [Owns]. It is safe for concurrent use.
func Handler(o *Options) http.Handler {
	if o == nil {
		o = &Options{}
	}
	public := strings.TrimRight(o.PublicURL, "/")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "this is only read", http.StatusMethodNotAllowed)
			return
		}
		address, ok := public, true
		if address == "" {
			address, ok = addressOf(r)
		}
		switch {
		case !ok:
			http.Error(w, "the header Host is not the name of a server", http.StatusBadRequest)
		case r.URL.Path == "/openapi.json":
			h.Set("Access-Control-Allow-Origin", "*") // whatever shows descriptions may show this one
			serve(w, r, "application/json", made().json, jsonText(address))
		case r.URL.Path == "/docs":
			h.Set("Content-Security-Policy", policy)
			serve(w, r, "text/html; charset=utf-8", made().page, template.HTMLEscapeString(address))
		default:
			http.NotFound(w, r)
		}
	})
}

// Document returns the description of the server at that address, such as
// "https://keys.example.com": one JSON object.
func Document(address string) []byte {
	return []byte(strings.ReplaceAll(made().json, server, jsonText(address)))
}

// server stands for the address of the server.
const server = "{server}"

// made is what is served, with server in place of the address. It is made when it
// is first asked for.
var made = sync.OnceValue(func() (m struct{ json, page string }) {
	doc, err := assemble()
	if err != nil {
		panic("openapi: " + err.Error()) // it is embedded, and a test has seen it
	}
	text, err := marshal(doc)
	if err != nil {
		panic("openapi: " + err.Error())
	}
	m.json, m.page = string(text)+"\n", render(doc)
	return m
})

// serve answers with a text, in which address is put, as escaped as it must be
// there. A client that has it already is told so.
func serve(w http.ResponseWriter, r *http.Request, kind, text, address string) {
	body := strings.ReplaceAll(text, server, address)
	sum := sha256.Sum256([]byte(body))
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
	h.Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader([]byte(body)))
}

// addressOf is where a request came to, unless what it says of that cannot be.
func addressOf(r *http.Request) (string, bool) {
	for _, c := range r.Host {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune(".-_:[]", c)) {
			return "", false
		}
	}
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + cmp.Or(r.Host, "localhost"), true
}

// jsonText is a text as it stands inside of quotes.
func jsonText(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string
	}
	return string(b[1 : len(b)-1])
}
