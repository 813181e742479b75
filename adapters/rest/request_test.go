package rest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestMethod(t *testing.T) {
	multi := part(`Content-Disposition: form-data; name="_method"`, "put") + "--b--"
	for _, tt := range []struct {
		name, method, query, ctype, body, header string
		want                                     string
	}{
		{"a POST is a POST", "POST", "", formType, "k=A", "", "POST"},
		{"a form may turn it into a PUT", "POST", "", formType, "_method=put", "", "PUT"},
		{"in any case", "POST", "", formType, "_method=Delete", "", "DELETE"},
		{"also into a PATCH", "POST", "", formType, "_method=PATCH", "", "PATCH"},
		{"so may a multipart body", "POST", "", "multipart/form-data; boundary=b", multi, "", "PUT"},
		{"so may the header", "POST", "", formType, "k=A", "put", "PUT"},
		{"the header works beside JSON", "POST", "", "application/json", "{}", "PUT", "PUT"},
		{"the form wins over the header", "POST", "", formType, "_method=put", "DELETE", "PUT"},
		{"an unknown one in the form hides the header", "POST", "", formType, "_method=fly", "DELETE", "POST"},
		{"a null in the form does not", "POST", "", formType, "_method", "DELETE", "DELETE"},
		{"a list in the form does", "POST", "", formType, "_method[]=put", "DELETE", "POST"},
		{"an unknown one in the header changes nothing", "POST", "", formType, "", "fly", "POST"},
		{"the query may not", "POST", "_method=put", formType, "k=A", "", "POST"},
		{"JSON may not", "POST", "", "application/json", `{"_method":"put"}`, "", "POST"},
		{"a GET stays a GET", "GET", "_method=put", formType, "_method=put", "PUT", "GET"},
		{"a PUT stays a PUT", "PUT", "", formType, "_method=delete", "DELETE", "PUT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := parse(tt.method, tt.query, tt.ctype, tt.body)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(tt.method, "/v2/licenses/enable", nil)
			r.Header.Set("X-HTTP-Method-Override", tt.header)
			if got := method(r, p); got != tt.want {
				t.Errorf("the method is %s, want %s", got, tt.want)
			}
		})
	}
}

func TestBearer(t *testing.T) {
	for _, tt := range []struct {
		name, header, query, body, want string
	}{
		{"the header", "Bearer T", "", "", "T"},
		{"the header in lower case", "bearer T", "", "", "T"},
		{"the header wins", "Bearer T", "access_token=Q", `{"bearer_token":"B"}`, "T"},
		{"access_token wins over bearer_token", "", "bearer_token=B&access_token=A", "", "A"},
		{"bearer_token", "", "bearer_token=B", "", "B"},
		{"a token in JSON", "", "", `{"access_token":"A"}`, "A"},
		{"another scheme is passed over", "Basic dTpw", "access_token=A", "", "A"},
		{"a scheme alone is passed over", "Bearer", "access_token=A", "", "A"},
		{"a blank token in the header is passed over", "Bearer  ", "access_token=A", "", "A"},
		{"a blank access_token is passed over", "", "access_token=+&bearer_token=B", "", "B"},
		{"an access_token that is no string is passed over", "", "access_token[]=A&bearer_token=B", "", "B"},
		{"a number is no token", "", "", `{"access_token":1}`, ""},
		{"no token", "", "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := parse(http.MethodPut, tt.query, "application/json", tt.body)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(http.MethodPut, "/v2/licenses/enable", nil)
			r.Header.Set("Authorization", tt.header)
			if got := bearer(r, p); got != tt.want {
				t.Errorf("the token is %q, want %q", got, tt.want)
			}
		})
	}
}

// TestRefuseParams goes through a server, for the headers that it adds.
func TestRefuseParams(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := parseParams(w, r); err != nil {
			refuseParams(w, r, err)
		}
	}))
	defer server.Close()

	large := strings.Repeat("A", maxBody+1)
	for _, tt := range []struct {
		name, body string
		accept     []string
		status     int
		ctype      string
		want       string
	}{
		{"who accepts JSON gets JSON", "k=%ZZ", []string{"application/json"}, 400, "application/json", `{"success":false}`},
		{"among others", "k=%ZZ", []string{"text/html, application/json;q=0.9"}, 400, "application/json", `{"success":false}`},
		{"in a second header", "k=%ZZ", []string{"text/html", "application/json"}, 400, "application/json", `{"success":false}`},
		{"who accepts anything gets nothing", "k=%ZZ", []string{"*/*"}, 400, "text/html", ""},
		{"who says nothing gets nothing", "k=%ZZ", nil, 400, "text/html", ""},
		{"too large is empty for all", large, []string{"application/json"}, 413, "", ""},
		{"what can be parsed is not refused", "k=A", nil, 200, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequest(http.MethodPost, server.URL, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", formType)
			for _, accept := range tt.accept {
				r.Header.Add("Accept", accept)
			}
			status, header, body := do(t, r)
			if status != tt.status || header.Get("Content-Type") != tt.ctype || body != tt.want {
				t.Errorf("answered %d %q %q, want %d %q %q",
					status, header.Get("Content-Type"), body, tt.status, tt.ctype, tt.want)
			}
		})
	}
}
