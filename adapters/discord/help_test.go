package discord_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/discord/discordtest"
)

const (
	ana, bob, owner  = "800000000000000001", "800000000000000002", "800000000000000099"
	guild, other     = "900000000000000001", "900000000000000002"
	paid, mod, extra = "700000000000000001", "700000000000000002", "700000000000000003"
	usherRole        = "700000000000000009"
	bot              = "600000000000000001"
	redirect         = "https://usher.example/integrations/discord/callback"
	token            = discord.AccessToken("token-of-ana")
	everything       = discordtest.ManageRoles | discordtest.KickMembers | discordtest.CreateInvite
)

var t0 = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

// world is Discord with Ana's server, a client, and one clock for both.
type world struct {
	*discordtest.Server
	*discord.Client
	t   *testing.T
	now time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldWith(t, nil)
}

// newWorldWith lets a test change the client's settings.
func newWorldWith(t *testing.T, change func(*discord.Config)) *world {
	t.Helper()
	w := &world{t: t, now: t0}
	w.Server = discordtest.Start(t, discordtest.App{
		ClientID: "500000000000000001", ClientSecret: "client-secret", BotID: bot, BotToken: "bot-token",
		RedirectURIs: []string{redirect}, MembersIntent: true,
	})
	w.SetClock(func() time.Time { return w.now })
	for id, name := range map[string]string{ana: "ana", bob: "bob", owner: "anaowner"} {
		w.SetUser(discordtest.User{ID: id, Username: name})
	}
	w.SetGuild(discordtest.Guild{
		ID: guild, Name: "Ana's Server", OwnerID: owner,
		Roles: []discordtest.Role{
			{ID: guild, Name: "@everyone"}, {ID: paid, Name: "Paid", Position: 2}, {ID: mod, Name: "Mod", Position: 8},
			{ID: usherRole, Name: "usher", Position: 5, Managed: true, BotID: bot, Permissions: everything},
			{ID: extra, Name: "Extra", Position: 3},
		},
		Members: []discordtest.Member{{UserID: owner}, {UserID: bot, Roles: []string{usherRole}}},
	})
	w.SetToken(discordtest.Token{Access: string(token), UserID: ana, Scopes: []string{"identify", "guilds.join"}})
	cfg := discord.Config{
		ClientID: "500000000000000001", ClientSecret: "client-secret", BotToken: "bot-token", BotID: bot,
		RedirectURI: redirect, Version: "test", AuthorizeURL: w.AuthorizeURL(), APIURL: w.APIURL(),
		HTTP:    &http.Client{Transport: &http.Transport{}},
		Limiter: discord.NewLimiter(func() time.Time { return w.now }),
	}
	if change != nil {
		change(&cfg)
	}
	c, err := discord.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	w.Client = c
	return w
}

// newWorldDirect asks without a network, which is quicker.
func newWorldDirect(t *testing.T) *world {
	var asks direct
	w := newWorldWith(t, func(c *discord.Config) { c.HTTP = &http.Client{Transport: &asks} })
	asks.Handler = w.Server.Discord
	return w
}

// direct is a transport that asks a handler.
type direct struct{ http.Handler }

func (d *direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	rec := httptest.NewRecorder()
	d.ServeHTTP(rec, r)
	return rec.Result(), nil
}

// change states the guild anew.
func (w *world) change(f func(*discordtest.Guild)) {
	g, _ := w.Server.Guild(guild)
	f(&g)
	w.SetGuild(g)
}

// join puts somebody in.
func (w *world) join(user string, roles ...string) {
	w.change(func(g *discordtest.Guild) {
		g.Members = append(g.Members, discordtest.Member{UserID: user, Roles: roles})
	})
}

// answerWith has every call answered like this.
func (w *world) answerWith(r discordtest.Reply) {
	w.Answer(func(discordtest.Call) *discordtest.Reply { return &r })
}

// asked are the calls so far, each as method and path below the version.
func (w *world) asked() []string {
	var all []string
	for _, c := range w.Calls() {
		all = append(all, c.Method+" "+c.Path)
	}
	return all
}

// failed returns the error of a call that must have failed.
func failed(t *testing.T, err error) *discord.Error {
	t.Helper()
	e, ok := errors.AsType[*discord.Error](err)
	if !ok {
		t.Fatalf("the error is %v", err)
	}
	return e
}

// held reports whether a call was not sent, and for how long.
func held(t *testing.T, err error) (time.Duration, bool) {
	t.Helper()
	e, ok := errors.AsType[*discord.Error](err)
	if !ok || e.Class != discord.Held {
		return 0, false
	}
	return e.RetryAfter, true
}
