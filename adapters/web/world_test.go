package web_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"html"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/adapters/web"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// Accounts and places at Discord, and secrets that no page and no log may show.
const (
	owner, bo, cleo = "800000000000000099", "800000000000000001", "800000000000000002"
	guild           = "900000000000000001"
	bot             = "600000000000000001"

	circleToken  = "planted-circle-token-wxyz"
	clientSecret = "planted-client-secret"
	botToken     = "planted-bot-token"
	bosLink      = "planted-link-of-bo"
)

// world is usher's pages on a port of this machine, with Circle and Discord
// beside it.
type world struct {
	t       *testing.T
	usher   *app.Usher
	url     string
	circle  *circletest.Server
	discord *discordtest.Server
	store   *memstore.Store
	ana     domain.Seller
	pen     domain.Product
	sale    domain.PurchaseState // bo's, with bosLink

	mu     sync.Mutex
	moved  time.Duration // how far the machine's clock is ahead
	secret []string      // planted, besides those above
	log    bytes.Buffer
}

func newWorld(t *testing.T) *world {
	w := &world{t: t}
	w.circle = circletest.Start(t, nil)
	w.circle.SetCommunity(circletest.Community{ID: 3512, Name: "Ana's Club"})
	w.circle.SetSpaceGroup(3512, circletest.SpaceGroup{ID: 43576, Name: "Paid"})
	w.circle.SetToken(circletest.Token{Secret: circleToken, Kind: circletest.V2, Communities: []int64{3512}})

	srv := httptest.NewUnstartedServer(nil)
	w.url = "http://" + srv.Listener.Addr().(*net.TCPAddr).String()
	a := discordtest.App{
		ClientID: "500000000000000001", ClientSecret: clientSecret, BotID: bot, BotToken: botToken,
		RedirectURIs: []string{w.url + web.CallbackPath}, MembersIntent: true,
	}
	w.discord = discordtest.Start(t, a)
	for id, name := range map[string]string{owner: "anaowner", bo: "bo", cleo: "cleo"} {
		w.discord.SetUser(discordtest.User{ID: id, Username: name})
	}
	w.discord.SetGuild(discordtest.Guild{ID: guild, Name: "Ana's Server", OwnerID: owner, Members: []discordtest.Member{{UserID: owner}}})

	w.store = memstore.New(&memstore.Options{Now: w.now})
	w.ana = fixture.Seller("ana")
	w.pen = fixture.Product(w.ana)
	w.sale = fixture.Purchase(w.pen)
	fixture.Fill(t, w.store, w.ana, w.pen, w.sale, fixture.SaleToken(w.sale, bosLink))

	client, err := discord.New(discord.Config{
		ClientID: a.ClientID, ClientSecret: a.ClientSecret, BotToken: a.BotToken, BotID: bot, RedirectURI: a.RedirectURIs[0], Version: "test",
		AuthorizeURL: w.discord.AuthorizeURL(), APIURL: w.discord.APIURL(), HTTP: &http.Client{Transport: &http.Transport{}},
	})
	w.must(err)
	rooms := discord.NewCommunity(client, w.now)
	clubs := circle.New(&circle.Options{BaseURL: w.circle.URL, Hurry: true})
	log := slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.usher, err = app.New(app.Config{
		Store: w.store, Clock: w.now, Machine: w.now, Logger: log, NoSweeps: true, NoJitter: true,
		Communities: map[domain.Service]ports.Community{domain.Circle: clubs, domain.Discord: rooms}, Circle: clubs, Discord: rooms,
	})
	w.must(err)
	srv.Config.Handler = web.Handler(w.usher, &web.Options{PublicURL: w.url, Logger: log})
	srv.Start()
	t.Cleanup(srv.Close)
	t.Cleanup(w.logIsClean)
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) ctx() context.Context { return w.t.Context() }

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.moved)
}

// later moves the machine's clock.
func (w *world) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.moved += d
}

// Write takes the log.
func (w *world) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(b)
}

// work does what is due.
func (w *world) work() {
	w.t.Helper()
	for n := 1; n > 0; {
		var err error
		n, err = w.usher.Worker.Tick(w.ctx())
		w.must(err)
	}
}

// plant makes something a secret from now on.
func (w *world) plant(secret string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secret = append(w.secret, secret)
}

// leaked returns a planted secret that is in a text, and "" if there is none.
func (w *world) leaked(text string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range append([]string{circleToken, clientSecret, botToken}, w.secret...) {
		if strings.Contains(text, s) {
			return s
		}
	}
	return ""
}

func (w *world) logIsClean() {
	w.secret = append(w.secret, bosLink, w.sale.Email)
	if s := w.leaked(w.log.String()); s != "" {
		w.t.Errorf("the log holds %s:\n%s", s, w.log.String())
	}
}

// link makes a link that opens ana's pages.
func (w *world) link() string {
	w.t.Helper()
	secret, err := w.usher.Sessions.Link(w.ctx(), w.ana.ID)
	w.must(err)
	return "/admin/link/" + secret
}

// calls returns what was asked of Discord since the last time.
func (w *world) calls() (ops []discordtest.Op) {
	for _, c := range w.discord.Calls() {
		ops = append(ops, c.Op)
	}
	w.discord.ForgetCalls()
	return ops
}

// browser is somebody's, with cookies of its own.
type browser struct {
	w    *world
	http *http.Client
	last answer
}

// answer is a page as it came.
type answer struct {
	status int
	body   string
	header http.Header
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	w.must(err)
	return &browser{w: w, http: &http.Client{
		Jar: jar, Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// signedIn is a browser of ana's.
func (w *world) signedIn() *browser {
	w.t.Helper()
	b := w.browser()
	link := w.link()
	b.get(200, link)
	b.post(303, link)
	for _, name := range []string{"usher_session", "usher_browser"} {
		w.plant(b.cookie(name))
	}
	return b
}

func (b *browser) cookie(name string) string {
	at, err := url.Parse(b.w.url)
	b.w.must(err)
	for _, c := range b.http.Jar.Cookies(at) {
		if c.Name == name {
			return c.Value
		}
	}
	b.w.t.Fatalf("the browser has no cookie %s", name)
	return ""
}

// get opens a path of ours, or a whole address.
func (b *browser) get(status int, path string) answer {
	b.w.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = b.w.url + path
	}
	req, err := http.NewRequestWithContext(b.w.ctx(), http.MethodGet, path, nil)
	b.w.must(err)
	return b.do(status, req)
}

// back comes back from Discord: the browser is sent on to a page whose address
// holds nothing of it, and which says what came of it.
func (b *browser) back(status int, address string) answer {
	b.w.t.Helper()
	to := b.get(http.StatusSeeOther, address).header.Get("Location")
	if strings.ContainsAny(to, "?#") || !strings.HasPrefix(to, "/") {
		b.w.t.Errorf("the browser is sent to %s", to)
	}
	return b.get(status, to)
}

var hiddenToken = regexp.MustCompile(`<input type="hidden" name="token" value="([^"]+)">`)

// post sends a form, with the token of the page that came last.
func (b *browser) post(status int, path string, fields ...string) answer {
	b.w.t.Helper()
	found := hiddenToken.FindStringSubmatch(b.last.body)
	if found == nil {
		b.w.t.Fatalf("the page has no form:\n%s", b.last.body)
	}
	return b.send(status, path, nil, append([]string{"token=" + found[1]}, fields...)...)
}

// send sends a form as it is.
func (b *browser) send(status int, path string, header map[string]string, fields ...string) answer {
	b.w.t.Helper()
	form := url.Values{}
	for _, f := range fields {
		k, v, _ := strings.Cut(f, "=")
		form.Add(k, v)
	}
	req, err := http.NewRequestWithContext(b.w.ctx(), http.MethodPost, b.w.url+path, strings.NewReader(form.Encode()))
	b.w.must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host // and then the jar has no cookies for it
		for _, c := range b.http.Jar.Cookies(req.URL) {
			req.AddCookie(c)
		}
	}
	return b.do(status, req)
}

// do asks, and looks at what holds of every answer.
func (b *browser) do(status int, req *http.Request) answer {
	t := b.w.t
	t.Helper()
	res, err := b.http.Do(req)
	b.w.must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	b.w.must(err)
	a := answer{res.StatusCode, string(body), res.Header}
	if a.status != status {
		t.Fatalf("%s %s: %d, want %d:\n%s", req.Method, req.URL.Path, a.status, status, a.body)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s %s: %s is %q, want %q", req.Method, req.URL.Path, name, got, want)
		}
	}
	policy := a.header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("%s %s: the policy %q lacks %s", req.Method, req.URL.Path, policy, want)
		}
	}
	if s := b.w.leaked(a.body); s != "" {
		t.Errorf("%s %s: the page holds %s", req.Method, req.URL.Path, s)
	}
	if status != http.StatusSeeOther {
		b.looksRight(req.URL.Path, a, policy)
	}
	b.last = a
	return a
}

var styles = regexp.MustCompile(`(?s)<style>(.*?)</style>`)

// looksRight compares the style of a page with what its policy allows, and
// looks for scripts.
func (b *browser) looksRight(path string, a answer, policy string) {
	t := b.w.t
	t.Helper()
	if got := a.header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("%s: Content-Type %q", path, got)
	}
	found := styles.FindAllStringSubmatch(a.body, -1)
	if len(found) != 1 {
		t.Fatalf("%s: %d styles:\n%s", path, len(found), a.body)
	}
	sum := sha256.Sum256([]byte(found[0][1]))
	if want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
		t.Errorf("%s: the policy %q does not allow the page's own style, %s", path, policy, want)
	}
	for _, no := range []string{"<script", "style=", "onclick", "ZgotmplZ"} {
		if strings.Contains(a.body, no) {
			t.Errorf("%s: the page has %s", path, no)
		}
	}
}

// reads reports whether a page says something, as people read it.
func (a answer) reads(t *testing.T, wants ...string) {
	t.Helper()
	text := html.UnescapeString(a.body)
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q:\n%s", want, text)
		}
	}
}

// href returns where a plain link of that text leads to.
func (a answer) href(t *testing.T, text string) string {
	t.Helper()
	found := regexp.MustCompile(`<a (?:class="button" )?href="([^"]+)">` + regexp.QuoteMeta(text) + `</a>`).FindStringSubmatch(a.body)
	if found == nil {
		t.Fatalf("the page has no link %q:\n%s", text, a.body)
	}
	return html.UnescapeString(found[1])
}

// agree does at Discord what somebody does who agrees, and returns where that
// leads to; what comes with it is a secret.
func (w *world) agree(address, who string) string {
	w.t.Helper()
	c := discordtest.Consent{UserID: who}
	if who == owner {
		c.GuildID = guild
	}
	back, err := w.discord.Agree(address, c)
	w.must(err)
	at, err := url.Parse(back)
	w.must(err)
	w.plant(at.Query().Get("code"))
	return back
}

// connectDiscord connects ana's server, and attaches her product to it for all.
func (w *world) connectDiscord(b *browser) domain.Connection {
	w.t.Helper()
	b.back(200, w.agree(b.get(200, "/admin/communities").href(w.t, "Connect to Discord"), owner))
	all, err := w.usher.Communities.List(w.ctx(), w.ana.ID, ports.Cursor{}, 10)
	w.must(err)
	at := slices.IndexFunc(all, func(c domain.Connection) bool { return c.Service == domain.Discord })
	if at < 0 {
		w.t.Fatal("the server is not connected")
	}
	_, err = w.usher.Communities.Attach(w.ctx(), w.ana.ID, domain.Attachment{ConnectionID: all[at].ID, ProductID: w.pen.ID, AllVariants: true}, true)
	w.must(err)
	w.work()
	w.discord.ForgetCalls()
	return all[at]
}

// in reports whether an account is in the server.
func (w *world) in(who string) bool {
	g, _ := w.discord.Guild(guild)
	return slices.ContainsFunc(g.Members, func(m discordtest.Member) bool { return m.UserID == who })
}

// with returns an address with a parameter changed; an empty value takes it out.
func (w *world) with(address string, q url.Values) string {
	w.t.Helper()
	at, err := url.Parse(address)
	w.must(err)
	query := at.Query()
	maps.Copy(query, q)
	for k, v := range q {
		if len(v) == 0 {
			query.Del(k)
		}
	}
	at.RawQuery = query.Encode()
	return at.String()
}

func newCookie(name, value string) *http.Cookie { return &http.Cookie{Name: name, Value: value} }
