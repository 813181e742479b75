package app_test

import (
	"errors"
	"net/url"
	"testing"

	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/adapters/memstore"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// Who was in once, and left at Discord's side, is not told that they are in again
// while Discord cannot be asked.
func TestFinishJoin_saysInOnlyOfWhoIsSeen(t *testing.T) {
	const guild, owner, zoe = "900", "800", "801"
	now := newWorld(t).clock.now
	outside := discordtest.Start(t, discordtest.App{ClientID: "600", ClientSecret: "client-secret", BotID: "601", BotToken: "bot-token"})
	outside.SetClock(now)
	outside.SetUser(discordtest.User{ID: owner})
	outside.SetUser(discordtest.User{ID: zoe})
	outside.SetGuild(discordtest.Guild{ID: guild, Name: "Ana's", OwnerID: owner, Members: []discordtest.Member{{UserID: owner}}})
	client, err := discord.New(discord.Config{ClientID: "600", ClientSecret: "client-secret", BotID: "601", BotToken: "bot-token",
		RedirectURI: "https://usher.example/back", AuthorizeURL: outside.AuthorizeURL(), APIURL: outside.APIURL(), Limiter: discord.NewLimiter(now)})
	if err != nil {
		t.Fatal(err)
	}
	servers := discord.NewCommunity(client, now)
	store := memstore.New(&memstore.Options{Now: now})
	u, err := app.New(app.Config{Store: store, Clock: now, Machine: now, Communities: map[domain.Service]ports.Community{domain.Discord: servers}, Discord: servers})
	if err != nil {
		t.Fatal(err)
	}
	ana := fixture.Seller("ana")
	book := fixture.Product(ana)
	sale := fixture.Purchase(book)
	fixture.Fill(t, store, ana, book, sale)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	back := func(address string, err error, c discordtest.Consent) app.Callback {
		t.Helper()
		must(err)
		to, err := outside.Agree(address, c)
		must(err)
		at, err := url.Parse(to)
		must(err)
		return app.Callback{State: at.Query().Get("state"), Code: at.Query().Get("code")}
	}
	leaves := func(who string) {
		g, _ := outside.Guild(guild)
		for i, m := range g.Members {
			if m.UserID == who {
				g.Members = append(g.Members[:i], g.Members[i+1:]...)
				break
			}
		}
		outside.SetGuild(g)
	}
	address, err := u.Communities.StartDiscord(t.Context(), ana.ID, "hers")
	conn, err := u.Communities.FinishDiscord(t.Context(), ana.ID, "hers", back(address, err, discordtest.Consent{UserID: owner, GuildID: guild}))
	must(err)
	_, err = u.Communities.Attach(t.Context(), ana.ID, domain.Attachment{ConnectionID: conn.ID, ProductID: book.ID, AllVariants: true}, true)
	must(err)
	_, err = u.Worker.Tick(t.Context())
	must(err)
	join := func() error {
		t.Helper()
		places, err := u.Access.Places(t.Context(), ana.ID, sale.ID, "")
		must(err)
		address, err := u.Access.StartJoin(t.Context(), ana.ID, places[0].Claim.ID, "zoe's", true)
		_, err = u.Access.FinishJoin(t.Context(), "zoe's", back(address, err, discordtest.Consent{UserID: zoe}))
		return err
	}

	must(join())
	leaves(zoe)
	outside.Fail(discordtest.Fault{Kind: discordtest.ServerError, Op: discordtest.OpMember})
	if err := join(); !errors.Is(err, domain.ErrCommunityRefused) {
		t.Errorf("while Discord does not answer: %v, want %v", err, domain.ErrCommunityRefused)
	}
	leaves("601")
	if conn, err := u.Communities.Check(t.Context(), ana.ID, conn.ID); err != nil || !conn.Paused() {
		t.Fatalf("without its bot: %+v, %v", conn, err)
	}
	if err := join(); !errors.Is(err, domain.ErrCommunityRefused) {
		t.Errorf("without a bot in the server: %v, want %v", err, domain.ErrCommunityRefused)
	}
	outside.AddBot(guild, discordtest.KickMembers|discordtest.ManageRoles|discordtest.CreateInvite)
	_, err = u.Communities.Check(t.Context(), ana.ID, conn.ID)
	must(err)
	must(join())
	if g, _ := outside.Guild(guild); len(g.Members) != 3 {
		t.Errorf("in the server are %+v, want the owner, the bot and zoe", g.Members)
	}
}
