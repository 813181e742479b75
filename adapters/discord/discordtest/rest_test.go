package discordtest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/discord/discordtest"
)

func TestREST(t *testing.T) {
	rows := []struct {
		name string
		do   func(t *testing.T, w *world)
	}{
		{"D-1 a user's token says who they are", func(t *testing.T, w *world) {
			w.SetUser(discordtest.User{ID: ana, Username: "ana", GlobalName: "Ana"})
			w.send("GET", "/api/v10/users/@me", "", "Authorization", "Bearer token-of-ana").
				is(t, 200, `{"id":"`+ana+`","username":"ana","global_name":"Ana"}`)
		}},
		{"D-1 the bot's token says that it is the bot", func(t *testing.T, w *world) {
			w.asBot("GET", "/users/@me", "").is(t, 200, `{"id":"`+bot+`","username":"usher","bot":true}`)
		}},
		{"D-2 a bad token is 401", func(t *testing.T, w *world) {
			for _, auth := range []string{"Bot wrong", "Bearer token-of-ana"} {
				w.send("GET", "/api/v10/guilds/"+guild, "", "Authorization", auth).is(t, 401, `{"message":"401: Unauthorized","code":0}`)
			}
			w.send("GET", "/api/v10/users/@me", "", "Authorization", "Bearer wrong").is(t, 401, `{"message":"401: Unauthorized","code":0}`)
		}},
		{"D-2 a user's token expires", func(t *testing.T, w *world) {
			w.SetToken(discordtest.Token{Access: "short", UserID: ana, Scopes: []string{"identify"}, ExpiresAt: t0.Add(time.Second)})
			w.send("GET", "/api/v10/users/@me", "", "Authorization", "Bearer short").is(t, 200, `{"id":"`+ana+`","username":"ana"}`)
			w.now = t0.Add(time.Second)
			w.send("GET", "/api/v10/users/@me", "", "Authorization", "Bearer short").want(t, 401, 0)
		}},
		{"D-3 a server has its owner and its roles", func(t *testing.T, w *world) {
			w.asBot("GET", "/guilds/"+guild, "").is(t, 200, `{"id":"`+guild+`","name":"Ana's Server","owner_id":"`+owner+`","roles":[`+
				`{"id":"`+guild+`","name":"@everyone","position":0,"permissions":"0","managed":false},`+
				`{"id":"`+paid+`","name":"Paid","position":2,"permissions":"0","managed":false},`+
				`{"id":"`+mod+`","name":"Mod","position":8,"permissions":"0","managed":false},`+
				`{"id":"`+usherRole+`","name":"usher","position":5,"permissions":"268435459","managed":true,"tags":{"bot_id":"`+bot+`"}}]}`)
		}},
		{"D-4 a member has roles", func(t *testing.T, w *world) {
			w.join(ana, paid)
			w.asBot("GET", member, "").is(t, 200, `{"user":{"id":"`+ana+`","username":"ana"},"roles":["`+paid+`"],"pending":false}`)
		}},
		{"D-4 who is not in is unknown", func(t *testing.T, w *world) {
			w.asBot("GET", member, "").is(t, 404, `{"message":"Unknown Member","code":10007}`)
		}},
		{"D-5 who is new is added, with the roles", func(t *testing.T, w *world) {
			w.asBot("PUT", member, asked).is(t, 201, `{"user":{"id":"`+ana+`","username":"ana"},"roles":["`+paid+`"],"pending":false}`)
			if w.rolesOf(ana) != paid {
				t.Errorf("ana has %s", w.rolesOf(ana))
			}
		}},
		{"D-5 under screening who is new is pending", func(t *testing.T, w *world) {
			w.change(func(g *discordtest.Guild) { g.Screening = true })
			w.asBot("PUT", member, token).is(t, 201, `{"user":{"id":"`+ana+`","username":"ana"},"roles":[],"pending":true}`)
		}},
		{"D-6 who is in already is so, and the roles are not applied", func(t *testing.T, w *world) {
			w.join(ana)
			w.asBot("PUT", member, asked).is(t, 204, "")
			if w.rolesOf(ana) != "" {
				t.Errorf("ana has %s", w.rolesOf(ana))
			}
		}},
		{"D-7 an unknown token is refused", func(t *testing.T, w *world) {
			w.asBot("PUT", member, `{"access_token":"other"}`).is(t, 403, `{"message":"Invalid OAuth2 access token provided","code":50025}`)
		}},
		{"D-7 another person's token is refused", func(t *testing.T, w *world) {
			w.asBot("PUT", "/guilds/"+guild+"/members/"+bob, token).want(t, 403, 50025)
		}},
		{"D-7 an expired token is refused", func(t *testing.T, w *world) {
			w.SetToken(discordtest.Token{Access: "token-of-ana", UserID: ana, Scopes: []string{"guilds.join"}, ExpiresAt: t0})
			w.asBot("PUT", member, token).want(t, 403, 50025)
		}},
		{"D-8 a token without guilds.join is refused", func(t *testing.T, w *world) {
			w.SetToken(discordtest.Token{Access: "token-of-ana", UserID: ana, Scopes: []string{"identify"}})
			w.asBot("PUT", member, token).want(t, 403, 50026)
		}},
		{"D-9 who is banned is refused", func(t *testing.T, w *world) {
			w.change(func(g *discordtest.Guild) { g.Bans = []string{ana} })
			w.asBot("PUT", member, token).is(t, 403, `{"message":"The user is banned from this guild.","code":40007}`)
		}},
		{"D-10 who is in a hundred servers is refused", func(t *testing.T, w *world) {
			w.SetUser(discordtest.User{ID: ana, Servers: 100})
			w.asBot("PUT", member, token).is(t, 400, `{"message":"Maximum number of guilds reached (100)","code":30001}`)
		}},
		{"D-10 with Nitro it is two hundred", func(t *testing.T, w *world) {
			w.SetUser(discordtest.User{ID: ana, Servers: 200, Nitro: true})
			w.asBot("PUT", member, token).want(t, 400, 30001)
			w.SetUser(discordtest.User{ID: ana, Servers: 199, Nitro: true})
			w.asBot("PUT", member, token).want(t, 201, -1)
		}},
		{"D-11 a server that is full refuses", func(t *testing.T, w *world) {
			w.change(func(g *discordtest.Guild) { g.MaxMembers = 2 })
			w.asBot("PUT", member, token).want(t, 400, 30019)
		}},
		{"D-12 a limited account is refused", func(t *testing.T, w *world) {
			w.SetUser(discordtest.User{ID: ana, Limited: true})
			w.asBot("PUT", member, token).want(t, 403, 340015)
		}},
		{"D-13 a bot that may not invite adds nobody", func(t *testing.T, w *world) {
			w.allow(everything &^ discordtest.CreateInvite)
			w.asBot("PUT", member, token).is(t, 403, `{"message":"Missing Permissions","code":50013}`)
		}},
		{"D-13 a bot that may not manage roles adds nobody with roles", func(t *testing.T, w *world) {
			w.allow(everything &^ discordtest.ManageRoles)
			w.asBot("PUT", member, asked).want(t, 403, 50013)
			w.asBot("PUT", member, token).want(t, 201, -1)
		}},
		{"D-13 a role above the bot is not given", func(t *testing.T, w *world) {
			w.asBot("PUT", member, `{"access_token":"token-of-ana","roles":["`+mod+`"]}`).want(t, 403, 50013)
		}},
		{"D-14 a server that the bot is not in", func(t *testing.T, w *world) {
			w.change(func(g *discordtest.Guild) { g.Members = g.Members[:1] })
			for _, method := range []string{"GET", "PUT", "DELETE"} {
				w.asBot(method, member, token).is(t, 403, `{"message":"Missing Access","code":50001}`)
			}
		}},
		{"D-14 a server that is gone", func(t *testing.T, w *world) {
			w.DeleteGuild(guild)
			for _, method := range []string{"GET", "PUT", "DELETE"} {
				w.asBot(method, member, token).is(t, 404, `{"message":"Unknown Guild","code":10004}`)
			}
		}},
		{"D-15 a role that is gone, and @everyone, are unknown", func(t *testing.T, w *world) {
			w.join(bob)
			for _, role := range []string{"799999999999999999", guild} {
				w.asBot("PUT", member, `{"access_token":"token-of-ana","roles":["`+role+`"]}`).is(t, 404, `{"message":"Unknown Role","code":10011}`)
				w.asBot("PUT", "/guilds/"+guild+"/members/"+bob+"/roles/"+role, "").want(t, 404, 10011)
			}
		}},
		{"D-16 a role is given and taken, as often as one likes", func(t *testing.T, w *world) {
			w.join(ana)
			for _, row := range []struct{ method, want string }{{"PUT", paid}, {"PUT", paid}, {"DELETE", ""}, {"DELETE", ""}} {
				w.asBot(row.method, member+"/roles/"+paid, "").is(t, 204, "")
				if w.rolesOf(ana) != row.want {
					t.Errorf("after %s ana has %q", row.method, w.rolesOf(ana))
				}
			}
		}},
		{"D-17 who is not in has no roles", func(t *testing.T, w *world) {
			w.asBot("PUT", member+"/roles/"+paid, "").want(t, 404, 10007)
			w.asBot("DELETE", member+"/roles/"+paid, "").want(t, 404, 10007)
		}},
		{"D-17 a role above the bot is neither given nor taken", func(t *testing.T, w *world) {
			w.join(ana, mod)
			w.asBot("PUT", member+"/roles/"+mod, "").want(t, 403, 50013)
			w.asBot("DELETE", member+"/roles/"+mod, "").want(t, 403, 50013)
		}},
		{"D-17 the paid role can be taken from somebody above the bot", func(t *testing.T, w *world) {
			w.join(ana, mod, paid)
			w.asBot("DELETE", member, "").want(t, 403, 50013)
			w.asBot("DELETE", member+"/roles/"+paid, "").is(t, 204, "")
		}},
		{"D-18 a member is kicked", func(t *testing.T, w *world) {
			w.join(ana, paid)
			w.asBot("DELETE", member, "").is(t, 204, "")
			if w.in(ana) {
				t.Error("ana is in")
			}
		}},
		{"D-19 who is not in cannot be kicked", func(t *testing.T, w *world) {
			w.asBot("DELETE", member, "").is(t, 404, `{"message":"Unknown Member","code":10007}`)
		}},
		{"D-20 nobody kicks the owner", func(t *testing.T, w *world) {
			w.allow(discordtest.Administrator)
			w.asBot("DELETE", "/guilds/"+guild+"/members/"+owner, "").is(t, 403, `{"message":"Missing Permissions","code":50013}`)
		}},
		{"D-20 a bot that may not kick does not", func(t *testing.T, w *world) {
			w.join(ana)
			w.allow(everything &^ discordtest.KickMembers)
			w.asBot("DELETE", member, "").want(t, 403, 50013)
		}},
		{"D-20 who has a role above the bot's is not kicked, until it moves up", func(t *testing.T, w *world) {
			w.join(ana, mod)
			w.asBot("DELETE", member, "").want(t, 403, 50013)
			w.raise(9)
			w.asBot("DELETE", member, "").is(t, 204, "")
		}},
		{"D-20 of two roles at one position the lower id is above", func(t *testing.T, w *world) {
			w.join(ana, mod)
			w.raise(8) // 7…09 and Mod, which is 7…02
			w.asBot("DELETE", member, "").want(t, 403, 50013)
			w.change(func(g *discordtest.Guild) {
				g.Roles = append(g.Roles, discordtest.Role{ID: "700000000000000010", Name: "Old", Position: 8})
			})
			w.change(func(g *discordtest.Guild) { g.Members[2].Roles = []string{"700000000000000010"} })
			w.asBot("DELETE", member, "").is(t, 204, "")
		}},
		{"D-21 the bot leaves, and cannot leave again", func(t *testing.T, w *world) {
			w.asBot("DELETE", "/users/@me/guilds/"+guild, "").is(t, 204, "")
			w.asBot("GET", "/guilds/"+guild, "").want(t, 403, 50001)
			w.now = w.now.Add(time.Second)
			w.asBot("DELETE", "/users/@me/guilds/"+guild, "").is(t, 404, `{"message":"Unknown Guild","code":10004}`)
		}},
		{"D-21 leaving has the headers that were recorded", func(t *testing.T, w *world) {
			h := w.asBot("DELETE", "/users/@me/guilds/900000000000000009", "").header
			for name, want := range map[string]string{
				"X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "1.000", "X-RateLimit-Reset": "1772359201.000", "Via": "1.1 google",
			} {
				if h.Get(name) != want {
					t.Errorf("%s is %q, want %q", name, h.Get(name), want)
				}
			}
			if h.Get("X-RateLimit-Bucket") == "" || h.Get("Retry-After") != "" {
				t.Errorf("headers are %v", h)
			}
		}},
		{"D-22 a bucket that is empty says how long, and fills again", func(t *testing.T, w *world) {
			w.SetLimit(discordtest.OpMember, 2, 1337*time.Millisecond)
			for _, left := range []string{"1", "0"} {
				if h := w.asBot("GET", member, "").header; h.Get("X-RateLimit-Remaining") != left {
					t.Errorf("%s are left, want %s", h.Get("X-RateLimit-Remaining"), left)
				}
			}
			a := w.asBot("GET", member, "")
			a.is(t, 429, `{"message":"You are being rate limited.","retry_after":1.337,"global":false}`)
			for name, want := range map[string]string{"Retry-After": "2", "X-RateLimit-Scope": "user", "X-RateLimit-Remaining": "0", "X-RateLimit-Global": ""} {
				if a.header.Get(name) != want {
					t.Errorf("%s is %q, want %q", name, a.header.Get(name), want)
				}
			}
			w.asBot("GET", "/guilds/900000000000000002/members/"+ana, "").want(t, 404, 10004) // another server's bucket
			w.now = w.now.Add(1337 * time.Millisecond)
			w.asBot("GET", member, "").want(t, 404, 10007)
		}},
		{"D-22 a shared limit says so", func(t *testing.T, w *world) {
			w.Fail(discordtest.Fault{Kind: discordtest.LimitedShared})
			if a := w.asBot("GET", member, ""); a.status != 429 || a.header.Get("X-RateLimit-Scope") != "shared" || a.header.Get("X-RateLimit-Bucket") == "" {
				t.Errorf("%d with %v", a.status, a.header)
			}
		}},
		{"D-23 the bot's own limit has no bucket", func(t *testing.T, w *world) {
			w.Fail(discordtest.Fault{Kind: discordtest.LimitedGlobally})
			a := w.asBot("GET", member, "")
			a.is(t, 429, `{"message":"You are being rate limited.","retry_after":64.570,"global":true}`)
			h := a.header
			if h.Get("Retry-After") != "65" || h.Get("X-RateLimit-Global") != "true" || h.Get("X-RateLimit-Scope") != "global" || h.Get("X-RateLimit-Bucket") != "" {
				t.Errorf("headers are %v", h)
			}
		}},
		{"D-23 the bot has fifty calls a second", func(t *testing.T, w *world) {
			w.SetLimit(discordtest.OpMember, 1000, time.Second)
			for range 50 {
				w.asBot("GET", member, "").want(t, 404, 10007)
			}
			w.asBot("GET", "/guilds/"+guild, "").is(t, 429, `{"message":"You are being rate limited.","retry_after":1.000,"global":true}`)
			w.now = w.now.Add(time.Second)
			w.asBot("GET", member, "").want(t, 404, 10007)
		}},
		{"D-24 a ban is HTML", func(t *testing.T, w *world) {
			w.Fail(discordtest.Fault{Kind: discordtest.LimitedHTML, RetryAfter: time.Minute})
			a := w.asBot("GET", member, "")
			if a.status != 429 || !strings.HasPrefix(a.body, "<html>") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") ||
				a.header.Get("Retry-After") != "60" || a.header.Get("X-RateLimit-Bucket") != "" {
				t.Errorf("%d %s with %v", a.status, a.body, a.header)
			}
		}},
		{"D-25 Discord is overloaded", func(t *testing.T, w *world) {
			w.Fail(discordtest.Fault{Kind: discordtest.Overloaded}, discordtest.Fault{Kind: discordtest.BadGateway})
			w.asBot("GET", member, "").want(t, 503, 130000)
			if a := w.asBot("GET", member, ""); a.status != 502 || !strings.HasPrefix(a.body, "<html>") {
				t.Errorf("%d %s", a.status, a.body)
			}
		}},
		{"D-26 a server asks moderators for two factors", func(t *testing.T, w *world) {
			w.join(ana)
			w.change(func(g *discordtest.Guild) { g.Moderation2FA = true })
			w.asBot("DELETE", member, "").want(t, 403, 60003)
			w.asBot("PUT", member+"/roles/"+paid, "").want(t, 403, 60003)
		}},
		{"D-27 what is malformed is refused", func(t *testing.T, w *world) {
			for _, a := range []answer{w.asBot("PUT", member, "{"), w.asBot("PUT", member, "{}"), w.asBot("GET", "/guilds/x", ""), w.asBot("GET", "/guilds/"+guild+"/members?limit=2000", "")} {
				a.is(t, 400, `{"message":"Invalid Form Body","code":50035,"errors":{}}`)
			}
		}},
		{"members are listed by id, in pages", func(t *testing.T, w *world) {
			w.join(ana, paid)
			w.asBot("GET", "/guilds/"+guild+"/members?limit=2", "").is(t, 200, `[{"user":{"id":"`+bot+`","username":"usher","bot":true},"roles":["`+usherRole+`"],"pending":false},`+
				`{"user":{"id":"`+ana+`","username":"ana"},"roles":["`+paid+`"],"pending":false}]`)
			w.asBot("GET", "/guilds/"+guild+"/members?limit=2&after="+ana, "").is(t, 200, `[{"user":{"id":"`+owner+`","username":"anaowner"},"roles":[],"pending":false}]`)
		}},
		{"what nobody serves is not found", func(t *testing.T, w *world) {
			w.asBot("POST", "/channels/1/messages", "{}").is(t, 404, `{"message":"404: Not Found","code":0}`)
		}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) { row.do(t, newWorld(t)) })
	}
	t.Run("members are listed with the intent only", func(t *testing.T) {
		without := app
		without.MembersIntent = false
		newWorldOf(t, without).asBot("GET", "/guilds/"+guild+"/members?limit=1000", "").is(t, 403, `{"message":"Missing Access","code":50001}`)
	})
}

// TestOrder lets everything be wrong with a person's join at once, and mends
// one thing after the other: each time the next in line is what is said.
func TestOrder(t *testing.T) {
	w := newWorld(t)
	w.SetUser(discordtest.User{ID: ana, Servers: 100, Limited: true})
	w.SetToken(discordtest.Token{Access: "token-of-ana", UserID: bob})
	w.Fail(discordtest.Fault{Kind: discordtest.ServerError})
	w.change(func(g *discordtest.Guild) {
		g.Bans, g.MaxMembers, g.Roles[3].Permissions = []string{ana}, 3, 0
		g.Members = []discordtest.Member{{UserID: owner}, {UserID: ana}, {UserID: bob}}
	})
	const gone = "799999999999999999"
	body := func(role string) string { return `{"access_token":"token-of-ana","roles":["` + role + `"]}` }
	for _, step := range []struct {
		name         string
		body         string
		mend         func()
		status, code int
	}{
		{"the fault", body(gone), func() {}, 500, 0},
		{"the bot's place", body(gone), func() {}, 403, 50001},
		{"CREATE_INSTANT_INVITE", body(gone), func() {
			w.change(func(g *discordtest.Guild) {
				g.Members = append(g.Members, discordtest.Member{UserID: bot, Roles: []string{usherRole}})
			})
		}, 403, 50013},
		{"the token's person", body(gone), func() { w.allow(discordtest.CreateInvite) }, 403, 50025},
		{"its scope", body(gone), func() { w.SetToken(discordtest.Token{Access: "token-of-ana", UserID: ana}) }, 403, 50026},
		{"the ban", body(gone), func() {
			w.SetToken(discordtest.Token{Access: "token-of-ana", UserID: ana, Scopes: []string{"guilds.join"}})
		}, 403, 40007},
		{"that they are in", body(gone), func() { w.change(func(g *discordtest.Guild) { g.Bans = nil }) }, 204, -1},
		{"that the role is there", body(gone), func() {
			w.change(func(g *discordtest.Guild) {
				g.Members = []discordtest.Member{g.Members[0], g.Members[2], g.Members[3]}
			})
		}, 404, 10011},
		{"MANAGE_ROLES", body(paid), func() {}, 403, 50013},
		{"the role's place", body(mod), func() { w.allow(everything) }, 403, 50013},
		{"the person's servers", body(paid), func() {}, 400, 30001},
		{"the person's limits", body(paid), func() { w.SetUser(discordtest.User{ID: ana, Limited: true}) }, 403, 340015},
		{"the server's room", body(paid), func() { w.SetUser(discordtest.User{ID: ana}) }, 400, 30019},
		{"nothing", body(paid), func() { w.change(func(g *discordtest.Guild) { g.MaxMembers = 0 }) }, 201, -1},
	} {
		step.mend()
		if a := w.asBot("PUT", member, step.body); a.status != step.status || a.code() != step.code {
			t.Errorf("%s: answered %d %s, want %d with %d", step.name, a.status, a.body, step.status, step.code)
		}
	}
	if w.send("PUT", "/api/v10"+member, "", "Authorization", "Bot wrong").status != http.StatusUnauthorized {
		t.Error("who asks is not asked first")
	}
}
