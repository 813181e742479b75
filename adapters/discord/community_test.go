package discord_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// business is a time of business, which no other clock shows.
var business = t0.Add(1000 * time.Hour)

var door = ports.Door{Connection: "c1", SellerID: "s1", RemoteID: guild}

func (w *world) community() *discord.Community {
	return discord.NewCommunity(w.Client, func() time.Time { return business })
}

func roles(ids ...domain.TargetID) domain.Targets { return domain.MakeTargets(ids...) }

// trouble returns what an error is; the zero Trouble is of none.
func trouble(t *testing.T, err error) domain.Trouble {
	t.Helper()
	if err == nil {
		return domain.Trouble{}
	}
	tr, ok := errors.AsType[*domain.Trouble](err)
	if !ok {
		t.Fatalf("the error is %v", err)
	}
	return *tr
}

// then checks which calls were made, as methods and what is behind the server's
// path.
func (w *world) then(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, call := range w.asked() {
		got = append(got, strings.NewReplacer("/api/v10/guilds/"+guild, "", "/members/"+ana, "ana", "/members/"+bot, "bot", "/roles/"+paid, " paid", "/roles/"+mod, " mod").Replace(call))
	}
	if !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
	w.ForgetCalls()
}

func TestLook(t *testing.T) {
	w := newWorld(t)
	c := w.community()
	if p, err := c.Look(t.Context(), door, ana); err != nil || p.Seen != domain.Absent {
		t.Errorf("D-4 somebody who is not in is %+v (%v)", p, err)
	}
	w.join(ana, paid, mod)
	if p, err := c.Look(t.Context(), door, ana); err != nil || p != (domain.Presence{Seen: domain.Present, Targets: roles(paid, mod)}) {
		t.Errorf("D-4 somebody who is in is %+v (%v)", p, err)
	}
	w.DeleteGuild(guild)
	if _, err := c.Look(t.Context(), door, ana); trouble(t, err).Cause != domain.CauseBotMissing {
		t.Errorf("D-14 of a server that is gone it says %v", err)
	}
}

func TestAdmit(t *testing.T) {
	rows := []struct {
		name  string
		given func(*world)
		what  domain.Targets
		want  domain.Admission
		cause domain.Cause
		calls []string
	}{
		{"D-5 somebody new", func(*world) {}, "", domain.Admission{Added: true, Name: "ana"}, "", []string{"PUT ana"}},
		{"D-5 with a role", func(*world) {}, roles(paid), domain.Admission{Added: true, Name: "ana", Given: roles(paid)}, "", []string{"PUT ana"}},
		{"D-5 under screening", func(w *world) { w.change(func(g *discordtest.Guild) { g.Screening = true }) }, "",
			domain.Admission{Added: true, Name: "ana", Pending: true}, "", []string{"PUT ana"}},
		{"D-6 somebody who came first themselves", func(w *world) { w.join(ana) }, roles(paid), domain.Admission{Given: roles(paid)}, "", []string{"PUT ana", "PUT ana paid"}},
		{"D-6 and may not have the role", func(w *world) { w.join(ana) }, roles(mod), domain.Admission{Missing: roles(mod)}, "", []string{"PUT ana", "PUT ana mod"}},
		{"D-6 and may have one of two", func(w *world) { w.join(ana) }, roles(paid, mod), domain.Admission{Given: roles(paid), Missing: roles(mod)}, "", []string{"PUT ana", "PUT ana paid", "PUT ana mod"}},
		{"D-6 and Discord does not answer of the role", func(w *world) {
			w.join(ana)
			w.Fail(discordtest.Fault{Kind: discordtest.Overloaded, Op: discordtest.OpGiveRole})
		}, roles(paid, mod), domain.Admission{}, "", []string{"PUT ana", "PUT ana paid"}},
		{"D-13 a role above the bot's: in without it", func(*world) {}, roles(mod), domain.Admission{Added: true, Name: "ana", Missing: roles(mod)}, "", []string{"PUT ana", "PUT ana"}},
		{"D-13 one of two: in without, and each is given by itself", func(*world) {}, roles(paid, mod), domain.Admission{Added: true, Name: "ana"}, "", []string{"PUT ana", "PUT ana"}},
		{"D-13 a bot that may not let in", func(w *world) {
			w.change(func(g *discordtest.Guild) { g.Roles[3].Permissions = 0 })
		}, roles(paid), domain.Admission{}, domain.CauseMissingPermission, []string{"PUT ana", "PUT ana"}},
		{"D-13 and no role", func(w *world) {
			w.change(func(g *discordtest.Guild) { g.Roles[3].Permissions = 0 })
		}, "", domain.Admission{}, domain.CauseMissingPermission, []string{"PUT ana"}},
		{"D-15 a role that is gone", func(*world) {}, roles("799999999999999999"), domain.Admission{}, domain.CauseTargetMissing, []string{"PUT ana"}},
		{"D-9 banned", func(w *world) { w.change(func(g *discordtest.Guild) { g.Bans = []string{ana} }) }, "", domain.Admission{}, domain.CauseBanned, []string{"PUT ana"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			row.given(w)
			got, err := w.community().Admit(t.Context(), door, ana, row.what, ports.Proof(token))
			if tr := trouble(t, err); got != row.want || tr.Cause != row.cause {
				t.Errorf("%+v (%v), want %+v", got, err, row.want)
			}
			w.then(t, row.calls...)
		})
	}
}

func TestAdmit_needsConsent(t *testing.T) {
	w := newWorld(t)
	_, err := w.community().Admit(t.Context(), door, ana, "", "")
	if tr := trouble(t, err); tr.Party != domain.CustomerActs || tr.Cause != domain.CauseProofRefused || len(w.Calls()) != 0 {
		t.Errorf("%v, after %v", err, w.asked())
	}
}

func TestGiveAndTake(t *testing.T) {
	who := ports.Member{Subject: ana}
	warned := domain.Trouble{Party: domain.SellerActs, Detail: "403 50013"}
	refused, order := warned, warned
	refused.Cause = domain.CauseRoleRefused
	order.Cause, order.Blocker = domain.CauseRoleOrder, mod
	rows := []struct {
		name       string
		roles      []string // of ana; nil: not in
		what       domain.TargetID
		give, take domain.Trouble
	}{
		{"D-16 a role", []string{}, paid, domain.Trouble{}, domain.Trouble{}},
		{"D-16 a role that they have", []string{paid}, paid, domain.Trouble{}, domain.Trouble{}},
		{"D-17 somebody who has left", nil, paid,
			domain.Trouble{Party: domain.CustomerActs, Cause: domain.CauseLeft, Detail: "404 10007"}, domain.Trouble{}},
		{"D-17 a role above the bot's", []string{mod}, mod, refused, order},
		{"D-15 a role that is gone", []string{}, "799999999999999999",
			domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseTargetMissing, Detail: "404 10011"}, domain.Trouble{}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			c := w.community()
			if row.roles != nil {
				w.join(ana, row.roles...)
			}
			already, err := c.Give(t.Context(), door, who, row.what)
			if got := trouble(t, err); got != row.give || already {
				t.Errorf("given: %+v, already: %t", got, already)
			}
			if got := trouble(t, c.Take(t.Context(), door, who, row.what)); got != row.take {
				t.Errorf("taken: %+v", got)
			}
			if len(w.Calls()) != 2 {
				t.Errorf("asked %v", w.asked())
			}
		})
	}
	t.Run("D-14 a server that is gone", func(t *testing.T) {
		w := newWorld(t)
		w.DeleteGuild(guild)
		want := domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseBotMissing, Detail: "404 10004"}
		if got := trouble(t, second(w.community().Give(t.Context(), door, who, paid))); got != want {
			t.Errorf("given: %+v", got)
		}
		want.Done = true
		if got := trouble(t, w.community().Take(t.Context(), door, who, paid)); got != want {
			t.Errorf("taken: %+v", got)
		}
	})
}

func TestRemove(t *testing.T) {
	why := []string{"DELETE ana", "GET ", "GET ana", "GET bot"}
	rows := []struct {
		name  string
		given func(*world)
		want  domain.Trouble
		calls []string
	}{
		{"D-18 a member", func(w *world) { w.join(ana) }, domain.Trouble{}, []string{"DELETE ana"}},
		{"D-19 nobody", func(*world) {}, domain.Trouble{}, []string{"DELETE ana"}},
		{"D-14 the server is gone, and so are they", func(w *world) { w.DeleteGuild(guild) },
			domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseBotMissing, Done: true, Detail: "404 10004"}, []string{"DELETE ana"}},
		{"D-14 the bot is not in, but they may be", func(w *world) {
			w.change(func(g *discordtest.Guild) { g.Members = []discordtest.Member{{UserID: ana}} })
		}, domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseBotMissing, Detail: "403 50001"}, []string{"DELETE ana"}},
		{"D-20 the owner", func(w *world) {
			w.join(ana)
			w.change(func(g *discordtest.Guild) { g.OwnerID = ana })
		}, domain.Trouble{Party: domain.NobodyCan, Cause: domain.CauseOwner, Detail: "403 50013"}, why},
		{"D-20 no permission", func(w *world) {
			w.join(ana)
			w.change(func(g *discordtest.Guild) { g.Roles[3].Permissions = discordtest.ManageRoles })
		}, domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseMissingPermission, Detail: "Kick Members"}, why},
		{"D-20 a role above the bot's", func(w *world) { w.join(ana, paid, mod) },
			domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseRoleOrder, Blocker: mod, Detail: "403 50013"}, why},
		{"D-20 for a reason of Discord's own", func(w *world) {
			w.join(ana)
			w.Answer(func(c discordtest.Call) *discordtest.Reply {
				if c.Op != discordtest.OpKick {
					return nil
				}
				return &discordtest.Reply{Status: 403, Body: `{"code":50013}`}
			})
		}, domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseRemovalRefused, Detail: "403 50013"}, why},
		{"D-20 and they left while it was asked why", func(w *world) {
			w.Answer(func(c discordtest.Call) *discordtest.Reply {
				if c.Op != discordtest.OpKick {
					return nil
				}
				return &discordtest.Reply{Status: 403, Body: `{"code":50013}`}
			})
		}, domain.Trouble{}, why[:3]},
		{"D-20 and Discord does not answer why", func(w *world) {
			w.join(ana, mod)
			w.Fail(discordtest.Fault{Kind: discordtest.Overloaded, Op: discordtest.OpGuild})
		}, domain.Trouble{Party: domain.NobodyActs, Cause: domain.CauseUnreachable, Detail: "503 130000"}, why[:2]},
		{"D-22 a limit", func(w *world) { w.Fail(discordtest.Fault{Kind: discordtest.Limited}) },
			domain.Trouble{Party: domain.WaitActs, Cause: domain.CauseRateLimited, TryAt: business.Add(2 * time.Second), Detail: "429"}, []string{"DELETE ana"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			row.given(w)
			if got := trouble(t, w.community().Remove(t.Context(), door, ports.Member{Subject: ana})); got != row.want {
				t.Errorf("%+v, want %+v", got, row.want)
			}
			w.then(t, row.calls...)
		})
	}
}

func TestCheck(t *testing.T) {
	missing := func(name string) ports.Problem {
		return ports.Problem{Cause: domain.CauseMissingPermission, Name: name}
	}
	rows := []struct {
		name  string
		given func(*discordtest.Guild)
		what  ports.CheckUp
		want  []ports.Problem
	}{
		{"all is well", nil, ports.CheckUp{Kicks: true, Targets: roles(paid)}, nil},
		{"everything is missing that is needed", func(g *discordtest.Guild) { g.Roles[3].Permissions = 0 }, ports.CheckUp{Kicks: true, Targets: roles(paid)},
			[]ports.Problem{missing("Create Invite"), missing("Kick Members"), missing("Manage Roles")}},
		{"what is not needed is not missed", func(g *discordtest.Guild) { g.Roles[3].Permissions = discordtest.CreateInvite }, ports.CheckUp{}, nil},
		{"an administrator lacks nothing", func(g *discordtest.Guild) { g.Roles[3].Permissions = discordtest.Administrator }, ports.CheckUp{Kicks: true, Targets: roles(paid)}, nil},
		{"a role that is gone", nil, ports.CheckUp{Targets: roles("799999999999999999")}, []ports.Problem{{Cause: domain.CauseTargetMissing, Target: "799999999999999999"}}},
		{"everybody's own role", nil, ports.CheckUp{Targets: roles(guild)}, []ports.Problem{{Cause: domain.CauseTargetMissing, Target: guild}}},
		{"a role above the bot's", nil, ports.CheckUp{Targets: roles(paid, mod)}, []ports.Problem{{Cause: domain.CauseRoleOrder, Target: mod, Name: "Mod"}}},
		{"an integration's role", func(g *discordtest.Guild) { g.Roles[1].Managed = true }, ports.CheckUp{Targets: roles(paid)}, []ports.Problem{{Cause: domain.CauseRoleRefused, Target: paid, Name: "Paid"}}},
		{"a role that still stands above", nil, ports.CheckUp{Blockers: roles(mod, paid)}, []ports.Problem{{Cause: domain.CauseRoleOrder, Target: mod, Name: "Mod"}}},
		{"and one that does not any more", func(g *discordtest.Guild) { g.Roles[3].Position = 9 }, ports.CheckUp{Blockers: roles(mod)}, nil},
		{"and one that is gone", nil, ports.CheckUp{Blockers: roles("799999999999999999")}, nil},
		{"and an integration's that is below", func(g *discordtest.Guild) { g.Roles[1].Managed = true }, ports.CheckUp{Blockers: roles(paid)}, nil},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			if row.given != nil {
				w.change(row.given)
			}
			got, err := w.community().Check(t.Context(), door, row.what)
			if err != nil || got.Name != "Ana's Server" || !slices.Equal(got.Problems, row.want) {
				t.Errorf("%+v (%v), want %+v", got, err, row.want)
			}
			w.then(t, "GET ", "GET bot")
		})
	}
	t.Run("D-14 the bot is not in", func(t *testing.T) {
		w := newWorld(t)
		w.change(func(g *discordtest.Guild) { g.Members = nil })
		if _, err := w.community().Check(t.Context(), door, ports.CheckUp{}); trouble(t, err).Cause != domain.CauseBotMissing {
			t.Errorf("it says %v", err)
		}
	})
}

// TestCheck_asksForTheBot lets Discord not know the bot for a while: a check
// notices when it does again.
func TestCheck_asksForTheBot(t *testing.T) {
	w := newWorld(t)
	c := w.community()
	operator := domain.Trouble{Party: domain.OperatorActs, Cause: domain.CauseBotTokenInvalid, Detail: "401"}
	w.Fail(discordtest.Fault{Kind: discordtest.Unauthorized, Times: 2})
	for _, call := range []string{"the first", "a check"} {
		if _, err := c.Check(t.Context(), door, ports.CheckUp{}); trouble(t, err) != operator {
			t.Errorf("%s is %v", call, err)
		}
	}
	if err := c.Remove(t.Context(), door, ports.Member{Subject: ana}); trouble(t, err).Party != domain.OperatorActs {
		t.Errorf("another call is %v", err)
	}
	w.then(t, "GET ", "GET /api/v10/users/@me")
	if _, err := c.Check(t.Context(), door, ports.CheckUp{}); err != nil {
		t.Errorf("a check of a bot that is known again is %v", err)
	}
	if err := c.Remove(t.Context(), door, ports.Member{Subject: ana}); err != nil {
		t.Errorf("and another call is %v", err)
	}
	w.then(t, "GET /api/v10/users/@me", "GET ", "GET bot", "DELETE ana")
}

func TestChoices(t *testing.T) {
	w := newWorld(t)
	got, err := w.community().Choices(t.Context(), door)
	want := []ports.Choice{{ID: mod, Name: "Mod", Refused: "it is above the role of the bot"}, {ID: extra, Name: "Extra"}, {ID: paid, Name: "Paid"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v (%v)", got, err)
	}
}

func TestMembers(t *testing.T) {
	w := newWorld(t)
	c := w.community()
	want := []ports.MemberSeen{{Subject: ana, Name: "ana", Targets: roles(paid), Listed: true}, {Subject: owner, Name: "anaowner", Listed: true}}
	w.join(ana, paid)
	if got, next, err := c.Members(t.Context(), door, ""); err != nil || next != "" || !slices.Equal(got, want) {
		t.Errorf("%+v, next %q (%v)", got, next, err)
	}
	w.change(func(g *discordtest.Guild) {
		for i := range 1998 { // with the bot, the owner and ana 2,001
			g.Members = append(g.Members, discordtest.Member{UserID: fmt.Sprint(1_000_000 + i)})
		}
	})
	seen := map[domain.Subject]bool{}
	pages, cursor := 0, ""
	for pages == 0 || cursor != "" {
		got, next, err := c.Members(t.Context(), door, cursor)
		if err != nil || pages > 3 {
			t.Fatalf("page %d: %v", pages, err)
		}
		for _, m := range got {
			if seen[m.Subject] {
				t.Errorf("%s is listed twice", m.Subject)
			}
			seen[m.Subject] = true
		}
		pages, cursor = pages+1, next
	}
	if len(seen) != 2000 || pages != 3 || seen[bot] {
		t.Errorf("%d members on %d pages, the bot among them: %t", len(seen), pages, seen[bot])
	}
	w.answerWith(discordtest.Reply{Status: 403, Body: `{"message":"Missing Access","code":50001}`})
	if _, _, err := c.Members(t.Context(), door, ""); trouble(t, err) != (domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseMissingPermission, Detail: "Server Members Intent"}) {
		t.Errorf("without the intent it says %v", err)
	}
}

func TestLeave(t *testing.T) {
	w := newWorld(t)
	c := w.community()
	for range 2 { // D-21: the second time it was not in
		if err := c.Leave(t.Context(), door); err != nil {
			t.Error(err)
		}
		w.now = w.now.Add(time.Second)
	}
	w.answerWith(discordtest.Reply{Status: 403, Body: `{"message":"Missing Access","code":50001}`})
	if tr := trouble(t, c.Leave(t.Context(), door)); tr.Party != domain.SellerActs || tr.Done {
		t.Errorf("refused: %+v", tr)
	}
}

// TestJoin takes a customer through it all, as a person in a browser would.
func TestJoin(t *testing.T) {
	w := newWorld(t)
	c := w.community()
	agreed, err := c.Exchange(t.Context(), w.code(c.AuthorizeURL(domain.PassJoin, "s", verifier), discordtest.Consent{UserID: ana}), verifier)
	if err != nil || agreed.Scopes != "identify guilds.join" || agreed.ServerID != "" {
		t.Fatalf("agreed to %q of %q (%v)", agreed.Scopes, agreed.ServerID, err)
	}
	who, err := c.WhoIs(t.Context(), agreed.Token)
	if err != nil || who != (ports.Account{ID: ana, Name: "ana"}) {
		t.Fatalf("is %+v (%v)", who, err)
	}
	if a, err := c.Admit(t.Context(), door, who.ID, paid, agreed.Token); err != nil || !a.Added {
		t.Errorf("came in as %+v (%v)", a, err)
	}
	agreed, err = c.Exchange(t.Context(), w.code(c.AuthorizeURL(domain.PassConnect, "s", verifier), discordtest.Consent{UserID: owner, GuildID: guild}), verifier)
	if err != nil || agreed.Scopes != "bot identify" || agreed.ServerID != guild || agreed.ServerName != "Ana's Server" {
		t.Errorf("a seller agreed to %q of %q, %q (%v)", agreed.Scopes, agreed.ServerID, agreed.ServerName, err)
	}
	if _, err := c.Exchange(t.Context(), "old", verifier); trouble(t, err) != (domain.Trouble{Party: domain.CustomerActs, Cause: domain.CauseProofRefused, Detail: "400 invalid_grant"}) {
		t.Errorf("DO-5 an old code is %v", err)
	}
	if _, err := c.WhoIs(t.Context(), "wrong"); trouble(t, err).Cause != domain.CauseProofRefused {
		t.Errorf("D-2 a wrong token is %v", err)
	}
}
