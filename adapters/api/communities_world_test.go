package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// Secrets of the services, which no answer and no log may hold.
const (
	clubToken    = "planted-circle-token-wxyz" // Admin API v2, of one community
	manyToken    = "planted-older-token-abcd"  // v1, of two
	clientSecret = "planted-client-secret"
	botToken     = "planted-bot-token"
)

// Places and people at the services.
const (
	anasServer, anasRole, modsRole = "900000000000000001", "700000000000000002", "700000000000000003"
	discordBot, botRole            = "600000000000000001", "700000000000000009"
	serverID                       = "ana-server" // of the connection to it
	otherPen                       = "ben-pen"
)

// club is a world with a Circle and a Discord beside it, whose server Ana has
// connected already. Ben has a product, a connection, an attachment and a claim.
type club struct {
	*world
	circle  *circletest.Server
	discord *discordtest.Server
	ben     domain.Claim
	benRule domain.Attachment
}

func newClub(t *testing.T, mods ...func(*options)) *club {
	c := &club{circle: circletest.Start(t, nil)}
	for id, name := range map[int64]string{3512: "Ana's Club", 3513: "Ana's Second"} {
		c.circle.SetCommunity(circletest.Community{ID: id, Name: name})
	}
	c.circle.SetSpaceGroup(3512, circletest.SpaceGroup{ID: 43576, Name: "Paid"})
	c.circle.SetSpaceGroup(3513, circletest.SpaceGroup{ID: 7, Name: "Second's"})
	c.circle.SetToken(circletest.Token{Secret: clubToken, Kind: circletest.V2, Communities: []int64{3512}})
	c.circle.SetToken(circletest.Token{Secret: manyToken, Kind: circletest.V1, Communities: []int64{3512, 3513}})
	c.discord = discordtest.Start(t, discordtest.App{
		ClientID: "500000000000000001", ClientSecret: clientSecret, BotID: discordBot, BotToken: botToken, MembersIntent: true,
	})
	c.discord.SetGuild(discordtest.Guild{
		ID: anasServer, Name: "Ana's Server", OwnerID: "800000000000000099",
		Members: []discordtest.Member{{UserID: "800000000000000099"}, {UserID: discordBot, Roles: []string{botRole}}},
		Roles: []discordtest.Role{
			{ID: anasRole, Name: "Paid", Position: 1}, {ID: modsRole, Name: "Mods", Position: 9},
			{ID: botRole, Name: "usher", Position: 5, Managed: true, BotID: discordBot, Permissions: discordtest.KickMembers | discordtest.ManageRoles | discordtest.CreateInvite},
		},
	})
	bot, err := discord.New(discord.Config{
		ClientID: "500000000000000001", ClientSecret: clientSecret, BotToken: botToken, BotID: discordBot, RedirectURI: "http://127.0.0.1/x",
		AuthorizeURL: c.discord.AuthorizeURL(), APIURL: c.discord.APIURL(), Version: "test", HTTP: &http.Client{Transport: &http.Transport{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	clubs := circle.New(&circle.Options{BaseURL: c.circle.URL, Hurry: true})
	c.world = newWorld(t, append(mods, func(o *options) {
		o.with = func(config *app.Config) {
			servers := discord.NewCommunity(bot, app.TestClock(config.Store))
			config.Communities = map[domain.Service]ports.Community{domain.Circle: clubs, domain.Discord: servers}
			config.Circle, config.Discord, config.PublicURL = clubs, servers, "https://keys.example.com"
		}
	})...)
	ana, ben := domain.Seller{ID: "ana"}, domain.Seller{ID: "ben"}
	server := fixture.Connection(ana, fixture.Discord, func(o *domain.Connection) {
		o.ID, o.RemoteID, o.Name, o.Account, o.CreatedAt = serverID, anasServer, "Ana's Server", "anaowner", noon
	})
	theirs := fixture.Product(ben, func(p *domain.Product) { p.ID, p.Permalink = otherPen, otherPen })
	den := fixture.Connection(ben, func(o *domain.Connection) { o.ID = "ben-den" })
	sale := fixture.Purchase(theirs)
	c.ben = fixture.Claim(den, sale, func(o *domain.Claim) { o.ID = "ben-claim" })
	c.benRule = fixture.Attachment(den, theirs, func(o *domain.Attachment) { o.ID = "ben-rule" })
	fixture.Fill(t, c.store, server, theirs, den, sale, c.ben, c.benRule)
	t.Cleanup(func() { c.clean("the log", c.log.String()) })
	return c
}

// clean fails if a text holds a secret of a service.
func (c *club) clean(what, text string) {
	c.t.Helper()
	for _, s := range []string{clubToken, manyToken, clientSecret, botToken} {
		if strings.Contains(text, s) {
			c.t.Errorf("%s holds %s: %s", what, s, text)
		}
	}
}

// ask is that of the world, and looks for secrets.
func (c *club) ask(what, token, body string, headers ...string) reply {
	c.t.Helper()
	got := c.world.ask(what, token, body, headers...)
	c.clean(what, got.body)
	return got
}

// circleID connects Ana's Club, and returns the connection's id.
func (c *club) circleID() string {
	c.t.Helper()
	got := c.ask("POST /api/communities/circle", anaEdits, `{"token":"`+clubToken+`","space_group":"43576"}`).is(c.t, 201)
	return string(read[offerBody](c.t, got).Connection.ID)
}

// save puts a claim and a grant where the join of a browser would.
func (c *club) save(claim domain.Claim, grant domain.GrantState) {
	c.t.Helper()
	err := c.store.Update(c.t.Context(), ports.Seller(claim.SellerID), func(ctx context.Context, tx ports.Tx) error {
		return errors.Join(tx.Claims.Save(ctx, claim), tx.Grants.Insert(ctx, domain.RestoreGrant(grant)))
	})
	if err != nil {
		c.t.Fatal(err)
	}
}
