package rest

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const formType = "application/x-www-form-urlencoded"

// parse parses a request that has this query and this body.
func parse(method, query, contentType, body string) (params, error) {
	r := httptest.NewRequest(method, "/v2/licenses/verify", strings.NewReader(body))
	r.URL.RawQuery = query
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return parseParams(httptest.NewRecorder(), r)
}

// one is what str says of a parameter.
type one struct {
	value             string
	present, isString bool
}

var (
	absent    = one{}
	notString = one{present: true}
)

func text(s string) one { return one{s, true, true} }

func look(p params, name string) one {
	value, present, isString := p.str(name)
	return one{value, present, isString}
}

func TestParams(t *testing.T) {
	for _, tt := range []struct {
		name              string
		method            string // POST if empty
		query, ctype, doc string
		want              one // of k
	}{
		{"a query parameter is read", "GET", "k=A", "", "", text("A")},
		{"a form parameter is read", "", "", formType, "k=A", text("A")},
		{"a form is read on PUT", "PUT", "", formType, "k=A", text("A")},
		{"a form is read on DELETE and GET alike", "DELETE", "", formType, "k=A", text("A")},
		{"the type may have a charset", "", "", formType + "; charset=UTF-8", "k=A", text("A")},
		{"the type may be in capitals", "", "", "Application/X-WWW-Form-URLencoded", "k=A", text("A")},
		{"a POST without a type is a form", "", "", "", "k=A", text("A")},
		{"a PUT without a type has no parameters", "PUT", "", "", "k=A", absent},
		{"a body of another type is ignored", "", "", "text/plain", "k=A", absent},
		{"broken escapes in a body of another type do not matter", "", "", "text/plain", "k=%ZZ", absent},
		{"an ignored body leaves the query alone", "", "k=Q", "text/plain", "k=A", text("Q")},
		{"the query wins over the form", "", "k=Q", formType, "k=A", text("Q")},
		{"the query wins over JSON", "", "k=Q", "application/json", `{"k":"A"}`, text("Q")},
		{"an empty query value wins, too", "", "k=", formType, "k=A", text("")},
		{"a null in the query hides the body's value", "", "k", formType, "k=A", absent},
		{"a list in the query hides the body's value", "", "k[]=1", formType, "k=A", notString},
		{"an empty body of any type is no body", "", "k=Q", "application/json", "", text("Q")},
		{"an empty multipart body is no body", "", "k=Q", "multipart/form-data; boundary=b", "", text("Q")},
		{"an absent parameter is absent", "", "other=1", formType, "more=2", absent},
	} {
		t.Run(tt.name, func(t *testing.T) {
			method := tt.method
			if method == "" {
				method = http.MethodPost
			}
			p, err := parse(method, tt.query, tt.ctype, tt.doc)
			if err != nil {
				t.Fatal(err)
			}
			if got := look(p, "k"); got != tt.want {
				t.Errorf("k is %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestIsFalse(t *testing.T) {
	const jsonType = "application/json"
	for _, tt := range []struct {
		name, ctype, body string
		want              bool
	}{
		{"the string false suppresses", formType, "k=false", true},
		{"the JSON string false suppresses", jsonType, `{"k":"false"}`, true},
		{"the JSON false suppresses", jsonType, `{"k":false}`, true},
		{"capitals do not", formType, "k=False", false},
		{"blanks around it do not", formType, "k=+false", false},
		{"nothing does not", formType, "k=", false},
		{"a null does not", formType, "k", false},
		{"a string 0 does not", formType, "k=0", false},
		{"a JSON 0 does not", jsonType, `{"k":0}`, false},
		{"a JSON null does not", jsonType, `{"k":null}`, false},
		{"a JSON true does not", jsonType, `{"k":true}`, false},
		{"a list of false does not", jsonType, `{"k":[false]}`, false},
		{"a form list of false does not", formType, "k[]=false", false},
		{"its absence does not", formType, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := parse(http.MethodPost, "", tt.ctype, tt.body)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.isFalse("k"); got != tt.want {
				t.Errorf("isFalse is %v, want %v", got, tt.want)
			}
		})
	}
}

// brokenBody fails in the middle, as a connection does.
type brokenBody struct{ io.Reader }

func (b brokenBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func TestParamsRefused(t *testing.T) {
	exact := "k=" + strings.Repeat("A", maxBody-2)
	for _, tt := range []struct {
		name  string
		query string
		body  io.Reader
		want  error
	}{
		{"a body of exactly the limit is read", "", strings.NewReader(exact), nil},
		{"one byte more is too large", "", strings.NewReader(exact + "A"), errTooLarge},
		{"so it is without a length", "", io.MultiReader(strings.NewReader(exact), strings.NewReader("A")), errTooLarge},
		{"a body that breaks off is unparseable", "", brokenBody{strings.NewReader("k=A")}, errUnparseable},
		{"a broken query is unparseable", "k=%ZZ", strings.NewReader("k=A"), errUnparseable},
		{"a broken query is seen before a large body", "k=%ZZ", strings.NewReader(exact + "A"), errUnparseable},
		{"a broken query value that the body repeats is unparseable", "k=%", strings.NewReader("k=A"), errUnparseable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/v2/licenses/verify", tt.body)
			r.URL.RawQuery = tt.query
			r.Header.Set("Content-Type", formType)
			_, err := parseParams(httptest.NewRecorder(), r)
			if !errors.Is(err, tt.want) {
				t.Errorf("the error is %v, want %v", err, tt.want)
			}
		})
	}
}

func TestBlank(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     bool
	}{
		{"nothing is blank", "", true},
		{"white space of all sorts is blank", " \t\r\n\v\f\u0085\u00a0\u2003\u2028\u3000", true},
		{"a letter is not", " a ", false},
		{"a NUL is not", "\x00", false},
		{"a space without width is not", "\u200b", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := blank(tt.in); got != tt.want {
				t.Errorf("blank(%q) = %v, want %v", tt.in, got, tt.want)
			}
		})
	}
}

// TestParamsLength: a body that says that it is too large is not waited for.
func TestParamsLength(t *testing.T) {
	body := strings.NewReader("k=A")
	r := httptest.NewRequest(http.MethodPost, "/v2/licenses/verify", body)
	r.Header.Set("Content-Type", formType)
	r.ContentLength = maxBody + 1
	_, err := parseParams(httptest.NewRecorder(), r)
	if !errors.Is(err, errTooLarge) || body.Len() != 3 {
		t.Errorf("the error is %v with %d of 3 bytes unread", err, body.Len())
	}
}
