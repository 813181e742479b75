package discord_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/domain"
)

// TestWhyNotKicked lets Discord refuse a kick for each of its reasons, and asks
// what it was.
func TestWhyNotKicked(t *testing.T) {
	move := func(position int) func(*discordtest.Guild) {
		return func(g *discordtest.Guild) { g.Roles[3].Position = position }
	}
	allow := func(p discordtest.Permission) func(*discordtest.Guild) {
		return func(g *discordtest.Guild) { g.Roles[3].Permissions = p }
	}
	all := func(fs ...func(*discordtest.Guild)) func(*discordtest.Guild) {
		return func(g *discordtest.Guild) {
			for _, f := range fs {
				f(g)
			}
		}
	}
	rows := []struct {
		name    string
		roles   []string // of ana
		change  func(*discordtest.Guild)
		refused bool // by Discord
		want    domain.Cause
		missing string
		above   string
	}{
		{"D-20 a role above the bot's", []string{mod}, move(5), true, domain.CauseRoleOrder, "", "Mod"},
		{"D-20 the highest of two above", []string{extra, mod}, move(1), true, domain.CauseRoleOrder, "", "Mod Extra"},
		{"D-20 one position, and the member's id is lower", []string{mod}, move(8), true, domain.CauseRoleOrder, "", "Mod"},
		{"D-20 the bot lacks Kick Members", nil, allow(everything &^ discordtest.KickMembers), true, domain.CauseMissingPermission, "Kick Members", ""},
		{"D-20 both: the permission is named first", []string{mod}, allow(discordtest.CreateInvite), true, domain.CauseMissingPermission, "Kick Members", "Mod"},
		{"D-20 the owner, whatever else", []string{mod}, all(allow(0), func(g *discordtest.Guild) { g.OwnerID = ana }), true, domain.CauseOwner, "Kick Members", "Mod"},
		{"an administrator lacks nothing", nil, all(allow(discordtest.Administrator), func(*discordtest.Guild) {}), false, domain.CauseRemovalRefused, "", ""},
		{"everybody may kick", nil, func(g *discordtest.Guild) {
			g.Roles[3].Permissions, g.Roles[0].Permissions = 0, discordtest.KickMembers
		}, false, domain.CauseRemovalRefused, "", ""},
		{"no reason that could be seen", []string{paid}, move(5), false, domain.CauseRemovalRefused, "", ""},
		{"one position, and the bot's id is lower", []string{"700000000000000010"}, func(g *discordtest.Guild) {
			g.Roles = append(g.Roles, discordtest.Role{ID: "700000000000000010", Name: "Late", Position: 5})
		}, false, domain.CauseRoleOrder, "", "Late"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			w.join(ana, row.roles...)
			w.change(row.change)
			r, err := w.WhyNotKicked(t.Context(), guild, ana)
			if err != nil {
				t.Fatal(err)
			}
			var above []string
			for _, role := range r.Above {
				above = append(above, role.Name)
			}
			if r.Cause != row.want || strings.Join(r.Missing.Names(), " ") != row.missing || strings.Join(above, " ") != row.above {
				t.Errorf("because of %q, missing %v, above %v", r.Cause, r.Missing.Names(), above)
			}
			if r.Guild.Name != "Ana's Server" || r.Member.User.Username != "ana" || r.Bot.Name != "usher" {
				t.Errorf("it is about %q in %q by %q", r.Member.User.Username, r.Guild.Name, r.Bot.Name)
			}
			const g = "GET /api/v10/guilds/" + guild
			if want := []string{g, g + "/members/" + ana, g + "/members/" + bot}; !slices.Equal(w.asked(), want) {
				t.Errorf("asked %v, want %v", w.asked(), want)
			}
			// Discord itself agrees.
			_, err = w.Kick(t.Context(), guild, ana, "")
			if refused := err != nil; refused != row.refused {
				t.Errorf("Discord refuses: %t (%v), want %t", refused, err, row.refused)
			}
		})
	}
	t.Run("who has left meanwhile", func(t *testing.T) {
		w := newWorld(t)
		r, err := w.WhyNotKicked(t.Context(), guild, ana)
		if err != nil || r.Cause != domain.CauseLeft || len(w.Calls()) != 2 {
			t.Errorf("because of %q (%v), after %v", r.Cause, err, w.asked())
		}
	})
	t.Run("a bot that is in no list of members has left", func(t *testing.T) {
		w := newWorldWith(t, func(c *discord.Config) { c.BotID = bob })
		w.join(ana)
		_, err := w.WhyNotKicked(t.Context(), guild, ana)
		if tr := failed(t, err).Trouble(t0); tr.Cause != domain.CauseBotMissing || tr.Party != domain.SellerActs {
			t.Errorf("%+v", tr)
		}
	})
}

func TestGuild_ranked(t *testing.T) {
	r := func(id string, position int) discord.Role { return discord.Role{ID: id, Position: position} }
	g := discord.Guild{Roles: []discord.Role{r("1", 0), r("30", 2), r("200", 2), r("4", 2), r("5", 9)}}
	var got []string
	for _, role := range g.Ranked() {
		got = append(got, role.ID)
	}
	if strings.Join(got, " ") != "5 4 30 200 1" {
		t.Errorf("the highest first: %v", got)
	}
}
