package rest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// do sends a request and returns all of the answer.
func do(t *testing.T, r *http.Request) (int, http.Header, string) {
	t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(body)
}

func TestCORS(t *testing.T) {
	const (
		none   = "" // no CORS header, no Vary
		varied = "Vary: Origin"
		answer = "Access-Control-Allow-Methods: GET, POST, PUT, DELETE\n" +
			"Access-Control-Allow-Origin: *\n" +
			"Access-Control-Expose-Headers: Usher-Reason\n" +
			"Access-Control-Max-Age: 7200\n" +
			"Vary: Origin"
		preflight = "Access-Control-Allow-Methods: GET, POST, PUT, DELETE\n" +
			"Access-Control-Allow-Origin: *\n" +
			"Access-Control-Max-Age: 7200"
		echoed = "Access-Control-Allow-Headers: content-type, x-app\n" + preflight
	)
	server := httptest.NewServer(cors(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "from the handler", http.StatusNotFound)
	})))
	defer server.Close()

	for _, tt := range []struct {
		name, method, path, origin, asks, sends string
		status                                  int
		want                                    string
	}{
		{"an answer, an error as well", "POST", "/v2/licenses/verify", "https://a.example", "", "", 404, answer},
		{"a path that is not routed", "GET", "/v2/nope", "https://a.example", "", "", 404, answer},
		{"a page of no origin", "POST", "/v2/licenses/verify", "null", "", "", 404, answer},
		{"a client that is no browser", "POST", "/v2/licenses/verify", "", "", "", 404, varied},
		{"the old path", "POST", "/api/v2/licenses/verify", "https://a.example", "", "", 404, none},
		{"a page of usher", "GET", "/l/pencil", "https://a.example", "", "", 404, none},
		{"a path that only begins like it", "GET", "/v2x", "https://a.example", "", "", 404, none},
		{"a preflight", "OPTIONS", "/v2/licenses/verify", "https://a.example", "POST", "", 200, preflight},
		{"a preflight that asks for headers", "OPTIONS", "/v2/licenses/verify", "https://a.example", "POST", "content-type, x-app", 200, echoed},
		{"a preflight for PUT", "OPTIONS", "/v2/licenses/enable", "https://a.example", "PUT", "", 200, preflight},
		{"a preflight for DELETE, in lower case", "OPTIONS", "/v2/products/1", "https://a.example", "delete", "", 200, preflight},
		{"a preflight for PATCH", "OPTIONS", "/v2/licenses/verify", "https://a.example", "PATCH", "x-app", 200, none},
		{"a preflight of the old path", "OPTIONS", "/api/v2/licenses/verify", "https://a.example", "POST", "", 404, none},
		{"an OPTIONS that is no preflight", "OPTIONS", "/v2/licenses/verify", "https://a.example", "", "", 404, answer},
		{"an OPTIONS without an origin", "OPTIONS", "/v2/licenses/verify", "", "POST", "", 404, varied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequest(tt.method, server.URL+tt.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			for name, value := range map[string]string{
				"Origin":                         tt.origin,
				"Access-Control-Request-Method":  tt.asks,
				"Access-Control-Request-Headers": tt.sends,
			} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			status, header, body := do(t, r)
			if got := corsOf(header); status != tt.status || got != tt.want {
				t.Errorf("answered %d with\n%s\nwant %d with\n%s", status, got, tt.status, tt.want)
			}
			if reached := body != ""; reached != (tt.status == 404) {
				t.Errorf("the body is %q", body)
			}
		})
	}
}

// corsOf returns the headers that CORS is about, one a line, by name.
func corsOf(h http.Header) string {
	var lines []string
	for _, name := range []string{
		"Access-Control-Allow-Credentials", "Access-Control-Allow-Headers",
		"Access-Control-Allow-Methods", "Access-Control-Allow-Origin",
		"Access-Control-Expose-Headers", "Access-Control-Max-Age", "Vary",
	} {
		if values, sent := h[name]; sent {
			lines = append(lines, name+": "+strings.Join(values, "|"))
		}
	}
	return strings.Join(lines, "\n")
}
