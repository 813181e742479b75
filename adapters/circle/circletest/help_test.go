package circletest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/circle/circletest"
)

const (
	tokenV1, tokenV2 = "circle-v1-token-0001", "circle-v2-token-0001"
	ana, bob         = "ana@example.com", "bob@example.com"
)

// world is a community with two space groups, in which ana is.
type world struct {
	*circletest.Server
	now time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{now: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}
	w.Server = circletest.Start(t, func() time.Time { return w.now })
	w.SetCommunity(circletest.Community{ID: 3512, Name: "Gumroad", Slug: "gumroad"})
	w.SetSpaceGroup(3512, circletest.SpaceGroup{ID: 8015, Name: "Community"})
	w.SetSpaceGroup(3512, circletest.SpaceGroup{ID: 43576, Name: "Paid"})
	w.SetAccessGroup(3512, circletest.AccessGroup{ID: 77, Name: "Gold"})
	w.SetToken(circletest.Token{Secret: tokenV1, Kind: circletest.V1, Communities: []int64{3512}})
	w.SetToken(circletest.Token{Secret: tokenV2, Kind: circletest.V2, Communities: []int64{3512}})
	w.SetMember(3512, circletest.Member{Email: ana, Active: true})
	return w
}

// said is an answer as plain net/http sees it.
type said struct {
	status int
	text   string
	header http.Header
	err    error
}

// auth is the Authorization header that suits a path.
func auth(path string) string {
	if strings.HasPrefix(path, "/api/v1") {
		return "Token " + tokenV1
	}
	return "Bearer " + tokenV2
}

func (w *world) ask(t *testing.T, method, path, auth, body string) said {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, w.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return said{err: err}
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return said{res.StatusCode, string(text), res.Header, err}
}

// shows checks that an answer has this status and at least what want has, in
// the same places. Lists must be as long.
func (s said) shows(t *testing.T, status int, want string) {
	t.Helper()
	if s.err != nil {
		t.Fatalf("the call failed: %v", s.err)
	}
	var wanted, have any
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatalf("%s is no JSON: %v", want, err)
	}
	if err := json.Unmarshal([]byte(s.text), &have); err != nil {
		t.Fatalf("the answer %q is no JSON: %v", s.text, err)
	}
	if s.status != status || !within(wanted, have) {
		t.Errorf("answered %d %s, want %d with %s", s.status, s.text, status, want)
	}
	if s.header.Get("X-Request-Id") == "" || s.header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("the answer has headers %v, want X-Request-Id and JSON in UTF-8", s.header)
	}
}

func within(want, have any) bool {
	switch want := want.(type) {
	case map[string]any:
		have, ok := have.(map[string]any)
		for key, value := range want {
			other, has := have[key]
			ok = ok && has && within(value, other)
		}
		return ok
	case []any:
		have, ok := have.([]any)
		if !ok || len(have) != len(want) {
			return false
		}
		for i := range want {
			if !within(want[i], have[i]) {
				return false
			}
		}
		return true
	}
	return want == have
}
