package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzBodies sends any body to every write: whatever comes, it is never a
// failure inside, and a refusal always has a code and a message. A body that is
// taken is a JSON object.
func FuzzBodies(f *testing.F) {
	w := newWorld(f)
	for _, body := range []string{
		``, `{}`, `null`, `[]`, `"x"`, `{"product":"team","variants":["Solo"],"quantity":2,"recurrence":"monthly"}`,
		`{"product":"pen","email":"a@example.com","method":"sandbox_pays","can_contact":true,"custom_fields":[{"name":"a","value":"b"}]}`,
		`{"quote":"AAAA","email":"a@example.com"}`, `{"seats":3,"tier":"Pro","recurrence":"yearly"}`, `{"seats":-9223372036854775808}`,
		`{"seats":1e400}`, `{"email":"\ud800@x"}`, `{"a":{"b":[1,2,{"c":null}]}}`, `{"seats":1,"seats":2}`, "{\"product\":\"\xc3\x28\"}",
		`{"by":"31d"}`, `{"to":"2026-04-17T00:00:00+14:00"}`, `{"method":"` + strings.Repeat("m", 300) + `"}`, `{"amount":1}`,
	} {
		f.Add(byte(0), body)
		f.Add(byte(7), body)
	}
	bo := w.join("bo@example.com", 2)
	var writes []string
	for _, what := range everything("/api/", map[string]string{"{membership}": bo.membership, "{purchase}": bo.purchase, "{seat}": "none"}) {
		if !strings.HasPrefix(what, "GET") && !strings.HasSuffix(what, "/claim") && !strings.HasSuffix(what, "/advance") {
			writes = append(writes, what)
		}
	}
	f.Fuzz(func(t *testing.T, n byte, body string) {
		w.t = t
		what := writes[int(n)%len(writes)]
		got := w.ask(what, anaAll, body, "Content-Type", "application/json", "Idempotency-Key", "k")
		if got.status >= http.StatusInternalServerError {
			t.Fatalf("%s with %q: %d %s\n%s", what, body, got.status, got.body, w.log.String())
		}
		if got.status >= http.StatusBadRequest {
			if code, _ := got.code(t); code == "" {
				t.Errorf("%s with %q: %d %s", what, body, got.status, got.body)
			}
			return
		}
		if body != "" && (!json.Valid([]byte(body)) || !utf8.ValidString(body) || !strings.HasPrefix(strings.TrimLeft(body, " \t\r\n"), "{")) {
			t.Errorf("%s took %q: %d %s", what, body, got.status, got.body)
		}
	})
}
