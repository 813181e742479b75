package discordtest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/discord/discordtest"
)

func TestComplaints(t *testing.T) {
	rows := []struct {
		name string
		do   func(w *world)
		want []string // parts; none: nothing to complain of
	}{
		{"a User-Agent as Discord wants it is fine", func(w *world) { w.asBot("GET", member, "") }, nil},
		{"the User-Agent of Go", func(w *world) {
			w.send("GET", "/api/v10"+member, "", "Authorization", "Bot bot-token", "User-Agent", "Go-http-client/1.1")
		}, []string{"User-Agent"}},
		{"a User-Agent without a version", func(w *world) {
			w.send("GET", "/api/v10"+member, "", "Authorization", "Bot bot-token", "User-Agent", "DiscordBot (https://usher.example)")
		}, []string{"User-Agent"}},
		{"a token without a scheme word", func(w *world) { w.send("GET", "/api/v10"+member, "", "Authorization", "bot-token") }, []string{"must begin with Bot"}},
		{"a scheme word in other letters", func(w *world) { w.send("GET", "/api/v10"+member, "", "Authorization", "bot bot-token") }, []string{"must begin with Bot"}},
		{"nobody", func(w *world) { w.send("GET", "/api/v10"+member, "") }, []string{"nobody says who"}},
		{"a token call by the bot", func(w *world) {
			w.send("POST", "/api/oauth2/token", "code=code-1", "Content-Type", "application/x-www-form-urlencoded", "Authorization", "Bot bot-token")
		}, []string{"its client secret, not a token"}},
		{"a token call in JSON", func(w *world) {
			w.send("POST", "/api/oauth2/token", `{"client_secret":"client-secret"}`, "Content-Type", "application/json")
		}, []string{"must be a form"}},
		{"a revocation in JSON", func(w *world) {
			w.send("POST", "/api/oauth2/token/revoke", `{}`, "Content-Type", "application/json")
		}, []string{"must be a form"}},
		{"the bot's token in an address", func(w *world) { w.asBot("GET", member+"?t=bot-token", "") }, []string{"the bot's token is in the address"}},
		{"the client secret in an address, escaped", func(w *world) { w.asBot("GET", member+"?t=client%2Dsecret", "") }, []string{"the client secret is in the address"}},
		{"a person's token in an address", func(w *world) { w.asBot("GET", member+"?t=token-of-ana", "") }, []string{"an access token is in the address"}},
		{"a person's own token in an address", func(w *world) {
			w.send("GET", "/api/v10/users/@me?t=their-own", "", "Authorization", "Bearer their-own")
		}, []string{"the access token is in the address"}},
		{"a code in an address", func(w *world) {
			w.SetCode(discordtest.Code{Code: "code-1"})
			w.send("POST", "/api/oauth2/token?code=code-1", "client_secret=x", "Content-Type", "application/x-www-form-urlencoded")
		}, []string{"a code is in the address"}},
		{"a code twice", func(w *world) { w.exchange("code-1"); w.exchange("code-2"); w.exchange("code-1") }, []string{"second time"}},
		{"a code twice, answered by a test", func(w *world) {
			w.Answer(func(discordtest.Call) *discordtest.Reply { return &discordtest.Reply{Closed: true} })
			w.exchange("code-1")
			w.exchange("code-1")
		}, []string{"second time"}},
		{"a limited bucket, too early", func(w *world) {
			w.limited(discordtest.Limited)
			w.now = w.now.Add(1336 * time.Millisecond)
			w.asBot("GET", "/guilds/"+guild+"/members/"+bob, "")
		}, []string{"1ms before retry_after"}},
		{"a limited bucket, in time", func(w *world) {
			w.limited(discordtest.Limited)
			w.now = w.now.Add(1337 * time.Millisecond)
			w.asBot("GET", member, "")
		}, nil},
		{"another bucket", func(w *world) { w.limited(discordtest.Limited); w.asBot("DELETE", member, "") }, nil},
		{"another server's bucket", func(w *world) {
			w.limited(discordtest.Limited)
			w.asBot("GET", "/guilds/900000000000000002/members/"+ana, "")
		}, nil},
		{"a limited bot, too early", func(w *world) {
			w.limited(discordtest.LimitedGlobally)
			w.now = w.now.Add(64 * time.Second)
			w.asBot("DELETE", "/guilds/900000000000000002/members/"+ana, "")
		}, []string{"570ms before retry_after"}},
		{"a limited bot, in time", func(w *world) {
			w.limited(discordtest.LimitedGlobally)
			w.now = w.now.Add(64570 * time.Millisecond)
			w.asBot("DELETE", member, "")
		}, nil},
		{"a person, while the bot is limited", func(w *world) {
			w.limited(discordtest.LimitedGlobally)
			w.send("GET", "/api/v10/users/@me", "", "Authorization", "Bearer token-of-ana")
		}, nil},
		{"a person, while everybody is banned", func(w *world) {
			w.limited(discordtest.LimitedHTML)
			w.send("GET", "/api/v10/users/@me", "", "Authorization", "Bearer token-of-ana")
			w.exchange("code-1")
		}, []string{"2s before retry_after", "2s before retry_after"}},
		{"a limit that a test answers with", func(w *world) {
			w.Answer(func(discordtest.Call) *discordtest.Reply {
				return &discordtest.Reply{Status: 429, Body: `{"retry_after":5,"global":true}`}
			})
			w.asBot("GET", member, "")
			w.asBot("DELETE", member, "")
		}, []string{"5s before retry_after"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			row.do(w)
			if got := len(w.Complaints()); got != len(row.want) {
				t.Errorf("%d complaints, want %d", got, len(row.want))
			}
			w.complained(t, row.want...)
		})
	}
}

// limited is a call that has a limit.
func (w *world) limited(kind discordtest.Kind) {
	w.Fail(discordtest.Fault{Kind: kind})
	w.asBot("GET", member, "")
}

// inner is a test inside of the test.
type inner struct {
	failed  []string
	cleanup []func()
}

func (i *inner) Helper() {}
func (i *inner) Errorf(format string, args ...any) {
	i.failed = append(i.failed, fmt.Sprintf(format, args...))
}
func (i *inner) Cleanup(f func()) { i.cleanup = append(i.cleanup, f) }

func (i *inner) end() {
	for _, f := range i.cleanup {
		f()
	}
}

func TestStart_failsATestThatIsComplainedOf(t *testing.T) {
	for name, taken := range map[string]bool{"left": false, "taken": true} {
		t.Run("complaints are "+name, func(t *testing.T) {
			in := &inner{}
			w := &world{Server: discordtest.Start(in, app), t: t}
			w.send("GET", "/api/v10"+member, "", "Authorization", "bot-token")
			if taken {
				w.TakeComplaints()
			}
			in.end()
			if len(in.failed) == 0 != taken {
				t.Errorf("the test failed with %q", in.failed)
			}
			if a := w.send("GET", "/api/v10"+member, ""); a.err == nil {
				t.Error("the server still answers")
			}
		})
	}
}

func TestComplaints_tellNoSecret(t *testing.T) {
	w := newWorld(t)
	w.asBot("GET", member+"?t=bot-token", "")
	w.exchange("code-1")
	w.send("POST", "/api/oauth2/token?"+url.Values{"code": {"code-1"}}.Encode(), "")
	for _, c := range w.TakeComplaints() {
		if strings.Contains(c, "bot-token") || strings.Contains(c, "code-1") {
			t.Error(c)
		}
	}
}
