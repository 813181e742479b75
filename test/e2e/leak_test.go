package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/test/leaktest"
)

// mayHold are the places that hold a secret by design, and why.
var mayHold = []leaktest.Allowed{
	{Place: "cli tokens create", Kind: "access token", Why: "handed out this once"},
	{Place: "cli admin link", Kind: "admin link", Why: "handed out this once"},
	{Place: "cli purchases record", Kind: "license key", Why: "the seller's own command shows what was sold"},
	{Place: "cli purchases show", Kind: "license key", Why: "as above"},
	{Place: "cli licenses rotate", Kind: "license key", Why: "hands out the new key"},
	{Place: "cli licenses show", Kind: "license key", Why: "the key was asked for, and given"},
	{Place: "cli mail show", Kind: "license key", Why: "a receipt as its reader has it"},
	{Place: "cli mail show", Kind: "invitation", Why: "an invitation as its reader has it"},
	{Place: "file keys.jsonl", Kind: "license key", Why: "exported with keys, into a file that only its owner may read"},
	{Place: "POST /api/sales", Kind: "page token", Why: "the buyer's own token is handed out, once"},
	{Place: "POST /api/sales", Kind: "license key", Why: "what was sold"},
	{Place: "GET /api/sales/*", Kind: "license key", Why: "who has the sale's token sees its key"},
	{Place: "POST /v2/licenses/verify", Kind: "license key", Why: "upstream's body has the key"},
	{Place: "PUT /v2/licenses/disable", Kind: "license key", Why: "upstream's body has the key"},
	{Place: "PUT /v2/licenses/enable", Kind: "license key", Why: "upstream's body has the key"},
	{Place: "PUT /v2/licenses/rotate", Kind: "license key", Why: "upstream's body has the key"},
	{Place: "GET /admin/link/*", Kind: "cookie", Why: "the browser is given its own secret"},
	{Place: "POST /admin/link/*", Kind: "cookie", Why: "the browser is given its session"},
	{Place: "GET /d/*", Kind: "page token", Why: "the form behind Leave has its own page's address"},
	{Place: "POST /d/*/leave/*", Kind: "page token", Why: "it sends back to its own page"},
	{Place: "GET /d/*", Kind: "state", Why: "the Join button leads to Discord with it"},
	{Place: "GET /admin/communities", Kind: "state", Why: "the Connect button leads to Discord with it"},
	{Place: "POST /admin/communities/circle", Kind: "state", Why: "as above, on the page with the answer"},
	{Place: "GET /integrations/discord/callback", Kind: "cookie", Why: "the browser is given the secret of what it is told on the next page"},
}

// secretsInHand are those that somebody gives usher.
var secretsInHand = map[string]string{
	"Circle token v1": "planted-circle/v1+token=of&ana", "Circle token v2": "planted-circle/v2+token=of&ana", "refused token": "refused-circle/token+of&ana",
	"bot token": "planted.bot/token+of=usher", "client secret": "planted-client/secret+of=usher",
}

// TestLeaks runs the program whole, and searches everything that comes out of it,
// and all that it keeps, for every secret that went in or was made.
func TestLeaks(t *testing.T) { onEach(t, leaks) }

func leaks(t *testing.T, at place) {
	l := newLeaks(t, at)
	l.sells()
	l.connects()
	l.joins()
	l.isRefused()
	l.isMistaken()
	l.ends()
	l.readBack()
	found, unused := l.Judge(mayHold...)
	for _, f := range found {
		t.Errorf("a secret is where none may be: %s", f)
	}
	for _, a := range unused {
		t.Errorf("%s holds no %s: it need not be allowed", a.Place, a.Kind)
	}
	kinds := l.Kinds()
	for _, k := range []string{
		"Circle token v1", "Circle token v2", "refused token", "bot token", "client secret", "code", "consent", "refresh token", "state", "verifier",
		"license key", "access token", "page token", "invitation", "admin link", "cookie", "server's secret",
	} {
		if kinds[k] == 0 {
			t.Errorf("no %s was planted", k)
		}
	}
	t.Logf("searched for %v", kinds)
}

// leaking is a shop of which everything is kept to be searched.
type leaking struct {
	*shop
	leaktest.Search
	srv     *server
	circle  *circletest.Server
	discord *discordtest.Server
	browser *http.Client

	echoing int // how the services refuse
	keys    []string
	club    string // id of the Circle connection
	sale    string
	key     string
	page    string // the buyer's token
	member  string
}

const (
	leakGuild = "900000000000000001"
	leakOwner = "800000000000000099"
	leakBuyer = "800000000000000001"
)

func newLeaks(t *testing.T, at place) *leaking {
	program, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	l := &leaking{shop: &shop{T: t, place: at, program: program}}
	for kind, secret := range secretsInHand {
		l.Plant(kind, secret)
	}
	l.circle, err = circletest.NewServer(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.circle.Close)
	l.circle.SetCommunity(circletest.Community{ID: 3512, Name: "Ana's Club"})
	l.circle.SetSpaceGroup(3512, circletest.SpaceGroup{ID: 43576, Name: "Paid"})
	for v, kind := range map[string]circletest.Dialect{"v1": circletest.V1, "v2": circletest.V2} {
		l.circle.SetToken(circletest.Token{Secret: secretsInHand["Circle token "+v], Kind: kind, Communities: []int64{3512}})
	}
	l.discord = discordtest.NewServer(discordtest.App{
		ClientID: "500000000000000001", ClientSecret: secretsInHand["client secret"], BotToken: secretsInHand["bot token"], MembersIntent: true,
	})
	t.Cleanup(l.discord.Close)
	l.discord.SetMint(func(kind string, n int) string {
		secret := fmt.Sprintf("planted/%s+number=%d.of&discord", kind, n)
		l.Plant(map[string]string{"code": "code", "at": "consent", "rt": "refresh token"}[kind], secret)
		return secret
	})
	l.discord.SetUser(discordtest.User{ID: leakOwner, Username: "anaowner"})
	l.discord.SetUser(discordtest.User{ID: leakBuyer, Username: "bo"})
	l.discord.SetGuild(discordtest.Guild{
		ID: leakGuild, Name: "Ana's Server", OwnerID: leakOwner, Members: []discordtest.Member{{UserID: leakOwner}},
		Roles: []discordtest.Role{{ID: leakGuild, Name: "@everyone"}},
	})
	l.env = []string{
		"USHER_PAYMENTS=sandbox", "USHER_TEST_CIRCLE_URL=" + l.circle.URL, "USHER_TEST_DISCORD_URL=" + l.discord.URL, "USHER_DISCORD_CLIENT_ID=500000000000000001",
		"USHER_DISCORD_CLIENT_SECRET=" + secretsInHand["client secret"], "USHER_DISCORD_BOT_TOKEN=" + secretsInHand["bot token"],
	}
	if at.Database != "" { // of a server they are given
		secret := "1 " + base64.StdEncoding.EncodeToString([]byte("the-planted-secret-of-this-shop!"))
		if err := os.WriteFile(filepath.Join(at.Folder, "usher.secrets"), []byte(secret+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l.srv = l.serveWith("--log-level", "debug", "--test-clock", "2026-01-15T09:00:00Z")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	l.browser = &http.Client{Jar: jar, Transport: recorder{l}}
	return l
}

// cli runs a command, whose outcome may be any, and keeps what it prints.
func (l *leaking) cli(stdin string, args ...string) answer {
	l.Helper()
	cmd := l.command(nil, args...)
	var out, err bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &err
	_ = cmd.Run() // how it ends is for other tests
	l.Look("cli "+strings.Join(args[:2], " "), out.String()+"\n"+err.String())
	var got answer
	if json.Unmarshal(out.Bytes(), &got) != nil {
		got = answer{"said": out.String() + err.String()}
	}
	return got
}

// made is cli for what must come out well, with that field.
func (l *leaking) made(field string, args ...string) string {
	l.Helper()
	got := l.cli("", args...)
	text := got.text(strings.Split(field, ".")...)
	if text == "" {
		l.Fatalf("usher %s: there is no %s in %v", strings.Join(args, " "), field, got)
	}
	return text
}

// recorder keeps every answer of the server's.
type recorder struct{ l *leaking }

var words1 = regexp.MustCompile(`^[a-z_]{1,20}$|^v2$`)

func (r recorder) RoundTrip(q *http.Request) (*http.Response, error) {
	got, err := http.DefaultTransport.RoundTrip(q)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		return nil, err
	}
	got.Body = io.NopCloser(bytes.NewReader(body))
	parts := strings.Split(q.URL.Path, "/")
	for i, p := range parts {
		if p != "" && !words1.MatchString(p) {
			parts[i] = "*"
		}
	}
	var header bytes.Buffer
	if err := got.Header.Write(&header); err != nil {
		return nil, err
	}
	for _, c := range got.Cookies() {
		r.l.Plant("cookie", c.Value)
	}
	r.l.Look(q.Method+" "+strings.Join(parts, "/"), got.Status+"\n"+header.String()+"\n"+string(body))
	for _, m := range discordLink.FindAllStringSubmatch(string(body), -1) {
		if u, err := url.Parse(html.UnescapeString(m[1])); err == nil {
			r.l.Plant("state", u.Query().Get("state"))
		}
	}
	return got, nil
}

var (
	discordLink = regexp.MustCompile(`href="([^"]*/oauth2/authorize[^"]*)"`)
	hiddenToken = regexp.MustCompile(`name="token" value="([^"]+)"`)
	leavePath   = regexp.MustCompile(`action="(/d/[^"]+/leave/[^"]+)"`)
)

// ask sends a request and returns the body of its answer, whatever its status.
func (l *leaking) ask(method, path, body string, header ...string) string {
	l.Helper()
	q, err := http.NewRequest(method, l.srv.url+path, strings.NewReader(body))
	if err != nil {
		l.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	got, err := l.browser.Do(q)
	if err != nil {
		l.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		l.Fatal(err)
	}
	return string(text)
}

func (l *leaking) form(method, path string, fields ...string) string {
	f := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		f.Set(fields[i], fields[i+1])
	}
	return l.ask(method, path, f.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// post sends a form of a page that was just read.
func (l *leaking) post(page, path string, fields ...string) string {
	if m := hiddenToken.FindStringSubmatch(page); m != nil {
		fields = append(fields, "token", html.UnescapeString(m[1]))
	}
	return l.form(http.MethodPost, path, fields...)
}

func (l *leaking) json(method, path, token, body string, header ...string) answer {
	text := l.ask(method, path, body, append([]string{"Content-Type", "application/json", "Authorization", "Bearer " + token}, header...)...)
	var got answer
	_ = json.Unmarshal([]byte(text), &got) // a refusal need be none
	return got
}

// echoes are a secret in all the ways in which a service might repeat it.
func echoes(secret string) string {
	b := []byte(secret)
	return strings.Join([]string{
		secret, url.QueryEscape(secret), hex.EncodeToString(b), base64.StdEncoding.EncodeToString(b), base64.StdEncoding.EncodeToString([]byte("x:" + secret)),
	}, " ")
}
