package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParams writes one set of string parameters as a query, a form, a
// multipart body and JSON. All four must be read back, and be the same.
func FuzzParams(f *testing.F) {
	f.Add("license_key", "85DB562A-C11D4B06-A2335A6B-8C079166", "product_id", "SDGgCnivv6gTTHfVRfUBxQ==")
	f.Add("license_key", " a+b&c=d;e%41 ", "license_key", "the last one wins")
	f.Add("increment_uses_count", "false", "_method", "put")
	f.Add("a b", "", "é\"\\", "\x00\u2028\r\n--b--\r\n")
	f.Add("%", "%ZZ", "+", "\ufffd🖍")
	f.Fuzz(func(t *testing.T, name1, value1, name2, value2 string) {
		pairs := [][2]string{
			{fuzzName(name1), strings.ToValidUTF8(value1, "?")},
			{fuzzName(name2), strings.ToValidUTF8(value2, "?")},
		}
		want := fields{}
		for _, pair := range pairs {
			want[pair[0]] = param{kind: kindText, value: pair[1]}
		}
		form := asForm(pairs)
		multi, multiType := asMultipart(t, pairs)
		for _, tt := range []struct{ as, query, ctype, body string }{
			{"query", form, "", ""},
			{"form", "", formType, form},
			{"multipart", "", multiType, multi},
			{"JSON", "", "application/json", asJSON(t, pairs)},
		} {
			p, err := parse(http.MethodPost, tt.query, tt.ctype, tt.body)
			if err != nil {
				t.Fatalf("as %s: %v\n%s%s", tt.as, err, tt.query, tt.body)
			}
			if !maps.Equal(p.all, want) {
				t.Errorf("as %s: %v, want %v\n%s%s", tt.as, p.all, want, tt.query, tt.body)
			}
		}
	})
}

// FuzzBody reads anything as a body of each type. It must end, without a panic,
// in parameters that are UTF-8 or in an error that refuseParams knows; JSON must
// be taken if and only if it is JSON.
func FuzzBody(f *testing.F) {
	f.Add("k=A&k[]=%ZZ&k[b", "a=1;b=2")
	f.Add(`{"k":[null,{}],"k":1e9}`, "k[][a]=1")
	f.Add(`{"k":"A","b":[{"c":0}],}`, "")
	f.Add("--b\r\nContent-Disposition: form-data; name=\"k\\\"; filename*=\r\n\r\nA\r\n--b--", "&=&&")
	f.Fuzz(func(t *testing.T, body, query string) {
		for _, ctype := range []string{formType, "multipart/form-data; boundary=b", "application/json"} {
			p, err := parse(http.MethodPost, query, ctype, body)
			if err != nil && !errors.Is(err, errUnparseable) && !errors.Is(err, errTooLarge) {
				t.Errorf("as %s: an error of its own kind: %v", ctype, err)
			}
			isJSON := json.Valid([]byte(body)) && utf8.ValidString(body) && strings.Count(body, ":") < maxParams
			if ctype == "application/json" && query == "" && body != "" && isJSON != (err == nil) {
				t.Errorf("valid JSON is %v, the error %v", isJSON, err)
			}
			for name, v := range p.all {
				if validText(name) != nil || validText(v.value) != nil {
					t.Errorf("as %s: %q=%q is not UTF-8", ctype, name, v.value)
				}
			}
		}
	})
}

// fuzzName makes a name that all four encodings can write: not empty, without
// brackets, which make lists, and without control characters, which the header
// of a part cannot carry.
func fuzzName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '[' || r == ']' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if s == "" {
		return "k"
	}
	return s
}

func asForm(pairs [][2]string) string {
	var escaped []string
	for _, pair := range pairs {
		escaped = append(escaped, url.QueryEscape(pair[0])+"="+url.QueryEscape(pair[1]))
	}
	return strings.Join(escaped, "&")
}

func asMultipart(t *testing.T, pairs [][2]string) (body, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, pair := range pairs {
		if err := w.WriteField(pair[0], pair[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

func asJSON(t *testing.T, pairs [][2]string) string {
	var members []string
	for _, pair := range pairs {
		name, err := json.Marshal(pair[0])
		if err != nil {
			t.Fatal(err)
		}
		value, err := json.Marshal(pair[1])
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, string(name)+":"+string(value))
	}
	return "{" + strings.Join(members, ",") + "}"
}
