package rest

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"unicode"
)

// maxBody is the most that a request may carry. A verify needs 200 bytes; a
// webhook address or a custom field may need a few thousand. More is answered
// with 413 before anything is parsed.
const maxBody = 1 << 20

// maxParams is how many parameters one query, form or multipart body may have,
// repeats included. It is Rack's limit; more counts as unparseable.
const maxParams = 4096

var (
	// errUnparseable means that the query or the body is not what it says it
	// is; refuseParams answers 400.
	errUnparseable = errors.New("the parameters cannot be parsed")
	// errTooLarge means that the body is over maxBody; refuseParams answers 413.
	errTooLarge = errors.New("the body is too large")
)

// params are the parameters of one request as Rails sees them: those of the
// body, overlaid by those of the query. The zero value has none.
type params struct {
	all      fields
	override param // `_method` of a form body, for method
}

// fields are parameters by name, the last of repeated ones.
type fields map[string]param

// param is one parameter. The zero value is a null, which counts as absent.
type param struct {
	kind   kind
	value  string // of a text; the literal of a number or a boolean
	filled bool   // of a list or a hash: it holds something
}

type kind uint8

const (
	kindNull kind = iota
	kindText
	kindNumber
	kindBoolean
	kindList
	kindHash
	kindFile // a file of a multipart body
)

// parseParams reads the query and the body of r. The error is errUnparseable
// or errTooLarge, perhaps wrapped; hand it to refuseParams.
//
// The body is read whatever the method is, and only if its type is one that
// carries parameters: a form, multipart/form-data or JSON. A POST without a
// type is a form, as Rack has it. Any other body is left unread.
func parseParams(w http.ResponseWriter, r *http.Request) (params, error) {
	query, err := parseForm(r.URL.RawQuery)
	if err != nil {
		return params{}, fmt.Errorf("query: %w", err)
	}
	p, err := parseBody(w, r)
	if err != nil {
		return params{}, fmt.Errorf("body: %w", err)
	}
	if len(p.all) == 0 {
		p.all = query
	} else {
		maps.Copy(p.all, query) // a null in the query hides the body's value, too
	}
	return p, nil
}

// parseBody reads the parameters of the body and its `_method`.
func parseBody(w http.ResponseWriter, r *http.Request) (params, error) {
	contentType := r.Header.Get("Content-Type")
	media := mediaType(contentType)
	form := media == "application/x-www-form-urlencoded" || media == "" && r.Method == http.MethodPost
	multi := media == "multipart/form-data"
	if !form && !multi && !isJSON(media) {
		return params{}, nil
	}
	body, err := readBody(w, r)
	if err != nil || len(body) == 0 {
		return params{}, err
	}

	var all fields
	switch {
	case form:
		// One NUL at the end is dropped, as Rack does: an old browser adds it.
		all, err = parseForm(strings.TrimSuffix(string(body), "\x00"))
	case multi:
		all, err = parseMultipart(body, contentType)
	default:
		all, err = parseJSON(body)
		return params{all: all}, err
	}
	return params{all: all, override: all["_method"]}, err
}

// readBody returns the whole body, or errTooLarge. A body that breaks off is
// unparseable, as it is to Rack.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	if r.ContentLength > maxBody {
		return nil, errTooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, errTooLarge
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errUnparseable, err)
	}
	return body, nil
}

// mediaType returns the type of a Content-Type header without its attributes,
// in lower case.
func mediaType(contentType string) string {
	if end := strings.IndexAny(contentType, ";,"); end >= 0 {
		contentType = contentType[:end]
	}
	return strings.ToLower(strings.TrimSpace(contentType))
}

// str returns the parameter called name.
//
// present says that it was given. A null is not given, and neither is what
// Rails calls blank without being a string: false, [], [null] and {}. A string
// is given even when it is empty; ask blank.
//
// isString says that it is a string. If it is given and is none ("a[b]=c", a
// file, a JSON number, true), value is the literal of a number or a boolean
// and empty otherwise. An absent parameter is no string.
func (p params) str(name string) (value string, present, isString bool) {
	v := p.all[name]
	switch v.kind {
	case kindText:
		return v.value, true, true
	case kindNumber, kindFile:
		return v.value, true, false
	case kindBoolean:
		return v.value, v.value == "true", false
	case kindList, kindHash:
		return "", v.filled, false
	default:
		return "", false, false
	}
}

// isFalse reports whether the parameter called name is the string "false",
// exactly so, or the JSON false. That is all that increment_uses_count knows.
func (p params) isFalse(name string) bool {
	v := p.all[name]
	return v.value == "false" && (v.kind == kindText || v.kind == kindBoolean)
}

// blank reports whether s is empty or Unicode white space only.
func blank(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}
