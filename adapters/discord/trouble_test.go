package discord_test

import (
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/domain"
)

// TestTrouble has each refusal of Discord's happen, and asks who must act.
func TestTrouble(t *testing.T) {
	ctx := t.Context
	add := func(roles ...string) func(*world) error {
		return func(w *world) error { return second(w.Add(ctx(), guild, ana, token, roles)) }
	}
	kick := func(w *world) error { return second(w.Kick(ctx(), guild, ana, "")) }
	look := func(w *world) error { _, _, err := w.Member(ctx(), guild, ana); return err }
	give := func(w *world) error { return w.GiveRole(ctx(), guild, ana, paid, "") }
	list := func(w *world) error { return second(w.Members(ctx(), guild, "")) }
	leave := func(w *world) error { return second(w.Leave(ctx(), guild)) }
	me := func(w *world) error { return second(w.Me(ctx(), token)) }
	exchange := func(w *world) error { return second(w.Exchange(ctx(), "code-1", verifier)) }
	fails := func(kind discordtest.Kind) func(*world) {
		return func(w *world) { w.Fail(discordtest.Fault{Kind: kind}) }
	}
	says := func(status int, body string) func(*world) {
		return func(w *world) { w.answerWith(discordtest.Reply{Status: status, Body: body}) }
	}
	change := func(f func(*discordtest.Guild)) func(*world) { return func(w *world) { w.change(f) } }
	nothing := func(*world) {}

	rows := []struct {
		name  string
		given func(*world)
		call  func(*world) error
		want  domain.Trouble
	}{
		{"DO-5 a code that is worth nothing", nothing, exchange,
			domain.Trouble{Party: domain.CustomerActs, Cause: domain.CauseProofRefused, Detail: "400 invalid_grant"}},
		{"DO-6 a client secret that is wrong", says(401, `{"error":"invalid_client"}`), exchange,
			domain.Trouble{Party: domain.OperatorActs, Cause: domain.CauseBotTokenInvalid, Detail: "401 invalid_client"}},
		{"D-2 the bot's token is bad", fails(discordtest.Unauthorized), look,
			domain.Trouble{Party: domain.OperatorActs, Cause: domain.CauseBotTokenInvalid, Detail: "401"}},
		{"D-2 a person's token is bad", fails(discordtest.Unauthorized), me,
			domain.Trouble{Party: domain.CustomerActs, Cause: domain.CauseProofRefused, Detail: "401"}},
		{"D-7 the token is refused", func(w *world) { w.SetToken(discordtest.Token{Access: string(token), UserID: bob}) }, add(),
			domain.Trouble{Party: domain.CustomerActs, Cause: domain.CauseProofRefused, Detail: "403 50025"}},
		{"D-8 the scope is missing", func(w *world) { w.SetToken(discordtest.Token{Access: string(token), UserID: ana}) }, add(),
			domain.Trouble{Party: domain.CustomerActs, Cause: domain.CauseProofRefused, Detail: "403 50026"}},
		{"D-9 banned", change(func(g *discordtest.Guild) { g.Bans = []string{ana} }), add(),
			domain.Trouble{Party: domain.CustomerActs, Cause: domain.CauseBanned, Detail: "403 40007"}},
		{"D-10 in too many servers", func(w *world) { w.SetUser(discordtest.User{ID: ana, Servers: 100}) }, add(),
			domain.Trouble{Party: domain.CustomerActs, Cause: domain.CauseTooManyServers, Detail: "400 30001"}},
		{"D-11 the server is full", change(func(g *discordtest.Guild) { g.MaxMembers = 2 }), add(),
			domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseServerFull, Detail: "400 30019"}},
		{"D-12 the account is limited", func(w *world) { w.SetUser(discordtest.User{ID: ana, Limited: true}) }, add(),
			domain.Trouble{Party: domain.CustomerActs, Cause: domain.CauseAccountLimited, Detail: "403 340015"}},
		{"D-13 the bot may not", change(func(g *discordtest.Guild) { g.Roles[3].Permissions = 0 }), add(),
			domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseMissingPermission, Detail: "403 50013"}},
		{"D-14 the bot is not in", change(func(g *discordtest.Guild) { g.Members = g.Members[:1] }), look,
			domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseBotMissing, Detail: "403 50001"}},
		{"D-14 the server is gone", func(w *world) { w.DeleteGuild(guild) }, look,
			domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseBotMissing, Detail: "404 10004"}},
		{"D-14 the bot is not in, at a kick", change(func(g *discordtest.Guild) { g.Members = g.Members[:1] }), kick,
			domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseBotMissing, Detail: "403 50001"}},
		{"D-15 the role is gone", nothing, add("799999999999999999"),
			domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseTargetMissing, Detail: "404 10011"}},
		{"D-17 who was to get a role has left", nothing, give,
			domain.Trouble{Party: domain.CustomerActs, Cause: domain.CauseLeft, Detail: "404 10007"}},
		{"D-21 the bot may not leave", says(403, `{"message":"Missing Access","code":50001}`), leave,
			domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseRemovalRefused, Detail: "403 50001"}},
		{"members cannot be listed", says(403, `{"message":"Missing Access","code":50001}`), list,
			domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseMissingPermission, Detail: "Server Members Intent"}},
		{"D-22 a bucket's limit", fails(discordtest.Limited), kick,
			domain.Trouble{Party: domain.WaitActs, Cause: domain.CauseRateLimited, TryAt: t0.Add(2 * time.Second), Detail: "429"}},
		{"D-22 a shared limit", fails(discordtest.LimitedShared), kick,
			domain.Trouble{Party: domain.WaitActs, Cause: domain.CauseRateLimited, TryAt: t0.Add(2 * time.Second), Detail: "429"}},
		{"D-23 the bot's limit", fails(discordtest.LimitedGlobally), kick,
			domain.Trouble{Party: domain.WaitActs, Cause: domain.CauseRateLimited, TryAt: t0.Add(65 * time.Second), Detail: "429"}},
		{"D-23 a limit that does not say how long", says(429, `{"message":"You are being rate limited."}`), kick,
			domain.Trouble{Party: domain.WaitActs, Cause: domain.CauseRateLimited, TryAt: t0.Add(time.Minute), Detail: "429"}},
		{"D-24 a ban", fails(discordtest.LimitedHTML), kick,
			domain.Trouble{Party: domain.OperatorActs, Cause: domain.CauseCloudflareBan, TryAt: t0.Add(2 * time.Second), Detail: "429 html"}},
		{"D-24 a ban that does not say how long", says(429, "<html>"), kick,
			domain.Trouble{Party: domain.OperatorActs, Cause: domain.CauseCloudflareBan, TryAt: t0.Add(10 * time.Minute), Detail: "429 html"}},
		{"D-24 a ban without a body", says(429, ""), kick,
			domain.Trouble{Party: domain.OperatorActs, Cause: domain.CauseCloudflareBan, TryAt: t0.Add(10 * time.Minute), Detail: "429 html"}},
		{"D-25 overloaded", fails(discordtest.Overloaded), kick,
			domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable, Detail: "503 130000"}},
		{"D-25 502 with HTML", fails(discordtest.BadGateway), kick,
			domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable, Detail: "502 html", Lost: true}},
		{"D-25 500", fails(discordtest.ServerError), kick,
			domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable, Detail: "500", Lost: true}},
		{"D-26 two factors are asked for", func(w *world) {
			w.change(func(g *discordtest.Guild) { g.Moderation2FA = true })
		}, kick, domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseMissingPermission, Detail: "two-factor authentication"}},
		{"D-27 a call of ours that is wrong", says(400, `{"code":50035,"message":"Invalid Form Body","errors":{}}`), kick,
			domain.Trouble{Party: domain.NobodyCan, Cause: domain.CauseRefused, Detail: "400 50035, request 0000000000000001-TST"}},
		{"a call to what is not there", says(404, `{"code":0,"message":"404: Not Found"}`), kick,
			domain.Trouble{Party: domain.NobodyCan, Cause: domain.CauseRefused, Detail: "404, request 0000000000000001-TST"}},
		{"a code nobody has heard of", says(403, `{"code":99999,"message":"New"}`), kick,
			domain.Trouble{Party: domain.NobodyCan, Cause: domain.CauseRefused, Detail: "403 99999, request 0000000000000001-TST"}},
		{"a timeout of the server's", says(408, `{"code":0}`), kick,
			domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable, Detail: "408", Lost: true}},
		{"a page that blocks us", says(403, "<html>"), kick,
			domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable, Detail: "403 html", Lost: true}},
		{"an answer that cannot be read", fails(discordtest.BrokenJSON), look,
			domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable, Detail: "200 broken", Lost: true}},
		{"an answer about somebody else", says(200, `{"user":{"id":"1"}}`), look,
			domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable, Detail: "200 broken", Lost: true}},
		{"a success that PUT does not have", says(200, `{}`), add(),
			domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable, Detail: "200 broken", Lost: true}},
		{"no answer", fails(discordtest.Lost), add(),
			domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable, Detail: "no answer", Lost: true}},
		{"nobody listens", func(w *world) { w.Close() }, kick,
			domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable, Detail: "no answer"}},
		{"a call that is held back", func(w *world) { fails(discordtest.LimitedGlobally)(w); kick(w) }, kick,
			domain.Trouble{Party: domain.WaitActs, Cause: domain.CauseRateLimited, TryAt: t0.Add(65 * time.Second), Detail: "not sent"}},
		{"a call that a ban holds back", func(w *world) { fails(discordtest.LimitedHTML)(w); kick(w) }, kick,
			domain.Trouble{Party: domain.WaitActs, Cause: domain.CauseCloudflareBan, TryAt: t0.Add(2 * time.Second), Detail: "not sent"}},
		{"a call that a bad token holds back", func(w *world) { fails(discordtest.Unauthorized)(w); kick(w) }, kick,
			domain.Trouble{Party: domain.OperatorActs, Cause: domain.CauseBotTokenInvalid, Detail: "not sent"}},
		{"an id that is none", nothing, func(w *world) error { return second(w.Kick(ctx(), "x", ana, "")) },
			domain.Trouble{Party: domain.NobodyCan, Cause: domain.CauseRefused, Detail: "not sent: no id of Discord's"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			row.given(w)
			// Business time is another clock.
			business := t0.Add(1000 * time.Hour)
			if !row.want.TryAt.IsZero() {
				row.want.TryAt = business.Add(row.want.TryAt.Sub(t0))
			}
			if got := failed(t, row.call(w)).Trouble(business); *got != row.want {
				t.Errorf("%+v, want %+v", *got, row.want)
			}
		})
	}
}

// TestError_saysAll looks at what an operator needs of a refusal.
func TestError_saysAll(t *testing.T) {
	w := newWorld(t)
	w.Fail(discordtest.Fault{Kind: discordtest.Limited})
	e := failed(t, second(w.Kick(t.Context(), guild, ana, "")))
	if e.Op != "kick" || e.Status != 429 || e.Class != discord.Refused || e.RetryAfter != 2*time.Second || e.Scope != "user" || e.Global || e.Bucket == "" || e.RequestID == "" || !e.Sent {
		t.Errorf("%+v", e)
	}
	w.Fail(discordtest.Fault{Kind: discordtest.LimitedGlobally})
	e = failed(t, second(w.Leave(t.Context(), guild)))
	if e.Scope != "global" || !e.Global || e.Bucket != "" || e.Error() != `discord: leave: refused, status 429, "You are being rate limited.", request 0000000000000002-TST, not for 1m5s` {
		t.Errorf("%+v: %v", e, e)
	}
	if _, sent := held(t, second(w.Leave(t.Context(), guild))); !sent {
		t.Error("it was sent again")
	}
}
