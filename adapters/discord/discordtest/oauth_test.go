package discordtest_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/discord/discordtest"
)

// Challenge and verifier are the example of RFC 7636.
const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// address is that of the authorize page.
func (w *world) address(scope string, more ...string) string {
	q := url.Values{
		"response_type": {"code"}, "client_id": {app.ClientID}, "scope": {scope}, "redirect_uri": {redirect}, "state": {"the-state"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return w.AuthorizeURL() + "?" + q.Encode()
}

const (
	connects = "bot identify"
	joins    = "identify guilds.join"
)

// query reads the query of the address that a browser was sent to.
func query(t *testing.T, address string, err error) url.Values {
	t.Helper()
	u, perr := url.Parse(address)
	if err != nil || perr != nil || !strings.HasPrefix(address, redirect+"?") {
		t.Fatalf("sent to %q (%v), want %s", address, err, redirect)
	}
	return u.Query()
}

func TestOAuth(t *testing.T) {
	rows := []struct {
		name string
		do   func(t *testing.T, w *world)
	}{
		{"DO-1 a seller who agrees comes back with code, state, server and permissions", func(t *testing.T, w *world) {
			to, err := w.Agree(w.address(connects, "permissions", "268435459"), discordtest.Consent{UserID: owner, GuildID: guild})
			q := query(t, to, err)
			if q.Get("code") == "" || q.Get("state") != "the-state" || q.Get("guild_id") != guild || q.Get("permissions") != "268435459" || len(q) != 4 {
				t.Errorf("came back with %v", q)
			}
		}},
		{"DO-1 the bot is in the server afterwards, with what was ticked", func(t *testing.T, w *world) {
			w.SetGuild(discordtest.Guild{ID: "900000000000000002", Name: "New", OwnerID: owner, Members: []discordtest.Member{{UserID: owner}}})
			to, err := w.Agree(w.address(connects, "permissions", "268435459"), discordtest.Consent{UserID: owner, GuildID: "900000000000000002", Without: discordtest.KickMembers})
			if q := query(t, to, err); q.Get("permissions") != "268435457" {
				t.Errorf("granted %s", q.Get("permissions"))
			}
			a := w.asBot("GET", "/guilds/900000000000000002", "")
			if a.status != 200 || !strings.Contains(a.body, `"permissions":"268435457","managed":true,"tags":{"bot_id":"`+bot+`"}`) {
				t.Errorf("answered %d %s", a.status, a.body)
			}
		}},
		{"DO-1 only who manages a server may add the bot to it", func(t *testing.T, w *world) {
			if to, err := w.Agree(w.address(connects), discordtest.Consent{UserID: ana, GuildID: guild}); err == nil {
				t.Errorf("ana was sent to %s", to)
			}
		}},
		{"DO-1 a server that was fixed beforehand is the only one", func(t *testing.T, w *world) {
			to, err := w.Agree(w.address(connects, "guild_id", "900000000000000002", "disable_guild_select", "true"), discordtest.Consent{UserID: owner, GuildID: guild})
			if err == nil {
				t.Errorf("the owner was sent to %s", to)
			}
		}},
		{"DO-2 a customer who agrees comes back with code and state", func(t *testing.T, w *world) {
			to, err := w.Agree(w.address(joins), discordtest.Consent{UserID: ana})
			if q := query(t, to, err); q.Get("code") == "" || q.Get("state") != "the-state" || len(q) != 2 {
				t.Errorf("came back with %v", q)
			}
		}},
		{"DO-3 who refuses comes back with access_denied and the state", func(t *testing.T, w *world) {
			for _, scope := range []string{connects, joins} {
				to, err := w.Refuse(w.address(scope))
				q := query(t, to, err)
				if q.Get("error") != "access_denied" || q.Get("error_description") == "" || q.Get("state") != "the-state" || len(q) != 3 {
					t.Errorf("came back with %v", q)
				}
			}
		}},
		{"DO-4 a join's code is worth an access token, without a server", func(t *testing.T, w *world) {
			a := w.exchange(w.codeOf(joins, discordtest.Consent{UserID: ana}), "code_verifier", verifier)
			var b map[string]any
			if err := json.Unmarshal([]byte(a.body), &b); err != nil || a.status != 200 {
				t.Fatalf("answered %d %s", a.status, a.body)
			}
			if b["token_type"] != "Bearer" || b["expires_in"] != 604800.0 || b["scope"] != joins || b["refresh_token"] == "" || b["guild"] != nil {
				t.Errorf("answered %s", a.body)
			}
			w.send("GET", "/api/v10/users/@me", "", "Authorization", "Bearer "+b["access_token"].(string)).
				is(t, 200, `{"id":"`+ana+`","username":"ana"}`)
		}},
		{"DO-4 a connect's code is worth the server, too", func(t *testing.T, w *world) {
			a := w.exchange(w.codeOf(connects, discordtest.Consent{UserID: owner, GuildID: guild}), "code_verifier", verifier)
			if a.status != 200 || !strings.Contains(a.body, `"guild":{"id":"`+guild+`","name":"Ana's Server","owner_id":"`+owner+`","roles":[`) {
				t.Errorf("answered %d %s", a.status, a.body)
			}
		}},
		{"DO-4 id and secret may come by HTTP Basic", func(t *testing.T, w *world) {
			w.SetCode(discordtest.Code{Code: "code-1", UserID: ana, Scopes: []string{"identify"}})
			f := url.Values{"grant_type": {"authorization_code"}, "code": {"code-1"}, "redirect_uri": {redirect}}
			a := w.send("POST", "/api/oauth2/token", f.Encode(), "Content-Type", "application/x-www-form-urlencoded",
				"Authorization", "Basic NTAwMDAwMDAwMDAwMDAwMDAxOmNsaWVudC1zZWNyZXQ=")
			if a.status != 200 {
				t.Errorf("answered %d %s", a.status, a.body)
			}
		}},
		{"DO-4 JSON is not accepted", func(t *testing.T, w *world) {
			a := w.send("POST", "/api/oauth2/token", `{"grant_type":"authorization_code","code":"code-1"}`, "Content-Type", "application/json")
			a.is(t, 400, `{"error":"invalid_request"}`)
			w.complained(t, "the body must be a form")
		}},
		{"DO-5 a code is worth something once", func(t *testing.T, w *world) {
			code := w.codeOf(joins, discordtest.Consent{UserID: ana})
			w.exchange(code, "code_verifier", verifier)
			w.exchange(code, "code_verifier", verifier).is(t, 400, noCode)
			w.complained(t, "a code is exchanged a second time")
		}},
		{"DO-5 a code of 100 seconds ago is worth nothing", func(t *testing.T, w *world) {
			code := w.codeOf(joins, discordtest.Consent{UserID: ana})
			w.now = w.now.Add(100 * time.Second)
			w.exchange(code, "code_verifier", verifier).is(t, 400, noCode)
		}},
		{"DO-5 a code is worth nothing with another redirect", func(t *testing.T, w *world) {
			code := w.codeOf(joins, discordtest.Consent{UserID: ana})
			w.exchange(code, "code_verifier", verifier, "redirect_uri", redirect+"/").is(t, 400, noCode)
		}},
		{"DO-5 a code is worth nothing without its verifier", func(t *testing.T, w *world) {
			w.exchange(w.codeOf(joins, discordtest.Consent{UserID: ana})).is(t, 400, noCode)
			w.exchange(w.codeOf(joins, discordtest.Consent{UserID: ana}), "code_verifier", verifier+"x").is(t, 400, noCode)
		}},
		{"DO-6 a wrong client secret is 401", func(t *testing.T, w *world) {
			code := w.codeOf(joins, discordtest.Consent{UserID: ana})
			w.exchange(code, "client_secret", "wrong").is(t, 401, `{"error":"invalid_client"}`)
		}},
		{"DO-7 where only identify was granted there is no server", func(t *testing.T, w *world) {
			w.SetCode(discordtest.Code{Code: "code-1", UserID: owner, Scopes: []string{"identify"}, GuildID: guild})
			a := w.exchange("code-1")
			if a.status != 200 || strings.Contains(a.body, "guild") || !strings.Contains(a.body, `"scope":"identify"`) {
				t.Errorf("answered %d %s", a.status, a.body)
			}
		}},
		{"DO-8 revoking ends every token of that authorization", func(t *testing.T, w *world) {
			var b struct {
				Access  string `json:"access_token"`
				Refresh string `json:"refresh_token"`
			}
			json.Unmarshal([]byte(w.exchange(w.codeOf(joins, discordtest.Consent{UserID: ana}), "code_verifier", verifier).body), &b)
			w.form("/api/oauth2/token/revoke", url.Values{"token": {b.Refresh}}).is(t, 200, `{}`)
			w.send("GET", "/api/v10/users/@me", "", "Authorization", "Bearer "+b.Access).want(t, 401, 0)
			w.send("GET", "/api/v10/users/@me", "", "Authorization", "Bearer token-of-ana").is(t, 200, `{"id":"`+ana+`","username":"ana"}`)
			w.form("/api/oauth2/token/revoke", url.Values{"token": {"unknown"}}).is(t, 200, `{}`)
		}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) { row.do(t, newWorld(t)) })
	}
}

const noCode = `{"error":"invalid_grant","error_description":"Invalid \"code\" in request."}`

// codeOf is the code of somebody who agrees.
func (w *world) codeOf(scope string, c discordtest.Consent) string {
	w.t.Helper()
	to, err := w.Agree(w.address(scope, "permissions", "268435459"), c)
	return query(w.t, to, err).Get("code")
}

// complained takes the complaints, of which there must be exactly these.
func (w *world) complained(t *testing.T, parts ...string) {
	t.Helper()
	got := w.TakeComplaints()
	ok := len(got) == len(parts)
	for i := range parts {
		ok = ok && strings.Contains(got[i], parts[i])
	}
	if !ok {
		t.Errorf("complained %q, want %q", got, parts)
	}
}

func TestAuthorizePage(t *testing.T) {
	w := newWorld(t)
	path := strings.TrimPrefix(w.address(connects, "permissions", "268435459"), w.URL)
	shown := w.send("GET", path, "")
	for _, part := range []string{">anaowner</label>", "Ana&#39;s Server", "Kick Members", `value="agree"`, `value="refuse"`} {
		t.Run("the page shows "+part, func(t *testing.T) {
			part = strings.TrimSuffix(strings.TrimPrefix(part, ">"), "</label>")
			if shown.status != 200 || !strings.Contains(shown.body, part) {
				t.Errorf("%d %s", shown.status, shown.body)
			}
		})
	}
	post := func(f url.Values) answer {
		return w.send("POST", path, f.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	}
	t.Run("the button Authorize sends the browser back with a code", func(t *testing.T) {
		a := post(url.Values{"do": {"agree"}, "user": {owner}, "guild": {guild}, "permission": {"1", "268435456"}})
		if q := query(t, a.header.Get("Location"), a.err); a.status != 302 || q.Get("permissions") != "268435457" || q.Get("code") == "" {
			t.Errorf("%d to %s", a.status, a.header.Get("Location"))
		}
	})
	t.Run("the button Cancel sends it back without one", func(t *testing.T) {
		a := post(url.Values{"do": {"refuse"}})
		if q := query(t, a.header.Get("Location"), a.err); a.status != 302 || q.Get("error") != "access_denied" {
			t.Errorf("%d to %s", a.status, a.header.Get("Location"))
		}
	})
	for name, more := range map[string][]string{
		"another client":                 {"client_id", "1"},
		"a redirect nobody registered":   {"redirect_uri", "https://elsewhere.example/"},
		"another response type":          {"response_type", "token"},
		"no scope":                       {"scope", ""},
		"a plain challenge":              {"code_challenge_method", "plain"},
		"permissions that are no number": {"permissions", "all"},
	} {
		t.Run("no browser is sent anywhere for "+name, func(t *testing.T) {
			a := w.send("GET", strings.TrimPrefix(w.address(joins, more...), w.URL), "")
			if a.status != 400 || a.header.Get("Location") != "" || strings.Contains(a.body, "<form") {
				t.Errorf("%d to %q: %s", a.status, a.header.Get("Location"), a.body)
			}
		})
	}
	if calls := w.Calls(); len(calls) != 0 {
		t.Errorf("a person's visits are in the journal: %v", calls)
	}
}
