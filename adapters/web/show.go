package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"time"

	"github.com/usherhq/usher/domain"
)

//go:embed pages/*.html pages/style.css
var files embed.FS

// style is part of each page; the policy allows exactly this one.
var (
	style       = must(files.ReadFile("pages/style.css"))
	styleDigest = digestOf(style)
	pages       = template.Must(template.New("").Funcs(template.FuncMap{
		"style":  func() template.CSS { return template.CSS(style) },
		"wrong":  wrong,
		"day":    func(t time.Time) string { return t.UTC().Format("2 January 2006") },
		"health": func(h domain.Health) string { return healths[h] },
	}).ParseFS(files, "pages/*.html"))
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

// show answers with a page. It is written whole, or not at all.
func (v *visit) show(status int, name string, data map[string]any) {
	data["FormToken"] = v.formToken()
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		v.log.ErrorContext(v.r.Context(), "a page could not be made", "page", name, "error", err)
		http.Error(v.w, "Something went wrong here. Please try again later.", http.StatusInternalServerError)
		return
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(b.Bytes())
}
