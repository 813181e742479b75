package rest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestParseForm(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		key      string // k if empty
		want     one
	}{
		{"a plain value", "k=A", "", text("A")},
		{"an empty value is a string", "k=", "", text("")},
		{"a name alone is null", "k", "", absent},
		{"a null over a value takes it away", "k=A&k", "", absent},
		{"the last of repeated ones wins", "k=A&k=B", "", text("B")},
		{"names differ by case", "K=A", "", absent},
		{"+ is a space", "k=a+b", "", text("a b")},
		{"an escaped + is a plus", "k=a%2Bb", "", text("a+b")},
		{"escapes are undone in names, too", "%6B=A", "", text("A")},
		{"escapes may be in either case", "k=%c3%A9", "", text("é")},
		{"raw UTF-8 is taken", "k=é", "", text("é")},
		{"a second = is part of the value", "k=YQ==", "", text("YQ==")},
		{"a semicolon does not separate", "k=A;b=1", "", text("A;b=1")},
		{"blanks after an & are skipped", "a=1&  k=A", "", text("A")},
		{"blanks in front of all are not", " k=A", "", absent},
		{"empty pairs are skipped", "&&k=A&&", "", text("A")},
		{"a value without a name is skipped", "=B&k=A", "", text("A")},
		{"a NUL is kept", "k=a%00b", "", text("a\x00b")},
		{"an escape that yields an & does not separate", "k=a%26k%3Db", "", text("a&k=b")},

		{"a name with [] is a list", "k[]=A", "", notString},
		{"an empty element fills a list", "k[]=", "", notString},
		{"a list of nulls is empty", "k[]&k[]", "", absent},
		{"a null does not empty a list", "k[]=A&k[]", "", notString},
		{"a list of hashes is a list", "k[][a]=1", "", notString},
		{"a name with [b] is a hash", "k[b]=A", "", notString},
		{"a hash of a null is not empty", "k[b]", "", notString},
		{"escaped brackets are brackets", "k%5Bb%5D=A", "", notString},
		{"a hash without its last bracket is a hash", "k[b=A", "", notString},
		{"a plain value after a list replaces it", "k[]=A&k=B", "", text("B")},
		{"a plain value after a hash replaces it", "k[a]=A&k=B", "", text("B")},
		{"a list after a null is a list", "k&k[]=A", "", notString},
		{"a bracket that ends the name is part of it", "k[=A", "k[", text("A")},
		{"a bracket that starts the name is part of it", "[k]=A", "[k]", text("A")},
		{"a closing bracket alone is part of it", "k]=A", "k]", text("A")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			key := tt.key
			if key == "" {
				key = "k"
			}
			all, err := parseForm(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if got := look(params{all: all}, key); got != tt.want {
				t.Errorf("%s of %q is %+v, want %+v", key, tt.in, got, tt.want)
			}
		})
	}
}

func TestParseFormUnparseable(t *testing.T) {
	for _, tt := range []struct{ name, in string }{
		{"an escape of no hex digits", "k=%ZZ"},
		{"an escape of one digit", "k=%4"},
		{"a percent sign alone", "k=100%"},
		{"a broken escape in a name", "%ZZ=A"},
		{"a broken escape in a name alone", "k=A&%"},
		{"a broken escape in a value that is replaced later", "k=%ZZ&k=A"},
		{"escapes that are not UTF-8", "k=%FF"},
		{"half a rune", "k=%C3"},
		{"raw bytes that are not UTF-8", "k=\xff"},
		{"a name that is not UTF-8", "%FF=A"},
		{"a surrogate in UTF-8", "k=%ED%A0%80"},
		{"a hash after a string", "k=A&k[b]=1"},
		{"a hash after an empty string", "k=&k[b]=1"},
		{"a list after a string", "k=A&k[]=1"},
		{"a list after a hash", "k[b]=1&k[]=1"},
		{"a hash after a list", "k[]=1&k[b]=1"},
		{"one parameter too many", strings.Repeat("a&", maxParams) + "a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := parseForm(tt.in); !errors.Is(err, errUnparseable) {
				t.Errorf("the error is %v, want errUnparseable", err)
			}
		})
	}
}

// A name nested a million brackets deep is one hash and costs no stack.
func TestParseFormDeep(t *testing.T) {
	all, err := parseForm("k" + strings.Repeat("[a]", 300_000) + "=A")
	if got := look(params{all: all}, "k"); err != nil || got != notString {
		t.Errorf("k is %+v, %v; want a hash", got, err)
	}
}

func TestFormTrailingNUL(t *testing.T) {
	p, err := parse(http.MethodPost, "", formType, "k=A\x00")
	if got := look(p, "k"); err != nil || got != text("A") {
		t.Errorf("k is %+v, %v; want A without the NUL that ends the body", got, err)
	}
}

// part is one part of a multipart body, with a blank line if it has no body.
func part(headers, body string) string {
	return "--b\r\n" + headers + "\r\n\r\n" + body + "\r\n"
}

func TestParseMultipart(t *testing.T) {
	const field = `Content-Disposition: form-data; name="k"`
	for _, tt := range []struct {
		name, body string
		want       one
	}{
		{"a text part is a string", part(field, "A"), text("A")},
		{"an empty part is an empty string", part(field, ""), text("")},
		{"the last of repeated parts wins", part(field, "A") + part(field, "B"), text("B")},
		{"nothing is unescaped", part(field, "a+b%20c"), text("a+b%20c")},
		{"line ends inside are kept", part(field, "a\r\nb\n"), text("a\r\nb\n")},
		{"a name without quotes", part(`Content-Disposition: form-data; name=k`, "A"), text("A")},
		{"attributes in another order and in capitals", part(`content-disposition: form-data; x="a;b"; NAME="k"`, "A"), text("A")},
		{"a flag without a value before the name", part(`Content-Disposition: form-data; x; name="k"`, "A"), text("A")},
		{"a type of its own does not make it a file", part(field+"\r\nContent-Type: text/plain; charset=utf-8", "A"), text("A")},
		{"a transfer encoding is not undone", part(field+"\r\nContent-Transfer-Encoding: quoted-printable", "a=3D"), text("a=3D")},
		{"a part with a file name is no string", part(field+`; filename="key.txt"`, "A"), notString},
		{"so is one with an encoded file name", part(field+`; filename*=utf-8''key.txt`, "A"), notString},
		{"a file field left empty is absent", part(field+`; filename=""`, ""), absent},
		{"a file may be any bytes", part(field+`; filename="a"`, "\xff\x00"), notString},
		{"a list", part(`Content-Disposition: form-data; name="k[]"`, "A"), notString},
		{"a list without quotes", part(`Content-Disposition: form-data; name=k[]`, "A"), notString},
		{"a hash", part(`Content-Disposition: form-data; name="k[a]"`, "A"), notString},
		{"a part without a name is skipped", part("Content-Type: text/plain", "A"), absent},
		{"no parts at all", "", absent},
		{"text before the first boundary is skipped", "hello\r\n" + part(field, "A"), text("A")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := parse(http.MethodPost, "", "multipart/form-data; boundary=b", tt.body+"--b--\r\n")
			if err != nil {
				t.Fatal(err)
			}
			if got := look(p, "k"); got != tt.want {
				t.Errorf("k is %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestParseMultipartBoundary(t *testing.T) {
	body := strings.ReplaceAll(part(`Content-Disposition: form-data; name="k"`, "A")+"--b--", "--b", "--=_b")
	for _, tt := range []struct {
		name, attribute string
		want            one
	}{
		{"in quotes", `; boundary="=_b"`, text("A")},
		{"without the quotes that it needs", `; boundary==_b`, text("A")},
		{"after another attribute", `;charset=utf-8;Boundary="=_b"`, text("A")},
		{"missing: there are no parameters", ``, absent},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := parse(http.MethodPost, "", "multipart/form-data"+tt.attribute, body)
			if err != nil {
				t.Fatal(err)
			}
			if got := look(p, "k"); got != tt.want {
				t.Errorf("k is %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestParseMultipartUnparseable(t *testing.T) {
	whole := part(`Content-Disposition: form-data; name="k"`, "A")
	for _, tt := range []struct{ name, body string }{
		{"a body without its last boundary", whole},
		{"a body that breaks off in a header", whole + "--b\r\nContent-Disp"},
		{"a body of something else", "k=A"},
		{"another boundary", strings.ReplaceAll(whole+"--b--", "--b", "--c")},
		{"a value that is not UTF-8", part(`Content-Disposition: form-data; name="k"`, "\xff") + "--b--"},
		{"a name that is not UTF-8", part("Content-Disposition: form-data; name=\"\xff\"", "A") + "--b--"},
		{"a name used in two ways", whole + part(`Content-Disposition: form-data; name="k[a]"`, "A") + "--b--"},
		{"a hash after a file", part(`Content-Disposition: form-data; name="k"; filename="a"`, "A") +
			part(`Content-Disposition: form-data; name="k[a]"`, "A") + "--b--"},
		{"one part too many", strings.Repeat(whole, maxParams+1) + "--b--"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parse(http.MethodPost, "", "multipart/form-data; boundary=b", tt.body)
			if !errors.Is(err, errUnparseable) {
				t.Errorf("the error is %v, want errUnparseable", err)
			}
		})
	}
}

func TestAttribute(t *testing.T) {
	for _, tt := range []struct{ name, header, want string }{
		{"plain", `form-data; name=a`, "a"},
		{"quoted", `form-data; name="a b"`, "a b"},
		{"an escaped quote", `form-data; name="a\"b"`, `a"b`},
		{"an escaped backslash", `form-data; name="a\\"; x="y"`, `a\`},
		{"a quote that does not end", `form-data; name="a`, "a"},
		{"a backslash at the end", `form-data; name="a\`, `a\`},
		{"the first of two", `form-data; name=a; name=b`, "a"},
		{"a name in the value of another", `form-data; x="; name=b"; name=a`, "a"},
		{"filename is not name", `form-data; filename=b; name=a`, "a"},
		{"percent signs stay", `form-data; name="a%22"`, "a%22"},
		{"nothing after the semicolon", `form-data;`, ""},
		{"no attributes", `form-data`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := attribute(tt.header, "name"); got != tt.want {
				t.Errorf("attribute(%s) = %q, want %q", tt.header, got, tt.want)
			}
		})
	}
}

func BenchmarkParseForm(b *testing.B) {
	form := fmt.Sprintf("product_id=%s&license_key=%s", "SDGgCnivv6gTTHfVRfUBxQ%3D%3D", "85DB562A-C11D4B06-A2335A6B-8C079166")
	for b.Loop() {
		if _, err := parseForm(form); err != nil {
			b.Fatal(err)
		}
	}
}
