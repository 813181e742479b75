package rest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzVerifyEncodings sends one set of parameters as a query, a form, a
// multipart body and JSON. All four are answered alike, to the last byte, and
// as a verify may be. Uses are not counted, so that none changes the next.
func FuzzVerifyEncodings(f *testing.F) {
	f.Add(pencilKey, pencilID, "", "", "")
	f.Add(pencilKey, "", "QMGY", "", "entitlement")
	f.Add(strings.ToLower(pencilKey)+" ", " ", "", "qmgy", "a,entitlement ,b")
	f.Add(" "+clubKey, "\x00", "max", "é\u2028<&>", "%ZZ+&=;[]\"\\")
	f.Add(clubKey, "SDGgCnivv6gTTHfVRfUBxQ==", "--b--\r\n", "\u00a0", "\ufffd")
	s := newShop()
	s.pencil.CreatedAt, s.pencil.CustomPermalink = s.ana.CreatedAt, "max"
	handler := s.handler(f)

	f.Fuzz(func(t *testing.T, key, product, permalink, older, include string) {
		pairs := [][2]string{{"increment_uses_count", "false"}}
		for name, value := range map[string]string{
			"license_key": key, "product_id": product, "product_permalink": permalink, "link_id": older, "include": include,
		} {
			pairs = append(pairs, [2]string{name, strings.ToValidUTF8(value, "?")})
		}
		form := asForm(pairs)
		multi, multiType := asMultipart(t, pairs)
		var first string
		for _, tt := range []struct{ as, query, ctype, body string }{
			{"query", "?" + form, "", ""},
			{"form", "", formType, form},
			{"multipart", "", multiType, multi},
			{"JSON", "", "application/json", asJSON(t, pairs)},
		} {
			r := httptest.NewRequest(http.MethodPost, "/v2/licenses/verify"+tt.query, strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.ctype)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			got := http.StatusText(w.Code) + " " + w.Header().Get("Usher-Reason") + "\n" + w.Body.String()
			if first == "" {
				first = got
			}
			if got != first {
				t.Errorf("as %s\n%s\nas a query\n%s", tt.as, got, first)
			}
			if w.Code != 200 && w.Code != 404 && w.Code != 500 {
				t.Errorf("as %s: answered %d %s", tt.as, w.Code, w.Body)
			}
		}
		if s.log.Len() > 0 {
			t.Errorf("something failed: %s", &s.log)
		}
	})
}
