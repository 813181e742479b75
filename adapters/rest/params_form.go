package rest

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/url"
	"strings"
	"unicode/utf8"
)

// parseForm reads a query string or an application/x-www-form-urlencoded body.
// Only & separates, ; does not; blanks after an & are skipped. A name without
// an = is null. A broken escape or a text that is not UTF-8 is unparseable.
func parseForm(s string) (fields, error) {
	if s == "" {
		return nil, nil
	}
	if strings.Count(s, "&") >= maxParams {
		return nil, fmt.Errorf("%w: over %d parameters", errUnparseable, maxParams)
	}
	all := fields{}
	pair, rest, more := strings.Cut(s, "&")
	for {
		if err := all.addPair(pair); err != nil {
			return nil, err
		}
		if !more {
			return all, nil
		}
		pair, rest, more = strings.Cut(strings.TrimLeft(rest, " "), "&")
	}
}

// addPair puts one "name=value", still escaped.
func (f fields) addPair(pair string) error {
	name, value, given := strings.Cut(pair, "=")
	name, err := unescape(name)
	if err != nil {
		return err
	}
	if !given {
		return f.add(name, param{})
	}
	if value, err = unescape(value); err != nil {
		return err
	}
	return f.add(name, param{kind: kindText, value: value})
}

// add puts p under its name, over what is there. Brackets make a list or a
// hash of what stands before them: "a[]" and "a[b]" are both about a, and no
// strings. Its elements are not kept, for no parameter of this API has any.
//
// A name that is used in two ways ("a=1&a[b]=2") is unparseable, unless the
// plain one comes last; Rails raises in the same places.
func (f fields) add(name string, p param) error {
	if name == "" {
		return nil
	}
	open := strings.IndexByte(name[1:], '[') + 1 // a bracket in front is part of the name
	if open == 0 || open == len(name)-1 {
		f[name] = p
		return nil
	}
	root, rest := name[:open], name[open:]
	want := kindHash
	if strings.HasPrefix(rest, "[]") {
		want = kindList
	}
	have := f[root]
	if have.kind != kindNull && have.kind != want {
		return fmt.Errorf("%w: one name is used in two ways", errUnparseable)
	}
	// "a[]" without an = adds a null, which Rails takes out again.
	filled := rest != "[]" || p.kind != kindNull
	f[root] = param{kind: want, filled: have.filled || filled}
	return nil
}

// unescape undoes the escapes of a name or a value; + is a space.
func unescape(s string) (string, error) {
	if strings.ContainsAny(s, "%+") {
		plain, err := url.QueryUnescape(s)
		if err != nil {
			return "", fmt.Errorf("%w: broken escape", errUnparseable)
		}
		s = plain
	}
	return s, validText(s)
}

// validText refuses what is not UTF-8, wherever a name or a value comes from.
func validText(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("%w: not UTF-8", errUnparseable)
	}
	return nil
}

// parseMultipart reads a multipart/form-data body. A part with a file name is
// a file, which is no string; one with an empty file name is a file field left
// empty, and absent. A part without a name is skipped. Without a boundary there
// are no parameters; a body that does not end with it, and a control character
// in the header of a part, is unparseable.
func parseMultipart(body []byte, contentType string) (fields, error) {
	boundary, _ := attribute(contentType, "boundary")
	if boundary == "" {
		return nil, nil
	}
	all := fields{}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	for n := 0; ; n++ {
		// Raw: a Content-Transfer-Encoding is not undone; Rack does not either.
		part, err := reader.NextRawPart()
		if err == io.EOF { // itself: a wrapped one is a body that broke off
			return all, nil
		}
		if err != nil || n == maxParams {
			return nil, fmt.Errorf("%w: multipart: part %d: %v", errUnparseable, n, err)
		}
		if err := all.addPart(part); err != nil {
			return nil, err
		}
	}
}

// addPart puts one part of a multipart body.
func (f fields) addPart(part *multipart.Part) error {
	disposition := part.Header.Get("Content-Disposition")
	name, _ := attribute(disposition, "name")
	filename, isFile := attribute(disposition, "filename")
	if !isFile {
		filename, isFile = attribute(disposition, "filename*")
	}
	if err := validText(name); err != nil {
		return err
	}
	if isFile {
		if filename == "" {
			return nil
		}
		return f.add(name, param{kind: kindFile})
	}
	text, err := io.ReadAll(part)
	if err != nil {
		return fmt.Errorf("%w: multipart: %v", errUnparseable, err)
	}
	value := string(text)
	if err := validText(value); err != nil {
		return err
	}
	return f.add(name, param{kind: kindText, value: value})
}

// attribute returns the attribute called name of a header such as
// `form-data; name="a b"; filename=c`. It takes what clients really send:
// values without quotes that should have them, and escaped quotes. A name is
// not percent-decoded.
func attribute(header, name string) (value string, found bool) {
	_, rest, _ := strings.Cut(header, ";")
	for {
		key, after, ok := strings.Cut(rest, "=")
		if !ok {
			return "", false
		}
		if flag := strings.LastIndexByte(key, ';'); flag >= 0 {
			key = key[flag+1:]
		}
		value, rest = cutValue(strings.TrimLeft(after, " \t"))
		if strings.EqualFold(strings.TrimSpace(key), name) {
			return value, true
		}
	}
}

// cutValue takes the value off the front of s: a quoted text, or all up to the
// next semicolon.
func cutValue(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		value, rest, _ = strings.Cut(s, ";")
		return strings.TrimSpace(value), rest
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}
