package web_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

func TestLink_opensOneSession(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.get(404, "/admin/communities")
	link := w.link()
	for range 3 { // as programs do that read mail
		w.browser().get(200, link)
	}
	b.get(200, link)
	if to := b.post(303, link).header.Get("Location"); to != "/admin/communities" {
		t.Errorf("it leads to %q", to)
	}
	b.get(200, "/admin/communities").reads(t, "No community is connected yet.")

	again := w.browser()
	again.get(200, link)
	again.post(400, link)
	again.get(404, "/admin/communities")

	b.get(200, "/admin/communities")
	session := b.cookie("usher_session")
	b.post(200, "/admin/leave").reads(t, "Signed out")
	b.get(404, "/admin/communities")
	req := b.w.browser()
	req.get(404, "/admin/communities?"+session)
	if _, err := w.usher.Sessions.Who(t.Context(), session); err == nil {
		t.Error("a session that was ended lives on at the server")
	}
}

func TestLink_growsOld(t *testing.T) {
	w := newWorld(t)
	link := w.link()
	w.later(11 * time.Minute)
	b := w.browser()
	b.get(200, link)
	b.post(400, link)
	b.get(200, "/admin/link/nonsense")
	b.post(400, "/admin/link/nonsense")

	b = w.signedIn()
	w.later(13 * time.Hour)
	b.get(404, "/admin/communities")
}

func TestCircle_isConnectedByItsToken(t *testing.T) {
	w := newWorld(t)
	b := w.signedIn()
	b.get(200, "/admin/communities")
	b.post(422, "/admin/communities/circle", "api_token= ").reads(t, "Enter an API token")
	b.post(422, "/admin/communities/circle", "api_token=wrong").reads(t, "Could not retrieve communities from Circle. Please check your API key.", "No community is connected yet.")
	b.post(200, "/admin/communities/circle", "api_token= "+circleToken+" ").reads(t, "Circle is connected.", "Ana's Club", "Space groups", "Paid (43576)", "ends in wxyz")
	p := b.get(200, "/admin/communities")
	p.reads(t, "ends in wxyz", "Works")
	if strings.Contains(p.body, "Space groups") || strings.Contains(p.body, "Choose a community") {
		t.Errorf("a plain look shows what was just connected:\n%s", p.body)
	}

	conn := w.connection(domain.Circle)
	w.circle.RevokeToken(circleToken)
	b.post(303, "/admin/communities/"+string(conn.ID)+"/check")
	b.get(200, "/admin/communities").reads(t, "Waits for you", "Circle does not accept the API token any more.")

	b.post(303, "/admin/communities/"+string(conn.ID)+"/end", "members=keep")
	b.get(200, "/admin/communities").reads(t, "No community is connected yet.")
}

func TestCircle_whoseTokenOpensSeveralCommunities(t *testing.T) {
	w := newWorld(t)
	w.circle.SetCommunity(circletest.Community{ID: 3513, Name: "Ana's Second"})
	w.circle.SetSpaceGroup(3513, circletest.SpaceGroup{ID: 7, Name: "Second's"})
	w.circle.SetToken(circletest.Token{Secret: circleToken, Kind: circletest.V1, Communities: []int64{3512, 3513}})
	b := w.signedIn()
	b.get(200, "/admin/communities")
	b.post(200, "/admin/communities/circle", "api_token="+circleToken).reads(t, "Choose a community", `<option value="3513">Ana's Second</option>`)
	conn := w.connection(domain.Circle)
	b.post(200, "/admin/communities/"+string(conn.ID)+"/community", "community=3513").reads(t, "The community is chosen.", "Second's (7)")
}

// connection returns ana's only one to a service.
func (w *world) connection(of domain.Service) domain.Connection {
	w.t.Helper()
	all, err := w.usher.Communities.List(w.ctx(), w.ana.ID, ports.Cursor{}, 10)
	w.must(err)
	all = slices.DeleteFunc(all, func(c domain.Connection) bool { return c.Service != of })
	if len(all) != 1 {
		w.t.Fatalf("%d connections to %s", len(all), of)
	}
	return all[0]
}

func TestDiscord_isConnectedAtItsOwnPage(t *testing.T) {
	w := newWorld(t)
	b := w.signedIn()
	p := b.get(200, "/admin/communities")
	back := w.agree(p.href(t, "Connect to Discord"), owner)
	b.back(200, back).reads(t, "Connected to Ana's Server.", "anaowner", "Works")
	if conn := w.connection(domain.Discord); conn.RemoteID != guild {
		t.Errorf("connected to %s", conn.RemoteID)
	}

	w.calls()
	g, _ := w.discord.Guild(guild)
	g.Members = slices.DeleteFunc(g.Members, func(m discordtest.Member) bool { return m.UserID == bot })
	w.discord.SetGuild(g)
	b.get(200, "/admin/communities")
	b.post(303, "/admin/communities/"+string(w.connection(domain.Discord).ID)+"/check")
	b.get(200, "/admin/communities").reads(t, "Waits for you", "The bot is not in the server any more.")
}

func TestDiscord_whoseBotMayNotRemove(t *testing.T) {
	w := newWorld(t)
	b := w.signedIn()
	back, err := w.discord.Agree(b.get(200, "/admin/communities").href(t, "Connect to Discord"),
		discordtest.Consent{UserID: owner, GuildID: guild, Without: discordtest.KickMembers})
	w.must(err)
	b.back(200, back).reads(t, "Connected to Ana's Server.", "Works in part", "The bot lacks a permission.")
}

func TestDiscord_isNotConnected(t *testing.T) {
	w := newWorld(t)
	b := w.signedIn()
	href := b.get(200, "/admin/communities").href(t, "Connect to Discord")
	no, err := w.discord.Refuse(href)
	w.must(err)
	b.back(422, no).reads(t, "You cancelled in Discord; nothing was connected.")

	back := w.agree(b.get(200, "/admin/communities").href(t, "Connect to Discord"), owner)
	bob := fixture.Seller("bob")
	theirs := fixture.Connection(bob, fixture.Discord, func(c *domain.Connection) { c.RemoteID = guild })
	fixture.Fill(t, w.store, bob, theirs)
	b.back(409, back).reads(t, "already connected by another seller", "No community is connected yet.")
}

func TestSellers_seeNothingOfOthers(t *testing.T) {
	w := newWorld(t)
	bob := fixture.Seller("bob")
	theirs := fixture.Connection(bob, func(c *domain.Connection) { c.Name = "Bob's Den" })
	fixture.Fill(t, w.store, bob, theirs)
	b := w.signedIn()
	if p := b.get(200, "/admin/communities"); strings.Contains(p.body, "Den") {
		t.Error("ana sees bob's community")
	}
	for _, action := range []string{"check", "end", "community"} {
		b.get(200, "/admin/communities")
		b.post(404, "/admin/communities/"+string(theirs.ID)+"/"+action, "members=keep", "community=1").reads(t, "Nothing is here")
	}
}
