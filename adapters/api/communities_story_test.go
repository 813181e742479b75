package api

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

// TestCommunities_story asks for one thing after the other, as TestStory does:
// what is due is done after each.
func TestCommunities_story(t *testing.T) {
	c := newClub(t)
	bo := c.buys("bo@example.com", "k1")
	c.advance(time.Second)
	names := named{}
	said := map[string]string{"{bo}": bo.purchase, "{buyer}": bo.token}
	fill := func(s string) string {
		for name, value := range said {
			s = strings.ReplaceAll(s, name, value)
		}
		return s
	}
	for _, step := range []struct {
		name   string
		what   string
		as     string
		body   string
		key    string
		status int
		file   string
	}{
		{"a community", "POST /api/communities/circle", anaEdits, `{"token":"` + clubToken + `","space_group":"43576"}`, "k2", 201, "community_connected.json"},
		{"it alone", "GET /api/communities/{circle}", anaSees, "", "", 200, "community.json"},
		{"its settings", "PATCH /api/communities/{circle}", anaEdits, `{"members_only":true,"calls_limit":5000}`, "", 200, "community_set.json"},
		{"all communities", "GET /api/communities", anaSees, "", "", 200, "communities.json"},
		{"what it can give", "GET /api/communities/{circle}/choices", anaSees, "", "", 200, "community_choices.json"},
		{"what a server can give", "GET /api/communities/" + serverID + "/choices", anaSees, "", "", 200, "server_choices.json"},
		{"a product that hangs nowhere", "GET /api/products/pen/attachments", anaSees, "", "", 200, "attachments_none.json"},
		{"a product for new customers", "POST /api/products/pen/attachments", anaEdits, `{"connection":"{circle}"}`, "k3", 201, "attached.json"},
		{"for all of them", "PUT /api/attachments/{attachment}", anaEdits, `{"customers":"all","end_action":"none"}`, "", 200, "reattached.json"},
		{"the attachment alone", "GET /api/attachments/{attachment}", anaSees, "", "", 200, "reattached.json"},
		{"a product at a server, with a role", "POST /api/products/" + penID + "/attachments", anaEdits, `{"connection":"` + serverID + `","roles":["` + anasRole + `"],"customers":"all"}`, "k4", 201, "attached_server.json"},
		{"where a product hangs", "GET /api/products/pen/attachments", anaSees, "", "", 200, "attachments.json"},
		{"who is let in", "GET /api/people", anaSees, "", "", 200, "people.json"},
		{"one of them", "GET /api/people/{claim}", anaSees, "", "", 200, "person.json"},
		{"what the buyer sees", "GET /api/sales/{bo}/communities", "{buyer}", "", "", 200, "places.json"},
		{"a comparison", "POST /api/communities/{circle}/reconcile", anaEdits, `{"dry_run":true}`, "", 200, "drift.json"},
		{"a check", "POST /api/communities/{circle}/check", anaEdits, "", "", 200, "community_checked.json"},
		{"a block", "POST /api/blocks", anaEdits, `{"email":" BO@example.com "}`, "", 200, "blocked.json"},
		{"who is blocked", "GET /api/blocks", anaSees, "", "", 200, "blocks.json"},
		{"the end of the block", "POST /api/blocks/lift", anaEdits, `{"email":"bo@example.com"}`, "", 200, "unblocked.json"},
		{"another try", "POST /api/people/{claim}/retry", anaEdits, "", "", 200, "person_again.json"},
		{"another address", "PUT /api/sales/{bo}/email", anaEdits, `{"email":"Bo@example.org"}`, "", 200, "readdressed.json"},
		{"one for all sales", "POST /api/customers/readdress", anaEdits, `{"from":"bo@example.org","to":"bob@example.org"}`, "", 200, "nothing.json"},
		{"detached", "DELETE /api/attachments/{attachment}", anaEdits, `{"members":"remove"}`, "", 200, "detached.json"},
		{"forgotten", "POST /api/customers/erase", anaEdits, `{"email":"bob@example.org"}`, "", 200, "nothing.json"},
		{"nobody is left", "GET /api/people?state=active", anaSees, "", "", 200, "people_none.json"},
		{"disconnected", "POST /api/communities/{circle}/disconnect", anaEdits, `{"members":"keep"}`, "", 200, "disconnected.json"},
	} {
		t.Run(step.name, func(t *testing.T) {
			var headers []string
			if step.key != "" {
				headers = []string{"Idempotency-Key", step.key}
			}
			got := c.ask(fill(step.what), fill(step.as), fill(step.body), headers...)
			got.is(t, step.status)
			compare(t, step.file, names.hide(got.body))
			if step.key != "" {
				again := c.ask(fill(step.what), fill(step.as), fill(step.body), headers...)
				if again.body != got.body || again.status != got.status || again.header.Get("Idempotent-Replayed") != "true" {
					t.Errorf("a repeat answered %d %s", again.status, again.body)
				}
			}
			switch step.file {
			case "community_connected.json":
				said["{circle}"] = string(read[offerBody](t, got.body).Connection.ID)
				if at := got.header.Get("Location"); at != "/api/communities/"+said["{circle}"] {
					t.Errorf("Location is %q", at)
				}
			case "attached.json":
				said["{attachment}"] = string(read[attachmentBody](t, got.body).Attachment.ID)
				if at := got.header.Get("Location"); at != "/api/attachments/"+said["{attachment}"] {
					t.Errorf("Location is %q", at)
				}
			case "people.json":
				said["{claim}"] = string(read[peopleBody](t, got.body).People[0].ID)
			}
			c.advance(time.Second) // and what is made next is younger
		})
		if t.Failed() {
			return
		}
	}
}

// buys is somebody's pen.
func (c *club) buys(email, key string) joined {
	c.t.Helper()
	b := read[boughtBody](c.t, c.keyed("POST /api/sales", anaEdits, `{"product":"pen","email":"`+email+`","method":"`+sandboxOK+`"}`, key).is(c.t, 201))
	c.work()
	if b.AccessToken == nil {
		c.t.Fatal("who buys a pen has no token")
	}
	return joined{purchase: string(b.Purchase.ID), token: *b.AccessToken}
}

func TestPeople_whoWereTakenOutByHand(t *testing.T) {
	c := newClub(t)
	at := c.circleID()
	c.keyed("POST /api/products/pen/attachments", anaEdits, `{"connection":"`+at+`"}`, "k").is(t, 201)
	for i, who := range []string{"bo@example.com", "cy@example.com"} {
		c.buys(who, string(rune('a'+i)))
		c.circle.RemoveMember(3512, who)
	}
	drift := read[driftBody](t, c.ask("POST /api/communities/"+at+"/reconcile", anaEdits, `{}`).is(t, 200))
	if !drift.Mended || len(drift.ShouldBeIn) != 2 {
		t.Errorf("found %+v", drift)
	}
	out := read[peopleBody](t, c.ask("GET /api/people?state=needs_seller&connection="+at+"&product=pen", anaSees, "").is(t, 200)).People
	if len(out) != 2 || !slices.Equal(out[0].Choices, []domain.Choice{domain.ChooseInviteAgain, domain.ChooseLeaveOut}) {
		t.Fatalf("taken out are %+v", out)
	}
	does := map[string]string{"bo@example.com": "/invite", "cy@example.com": "/leave-out"}
	for _, who := range out {
		c.ask("POST /api/people/"+string(who.ID)+does[who.Email], anaEdits, "").is(t, 200)
	}
	c.work()
	for who, want := range map[string]bool{"bo@example.com": true, "cy@example.com": false} {
		if _, in := c.circle.Member(3512, who); in != want {
			t.Errorf("%s is in: %v", who, in)
		}
	}
	blocks := read[blocksBody](t, c.ask("GET /api/blocks", anaSees, "").is(t, 200)).Emails
	if !slices.Equal(blocks, []string{"cy@example.com"}) {
		t.Errorf("blocked are %v", blocks)
	}
}

func TestPlaces_areLeft(t *testing.T) {
	c := newClub(t)
	c.keyed("POST /api/products/pen/attachments", anaEdits, `{"connection":"`+serverID+`"}`, "k").is(t, 201)
	bo, cy := c.buys("bo@example.com", "a"), c.buys("cy@example.com", "b")
	seen := read[placesBody](t, c.ask("GET /api/sales/"+bo.purchase+"/communities", bo.token, "").is(t, 200)).Places
	if len(seen) != 1 || !seen[0].Joins || seen[0].State != domain.ClaimWaiting {
		t.Fatalf("bo sees %+v", seen)
	}
	g, _ := c.discord.Guild(anasServer)
	g.Members = append(g.Members, discordtest.Member{UserID: "800000000000000001"})
	c.discord.SetGuild(g)
	claim, err := c.usher.Communities.Person(t.Context(), "ana", seen[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	claim.Subject, claim.Name, claim.State = "800000000000000001", "bo", domain.ClaimActive
	grant := fixture.Grant(domain.Connection{ID: serverID, SellerID: "ana"}, claim.Subject, func(g *domain.GrantState) { g.In, g.Origin = true, domain.AddedByUs })
	c.save(claim, grant)
	leave := "/communities/" + string(claim.ID) + "/leave"
	if got := c.ask("POST /api/sales/"+cy.purchase+leave, cy.token, ""); got.status != 404 {
		t.Errorf("cy leaves for bo: %d %s", got.status, got.body)
	}
	left := read[placesBody](t, c.ask("POST /api/sales/"+bo.purchase+leave, bo.token, "").is(t, 200)).Places
	c.work()
	g, _ = c.discord.Guild(anasServer)
	if len(left) != 1 || !left[0].Joins || slices.ContainsFunc(g.Members, func(m discordtest.Member) bool { return m.UserID == string(claim.Subject) }) {
		t.Errorf("after leaving bo sees %+v, and the server has %+v", left, g.Members)
	}
}
