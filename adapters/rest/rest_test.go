package rest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/usherhq/usher/test/openapitest"
)

func TestRoutes(t *testing.T) {
	server := newShop().open(t)
	for _, tt := range []struct {
		name   string
		ask    string
		params string
		status int
	}{
		{"verify", "POST /v2/licenses/verify", verifyPencil, 200},
		{"verify under the old path", "POST /api/v2/licenses/verify", verifyPencil, 200},
		{"verify as .json", "POST /v2/licenses/verify.json", verifyPencil, 200},
		{"verify with a slash at the end", "POST /v2/licenses/verify/", verifyPencil, 200},
		{"verify as .json with a slash at the end", "POST /v2/licenses/verify.json/", verifyPencil, 200},
		{"slashes too many", "POST //v2///licenses//verify//", verifyPencil, 200},
		{"parameters in the query", "POST /v2/licenses/verify?" + verifyPencil, "", 200},
		{"enable", "PUT /v2/licenses/enable", verifyPencil, 200},
		{"disable", "PUT /v2/licenses/disable", verifyPencil, 200},
		{"enable under the old path, as .json", "PUT /api/v2/licenses/enable.json", verifyPencil, 200},
		{"decrement", "PUT /v2/licenses/decrement_uses_count", verifyPencil, 200},
		{"a POST that is a PUT", "POST /v2/licenses/enable", verifyPencil + "&_method=put", 200},

		{"verify by GET", "GET /v2/licenses/verify?" + verifyPencil, "", 404},
		{"verify by PUT", "PUT /v2/licenses/verify", verifyPencil, 404},
		{"verify by HEAD", "HEAD /v2/licenses/verify", verifyPencil, 404},
		{"verify by a POST that is a PUT", "POST /v2/licenses/verify", verifyPencil + "&_method=put", 404},
		{"enable by POST", "POST /v2/licenses/enable", verifyPencil, 404},
		{"enable by a POST that is a PUT in the query", "POST /v2/licenses/enable?_method=put", verifyPencil, 404},
		{"enable by PATCH", "PATCH /v2/licenses/enable", verifyPencil, 404},
		{"an OPTIONS that is no preflight", "OPTIONS /v2/licenses/verify", "", 404},
		{"another format", "POST /v2/licenses/verify.xml", verifyPencil, 404},
		{"two formats", "POST /v2/licenses/verify.json.json", verifyPencil, 404},
		{"a format of its own", "POST /v2/licenses/verify/.json", verifyPencil, 404},
		{"something behind it", "POST /v2/licenses/verify/x", verifyPencil, 404},
		{"letters too many", "POST /v2/licenses/verifyx", verifyPencil, 404},
		{"another letter case", "POST /v2/licenses/Verify", verifyPencil, 404},
		{"an escaped letter", "POST /v2/licenses/verif%79", verifyPencil, 404},
		{"an escaped slash", "POST /v2/licenses%2Fverify", verifyPencil, 404},
		{"the way back", "POST /v2/licenses/../licenses/verify", verifyPencil, 404},
		{"without the version", "POST /licenses/verify", verifyPencil, 404},
		{"another version", "POST /v1/licenses/verify", verifyPencil, 404},
		{"the old path twice", "POST /api/api/v2/licenses/verify", verifyPencil, 404},
		{"the folder", "POST /v2/licenses", verifyPencil, 404},
		{"the version alone", "GET /v2", "", 404},
		{"the old path alone", "GET /api", "", 404},
		{"the root", "GET /", "", 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, header, body := asked{tt.ask, tt.params, anasToken}.send(t, server)
			if status != tt.status {
				t.Errorf("answered %d %s, want %d", status, body, tt.status)
			}
			if tt.status == 404 && (body != "" || header.Get("Usher-Reason") != "not_routed") {
				t.Errorf("answered %q, because %q, want nothing", body, header.Get("Usher-Reason"))
			}
		})
	}
}

// TestUnparseable: whatever cannot be read is refused before anything else is
// looked at, but a path that leads nowhere stays one.
func TestUnparseable(t *testing.T) {
	server := newShop().open(t)
	for _, tt := range []struct {
		name, ask, ctype, body string
		status                 int
		reason, want           string
	}{
		{"a broken escape", "POST /v2/licenses/verify?license_key=%ZZ", formType, "", 400, "unparseable", `{"success":false}`},
		{"broken JSON", "POST /v2/licenses/verify", "application/json", `{"license_key":`, 400, "unparseable", `{"success":false}`},
		{"before the token", "PUT /v2/licenses/enable", "application/json", `{`, 400, "unparseable", `{"success":false}`},
		{"what is too large", "POST /v2/licenses/verify", formType, strings.Repeat("a", maxBody+1), 413, "too_large", ""},
		{"a path that leads nowhere", "POST /v2/licenses/x?license_key=%ZZ", formType, "", 404, "not_routed", ""},
		{"a method that leads nowhere", "GET /v2/licenses/verify?license_key=%ZZ", formType, "", 404, "not_routed", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			verb, path, _ := strings.Cut(tt.ask, " ")
			r, err := http.NewRequest(verb, server+path, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", tt.ctype)
			r.Header.Set("Accept", "application/json")
			status, header, body := do(t, r)
			if status != tt.status || header.Get("Usher-Reason") != tt.reason || body != tt.want {
				t.Errorf("answered %d %q %q, want %d %q %q", status, header.Get("Usher-Reason"), body, tt.status, tt.reason, tt.want)
			}
		})
	}
}

// TestHandler_cors: the handler is the one that pages of other origins may use.
func TestHandler_cors(t *testing.T) {
	server := newShop().open(t)
	for _, tt := range []struct {
		name, path, key string
		status          int
		allowed         string
	}{
		{"an answer", "/v2/licenses/verify", pencilKey, 200, "*"},
		{"a refusal", "/v2/licenses/verify", "x", 404, "*"},
		{"a path that leads nowhere", "/v2/nope", "x", 404, "*"},
		{"the old path", "/api/v2/licenses/verify", pencilKey, 200, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequest(http.MethodPost, server+tt.path+"?product_id="+pencilID+"&license_key="+tt.key, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Origin", "https://app.example.com")
			status, header, _ := do(t, r)
			if got := header.Get("Access-Control-Allow-Origin"); status != tt.status || got != tt.allowed {
				t.Errorf("answered %d for %q, want %d for %q", status, got, tt.status, tt.allowed)
			}
		})
	}
}

// TestHandler_defaults: no options are the defaults.
func TestHandler_defaults(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options *Options
		address string // of the seller
		want    string
	}{
		{"none", nil, "", "http://localhost:8080/l/QMGY"},
		{"zero", &Options{}, "", "http://localhost:8080/l/QMGY"},
		{"an address", &Options{PublicURL: "https://keys.example.com"}, "", "https://keys.example.com/l/QMGY"},
		{"an address with a slash", &Options{PublicURL: "https://keys.example.com/"}, "", "https://keys.example.com/l/QMGY"},
		{"the seller's own address", &Options{PublicURL: "https://keys.example.com"}, "https://ana.example.com", "https://ana.example.com/l/QMGY"},
		{"the seller's own, with a slash", nil, "https://ana.example.com/", "https://ana.example.com/l/QMGY"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop()
			s.ana.Address = tt.address
			s.handler(t)
			server := httptest.NewServer(Handler(s.usher, tt.options))
			defer server.Close()
			r, err := http.Post(server.URL+"/v2/licenses/verify?"+verifyPencil, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Body.Close()
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			if want := `"product_permalink":"` + tt.want + `"`; !strings.Contains(string(body), want) {
				t.Errorf("%s is not in %s", want, body)
			}
		})
	}
}

// TestRoutes_described: what is routed is what the description of the API has.
func TestRoutes_described(t *testing.T) {
	var all []string
	for path, to := range routes {
		for method := range to {
			all = append(all, method+" /v2"+path)
		}
	}
	for _, p := range paths {
		for method := range p.to {
			all = append(all, method+" /v2/"+strings.Join(p.parts, "/"))
		}
	}
	openapitest.Routes(t, "/v2/", all)
	var tokens []string
	for path := range oauths {
		tokens = append(tokens, "POST "+path)
	}
	openapitest.Routes(t, "/oauth/", tokens)
}
