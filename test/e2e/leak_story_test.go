package e2e

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/adapters/discord/discordtest"
)

// sells makes products and sells them, on the command line and through the API.
func (l *leaking) sells() {
	l.made("id", "sellers", "add", "--name", "Ana", "--email", "ana@example.com")
	l.token = l.made("access_token", "tokens", "create", "--name", "shop", "--scopes", "account")
	l.Plant("access token", l.token)
	inkwell := l.made("id", "products", "add", "--name", "Inkwell", "--permalink", "inkwell", "--price", "2900", "--licensed")
	l.made("id", "products", "add", "--name", "Team", "--permalink", "team", "--kind", "membership", "--prices", "monthly=900", "--licensed", "--multiseat")
	l.made("id", "products", "add", "--name", "Club", "--permalink", "club", "--kind", "membership", "--prices", "monthly=900", "--licensed")
	got := l.cli("", "purchases", "record", "--product", "inkwell", "--email", "cleo@example.com")
	l.license(got.text("license", "key"))
	l.cli("", "purchases", "show", got.text("id"))
	body := `{"product":"club","email":"bo@example.com","full_name":"Bo","method":"sandbox_pays"}`
	sold := l.json(http.MethodPost, "/api/sales", l.token, body, "Idempotency-Key", "sale-1")
	l.json(http.MethodPost, "/api/sales", l.token, body, "Idempotency-Key", "sale-1") // is answered from what is kept
	l.sale, l.member, l.page, l.key = sold.text("purchase", "id"), sold.text("membership", "id"), sold.text("access_token"), sold.text("license_key")
	if l.page == "" || l.key == "" || l.member == "" {
		l.Fatalf("nothing was sold: %v", sold)
	}
	l.Plant("page token", l.page)
	l.license(l.key)
	l.json(http.MethodGet, "/api/sales/"+l.sale, l.page, "")
	team := l.json(http.MethodPost, "/api/sales", l.token, `{"product":"team","quantity":3,"email":"dev@example.com","method":"sandbox_pays"}`, "Idempotency-Key", "sale-2")
	l.license(team.text("license_key"))
	l.Plant("page token", team.text("access_token"))
	l.cli("", "seats", "assign", team.text("membership", "id"), "--email", "eva@example.com")
	for _, key := range l.keys {
		l.form(http.MethodPost, "/v2/licenses/verify", "product_id", inkwell, "license_key", key)
		l.form(http.MethodPost, "/v2/licenses/verify", "product_permalink", "club", "license_key", key)
	}
	l.cli(l.key, "licenses", "show")
	club := l.cli("", "products", "show", "club").text("id")
	for _, action := range []string{"disable", "enable", "rotate"} {
		text := l.form(http.MethodPut, "/v2/licenses/"+action, "access_token", l.token, "product_id", club, "license_key", l.key)
		if action == "rotate" {
			var got answer
			_ = json.Unmarshal([]byte(text), &got) // its key is looked at
			l.key = got.text("purchase", "license_key")
			l.license(l.key)
		}
	}
	if got := l.cli(l.key, "licenses", "rotate", "--yes"); got.text("license", "key") != "" {
		l.key = got.text("license", "key")
		l.license(l.key)
	} else {
		l.Fatalf("the key was not rotated: %v", got)
	}
}

func (l *leaking) license(key string) {
	if !l.Plant("license key", key) {
		l.Fatalf("%q is no license key", key)
	}
	l.keys = append(l.keys, key)
}

// connects connects a Circle community, with either kind of token, and a Discord
// server.
func (l *leaking) connects() {
	link := l.made("url", "admin", "link", "--url", l.srv.url)
	path := strings.TrimPrefix(link, l.srv.url)
	l.Plant("admin link", strings.TrimPrefix(path, "/admin/link/"))
	l.post(l.form(http.MethodGet, path), path)
	page := l.form(http.MethodGet, "/admin/communities")
	for _, kind := range []string{"refused token", "Circle token v1", "Circle token v2"} {
		l.post(page, "/admin/communities/circle", "api_token", secretsInHand[kind])
		if got := l.cli(secretsInHand[kind], "communities", "connect-circle", "--community", "3512"); kind != "refused token" {
			l.club = got.text("id")
		}
		l.cli("", "communities", "connect-circle", secretsInHand[kind])
	}
	if l.club == "" {
		l.Fatal("Circle is not connected")
	}
	said := l.goes(leakOwner, l.form(http.MethodGet, "/admin/communities"))
	if !strings.Contains(said, "Connected to") {
		l.Fatalf("Discord is not connected:\n%s", said)
	}
	for _, where := range []string{l.club, "discord"} {
		for _, product := range []string{"inkwell", "club"} {
			l.cli("", "communities", "attach", product, "--connection", where, "--all-customers", "--yes")
		}
	}
	l.cli("", "communities", "list")
	l.cli("", "communities", "show", l.club)
	l.cli("", "communities", "people")
}

// goes presses the first button to Discord on a page, agrees there, and returns
// the page that comes of it.
func (l *leaking) goes(who, page string) string {
	l.Helper()
	m := discordLink.FindStringSubmatch(page)
	if m == nil {
		l.Fatalf("no button leads to Discord:\n%s", page)
	}
	back, err := l.discord.Agree(html.UnescapeString(m[1]), discordtest.Consent{UserID: who, GuildID: leakGuild})
	if err != nil {
		l.Fatal(err)
	}
	u, err := url.Parse(back)
	if err != nil {
		l.Fatal(err)
	}
	return l.form(http.MethodGet, u.RequestURI())
}

// joins lets the buyer in, out and in again.
func (l *leaking) joins() {
	path := "/d/" + l.page
	if said := l.goes(leakBuyer, l.form(http.MethodGet, path)); !strings.Contains(said, "added to the Discord server") {
		l.Fatalf("the buyer is not in:\n%s", said)
	}
	page := l.form(http.MethodGet, path)
	if m := leavePath.FindStringSubmatch(page); m == nil {
		l.Fatalf("there is no Leave button:\n%s", page)
	} else {
		l.post(page, html.UnescapeString(m[1]))
	}
	l.cli("", "clock", "advance", "1h")
	l.goes(leakBuyer, l.form(http.MethodGet, path))
	for _, c := range l.discord.Calls() {
		if v := c.Form.Get("code_verifier"); v != "" {
			l.Plant("verifier", v)
		}
	}
}

// isRefused has both services refuse in all the ways that they know, and repeat
// in it every secret that they were sent.
func (l *leaking) isRefused() {
	refusals := []struct {
		status int
		body   string // $ is what is repeated
	}{
		{400, `{"message":"$","code":50035,"errors":"$"}`}, {403, `{"message":"$","code":50013}`}, {403, `{"message":"$","errors":"$"}`},
		{422, `{"success":false,"message":"$","error_details":{"message":"$"}}`}, {404, `{"message":"$","code":10004}`}, {418, `$`}, {500, `<html>$`},
		{200, `$`}, {200, `{"success":false,"message":"$"}`}, {200, `{"status":"unauthorized","message":"$"}`}, {400, `{"error":"$","error_description":"$"}`},
	}
	l.circle.Script(func(c circletest.Call) *circletest.Reply {
		r := refusals[l.echoing]
		text := echoes(c.Token)
		return &circletest.Reply{Status: r.status, Body: strings.ReplaceAll(r.body, "$", text), Header: map[string]string{"X-Request-Id": c.Token, "Content-Type": "application/json"}}
	})
	l.discord.Answer(func(c discordtest.Call) *discordtest.Reply {
		r := refusals[l.echoing]
		_, token, _ := strings.Cut(c.Header.Get("Authorization"), " ")
		if plain, err := base64.StdEncoding.DecodeString(token); err == nil && c.Actor == "app" {
			token = string(plain)
		}
		text := echoes(token)
		for _, name := range []string{"code", "code_verifier", "client_secret"} {
			text += " " + echoes(c.Form.Get(name))
		}
		text += " " + inquoted.Replace(c.Body)
		return &discordtest.Reply{Status: r.status, Body: strings.ReplaceAll(r.body, "$", text), Header: http.Header{"X-Request-Id": {token}, "X-Ratelimit-Bucket": {token}, "X-Ratelimit-Scope": {token}}}
	})
	for i := range refusals {
		l.echoing = i
		l.post(l.form(http.MethodGet, "/admin/communities"), "/admin/communities/circle", "api_token", secretsInHand["Circle token v2"])
		l.cli(secretsInHand["Circle token v1"], "communities", "connect-circle")
		l.made("id", "purchases", "record", "--product", "inkwell", "--email", "p"+string(rune('a'+i))+"@example.com")
		l.goes(leakBuyer, l.form(http.MethodGet, "/d/"+l.page))
		l.cli("", "communities", "check", l.club)
		l.cli("", "communities", "check", "discord")
		l.cli("", "communities", "show", l.club)
		l.cli("", "communities", "reconcile", "discord")
	}
	l.cli("", "clock", "advance", "5d") // tries, and gives up
	l.circle.Script(nil)
	l.discord.Answer(nil)
	l.circle.Fail(1, circletest.ReplyLost())
	l.discord.Fail(discordtest.Fault{Kind: discordtest.Lost})
	l.cli("", "communities", "check", l.club)
	l.cli("", "communities", "check", "discord")
	for _, c := range l.discord.Calls() {
		if v := c.Form.Get("code_verifier"); v != "" {
			l.Plant("verifier", v)
		}
	}
}

// inquoted lets a JSON text stand inside of another one's.
var inquoted = strings.NewReplacer(`"`, "'", `\`, "/")

// isMistaken hands every secret in at places where it does not belong.
func (l *leaking) isMistaken() {
	all := append([]string{l.token, l.page, l.key, "state", "nothing"}, secretsInHand["Circle token v2"], secretsInHand["bot token"])
	for _, s := range all {
		q, quoted := url.QueryEscape(s), url.PathEscape(s)
		name, err := json.Marshal(s)
		if err != nil {
			l.Fatal(err)
		}
		for _, path := range []string{
			"/v2/licenses/" + quoted, "/v2/licenses/verify?license_key=" + q + "&product_id=" + q, "/v2/licenses/verify?" + q + "=1", "/api/sales/" + quoted, "/api/" + quoted,
			"/api/memberships/" + quoted + "?access_token=" + q, "/d/" + quoted + "x", "/d/" + quoted + "/leave/" + quoted, "/admin/link/" + quoted, "/admin/" + quoted, "/" + quoted,
			"/integrations/discord/callback?state=" + q, "/integrations/discord/callback?code=" + q + "&state=" + q + "&error=" + q + "&error_description=" + q,
		} {
			if s == l.page && strings.HasPrefix(path, "/d/") {
				continue // it is where it belongs
			}
			l.ask(http.MethodGet, path, "", "Authorization", "Bearer "+s, "Referer", l.srv.url+"/d/"+quoted, "User-Agent", s, "Usher-Reason", s)
			l.ask(http.MethodPost, path, `{`+string(name)+`:`+string(name)+`}`, "Content-Type", "application/json", "Authorization", s, "Idempotency-Key", s)
			l.ask(http.MethodPut, path, string(name), "Content-Type", s, "Authorization", "Basic "+s)
			l.ask("PURGE", path, s)
		}
		for _, field := range []string{"product", "email", "method", "quote", "recurrence", "custom_fields", s} {
			in, err := json.Marshal(map[string]string{"product": "club", "email": "bo@example.com", field: s})
			if err != nil {
				l.Fatal(err)
			}
			l.json(http.MethodPost, "/api/sales", l.token, string(in))
		}
		l.cli("", "communities", "connect-circle", s)
	}
	for _, key := range []string{l.key, l.keys[0]} { // what else is typed in is repeated to who typed it
		l.cli("", "licenses", "verify", key)
		l.cli("", "licenses", "show", key)
		l.cli(l.token, "licenses", "verify")
	}
}

// ends gives money back, ends the membership, and takes everybody out.
func (l *leaking) ends() {
	l.cli("", "communities", "connect-circle", "--community", "3512")
	l.cli(secretsInHand["Circle token v2"], "communities", "connect-circle", "--community", "3512")
	l.cli("", "purchases", "refund", l.sale, "--yes")
	l.cli("", "memberships", "end", l.member, "--yes")
	l.cli("", "clock", "advance", "40d")
	l.cli("", "communities", "reconcile", l.club)
	l.post(l.form(http.MethodGet, "/admin/communities"), "/admin/leave")
}

var invitation = regexp.MustCompile(`good for seven days:\n(\S+)`)

// readBack reads all that is kept, in every way that there is.
func (l *leaking) readBack() {
	for _, args := range [][]string{
		{"mail", "list"}, {"jobs", "list"}, {"doctor", "--all"}, {"purchases", "list"}, {"tokens", "list"}, {"communities", "people"}, {"communities", "list", "--all"},
		{"payments", "list", l.sale}, {"memberships", "show", l.member}, {"clock", "show"}, {"export", "-o", filepath.Join(l.Folder, "bare.jsonl")},
	} {
		l.cli("", args...)
	}
	mails := l.cli("", "mail", "list", "--jsonl")
	for id := range strings.SplitSeq(mails.text("said"), "\n") {
		var m answer
		if json.Unmarshal([]byte(id), &m) != nil {
			continue
		}
		got := l.cli("", "mail", "show", m.text("id"))
		if found := invitation.FindStringSubmatch(got.text("text")); found != nil {
			l.Plant("invitation", found[1])
		}
	}
	l.cli("", "export", "--with-keys", "-o", filepath.Join(l.Folder, "keys.jsonl"))
	if l.Database == "" {
		l.cli("", "backup", filepath.Join(l.Folder, "copy.db"))
	}
	l.files() // while it runs, with what is not in the database's file yet
	l.srv.stop()
	l.files()
	l.tables()
	l.Look("server's output", l.srv.stdout.String())
	l.Look("log", l.srv.stderr.String())
	for _, c := range l.circle.Journal() {
		l.Look("addresses at Circle", c.Path)
	}
	for _, c := range l.discord.Calls() {
		l.Look("addresses at Discord", c.Path+" "+c.Header.Get("X-Audit-Log-Reason")+" "+c.Header.Get("Referer"))
	}
}

// files looks through the files of the data folder, but for the secrets' own, and
// the sandbox's book, which is a processor's.
func (l *leaking) files() {
	all, err := os.ReadDir(l.Folder)
	if err != nil {
		l.Fatal(err)
	}
	for _, f := range all {
		text, err := os.ReadFile(filepath.Join(l.Folder, f.Name()))
		if err != nil {
			l.Fatal(err)
		}
		if f.Name() != "usher.secrets" {
			l.Look("file "+f.Name(), string(text))
			continue
		}
		for line := range strings.Lines(string(text)) {
			if number, secret, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(number, "#") {
				plain, err := base64.StdEncoding.DecodeString(secret)
				if err != nil || !l.Plant("server's secret", string(plain)) {
					l.Fatalf("the secrets' file is not understood: %v", err)
				}
			}
		}
	}
}
