package circletest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/circle/circletest"
)

const addBob = members1 + "?community_id=3512&email=bob%40example.com"

func TestFail(t *testing.T) {
	for name, row := range map[string]struct {
		reply  circletest.Reply
		status int // 0: no answer
		text   string
		header string // Retry-After
		done   bool
	}{
		"V1-14 a fault of the server has an empty body": {circletest.ServerError(), 500, "", "", false},
		"a gateway answers with a page":                 {circletest.BadGateway(), 502, "<html>", "", false},
		"V2-20 too many, and no word when to come back": {circletest.TooMany(), 429, "", "", false},
		"too many, and when to come back":               {circletest.TooManyFor(1500 * time.Millisecond), 429, "{", "2", false},
		"too many, as a page":                           {circletest.TooManyPage(), 429, "<html>", "", false},
		"V1-14 200 that is no JSON, yet it was done":    {circletest.BrokenJSON(), 200, "<html>", "", true},
		"not reached: nothing was done":                 {circletest.NotReached(), 0, "", "", false},
		"the reply is lost: it was done":                {circletest.ReplyLost(), 0, "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Fail(2, row.reply, circletest.AddMember)
			w.ask(t, "GET", "/api/v1/communities", auth("/api/v1"), "").shows(t, 200, `[{"id":3512}]`) // another operation
			for range 2 {
				s := w.ask(t, "POST", addBob, auth("/api/v1"), "")
				if (s.err != nil) != (row.status == 0) || s.status != row.status || !strings.HasPrefix(s.text, row.text) || row.text == "" && s.text != "" {
					t.Errorf("answered %d %q, error %v, want %d %q", s.status, s.text, s.err, row.status, row.text)
				}
				if s.err == nil && s.header.Get("Retry-After") != row.header {
					t.Errorf("Retry-After is %q, want %q", s.header.Get("Retry-After"), row.header)
				}
				if _, in := w.Member(3512, bob); in != row.done {
					t.Errorf("carried out: %t, want %t", in, row.done)
				}
				w.RemoveMember(3512, bob)
				w.now = w.now.Add(time.Minute)
			}
			w.ask(t, "POST", addBob, auth("/api/v1"), "").shows(t, 200, `{"success":true}`)
		})
	}
}

func TestFail_nextCallsWhateverTheyAre(t *testing.T) {
	w := newWorld(t)
	w.Fail(1, circletest.ServerError())
	w.Fail(1, circletest.BadGateway())
	for _, want := range []int{500, 502, 200} {
		if s := w.ask(t, "GET", "/api/v1/me", auth("/api/v1"), ""); s.status != want {
			t.Errorf("answered %d, want %d", s.status, want)
		}
	}
	w.Fail(5, circletest.ServerError())
	w.Heal()
	if s := w.ask(t, "GET", "/api/v1/me", auth("/api/v1"), ""); s.status != 200 {
		t.Errorf("after Heal answered %d, want 200", s.status)
	}
}

// TestSlow gives up on the caller's side, as one with a deadline does.
func TestSlow(t *testing.T) {
	w := newWorld(t)
	w.Fail(1, circletest.Slow())
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "POST", w.URL+addBob, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", auth("/api/v1"))
	answered := make(chan error)
	go func() {
		_, err := http.DefaultClient.Do(req)
		answered <- err
	}()
	for in := false; !in; _, in = w.Member(3512, bob) { // it is done before the answer is held
		select {
		case err := <-answered:
			t.Fatalf("answered (%v) before the caller gave up", err)
		default:
		}
	}
	cancel()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want a canceled call", err)
	}
}

// TestClose_letsHeldCallsGo has a server around it that goes on.
func TestClose_letsHeldCallsGo(t *testing.T) {
	c := circletest.New(nil)
	c.SetCommunity(circletest.Community{ID: 3512})
	c.SetToken(circletest.Token{Secret: tokenV1, Kind: circletest.V1, Communities: []int64{3512}})
	server := httptest.NewServer(c)
	defer server.Close()
	w := &world{Server: &circletest.Server{Circle: c, URL: server.URL}}
	w.Fail(1, circletest.Slow())
	answered := make(chan said)
	go func() { answered <- w.ask(t, "POST", addBob, auth("/api/v1"), "") }()
	for in := false; !in; _, in = c.Member(3512, bob) {
	}
	c.Close()
	c.Close()
	if s := <-answered; s.err == nil {
		t.Errorf("a held call was answered %d when Circle closed", s.status)
	}
}

func TestScript(t *testing.T) {
	w := newWorld(t)
	w.Fail(1, circletest.BadGateway())
	w.Script(func(c circletest.Call) *circletest.Reply {
		if c.Operation != circletest.FindMember {
			return nil
		}
		return &circletest.Reply{Status: 418, Body: `"` + c.Subject + `"`, Header: map[string]string{"X-Request-Id": "mine"}}
	})
	if s := w.ask(t, "GET", members2+"/search?email=bob%40example.com", auth(members2), ""); s.status != 418 || s.text != `"bob@example.com"` {
		t.Errorf("answered %d %s, want what the script says", s.status, s.text)
	}
	if s := w.ask(t, "GET", "/api/admin/v2/community", auth(members2), ""); s.status != 502 {
		t.Errorf("answered %d, want the fault that was stated, as the script says nothing", s.status)
	}
	w.Script(nil)
	w.ask(t, "GET", members2+"/search?email=ana%40example.com", auth(members2), "").shows(t, 200, `{"id":1719764}`)
}

func TestJournal(t *testing.T) {
	w := newWorld(t)
	at := w.now
	w.ask(t, "POST", addBob+"&space_group_ids%5B%5D=43576", auth("/api/v1"), "")
	w.ask(t, "POST", groups2, auth(groups2), `{"space_group_id":8015,"email":"Bob@example.com"}`)
	w.ask(t, "DELETE", members2+"/1719765", auth(groups2), "")
	w.Fail(1, circletest.ReplyLost())
	w.now = w.now.Add(time.Hour)
	w.ask(t, "DELETE", members2+"/1719765", auth(groups2), "")
	want := []circletest.Call{
		{At: at, Dialect: circletest.V1, Operation: circletest.AddMember, Subject: bob, Method: "POST", Path: addBob + "&space_group_ids%5B%5D=43576", Scheme: "Token", Token: tokenV1, Status: 200},
		{At: at, Dialect: circletest.V2, Operation: circletest.AddToSpaceGroup, Subject: bob, Method: "POST", Path: groups2, Body: `{"space_group_id":8015,"email":"Bob@example.com"}`, Scheme: "Bearer", Token: tokenV2, Status: 200},
		{At: at, Dialect: circletest.V2, Operation: circletest.RemoveMember, Subject: bob, Method: "DELETE", Path: members2 + "/1719765", Scheme: "Bearer", Token: tokenV2, Status: 200},
		{At: w.now, Dialect: circletest.V2, Operation: circletest.RemoveMember, Subject: "1719765", Method: "DELETE", Path: members2 + "/1719765", Scheme: "Bearer", Token: tokenV2},
	}
	if got := w.Journal(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the journal is\n%+v, want\n%+v", got, want)
	}
	w.ForgetJournal()
	if got := w.Journal(); len(got) != 0 {
		t.Errorf("after ForgetJournal it has %d calls", len(got))
	}
}

// TestComplaints does what a well-behaved caller does not.
func TestComplaints(t *testing.T) {
	for name, row := range map[string]struct {
		method, path, auth string
		want               string // part of the one complaint; empty: none
	}{
		"v1 with Bearer":                {"GET", "/api/v1/me", "Bearer " + tokenV1, `begin with "Token"`},
		"v2 with Token":                 {"GET", "/api/admin/v2/community", "Token " + tokenV2, `begin with "Bearer"`},
		"a bare token":                  {"GET", "/api/admin/v2/community", tokenV2, `begin with "Bearer"`},
		"no token":                      {"GET", "/api/v1/me", "", `begin with "Token"`},
		"a token in a query":            {"GET", "/api/v1/me?key=" + tokenV2, "Token " + tokenV1, "secret in the URL"},
		"a token in a query, encoded":   {"GET", "/api/v1/me?key=%63ircle-v1-token-0001", "Token " + tokenV1, "secret in the URL"},
		"an unknown token in its query": {"GET", "/api/v1/me?key=abc", "Token abc", "secret in the URL"},
		"a bare + in an address":        {"GET", members2 + "/search?email=ana+shop%40example.com", auth(members2), "%2B"},
		"an encoded + in an address":    {"GET", members2 + "/search?email=ana%2Bshop%40example.com", auth(members2), ""},
		"a bare + elsewhere":            {"GET", members2 + "/search?name=a+b&email=ana%40example.com", auth(members2), ""},
		"delete_member":                 {"PUT", members2 + "/1719764/delete_member", auth(members2), "never"},
		"ban_member":                    {"PUT", members2 + "/1719764/ban_member", auth(members2), "never"},
		"an update, which replaces":     {"PUT", members2 + "/1719764", auth(members2), "never"},
		"a v1 update":                   {"PUT", members1 + "/1719764?community_id=3512", auth(members1), "never"},
		"a call that does not exist":    {"GET", "/api/admin/v2/ana%40example.com", auth(members2), "no such call"},
		"a path of neither dialect":     {"GET", "/", auth(members2), "no such call"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.ask(t, row.method, row.path, row.auth, "")
			got := w.TakeComplaints()
			if row.want == "" && len(got) > 0 || row.want != "" && (len(got) != 1 || !strings.Contains(got[0], row.want)) {
				t.Errorf("complaints are %q, want one with %q", got, row.want)
			}
			if s := strings.Join(got, " "); strings.Contains(s, "ana") || strings.Contains(s, "token-0001") {
				t.Errorf("a complaint has an address or a secret in it: %s", s)
			}
			if _, in := w.Member(3512, ana); !in {
				t.Error("what must never be called was carried out")
			}
			if again := w.TakeComplaints(); len(again) != 0 {
				t.Errorf("taken complaints came back: %q", again)
			}
		})
	}
}

func TestComplaints_early(t *testing.T) {
	const me, community = "/api/v1/me", "/api/admin/v2/community"
	for name, row := range map[string]struct {
		reply circletest.Reply
		path  string
		after time.Duration
		early bool
	}{
		"V2-20 the same token a moment before a minute has passed": {circletest.TooMany(), me, 59 * time.Second, true},
		"V2-20 the same token after a minute":                      {circletest.TooMany(), me, time.Minute, false},
		"another token meanwhile":                                  {circletest.TooMany(), community, 0, false},
		"before the time that was named":                           {circletest.TooManyFor(5 * time.Minute), me, 299 * time.Second, true},
		"at the time that was named":                               {circletest.TooManyFor(5 * time.Second), me, 5 * time.Second, false},
		"another token after a page, which means all":              {circletest.TooManyPage(), community, 59 * time.Second, true},
		"after a page and a minute":                                {circletest.TooManyPage(), community, time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Fail(1, row.reply)
			if s := w.ask(t, "GET", me, auth(me), ""); s.status != 429 {
				t.Fatalf("answered %d, want 429", s.status)
			}
			w.now = w.now.Add(row.after)
			if s := w.ask(t, "GET", row.path, auth(row.path), ""); s.status != 200 {
				t.Errorf("the call after it was answered %d, want 200", s.status)
			}
			got := w.TakeComplaints()
			if early := len(got) == 1 && strings.Contains(got[0], "before it was asked to"); early != row.early || !early && len(got) > 0 {
				t.Errorf("complaints are %q, want one: %t", got, row.early)
			}
		})
	}
}

// recorder is a test that may fail.
type recorder struct {
	failures []string
	cleanup  []func()
}

func (*recorder) Helper() {}
func (r *recorder) Errorf(f string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(f, args...))
}
func (r *recorder) Fatalf(f string, args ...any) { r.Errorf(f, args...) }
func (r *recorder) Cleanup(f func())             { r.cleanup = append(r.cleanup, f) }

func TestStart_failsTheTest(t *testing.T) {
	r := &recorder{}
	s := circletest.Start(r, nil)
	res, err := http.Get(s.URL + "/nowhere")
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, res.Body)
	res.Body.Close()
	for _, f := range r.cleanup {
		f()
	}
	if len(r.failures) != 1 || !strings.Contains(r.failures[0], "no such call") {
		t.Errorf("the test failed with %q, want the complaint", r.failures)
	}
	if _, err := http.Get(s.URL); err == nil {
		t.Error("the server still answers after the test")
	}
}

// TestCircle_fromManySides lets callers and the people who state things meet.
func TestCircle_fromManySides(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			email := fmt.Sprintf("p%d@example.com", i)
			w.Fail(1, circletest.ServerError(), circletest.ReadMe)
			w.ask(t, "POST", fmt.Sprintf("%s?community_id=3512&email=p%d%%40example.com", members1, i), auth("/api/v1"), "")
			w.ask(t, "GET", "/api/v1/me", auth("/api/v1"), "")
			w.Journal()
			w.RemoveMember(3512, email)
		})
	}
	wg.Wait()
	if got := w.Members(3512); len(got) != 1 {
		t.Errorf("%d members are left, want ana alone", len(got))
	}
}

func TestSetMember_keepsIds(t *testing.T) {
	w := newWorld(t)
	first, _ := w.Member(3512, ana)
	w.RemoveMember(3512, ana)
	if again := w.SetMember(3512, circletest.Member{Email: "Ana@Example.com"}); again.ID != first.ID || again.UserID != first.UserID {
		t.Errorf("came back as %d/%d, was %d/%d", again.ID, again.UserID, first.ID, first.UserID)
	}
	if other := w.SetMember(3512, circletest.Member{Email: bob, ID: 2000000}); other.ID != 2000000 {
		t.Errorf("got id %d, want the one that was given", other.ID)
	}
	if next := w.SetMember(3512, circletest.Member{Email: "eve@example.com"}); next.ID != 2000001 {
		t.Errorf("got id %d, want one that is free", next.ID)
	}
}
