package web_test

import (
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

func TestCustomer_joinsAndLeaves(t *testing.T) {
	w := newWorld(t)
	w.connectDiscord(w.signedIn())
	b := w.browser()
	href := b.get(200, "/d/"+bosLink).href(t, "Join Discord")
	if !strings.HasPrefix(href, w.discord.AuthorizeURL()+"?") {
		t.Errorf("the button leads to %s", href)
	}
	w.plant(b.cookie("usher_browser"))
	b.back(200, w.agree(href, bo)).reads(t, "You've been added to the Discord server #Ana's Server!")
	if !w.in(bo) {
		t.Fatal("bo is not in the server")
	}
	for _, token := range w.discord.Tokens() {
		w.plant(token.Access)
	}

	p := b.get(200, "/d/"+bosLink)
	p.reads(t, "You are in as bo.", "Leave Discord")
	if strings.Contains(p.body, "Join Discord") {
		t.Error("who is in can join again")
	}
	claim := w.claim()
	b.post(303, "/d/"+bosLink+"/leave/"+string(claim.ID))
	w.work()
	if w.in(bo) {
		t.Error("bo is in the server after leaving it")
	}
	b.get(200, "/d/"+bosLink).href(t, "Join Discord")
}

// claim returns bo's.
func (w *world) claim() domain.Claim {
	w.t.Helper()
	all, err := w.usher.Access.Places(w.ctx(), w.ana.ID, w.sale.ID, "")
	w.must(err)
	if len(all) != 1 {
		w.t.Fatalf("%d places", len(all))
	}
	return all[0].Claim
}

func TestCustomer_whoseLinkASecondPersonHas(t *testing.T) {
	w := newWorld(t)
	w.connectDiscord(w.signedIn())
	first, second := w.browser(), w.browser()
	one := first.get(200, "/d/"+bosLink).href(t, "Join Discord")
	two := second.get(200, "/d/"+bosLink).href(t, "Join Discord")
	first.back(200, w.agree(one, bo))
	second.back(409, w.agree(two, cleo)).reads(t, "Your access is already used by bo.")
	if w.in(cleo) || !w.in(bo) {
		t.Error("the second person is in, or the first one is not")
	}

	// One who says so takes the place of the other.
	second.back(200, w.agree(second.get(200, "/d/"+bosLink).href(t, "Use another Discord account"), cleo))
	w.work()
	if !w.in(cleo) || w.in(bo) {
		t.Error("the second account is not in, or the first one still is")
	}
}

func TestCustomer_whoIsNotLetIn(t *testing.T) {
	w := newWorld(t)
	w.connectDiscord(w.signedIn())
	b := w.browser()
	no, err := w.discord.Refuse(b.get(200, "/d/"+bosLink).href(t, "Join Discord"))
	w.must(err)
	b.back(422, no).reads(t, "You cancelled in Discord. You can join any time from this page.")

	g, _ := w.discord.Guild(guild)
	g.Bans = []string{bo}
	w.discord.SetGuild(g)
	b.back(422, w.agree(b.get(200, "/d/"+bosLink).href(t, "Join Discord"), bo)).reads(t, "The Discord server #Ana's Server has banned this account.")
	b.get(200, "/d/"+bosLink)
}

func TestCustomer_whomCircleInvites(t *testing.T) {
	w := newWorld(t)
	seller := w.signedIn()
	seller.get(200, "/admin/communities")
	seller.post(200, "/admin/communities/circle", "api_token="+circleToken)
	_, err := w.usher.Communities.Attach(w.ctx(), w.ana.ID,
		domain.Attachment{ConnectionID: w.connection(domain.Circle).ID, ProductID: w.pen.ID, AllVariants: true, Targets: "43576"}, true)
	w.must(err)
	b := w.browser()
	b.get(200, "/d/"+bosLink).reads(t, "No community comes with what you bought.")
	w.work()
	b.get(200, "/d/"+bosLink).reads(t, "An invitation was sent to "+w.sale.Email+".")
}

func TestPages_ofOthersAreNotThere(t *testing.T) {
	w := newWorld(t)
	other := fixture.Purchase(w.pen)
	fixture.Fill(t, w.store, other, fixture.SaleToken(other, "link-of-cleo"), fixture.Token(w.ana, "token-of-ana"))
	w.connectDiscord(w.signedIn())
	b := w.browser()
	b.get(404, "/d/nobodys").reads(t, "Nothing is here")
	b.get(404, "/d/token-of-ana") // a seller's token opens no sale
	b.back(200, w.agree(b.get(200, "/d/"+bosLink).href(t, "Join Discord"), bo))
	w.browser().get(200, "/d/link-of-cleo").href(t, "Join Discord")
	for _, path := range []string{"/d/link-of-cleo/leave/" + string(w.claim().ID), "/d/nobodys/leave/" + string(w.claim().ID), "/d/" + bosLink + "/leave/nothing"} {
		b.get(200, "/d/"+bosLink)
		b.post(404, path)
	}
	w.work()
	if !w.in(bo) {
		t.Error("a stranger took bo out")
	}
	for _, path := range []string{"/admin/", "/admin/nothing", "/d/", "/d/" + bosLink + "/more"} {
		b.get(404, path).reads(t, "Nothing is here")
	}
}

func TestPages_withoutDiscordAnswering(t *testing.T) {
	w := newWorld(t)
	w.connectDiscord(w.signedIn())
	w.discord.Answer(func(discordtest.Call) *discordtest.Reply {
		return &discordtest.Reply{Status: 500, Body: "planted-words-of-discord"}
	})
	w.plant("planted-words-of-discord")
	b := w.browser()
	b.back(422, w.agree(b.get(200, "/d/"+bosLink).href(t, "Join Discord"), bo)).reads(t, "Could not join the Discord server, please try again.")
	w.discord.Answer(nil)
	b.back(200, w.agree(b.get(200, "/d/"+bosLink).href(t, "Join Discord"), bo)).reads(t, "You've been added")
}
