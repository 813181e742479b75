package web_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

const paid, mods = "700000000000000002", "700000000000000003"

// withRoles gives ana's server a role below the bot's, and one above.
func (w *world) withRoles() {
	g, _ := w.discord.Guild(guild)
	g.Roles = append(g.Roles, discordtest.Role{ID: paid, Name: "Paid", Position: 0}, discordtest.Role{ID: mods, Name: "Mods", Position: 9})
	w.discord.SetGuild(g)
}

// attachments are those of ana's pen.
func (w *world) attachments() []domain.Attachment {
	w.t.Helper()
	all, err := w.usher.Communities.Attachments(w.ctx(), w.ana.ID, w.pen.ID)
	w.must(err)
	var got []domain.Attachment
	for _, a := range all {
		got = append(got, a.Attachment)
	}
	return got
}

func TestProduct_isAttachedByAForm(t *testing.T) {
	w := newWorld(t)
	w.withRoles()
	b := w.signedIn()
	b.back(200, w.agree(b.get(200, "/admin/communities").href(t, "Connect to Discord"), owner))
	conn := w.connection(domain.Discord)
	path := b.get(200, "/admin/products").href(t, w.pen.Name)
	b.get(200, path).reads(t, "No community comes with it yet.")

	b.get(200, path).reads(t, "Ana's Server", path+"/"+string(conn.ID))
	form := b.get(200, path+"/"+string(conn.ID))
	form.reads(t, "Roles that they get", "Paid", "Mods (cannot be given: ", "Customers of before (1 now)", "They are removed from the server")
	b.post(422, path, "connection="+string(conn.ID), "role="+mods, "end_action=none", "customers=all").reads(t, "Mods cannot be given", `value="none" checked`, `value="all" checked`)
	if at := strings.Index(b.last.body, "cannot be given"); at < strings.Index(b.last.body, `<fieldset id="roles">`) || at > strings.Index(b.last.body, `<fieldset id="end_action">`) {
		t.Error("it is not said at the roles")
	}
	b.post(422, path, "connection="+string(conn.ID), "end_action=remove_from_community").reads(t, "must be none, remove_roles or kick")
	if n := len(w.attachments()); n != 0 {
		t.Fatalf("%d attachments of what was refused", n)
	}
	b.post(303, path, "connection="+string(conn.ID), "role="+paid, "end_action=remove_roles", "variants=all", "customers=all")
	b.get(200, path).reads(t, "everybody who buys it", paid, "They lose the roles that usher gave")
	got := w.attachments()
	if len(got) != 1 || got[0].EndAction != domain.EndRoles || !got[0].AllVariants || !got[0].FromAt.IsZero() || !slices.Equal(slices.Collect(got[0].Targets.All()), []domain.TargetID{paid}) {
		t.Fatalf("attached is %+v", got)
	}
	end := path + "/" + string(got[0].ID) + "/end"
	other := fixture.Product(w.ana)
	fixture.Fill(t, w.store, other)
	b.post(404, "/admin/products/"+string(other.ID)+"/communities/"+string(got[0].ID)+"/end", "members=keep")
	b.get(200, path)
	b.post(422, end, "members=some").reads(t, "must be keep, keep_until_end or remove")
	b.post(303, end, "members=keep")
	b.get(200, path).reads(t, "No community comes with it yet.")
	b.get(200, "/admin/communities")
	b.post(404, end, "members=keep")
}

func TestProduct_whoseVariantsAreChosen(t *testing.T) {
	w := newWorld(t)
	pro := fixture.Variant(w.pen, func(v *domain.Variant) { v.Name = "Pro" })
	fixture.Fill(t, w.store, pro)
	b := w.signedIn()
	b.get(200, "/admin/communities")
	b.post(200, "/admin/communities/circle", "api_token="+circleToken)
	conn := w.connection(domain.Circle)
	path := "/admin/products/" + string(w.pen.ID) + "/communities"
	b.get(200, path+"/"+string(conn.ID)).reads(t, "Space group that they get into", "Paid", "Only who buys these", "Pro")
	for _, tt := range []struct{ name, variant, want string }{
		{"none of them", "", "Your integration is not assigned to any tier. Check your tiers' settings."},
		{"one of them", "variant=" + string(pro.ID), "who buys Pro"},
	} {
		fields := []string{"connection=" + string(conn.ID), "space_group=43576", "variants=chosen", "end_action=none", "customers=new"}
		if tt.variant != "" {
			fields = append(fields, tt.variant)
		}
		b.post(303, path, fields...)
		b.get(200, path).reads(t, tt.want)
	}
	b.post(404, path, "connection="+string(conn.ID), "variants=chosen", "variant=nothing")
	if n := len(w.attachments()); n != 2 {
		t.Errorf("%d attachments, want two", n)
	}
}

// TestProduct_takesNothingElse needs a page to save only what its form has, for a
// connection and a product of one's own.
func TestProduct_takesNothingElse(t *testing.T) {
	w := newWorld(t)
	bob := fixture.Seller("bob")
	theirs, den := fixture.Product(bob), fixture.Connection(bob, fixture.Discord, func(c *domain.Connection) { c.RemoteID = guild })
	rule := fixture.Attachment(den, theirs)
	fixture.Fill(t, w.store, bob, theirs, den, rule)
	b := w.signedIn()
	mine, path := "/admin/products/"+string(w.pen.ID)+"/communities", "/admin/products/"+string(theirs.ID)+"/communities"
	for _, tt := range []struct {
		name, path string
		status     int
		fields     []string
	}{
		{"a server that the browser names", mine, 422, []string{"server_id=" + guild, "server_name=x", "username=x"}},
		{"one beside the connection", mine, 422, []string{"connection=" + string(den.ID), "server_id=" + guild}},
		{"another seller's connection", mine, 404, []string{"connection=" + string(den.ID)}},
		{"no connection", mine, 404, nil},
		{"a NUL", mine, 422, []string{"connection=\x00"}},
		{"another seller's product", path, 404, []string{"connection=" + string(den.ID)}},
		{"another seller's attachment", mine + "/" + string(rule.ID) + "/end", 404, []string{"members=remove"}},
		{"a field beside what becomes of members", mine + "/" + string(rule.ID) + "/end", 422, []string{"members=keep", "bot_leaves=yes"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.get(200, "/admin/communities")
			b.post(tt.status, tt.path, tt.fields...)
		})
	}
	for _, path := range []string{path, path + "/" + string(den.ID), mine + "/" + string(den.ID)} {
		b.get(404, path)
	}
	w.browser().get(404, mine)
	w.browser().get(404, "/admin/products")
	w.browser().get(404, "/admin/people")
	if n := len(w.attachments()); n != 0 {
		t.Errorf("%d attachments", n)
	}
	if asked := w.calls(); len(asked) != 0 {
		t.Errorf("Discord was asked %v", asked)
	}
}

func TestPeople_areSeenToByTheirSeller(t *testing.T) {
	w := newWorld(t)
	b := w.signedIn()
	b.get(200, "/admin/people").reads(t, "Nobody is let in anywhere.")
	b.connectClub()
	conn := w.connection(domain.Circle)
	cy := fixture.Purchase(w.pen, func(p *domain.PurchaseState) { p.Email = "cy@example.com" })
	fixture.Fill(t, w.store, cy)
	_, err := w.usher.Communities.Attach(w.ctx(), w.ana.ID, domain.Attachment{ConnectionID: conn.ID, ProductID: w.pen.ID, AllVariants: true}, true)
	w.must(err)
	w.work()
	b.get(200, "/admin/people").reads(t, cy.Email, w.sale.Email, "Ana's Club")
	if strings.Contains(b.last.body, "Try again") {
		t.Error("there is something to try again for who is in")
	}
	for _, who := range []string{cy.Email, w.sale.Email} {
		w.circle.RemoveMember(3512, who)
	}
	w.must(w.usher.Communities.Mend(w.ctx(), w.ana.ID, conn.ID))
	b.get(200, "/admin/people").reads(t, "removed outside", "Invite again", "Leave out")
	claims := map[string]string{}
	for _, c := range w.people() {
		claims[c.Email] = string(c.ID)
	}
	b.post(303, "/admin/people/"+claims[w.sale.Email]+"/invite")
	b.get(200, "/admin/people")
	b.post(303, "/admin/people/"+claims[cy.Email]+"/leave-out")
	w.work()
	for who, want := range map[string]bool{w.sale.Email: true, cy.Email: false} {
		if _, in := w.circle.Member(3512, who); in != want {
			t.Errorf("%s is in: %v", who, in)
		}
	}
	bob := fixture.Seller("bob")
	theirs := fixture.Product(bob)
	sale, den := fixture.Purchase(theirs), fixture.Connection(bob)
	claim := fixture.Claim(den, sale)
	fixture.Fill(t, w.store, bob, theirs, sale, den, claim)
	for _, what := range []string{"retry", "invite", "leave-out"} {
		b.get(200, "/admin/communities")
		b.post(404, "/admin/people/"+string(claim.ID)+"/"+what)
	}
}

func TestPeople_whoWaitForTheirSeller(t *testing.T) {
	w := newWorld(t)
	b := w.signedIn()
	b.connectClub()
	conn := w.connection(domain.Circle)
	w.circle.RevokeToken(circleToken)
	_, err := w.usher.Communities.Attach(w.ctx(), w.ana.ID, domain.Attachment{ConnectionID: conn.ID, ProductID: w.pen.ID, AllVariants: true}, true)
	w.must(err)
	w.work()
	b.get(200, "/admin/people").reads(t, "waits for you", "token invalid", "Try again")
	b.post(303, "/admin/people/"+string(w.people()[0].ID)+"/retry")
	w.work()
	b.get(200, "/admin/people").reads(t, "Try again") // nothing can be asked yet
	w.circle.SetToken(circletest.Token{Secret: circleToken, Kind: circletest.V2, Communities: []int64{3512}})
	b.connectClub()
	w.work()
	if _, in := w.circle.Member(3512, w.sale.Email); !in {
		t.Error("who waited is not in")
	}
}

func TestCircle_communityIsChosenLater(t *testing.T) {
	w := newWorld(t)
	w.circle.SetCommunity(circletest.Community{ID: 3513, Name: "Ana's Second"})
	w.circle.SetSpaceGroup(3513, circletest.SpaceGroup{ID: 7, Name: "Second's"})
	w.circle.SetToken(circletest.Token{Secret: circleToken, Kind: circletest.V1, Communities: []int64{3512, 3513}})
	b := w.signedIn()
	b.connectClub()
	b.get(200, b.get(200, "/admin/communities").href(t, "Choose a community")).reads(t, `<option value="3513">Ana's Second</option>`)
	conn := w.connection(domain.Circle)
	b.post(200, "/admin/communities/"+string(conn.ID)+"/community", "community=3513").reads(t, "The community is chosen.", "Second's (7)")
	b.get(422, "/admin/communities/"+string(conn.ID)+"/community").reads(t, "is to one community already")
	b.get(404, "/admin/communities/nothing/community")
}

// connectClub connects ana's club.
func (b *browser) connectClub() {
	b.w.t.Helper()
	b.get(200, "/admin/communities")
	b.post(200, "/admin/communities/circle", "api_token="+circleToken)
}

// people are all claims of ana's.
func (w *world) people() []domain.Claim {
	w.t.Helper()
	all, err := w.usher.Communities.People(w.ctx(), w.ana.ID, ports.ClaimQuery{})
	w.must(err)
	return all
}
