package api

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/fixture"
)

// hung is a club whose pen hangs at the server, where bo may join.
func hung(t *testing.T) (c *club, bo joined, rule, claim string) {
	c = newClub(t)
	made := c.keyed("POST /api/products/pen/attachments", anaEdits, `{"connection":"`+serverID+`"}`, "k").is(t, 201)
	bo = c.buys("bo@example.com", "bo")
	people := read[peopleBody](t, c.ask("GET /api/people", anaSees, "").is(t, 200)).People
	if len(people) != 1 {
		t.Fatalf("%d people", len(people))
	}
	return c, bo, string(read[attachmentBody](t, made).Attachment.ID), string(people[0].ID)
}

// TestStrangers_ofCommunities is TestStrangers for what communities have: buyers
// are strangers to it, too.
func TestStrangers_ofCommunities(t *testing.T) {
	c, bo, rule, claim := hung(t)
	for thing, of := range map[string]struct{ mine, theirs, code string }{
		"{connection}": {serverID, "ben-den", "connection_not_found"},
		"{product}":    {penID, otherPen, "product_not_found"},
		"{attachment}": {rule, "ben-rule", "attachment_not_found"},
		"{claim}":      {claim, "ben-claim", "claim_not_found"},
	} {
		for _, what := range everything(thing, nil) {
			if strings.Contains(what, "{purchase}") {
				continue
			}
			at := func(id string) string { return strings.ReplaceAll(what, thing, id) }
			want := c.ask(at("nothing"), anaAll, "")
			if code, _ := want.code(t); want.status != http.StatusNotFound || code != of.code {
				t.Fatalf("%s: %d %s", at("nothing"), want.status, want.body)
			}
			want.header.Del("Date")
			for _, who := range []struct{ name, id, secret string }{
				{"nobody", of.mine, ""}, {"an unknown token", of.mine, nobodys}, {"a revoked one", of.mine, anaEnded},
				{"another seller's", of.mine, benAll}, {"a buyer's", of.mine, bo.token}, {"ana, of ben's", of.theirs, anaAll}, {"ana without the scope, of ben's", of.theirs, anaGives},
			} {
				for _, body := range []string{"", "{", `{"what":1}`} {
					got := c.ask(at(who.id), who.secret, body)
					got.header.Del("Date")
					if got.status != want.status || got.body != want.body || !maps.EqualFunc(got.header, want.header, slices.Equal) {
						t.Errorf("%s as %s with %q: %d %s, want what is not there: %s", at(who.id), who.name, body, got.status, got.body, want.body)
					}
				}
			}
		}
	}
	if asked := len(c.discord.Calls()); asked > 1 { // where the pen was hung no role was named
		t.Errorf("Discord was asked %d times for strangers", asked)
	}
}

func TestScopes_ofCommunities(t *testing.T) {
	c, bo, rule, claim := hung(t)
	for _, path := range slices.Sorted(maps.Keys(communityRoutes())) {
		for method := range communityRoutes()[path] {
			what := method + " " + strings.NewReplacer("{connection}", serverID, "{product}", penID, "{attachment}", rule, "{claim}", claim, "{purchase}", bo.purchase).Replace(path)
			lacking := []string{anaSees, anaGives}
			if method == http.MethodGet {
				lacking = []string{anaEdits, anaGives}
			}
			if path == "/api/communities/discord" {
				lacking = append(lacking, anaEdits)
			}
			if strings.HasSuffix(path, "/email") || strings.HasSuffix(path, "/link") {
				lacking = append(lacking, bo.token)
			}
			for _, secret := range lacking {
				got := c.ask(what, secret, "")
				if code, _ := got.code(t); got.status != http.StatusForbidden || code != "forbidden" {
					t.Errorf("%s with %s: %d %s", what, secret, got.status, got.body)
				}
			}
			if strings.Contains(path, "{") {
				continue
			}
			for _, secret := range []string{"", nobodys, anaEnded, bo.token} {
				if got := c.ask(what, secret, ""); got.status != http.StatusUnauthorized {
					t.Errorf("%s with %q: %d %s", what, secret, got.status, got.body)
				}
			}
		}
	}
}

// TestRefusals_ofCommunities asks for what is refused; k is another key each time.
func TestRefusals_ofCommunities(t *testing.T) {
	c, bo, rule, claim := hung(t)
	at := c.circleID()
	const circle, attach, attached, server = "POST /api/communities/circle", "POST /api/products/pen/attachments k", "PUT /api/attachments/{rule}", "/api/communities/" + serverID
	in := func(more string) string { return `{"connection":"` + serverID + `",` + more + `}` }
	club := func(more string) string { return `{"connection":"` + at + `",` + more + `}` }
	for _, tt := range []struct {
		name   string
		what   string
		body   string
		status int
		code   string
		field  string
	}{
		{"no token of Circle", circle, `{}`, 400, "invalid", "token"},
		{"a blank one", circle, `{"token":"  "}`, 400, "invalid", "token"},
		{"one that Circle does not know", circle, `{"token":"wrong-token-of-circle"}`, 422, "community_refused", ""},
		{"a dialect that is none", circle, `{"token":"` + clubToken + `","dialect":"v3"}`, 400, "invalid", "dialect"},
		{"a field beside the token", circle, `{"token":"` + clubToken + `","name":"x"}`, 400, "invalid", "name"},
		{"another community than the token's", circle, `{"token":"` + clubToken + `","community":"4711"}`, 400, "invalid", "community"},
		{"a number for the token", circle, `{"token":5}`, 400, "invalid", "token"},

		{"a change of nothing", "PATCH " + server, `{}`, 400, "invalid", ""},
		{"a limit below 0", "PATCH " + server, `{"calls_limit":-1}`, 400, "invalid", "calls_limit"},
		{"a space group that is too long", "PATCH /api/communities/{circle}", `{"space_group":"` + strings.Repeat("9", 300) + `"}`, 400, "invalid", "space_group"},
		{"a server of one's own naming", "PATCH " + server, `{"server":"900000000000000002"}`, 400, "invalid", "server"},
		{"the communities of a token for one", "GET /api/communities/{circle}/community", "", 400, "invalid", "connection"},
		{"the communities of a server", "GET " + server + "/community", "", 400, "invalid", "connection"},
		{"another community of a token for one", "PUT /api/communities/{circle}/community", `{"community":"3513"}`, 400, "invalid", "community"},
		{"no community", "PUT /api/communities/{circle}/community", `{}`, 400, "invalid", "community"},
		{"an end that says nothing of members", "POST " + server + "/disconnect", `{}`, 400, "invalid", "members"},
		{"an end that keeps them until theirs", "POST " + server + "/disconnect", `{"members":"keep_until_end"}`, 400, "invalid", "members"},
		{"a bot that leaves Circle", "POST /api/communities/{circle}/disconnect", `{"members":"keep","bot_leaves":true}`, 400, "invalid", "bot_leaves"},
		{"a check with a field", "POST " + server + "/check", `{"now":true}`, 400, "invalid", "now"},
		{"a run that is dry by a text", "POST " + server + "/reconcile", `{"dry_run":"yes"}`, 400, "invalid", "dry_run"},

		{"an attachment without a key", "POST /api/products/pen/attachments", in(`"roles":[]`), 400, "invalid", "idempotency_key"},
		{"one to nothing", attach, `{}`, 400, "invalid", "connection"},
		{"one to what is not there", attach, `{"connection":"nothing"}`, 404, "connection_not_found", ""},
		{"one to another seller's", attach, `{"connection":"ben-den"}`, 404, "connection_not_found", ""},
		{"one to a server that the body names", attach, `{"server_id":"900000000000000001","server_name":"x","username":"x"}`, 400, "invalid", "server_id"},
		{"a role that is not there", attach, in(`"roles":["799999999999999999"]`), 400, "invalid", "roles"},
		{"everybody's role", attach, in(`"roles":["` + anasServer + `"]`), 400, "invalid", "roles"},
		{"a role above the bot's", attach, in(`"roles":["` + modsRole + `"]`), 400, "invalid", "roles"},
		{"a role of Circle", attach, club(`"roles":["1"]`), 400, "invalid", "roles"},
		{"a space group of Discord", attach, in(`"space_group":"43576"`), 400, "invalid", "space_group"},
		{"an end action of the other service", attach, in(`"end_action":"remove_from_community"`), 400, "invalid", "end_action"},
		{"a variant that is not there", attach, in(`"variants":["Gold"]`), 404, "variant_not_found", "variants"},
		{"variants, and all of them", attach, in(`"variants":[],"all_variants":true`), 400, "invalid", "variants"},
		{"customers that are none", attach, in(`"customers":"some"`), 400, "invalid", "customers"},
		{"another connection for an attachment", attached, `{"connection":"{circle}"}`, 400, "invalid", "connection"},
		{"an end action for what stands", attached, `{"end_action":"remove_from_community"}`, 400, "invalid", "end_action"},
		{"a detachment that leaves members open", "DELETE /api/attachments/{rule}", `{"members":"some"}`, 400, "invalid", "members"},

		{"people by what is unknown", "GET /api/people?colour=red", "", 400, "invalid", "colour"},
		{"people by two states", "GET /api/people?state=active&state=failed", "", 400, "invalid", "state"},
		{"people in a state that is none", "GET /api/people?state=red", "", 400, "invalid", "state"},
		{"people of another seller's community", "GET /api/people?connection=ben-den", "", 404, "connection_not_found", ""},
		{"people of another seller's product", "GET /api/people?product=" + otherPen, "", 404, "product_not_found", ""},
		{"no people at once", "GET /api/people?limit=0", "", 400, "invalid", "limit"},
		{"too many at once", "GET /api/people?limit=101", "", 400, "invalid", "limit"},
		{"people after a place that is none", "GET /api/people?after=here", "", 400, "invalid", "after"},
		{"a NUL in a query", "GET /api/people?state=%00", "", 400, "invalid", "state"},
		{"communities after a place that is none", "GET /api/communities?after=%21", "", 400, "invalid", "after"},
		{"a try with a field", "POST /api/people/{claim}/retry", `{"now":true}`, 400, "invalid", "now"},

		{"a block of nobody", "POST /api/blocks", `{}`, 400, "invalid", "email"},
		{"no address", "PUT /api/sales/{bo}/email", `{}`, 400, "invalid", "email"},
		{"an address that is none", "PUT /api/sales/{bo}/email", `{"email":"bo"}`, 400, "invalid", "email"},
		{"an address from nobody", "POST /api/customers/readdress", `{"to":"bo@example.org"}`, 400, "invalid", "from"},
		{"an address to nobody", "POST /api/customers/readdress", `{"from":"bo@example.com"}`, 400, "invalid", "to"},
		{"nobody to forget", "POST /api/customers/erase", `{}`, 400, "invalid", "email"},
		{"leaving what is not theirs", "POST /api/sales/{bo}/communities/ben-claim/leave", "", 404, "claim_not_found", ""},
		{"a refund that keeps by a text", "POST /api/sales/{bo}/refund k", `{"keep_access":"yes"}`, 400, "invalid", "keep_access"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fill := strings.NewReplacer("{circle}", at, "{rule}", rule, "{claim}", claim, "{bo}", bo.purchase)
			what, keyed := strings.CutSuffix(fill.Replace(tt.what), " k")
			var headers []string
			if keyed {
				headers = []string{"Idempotency-Key", "k-" + strings.ReplaceAll(tt.name, " ", "-")}
			}
			got := c.ask(what, anaAll, fill.Replace(tt.body), headers...)
			code, field := got.code(t)
			if got.status != tt.status || code != tt.code || field != tt.field {
				t.Errorf("%d %s; want %d, %s of %q", got.status, got.body, tt.status, tt.code, tt.field)
			}
		})
	}
	if all := read[attachmentsBody](t, c.ask("GET /api/products/pen/attachments", anaSees, "").is(t, 200)).Attachments; len(all) != 1 {
		t.Errorf("%d attachments stand, want the one of before", len(all))
	}
	if log := c.log.String(); log != "" {
		t.Errorf("logged: %s", log)
	}
}

func TestConnect_choosesLater(t *testing.T) {
	c := newClub(t)
	offer := read[offerBody](t, c.ask("POST /api/communities/circle", anaEdits, `{"token":"`+manyToken+`"}`).is(t, 201))
	if offer.Connection.Community != nil || len(offer.Communities) != 2 || *offer.Connection.Dialect != "v1" {
		t.Fatalf("a token for two offers %+v", offer)
	}
	at := "/api/communities/" + string(offer.Connection.ID) + "/community"
	later := read[offerBody](t, c.ask("GET "+at, anaSees, "").is(t, 200))
	if len(later.Communities) != 2 || later.Connection.ID != offer.Connection.ID {
		t.Errorf("later it offers %+v", later)
	}
	chosen := read[offerBody](t, c.ask("PUT "+at, anaEdits, `{"community":"3513"}`).is(t, 200))
	if chosen.Connection.Community == nil || *chosen.Connection.Community != "3513" || len(chosen.SpaceGroups) != 1 || chosen.SpaceGroups[0].ID != "7" {
		t.Errorf("chosen is %+v", chosen)
	}
	c.ask("PUT "+at, anaEdits, `{"community":"3513"}`).is(t, 200) // twice is once
	if got := c.ask("PUT "+at, anaEdits, `{"community":"3512"}`); got.status != 400 {
		t.Errorf("another one: %d %s", got.status, got.body)
	}
}

func TestLinkSale(t *testing.T) {
	c := newClub(t)
	bo := c.buys("bo@example.com", "k")
	got := read[pageBody](t, c.ask("POST /api/sales/"+bo.purchase+"/link", anaEdits, "").is(t, 201))
	secret, ours := strings.CutPrefix(got.URL, "https://keys.example.com/d/")
	if !ours || secret == bo.token {
		t.Fatalf("the link is %+v", got)
	}
	c.ask("GET /api/sales/"+bo.purchase+"/communities", secret, "").is(t, 200)
	w := newWorld(t)
	cy := w.join("cy@example.com", 1)
	if got := w.ask("POST /api/sales/"+cy.purchase+"/link", anaEdits, ""); got.status != 422 || !strings.Contains(got.body, "not_configured") {
		t.Errorf("where nobody has said where pages are: %d %s", got.status, got.body)
	}
}

func TestStartDiscord(t *testing.T) {
	c := newClub(t)
	got := read[linkBody](t, c.ask("POST /api/communities/discord", anaAll, "").is(t, 201))
	secret, ours := strings.CutPrefix(got.URL, c.url+"/admin/link/")
	if !ours || got.ExpiresIn != 600 {
		t.Fatalf("the link is %+v", got)
	}
	if _, seller, err := c.usher.Sessions.Open(t.Context(), secret); err != nil || seller != c.ana {
		t.Errorf("it opens the pages of %q: %v", seller, err)
	}
	w := newWorld(t)
	if got := w.ask("POST /api/communities/discord", anaAll, ""); got.status != 422 || !strings.Contains(got.body, "not_configured") {
		t.Errorf("without Discord: %d %s", got.status, got.body)
	}
}

// TestPages_ofLists follows next to the end: everybody comes once, in order.
func TestPages_ofLists(t *testing.T) {
	c, _, _, _ := hung(t)
	for i := range 6 {
		c.buys(string(rune('c'+i))+"@example.com", string(rune('c'+i)))
	}
	var want, got []domain.ClaimID
	for _, one := range read[peopleBody](t, c.ask("GET /api/people", anaSees, "").is(t, 200)).People {
		want = append(want, one.ID)
	}
	for after := ""; ; {
		page := read[peopleBody](t, c.ask("GET /api/people?limit=3"+after, anaSees, "").is(t, 200))
		for _, one := range page.People {
			got = append(got, one.ID)
		}
		if page.Next == nil {
			break
		}
		if after = "&after=" + *page.Next; len(page.People) != 3 || len(got) > len(want) {
			t.Fatalf("a page of %d, and %d in all", len(page.People), len(got))
		}
	}
	if len(want) != 7 || !slices.Equal(got, want) {
		t.Errorf("by pages %v, at once %v", got, want)
	}
	den := fixture.Connection(domain.Seller{ID: "ana"})
	fixture.Fill(t, c.store, den)
	first := read[connectionsBody](t, c.ask("GET /api/communities?limit=1", anaSees, "").is(t, 200))
	if first.Next == nil || len(first.Connections) != 1 {
		t.Fatalf("the first page is %+v", first)
	}
	second := read[connectionsBody](t, c.ask("GET /api/communities?limit=1&after="+*first.Next, anaSees, "").is(t, 200))
	if second.Next != nil || len(second.Connections) != 1 || second.Connections[0].ID == first.Connections[0].ID {
		t.Errorf("the second page is %+v", second)
	}
}

// TestRefund_keepsAccess needs a refund to end access, unless it is to be kept.
func TestRefund_keepsAccess(t *testing.T) {
	c := newClub(t)
	at := c.circleID()
	c.keyed("POST /api/products/pen/attachments", anaEdits, `{"connection":"`+at+`"}`, "k").is(t, 201)
	for who, body := range map[string]string{"bo@example.com": `{}`, "cy@example.com": `{"keep_access":true}`} {
		sale := c.buys(who, who)
		c.keyed("POST /api/sales/"+sale.purchase+"/refund", anaGives, body, "back-"+who).is(t, 200)
	}
	c.work()
	for who, want := range map[string]bool{"bo@example.com": false, "cy@example.com": true} {
		if _, in := c.circle.Member(3512, who); in != want {
			t.Errorf("%s is in after the refund: %v", who, in)
		}
	}
}
