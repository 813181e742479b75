package discord_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/discord/discordtest"
)

// TestCalls makes every call once and looks at what was asked and answered.
func TestCalls(t *testing.T) {
	const members, roles = "/api/v10/guilds/" + guild + "/members/", "/roles/"
	rows := []struct {
		name string
		do   func(t *testing.T, w *world) (got, want any)
		call string
		body string
		head string // name: value
	}{
		{"D-1 whose token it is", func(t *testing.T, w *world) (any, any) {
			u, err := w.Me(t.Context(), token)
			return []any{u, err}, []any{discord.User{ID: ana, Username: "ana"}, nil}
		}, "GET /api/v10/users/@me", "", "Authorization: Bearer token-of-ana"},
		{"D-1 who the bot is", func(t *testing.T, w *world) (any, any) {
			u, err := w.Self(t.Context())
			return []any{u, err}, []any{discord.User{ID: bot, Username: "usher"}, nil}
		}, "GET /api/v10/users/@me", "", "Authorization: Bot bot-token"},
		{"D-3 a server", func(t *testing.T, w *world) (any, any) {
			g, err := w.Client.Guild(t.Context(), guild)
			return []any{g.Name, g.OwnerID, len(g.Roles), g.Roles[3].Permissions, g.Roles[3].Tags.BotID, err},
				[]any{"Ana's Server", owner, 5, discord.Permissions, bot, nil}
		}, "GET /api/v10/guilds/" + guild, "", "User-Agent: DiscordBot (https://github.com/usherhq/usher, test)"},
		{"D-4 a member", func(t *testing.T, w *world) (any, any) {
			w.join(ana, paid)
			m, in, err := w.Member(t.Context(), guild, ana)
			return []any{m.User.Username, strings.Join(m.Roles, " "), in, err}, []any{"ana", paid, true, nil}
		}, "GET " + members + ana, "", ""},
		{"D-4 nobody", func(t *testing.T, w *world) (any, any) {
			_, in, err := w.Member(t.Context(), guild, ana)
			return []any{in, err}, []any{false, nil}
		}, "GET " + members + ana, "", ""},
		{"D-5 somebody new, with a role", func(t *testing.T, w *world) (any, any) {
			w.change(func(g *discordtest.Guild) { g.Screening = true })
			a, err := w.Add(t.Context(), guild, ana, token, []string{paid})
			return []any{a, err}, []any{discord.Added{Pending: true, Name: "ana"}, nil}
		}, "PUT " + members + ana, `{"access_token":"token-of-ana","roles":["` + paid + `"]}`, "Content-Type: application/json"},
		{"D-5 somebody new, without a role", func(t *testing.T, w *world) (any, any) {
			a, err := w.Add(t.Context(), guild, ana, token, nil)
			return []any{a, err}, []any{discord.Added{Name: "ana"}, nil}
		}, "PUT " + members + ana, `{"access_token":"token-of-ana"}`, ""},
		{"D-6 somebody who is in", func(t *testing.T, w *world) (any, any) {
			w.join(ana)
			a, err := w.Add(t.Context(), guild, ana, token, nil)
			return []any{a, err}, []any{discord.Added{Already: true}, nil}
		}, "PUT " + members + ana, `{"access_token":"token-of-ana"}`, ""},
		{"D-16 a role given", func(t *testing.T, w *world) (any, any) {
			w.join(ana)
			return w.GiveRole(t.Context(), guild, ana, paid, "why & for whom"), nil
		}, "PUT " + members + ana + roles + paid, "", "X-Audit-Log-Reason: why%20&%20for%20whom"},
		{"D-16 a role taken", func(t *testing.T, w *world) (any, any) {
			w.join(ana, paid)
			o, err := w.TakeRole(t.Context(), guild, ana, paid, "")
			return []any{o, err}, []any{discord.Done, nil}
		}, "DELETE " + members + ana + roles + paid, "", "X-Audit-Log-Reason: "},
		{"D-17 a role of nobody's taken", func(t *testing.T, w *world) (any, any) {
			o, err := w.TakeRole(t.Context(), guild, ana, paid, "")
			return []any{o, err}, []any{discord.WasNotIn, nil}
		}, "DELETE " + members + ana + roles + paid, "", ""},
		{"D-15 a role that is gone taken", func(t *testing.T, w *world) (any, any) {
			w.join(ana)
			o, err := w.TakeRole(t.Context(), guild, ana, "799999999999999999", "")
			return []any{o, err}, []any{discord.RoleGone, nil}
		}, "DELETE " + members + ana + roles + "799999999999999999", "", ""},
		{"D-18 a member kicked", func(t *testing.T, w *world) (any, any) {
			w.join(ana)
			o, err := w.Kick(t.Context(), guild, ana, "over")
			return []any{o, err}, []any{discord.Done, nil}
		}, "DELETE " + members + ana, "", "X-Audit-Log-Reason: over"},
		{"D-19 nobody kicked", func(t *testing.T, w *world) (any, any) {
			o, err := w.Kick(t.Context(), guild, ana, "")
			return []any{o, err}, []any{discord.WasNotIn, nil}
		}, "DELETE " + members + ana, "", ""},
		{"D-14 somebody kicked from a server that is gone", func(t *testing.T, w *world) (any, any) {
			w.DeleteGuild(guild)
			o, err := w.Kick(t.Context(), guild, ana, "")
			return []any{o, err}, []any{discord.ServerGone, nil}
		}, "DELETE " + members + ana, "", ""},
		{"D-21 a server left", func(t *testing.T, w *world) (any, any) {
			o, err := w.Leave(t.Context(), guild)
			return []any{o, err}, []any{discord.Done, nil}
		}, "DELETE /api/v10/users/@me/guilds/" + guild, "", ""},
		{"D-21 a server left that the bot was not in", func(t *testing.T, w *world) (any, any) {
			o, err := w.Leave(t.Context(), other)
			return []any{o, err}, []any{discord.WasNotIn, nil}
		}, "DELETE /api/v10/users/@me/guilds/" + other, "", ""},
		{"the first page of members", func(t *testing.T, w *world) (any, any) {
			page, err := w.Members(t.Context(), guild, "")
			return []any{len(page), page[0].User.ID, err}, []any{2, bot, nil}
		}, "GET /api/v10/guilds/" + guild + "/members?limit=1000", "", ""},
		{"the next page of members", func(t *testing.T, w *world) (any, any) {
			page, err := w.Members(t.Context(), guild, bot)
			return []any{len(page), page[0].User.ID, err}, []any{1, owner, nil}
		}, "GET /api/v10/guilds/" + guild + "/members?after=" + bot + "&limit=1000", "", ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			got, want := row.do(t, w)
			g, many := got.([]any)
			if many && !slices.Equal(g, want.([]any)) || !many && got != want {
				t.Errorf("answered %v, want %v", got, want)
			}
			calls := w.Calls()
			if len(calls) != 1 {
				t.Fatalf("asked %v", w.asked())
			}
			if c := calls[0]; c.Method+" "+c.Path != row.call || c.Body != row.body {
				t.Errorf("asked %s %s with %q, want %s with %q", c.Method, c.Path, c.Body, row.call, row.body)
			}
			if name, value, _ := strings.Cut(row.head, ": "); row.head != "" && calls[0].Header.Get(name) != strings.TrimSuffix(value, ": ") {
				t.Errorf("%s is %q", row.head, calls[0].Header.Get(name))
			}
		})
	}
}

func TestCalls_refuseWhatIsNoID(t *testing.T) {
	w := newWorld(t)
	for name, err := range map[string]error{
		"a server":            second(w.Client.Guild(t.Context(), "../users/@me")),
		"a server to leave":   second(w.Leave(t.Context(), "")),
		"a person":            second(w.Kick(t.Context(), guild, "@me", "")),
		"a role":              w.GiveRole(t.Context(), guild, ana, "x", ""),
		"a server of members": second(w.Members(t.Context(), "123456789012345678901", "")),
	} {
		if e := failed(t, err); e.Class != discord.Invalid || e.Sent {
			t.Errorf("%s: %v", name, err)
		}
	}
	if calls := w.asked(); len(calls) != 0 {
		t.Errorf("asked %v", calls)
	}
}

func second[T any](_ T, err error) error { return err }

func TestNew(t *testing.T) {
	full := discord.Config{ClientID: "500000000000000001", ClientSecret: "s", BotToken: "NjAwMDAwMDAwMDAwMDAwMDAx.xyz.abc"}
	c, err := discord.New(full)
	if err != nil || c.BotID() != "600000000000000001" {
		t.Errorf("the bot of the token is %q (%v)", c.BotID(), err)
	}
	full.BotToken = "no.token"
	if c, err = discord.New(full); err != nil || c.BotID() != full.ClientID {
		t.Errorf("the bot of a token that says nothing is %q (%v)", c.BotID(), err)
	}
	for name, without := range map[string]func(*discord.Config){
		"client id":     func(c *discord.Config) { c.ClientID = "" },
		"client secret": func(c *discord.Config) { c.ClientSecret = "" },
		"bot token":     func(c *discord.Config) { c.BotToken = "" },
	} {
		cfg := full
		if without(&cfg); second(discord.New(cfg)) == nil {
			t.Errorf("made without %s", name)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	followed := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	defer elsewhere.Close()
	w := newWorld(t)
	w.answerWith(discordtest.Reply{Status: 307, Header: http.Header{"Location": {elsewhere.URL}}})
	if e := failed(t, second(w.Add(t.Context(), guild, ana, token, nil))); e.Status != 307 || followed {
		t.Errorf("%v, and followed: %t", e, followed)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat(" ", 8<<20)
	for status, class := range map[int]discord.Class{200: discord.Broken, 404: discord.HTML} {
		w.answerWith(discordtest.Reply{Status: status, Body: `{"id":"` + guild + `","code":10004}` + long})
		if e := failed(t, second(w.Client.Guild(t.Context(), guild))); e.Class != class || e.Code != 0 {
			t.Errorf("an endless %d is %v", status, e)
		}
	}
	w.now = w.now.Add(time.Hour)
	w.answerWith(discordtest.Reply{Status: 400, Body: `{"message":"` + strings.Repeat("ä", 1000) + `"}`})
	if e := failed(t, second(w.Client.Guild(t.Context(), guild))); len(e.Message) > 200 {
		t.Errorf("a long text is kept: %d bytes", len(e.Message))
	}
}

func TestDeadline(t *testing.T) {
	w := newWorldWith(t, func(c *discord.Config) { c.Timeout = 1 })
	w.join(ana)
	err := second(w.Kick(t.Context(), guild, ana, ""))
	if e := failed(t, err); e.Class != discord.NoAnswer || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a call that takes too long is %v", err)
	}
	w = newWorld(t)
	w.Fail(discordtest.Fault{Kind: discordtest.Slow})
	ctx, cancel := context.WithCancel(t.Context())
	w.Answer(func(discordtest.Call) *discordtest.Reply { cancel(); return nil })
	if err := second(w.Kick(ctx, guild, ana, "")); !errors.Is(err, context.Canceled) {
		t.Errorf("a call whose caller is gone is %v", err)
	}
}

// TestCalls_areMadeOnce breaks a connection that was used before, which is when
// Go would send a request again.
func TestCalls_areMadeOnce(t *testing.T) {
	for _, kind := range []discordtest.Kind{discordtest.Closed, discordtest.Lost} {
		w := newWorld(t)
		if _, err := w.Self(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.Fail(discordtest.Fault{Kind: kind})
		_, _, err := w.Member(t.Context(), guild, ana)
		if e := failed(t, err); e.Class != discord.NoAnswer || !e.Sent || len(w.Calls()) != 2 {
			t.Errorf("%s: %v, after %v", kind, err, w.asked())
		}
	}
}

// TestErrors_tellNoSecret has Discord say every secret of each call, in every
// way that it can fail.
func TestErrors_tellNoSecret(t *testing.T) {
	const all = "bot-token client-secret token-of-ana the-code the-verifier"
	for name, reply := range map[string]discordtest.Reply{
		"refused":      {Status: 400, Body: `{"code":50035,"message":"` + all + `"}`},
		"oauth":        {Status: 400, Body: `{"error":"` + all + `","error_description":"` + all + `"}`},
		"no success":   {Status: 200, Body: `{"id":"` + all + `"`},
		"html":         {Status: 502, Body: "<html>" + all},
		"no answer":    {Closed: true},
		"to elsewhere": {Status: 302, Header: http.Header{"Location": {"https://example.com/" + all}}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.answerWith(reply)
			for _, call := range []struct {
				err     error
				secrets string // that it has
			}{
				{second(w.Exchange(t.Context(), "the-code", "the-verifier")), "bot-token client-secret the-code the-verifier"},
				{w.Revoke(t.Context(), token), "bot-token client-secret token-of-ana"},
				{second(w.Me(t.Context(), token)), "bot-token client-secret token-of-ana"},
				{second(w.Add(t.Context(), guild, ana, token, nil)), "bot-token client-secret token-of-ana"},
				{second(w.Client.Guild(t.Context(), guild)), "bot-token client-secret"},
			} {
				if call.err == nil {
					continue // a revocation needs no body
				}
				said := call.err.Error() + fmt.Sprintf("%+v", *failed(t, call.err)) + failed(t, call.err).Trouble(t0).Error()
				if strings.Contains(said, w.URL) {
					t.Errorf("%s shows where Discord is", said)
				}
				for _, s := range strings.Fields(call.secrets) {
					if strings.Contains(said, s) {
						t.Errorf("%s shows %s", said, s)
					}
				}
			}
		})
	}
}
