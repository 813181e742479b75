package web_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/adapters/web"
	"github.com/usherhq/usher/app"
)

// What comes back from Discord counts only where it was begun, once, and soon.
func TestStates(t *testing.T) {
	type begun struct {
		w        *world
		b        *browser
		address  string // that Discord sends back to
		stranger *browser
	}
	for name, ask := range map[string]func(begun){
		"a state that is missing": func(s begun) { s.b.back(400, s.w.with(s.address, url.Values{"state": nil})) },
		"a state that is forged":  func(s begun) { s.b.back(400, s.w.with(s.address, url.Values{"state": {"forged"}})) },
		"nothing at all":          func(s begun) { s.b.back(400, web.CallbackPath) },
		"a state of another browser": func(s begun) {
			s.stranger.back(400, s.address)
		},
		"a browser without a cookie": func(s begun) { s.w.browser().back(400, s.address) },
		"a state that is too old": func(s begun) {
			s.w.later(11 * time.Minute)
			s.b.back(400, s.address)
		},
		"a state that was used": func(s begun) {
			s.b.back(422, s.w.with(s.address, url.Values{"code": nil, "error": {"access_denied"}}))
			s.b.back(400, s.address)
		},
	} {
		for who, begin := range map[string]func(w *world) begun{
			"of a customer": func(w *world) begun {
				w.connectDiscord(w.signedIn())
				b, stranger := w.browser(), w.browser()
				stranger.get(200, "/d/"+bosLink)
				return begun{w, b, w.agree(b.get(200, "/d/"+bosLink).href(w.t, "Join Discord"), bo), stranger}
			},
			"of a seller": func(w *world) begun {
				b, stranger := w.signedIn(), w.signedIn()
				return begun{w, b, w.agree(b.get(200, "/admin/communities").href(w.t, "Connect to Discord"), owner), stranger}
			},
		} {
			t.Run(name+", "+who, func(t *testing.T) {
				w := newWorld(t)
				s := begin(w)
				w.calls()
				ask(s)
				if ops := w.calls(); len(ops) != 0 {
					t.Errorf("Discord was asked %v", ops)
				}
			})
		}
	}
}

func TestStates_ofASellerWhoSignedOut(t *testing.T) {
	w := newWorld(t)
	b := w.signedIn()
	back := w.agree(b.get(200, "/admin/communities").href(t, "Connect to Discord"), owner)
	b.post(200, "/admin/leave")
	w.calls()
	b.back(400, back)
	if ops := w.calls(); len(ops) != 0 {
		t.Errorf("Discord was asked %v", ops)
	}
}

func TestForms_comeFromAPageOfOurs(t *testing.T) {
	w := newWorld(t)
	b := w.signedIn()
	w.connectDiscord(b)
	conn := string(w.claim().ConnectionID)
	customer := w.browser()
	customer.back(200, w.agree(customer.get(200, "/d/"+bosLink).href(t, "Join Discord"), bo))
	customer.get(200, "/d/"+bosLink)
	link := w.link()
	b.get(200, "/admin/communities")
	own := hiddenToken.FindStringSubmatch(b.last.body)[1]
	theirs := hiddenToken.FindStringSubmatch(customer.last.body)[1]
	for _, path := range []string{
		"/admin/communities/circle", "/admin/communities/" + conn + "/check", "/admin/communities/" + conn + "/end",
		"/admin/communities/" + conn + "/community", "/admin/leave", link, "/d/" + bosLink + "/leave/" + string(w.claim().ID),
	} {
		b.send(403, path, nil, "members=remove").reads(t, "Not sent from here")
		b.send(403, path, nil, "token=", "members=remove")
		b.send(403, path, nil, "token="+theirs, "members=remove")
		b.send(403, path+"?token="+own, nil, "members=remove")
		b.send(403, path, map[string]string{"Sec-Fetch-Site": "cross-site"}, "token="+own, "members=remove")
		b.send(403, path, map[string]string{"Origin": "https://evil.example"}, "token="+own, "members=remove")
		b.send(403, path, nil, "padding="+strings.Repeat("x", 20<<10), "token="+own)
		w.browser().send(403, path, nil, "token="+own, "members=remove")
	}
	w.work()
	if !w.in(bo) {
		t.Error("a forged form took bo out")
	}
	b.get(200, "/admin/communities").reads(t, "Ana's Server")
	b.send(303, "/admin/communities/"+conn+"/check", map[string]string{"Sec-Fetch-Site": "same-origin"}, "token="+own)
	b.send(303, "/admin/communities/"+conn+"/check", map[string]string{"Origin": w.url}, "token="+own)
	// A proxy in front may have another name for this server.
	b.send(303, "/admin/communities/"+conn+"/check", map[string]string{"Origin": w.url, "Host": "inside.example"}, "token="+own)
}

func TestCookies(t *testing.T) {
	u, err := app.New(app.Config{Store: memstore.New(nil)})
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"https://keys.example.com": "__Host-usher_browser=",
		"http://127.0.0.1:8080":    "usher_browser=",
	} {
		res := httptest.NewRecorder()
		web.Handler(u, &web.Options{PublicURL: url}).ServeHTTP(res, httptest.NewRequest("GET", "/d/x", nil))
		got := res.Header().Get("Set-Cookie")
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s sets %q", url, got)
		}
		for _, part := range []string{"Path=/", "HttpOnly", "SameSite=Lax"} {
			if !strings.Contains(got, part) {
				t.Errorf("%s sets %q, without %s", url, got, part)
			}
		}
		if strings.Contains(got, "Secure") != strings.HasPrefix(url, "https") || strings.Contains(got, "Domain") {
			t.Errorf("%s sets %q", url, got)
		}
	}
}

func TestOwns(t *testing.T) {
	for path, want := range map[string]bool{
		"/admin/communities": true, "/admin/link/x": true, "/d/x": true, web.CallbackPath: true, web.DonePath: true,
		"/v2/licenses/verify": false, "/api/v1/products": false, "/": false, "/dx": false, "/integrations/discord/callback/x": false,
	} {
		if got := web.Owns(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestHandler_ofAServerWithoutDiscord(t *testing.T) {
	store := memstore.New(nil)
	u, err := app.New(app.Config{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	res := httptest.NewRecorder()
	r := httptest.NewRequest("GET", web.CallbackPath+"?state=x&code=y", nil)
	r.AddCookie(newCookie("usher_browser", "x"))
	pages := web.Handler(u, nil)
	pages.ServeHTTP(res, r)
	if res.Code != 303 || res.Header().Get("Location") != web.DonePath {
		t.Fatalf("it answers %d, and sends to %s", res.Code, res.Header().Get("Location"))
	}
	r = httptest.NewRequest("GET", web.DonePath, nil)
	for _, c := range res.Result().Cookies() {
		r.AddCookie(c)
	}
	res = httptest.NewRecorder()
	pages.ServeHTTP(res, r)
	if res.Code < 400 || res.Code >= 500 {
		t.Errorf("what came of it is %d", res.Code)
	}
}

// TestDone says what came of it once, and nothing that somebody else wrote.
func TestDone(t *testing.T) {
	w := newWorld(t)
	w.connectDiscord(w.signedIn())
	b := w.browser()
	b.get(404, web.DonePath)
	b.back(200, w.agree(b.get(200, "/d/"+bosLink).href(t, "Join Discord"), bo)).reads(t, "You've been added")
	b.get(404, web.DonePath)
	for _, told := range []string{"nonsense", "bnVsbA", "eyJzdGF0dXMiOjIwNn0"} { // no base64 of JSON, null, a status of 206
		r := httptest.NewRequest("GET", web.DonePath, nil)
		r.AddCookie(newCookie("usher_told", told))
		res := httptest.NewRecorder()
		web.Handler(w.usher, nil).ServeHTTP(res, r)
		if res.Code != 404 {
			t.Errorf("of %s it says %d", told, res.Code)
		}
	}
}
