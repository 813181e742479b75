package discordtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/discord/discordtest"
)

const (
	ana, bob, owner = "800000000000000001", "800000000000000002", "800000000000000099"
	guild           = "900000000000000001"
	paid, mod       = "700000000000000001", "700000000000000002"
	usherRole       = "700000000000000009"
	bot             = "600000000000000001"
	redirect        = "https://usher.example/integrations/discord/callback"
	agent           = "DiscordBot (https://github.com/usherhq/usher, test)"
)

var t0 = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

// world is a Discord with Ana's server and a clock that stands.
type world struct {
	*discordtest.Server
	t   *testing.T
	now time.Time
}

var app = discordtest.App{
	ClientID: "500000000000000001", ClientSecret: "client-secret", BotID: bot, BotToken: "bot-token",
	RedirectURIs: []string{redirect}, MembersIntent: true,
}

func newWorld(t *testing.T) *world { return newWorldOf(t, app) }

func newWorldOf(t *testing.T, app discordtest.App) *world {
	t.Helper()
	w := &world{discordtest.Start(t, app), t, t0}
	w.SetClock(func() time.Time { return w.now })
	for id, name := range map[string]string{ana: "ana", bob: "bob", owner: "anaowner"} {
		w.SetUser(discordtest.User{ID: id, Username: name})
	}
	w.SetGuild(discordtest.Guild{
		ID: guild, Name: "Ana's Server", OwnerID: owner,
		Roles: []discordtest.Role{
			{ID: guild, Name: "@everyone"}, {ID: paid, Name: "Paid", Position: 2}, {ID: mod, Name: "Mod", Position: 8},
			{ID: usherRole, Name: "usher", Position: 5, Managed: true, BotID: bot, Permissions: everything},
		},
		Members: []discordtest.Member{{UserID: owner}, {UserID: bot, Roles: []string{usherRole}}},
	})
	w.SetToken(discordtest.Token{Access: "token-of-ana", UserID: ana, Scopes: []string{"identify", "guilds.join"}})
	return w
}

const everything = discordtest.ManageRoles | discordtest.KickMembers | discordtest.CreateInvite

// change states the guild anew.
func (w *world) change(f func(*discordtest.Guild)) {
	g, _ := w.Guild(guild)
	f(&g)
	w.SetGuild(g)
}

// join puts somebody in.
func (w *world) join(user string, roles ...string) {
	w.change(func(g *discordtest.Guild) {
		g.Members = append(g.Members, discordtest.Member{UserID: user, Roles: roles})
	})
}

// allow sets what the bot may do.
func (w *world) allow(p discordtest.Permission) {
	w.change(func(g *discordtest.Guild) { g.Roles[3].Permissions = p })
}

// raise moves the bot's role.
func (w *world) raise(position int) {
	w.change(func(g *discordtest.Guild) { g.Roles[3].Position = position })
}

func (w *world) in(user string) bool {
	g, _ := w.Guild(guild)
	for _, m := range g.Members {
		if m.UserID == user {
			return true
		}
	}
	return false
}

// rolesOf are the roles of a member, separated by blanks.
func (w *world) rolesOf(user string) string {
	g, _ := w.Guild(guild)
	for _, m := range g.Members {
		if m.UserID == user {
			return strings.Join(m.Roles, " ")
		}
	}
	return "not in"
}

// answer is what came back.
type answer struct {
	status int
	body   string
	header http.Header
	err    error
}

// code is Discord's code for a refusal; -1: the body has none.
func (a answer) code() int {
	b := struct{ Code int }{-1}
	json.Unmarshal([]byte(a.body), &b)
	return b.Code
}

// send makes one request, with a header given as name, value, name, value.
func (w *world) send(method, path, body string, header ...string) answer {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("User-Agent", agent)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	// No connection is used twice: Go would send some requests again.
	req.Close = true
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return answer{err: err}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, string(b), res.Header, err}
}

// asBot makes a call with the bot's token.
func (w *world) asBot(method, path, body string) answer {
	w.t.Helper()
	return w.send(method, "/api/v10"+path, body, "Authorization", "Bot bot-token", "Content-Type", "application/json")
}

// exchange sends a code to the token call.
func (w *world) exchange(code string, more ...string) answer {
	w.t.Helper()
	f := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}}
	for i := 0; i < len(more); i += 2 {
		f.Set(more[i], more[i+1])
	}
	return w.form("/api/oauth2/token", f)
}

func (w *world) form(path string, f url.Values) answer {
	w.t.Helper()
	f.Set("client_id", app.ClientID)
	if !f.Has("client_secret") {
		f.Set("client_secret", app.ClientSecret)
	}
	return w.send("POST", path, f.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// want checks status and code of a refusal.
func (a answer) want(t *testing.T, status, code int) {
	t.Helper()
	if a.err != nil || a.status != status || a.code() != code {
		t.Errorf("answered %d %s (%v), want %d with code %d", a.status, a.body, a.err, status, code)
	}
}

// is checks status and body.
func (a answer) is(t *testing.T, status int, body string) {
	t.Helper()
	if a.err != nil || a.status != status || a.body != body {
		t.Errorf("answered %d %s (%v), want %d %s", a.status, a.body, a.err, status, body)
	}
}

const (
	member = "/guilds/" + guild + "/members/" + ana
	token  = `{"access_token":"token-of-ana"}`
	asked  = `{"access_token":"token-of-ana","roles":["` + paid + `"]}`
)
