package openapitest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestCheck needs what is not described to be refused, and says of each why.
func TestCheck(t *testing.T) {
	const notFound = `{"success":false,"message":"That license does not exist for the provided product."}`
	for _, tt := range []struct {
		name    string
		asked   string
		status  int
		headers string // "Name: value", apart by |
		body    string
		want    string // in the error; empty: it is described
	}{
		{"an answer", "POST /v2/licenses/verify", 404, okHeaders, notFound, ""},
		{"its old path, with a format", "POST //api/v2/licenses/verify.json", 404, okHeaders, notFound, ""},
		{"a form that names another method", "POST /v2/licenses/enable", 404, okHeaders, notFound, ""},
		{"what is not routed", "GET /v2/nothing", 404, "Usher-Reason: not_routed", "", ""},
		{"a preflight", "OPTIONS /v2/licenses/verify", 200, "", "", ""},

		{"a preflight with a body", "OPTIONS /v2/licenses/verify", 200, "", "x", "a preflight"},
		{"what is not routed, with a body", "GET /v2/nothing", 404, "Usher-Reason: not_routed", "x", "empty 404"},
		{"a path that nobody knows", "GET /v2/nothing", 200, okHeaders, notFound, "answered with 404"},
		{"another status", "POST /v2/licenses/verify", 418, okHeaders, notFound, "no 418"},
		{"another type", "POST /v2/licenses/verify", 404, "Content-Type: text/plain|Usher-Reason: ok|Cache-Control: private, no-store", notFound, "type"},
		{"no header", "POST /v2/licenses/verify", 404, "Content-Type: application/json|Cache-Control: private, no-store", notFound, "Usher-Reason is missing"},
		{"another header", "POST /v2/licenses/verify", 404, "Content-Type: application/json|Usher-Reason: tired|Cache-Control: private, no-store", notFound, "Usher-Reason"},
		{"a body that should be empty", "PUT /v2/licenses/enable", 403, okHeaders, notFound, "none is described"},
		{"a field too many", "POST /v2/licenses/verify", 404, okHeaders, strings.Replace(notFound, "{", `{"more":1,`, 1), "more"},
		{"a field too few", "POST /v2/licenses/verify", 404, okHeaders, `{"success":false}`, "message"},
		{"no JSON", "POST /v2/licenses/verify", 404, okHeaders, `{`, "EOF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			method, path, _ := strings.Cut(tt.asked, " ")
			at, err := url.Parse("http://usher.test" + path)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(method, at.String(), nil)
			if method == http.MethodOptions {
				r.Header.Set("Access-Control-Request-Method", "POST")
			}
			h := http.Header{}
			for line := range strings.SplitSeq(tt.headers, "|") {
				if name, value, there := strings.Cut(line, ": "); there {
					h.Set(name, value)
				}
			}
			err = Check(r, nil, tt.status, h, []byte(tt.body))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}

const okHeaders = "Content-Type: application/json; charset=utf-8|Usher-Reason: ok|Cache-Control: private, no-store"
