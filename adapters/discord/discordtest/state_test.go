package discordtest_test

import (
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/discord/discordtest"
)

// TestState states things and reads them back. What is read is a copy.
func TestState(t *testing.T) {
	w := newWorld(t)
	t.Run("a server", func(t *testing.T) {
		g, ok := w.Guild(guild)
		if !ok || g.Name != "Ana's Server" || len(g.Roles) != 4 || len(g.Members) != 2 {
			t.Fatalf("%+v", g)
		}
		g.Members[0].UserID, g.Roles[0].Name = "changed", "changed"
		if again, _ := w.Guild(guild); again.Members[0].UserID != owner || again.Roles[0].Name != "@everyone" {
			t.Errorf("the model changed with the copy: %+v", again)
		}
		if _, ok := w.Guild("1"); ok {
			t.Error("a server that nobody stated is there")
		}
	})
	t.Run("a server without everybody's role gets it", func(t *testing.T) {
		w.SetGuild(discordtest.Guild{ID: "1", OwnerID: owner})
		if g, _ := w.Guild("1"); len(g.Roles) != 1 || g.Roles[0].ID != "1" {
			t.Errorf("%+v", g.Roles)
		}
	})
	t.Run("a bot that is let in, once and again", func(t *testing.T) {
		if w.AddBot("2", everything) {
			t.Error("it is in a server that is not there")
		}
		for _, p := range []discordtest.Permission{everything, discordtest.KickMembers} {
			if !w.AddBot("1", p) {
				t.Fatal("it is not in")
			}
			g, _ := w.Guild("1")
			if len(g.Members) != 1 || g.Members[0].UserID != bot || len(g.Roles) != 2 || g.Roles[1].Permissions != p || g.Roles[1].Position != 1 || g.Members[0].Roles[0] != g.Roles[1].ID {
				t.Errorf("%+v", g)
			}
		}
	})
	t.Run("people, by id", func(t *testing.T) {
		if all := w.Users(); len(all) != 3 || all[0].ID != ana || all[2].Username != "anaowner" {
			t.Errorf("%+v", all)
		}
	})
	t.Run("tokens that are good", func(t *testing.T) {
		w.SetToken(discordtest.Token{Access: "a", UserID: bob, ExpiresAt: t0.Add(time.Second)})
		if all := w.Tokens(); len(all) != 2 || all[0].Access != "a" || all[1].UserID != ana {
			t.Errorf("%+v", all)
		}
		w.now = t0.Add(time.Second)
		if all := w.Tokens(); len(all) != 1 {
			t.Errorf("%+v", all)
		}
	})
	t.Run("the application", func(t *testing.T) {
		a := w.App()
		a.RedirectURIs[0] = "changed"
		if again := w.App(); again.RedirectURIs[0] != redirect || again.BotID != bot {
			t.Errorf("%+v", again)
		}
		if d := discordtest.New(discordtest.App{ClientID: "5"}); d.App().BotID != "5" {
			t.Errorf("the bot is %s", d.App().BotID)
		}
	})
}
