package discord_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/discord/discordtest"
)

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

func TestAuthorizeURLs(t *testing.T) {
	w := newWorld(t)
	const shared = "client_id=500000000000000001&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
	const rest = "&redirect_uri=https%3A%2F%2Fusher.example%2Fintegrations%2Fdiscord%2Fcallback&response_type=code"
	for name, row := range map[string]struct{ got, want string }{
		"DO-1 connect":   {w.ConnectURL("s/+1", verifier), shared + "&permissions=268435459" + rest + "&scope=bot%20identify&state=s%2F%2B1"},
		"DO-1 reconnect": {w.ReconnectURL("s", verifier, guild), shared + "&disable_guild_select=true&guild_id=" + guild + "&permissions=268435459" + rest + "&scope=bot%20identify&state=s"},
		"DO-2 join":      {w.JoinURL("s", verifier), shared + rest + "&scope=identify%20guilds.join&state=s"},
	} {
		if row.got != w.AuthorizeURL()+"?"+row.want {
			t.Errorf("%s: %s", name, row.got)
		}
	}
}

// code is what somebody comes back with who agrees.
func (w *world) code(address string, c discordtest.Consent) string {
	w.t.Helper()
	to, err := w.Agree(address, c)
	if err != nil {
		w.t.Fatal(err)
	}
	u, err := url.Parse(to)
	if err != nil {
		w.t.Fatal(err)
	}
	return u.Query().Get("code")
}

func TestExchange(t *testing.T) {
	w := newWorld(t)
	g, err := w.Exchange(t.Context(), w.code(w.ConnectURL("s", verifier), discordtest.Consent{UserID: owner, GuildID: guild}), verifier)
	if err != nil || g.Guild == nil || *g.Guild != (discord.GrantedGuild{ID: guild, Name: "Ana's Server", OwnerID: owner}) || strings.Join(g.Scopes, " ") != "bot identify" {
		t.Errorf("DO-4 a seller's code is worth %+v (%v)", g, err)
	}
	c := w.Calls()[0]
	if f := c.Form; len(f) != 4 || f.Get("grant_type") != "authorization_code" || f.Get("redirect_uri") != redirect || f.Get("code_verifier") != verifier || f.Get("code") == "" || c.Actor != "app" {
		t.Errorf("DO-4 asked with %v by %s", c.Form, c.Actor)
	}
	g, err = w.Exchange(t.Context(), w.code(w.JoinURL("s", verifier), discordtest.Consent{UserID: ana}), verifier)
	if err != nil || g.Guild != nil || strings.Join(g.Scopes, " ") != "identify guilds.join" {
		t.Errorf("DO-4 a customer's code is worth %+v (%v)", g, err)
	}
	if u, err := w.Me(t.Context(), g.Token); err != nil || u.ID != ana {
		t.Errorf("the token is %s's (%v)", u.ID, err)
	}
	for range 2 {
		if err := w.Revoke(t.Context(), g.Token); err != nil {
			t.Errorf("DO-8 revoked: %v", err)
		}
	}
	if _, err := w.Me(t.Context(), g.Token); err == nil {
		t.Error("DO-8 a revoked token is good")
	}
}

// TestExchange_isMadeOnce lets the call fail in every way: the code is sent
// once, whatever came of it.
func TestExchange_isMadeOnce(t *testing.T) {
	kinds := []discordtest.Kind{
		discordtest.ServerError, discordtest.BadGateway, discordtest.Overloaded, discordtest.Limited, discordtest.LimitedGlobally,
		discordtest.LimitedHTML, discordtest.Closed, discordtest.Lost, discordtest.BrokenJSON,
	}
	for _, kind := range kinds {
		w := newWorldWith(t, func(c *discord.Config) { c.HTTP = nil })
		if err := w.Revoke(t.Context(), "x"); err != nil { // so that there is a connection to use again
			t.Fatal(err)
		}
		w.SetCode(discordtest.Code{Code: "code-1", UserID: ana, Scopes: []string{"identify"}})
		w.Fail(discordtest.Fault{Kind: kind, Op: discordtest.OpToken})
		if _, err := w.Exchange(t.Context(), "code-1", verifier); err == nil {
			t.Errorf("%s: no error", kind)
		}
		if calls := w.asked(); len(calls) != 2 {
			t.Errorf("%s: asked %v", kind, calls)
		}
	}
}

func TestExchange_answersThatAreNone(t *testing.T) {
	for name, body := range map[string]string{
		"no token":            `{"token_type":"Bearer"}`,
		"another type":        `{"access_token":"at","token_type":"mac"}`,
		"a server without id": `{"access_token":"at","token_type":"Bearer","guild":{"name":"x"}}`,
		"HTML":                `<html>`,
		"a list":              `[]`,
	} {
		w := newWorld(t)
		w.answerWith(discordtest.Reply{Body: body})
		g, err := w.Exchange(t.Context(), "code-1", verifier)
		if e := failed(t, err); e.Class != discord.Broken || g.Token != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAccessToken_doesNotPrint(t *testing.T) {
	g := discord.Grant{Token: "hidden-token"}
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "token", g.Token)
	fmt.Fprintf(&b, "%v %+v %#v %s %q", g, g, g, g.Token, g.Token)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "token", g.Token)
	if strings.Contains(b.String(), "hidden") {
		t.Error(b.String())
	}
	if j, _ := json.Marshal(g); strings.Contains(string(j), "hidden") {
		t.Errorf("as JSON it is %s", j)
	}
}
