package rpc

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/adapters/rpc/gen/usher/v1/usherv1connect"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/fixture"
)

// Secrets of the services, which no answer and no log may hold; and places there.
const (
	clubToken = "planted-circle-token-wxyz" // Admin API v2, of one community
	manyToken = "planted-older-token-abcd"  // v1, of two
	botToken  = "planted-bot-token"
	serverID  = "ana-server" // of a connection to a server of Discord
	anasRole  = "700000000000000002"
	highRole  = "700000000000000003" // above the bot's
)

// club is a world with a Circle and a Discord beside it.
type club struct {
	*world
	usherv1connect.CommunityServiceClient
	circle *circletest.Server
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
	const server, botID, botRole = "900000000000000001", "600000000000000001", "700000000000000009"
	d := discordtest.Start(t, discordtest.App{ClientID: "500000000000000001", ClientSecret: "planted-client-secret", BotID: botID, BotToken: botToken, MembersIntent: true})
	d.SetGuild(discordtest.Guild{
		ID: server, Name: "Ana's Server", OwnerID: "800000000000000099", Members: []discordtest.Member{{UserID: "800000000000000099"}, {UserID: botID, Roles: []string{botRole}}},
		Roles: []discordtest.Role{
			{ID: anasRole, Name: "Paid", Position: 1}, {ID: highRole, Name: "Mods", Position: 9},
			{ID: botRole, Name: "usher", Position: 5, Managed: true, BotID: botID, Permissions: discordtest.KickMembers | discordtest.ManageRoles | discordtest.CreateInvite},
		},
	})
	bot, err := discord.New(discord.Config{
		ClientID: "500000000000000001", ClientSecret: "planted-client-secret", BotToken: botToken, BotID: botID, RedirectURI: "http://127.0.0.1/x",
		AuthorizeURL: d.AuthorizeURL(), APIURL: d.APIURL(), Version: "test", HTTP: &http.Client{Transport: &http.Transport{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	clubs := circle.New(&circle.Options{BaseURL: c.circle.URL, Hurry: true})
	c.world = newWorld(t, append([]func(*options){func(o *options) {
		o.rpc.PublicURL = "https://keys.example.com/"
		o.with = func(config *app.Config) {
			servers := discord.NewCommunity(bot, app.TestClock(config.Store))
			config.Communities = map[domain.Service]ports.Community{domain.Circle: clubs, domain.Discord: servers}
			config.Circle, config.Discord, config.PublicURL = clubs, servers, "https://keys.example.com"
		}
	}}, mods...)...)
	c.CommunityServiceClient = usherv1connect.NewCommunityServiceClient(http.DefaultClient, c.url)
	fixture.Fill(t, c.store, fixture.Connection(domain.Seller{ID: c.ana}, fixture.Discord, func(o *domain.Connection) {
		o.ID, o.RemoteID, o.Name, o.CreatedAt = serverID, server, "Ana's Server", noon
	}))
	t.Cleanup(func() { c.clean("the log", c.log.String()) })
	return c
}

// clean fails if a text holds a secret of a service.
func (c *club) clean(what, text string) {
	c.t.Helper()
	for _, s := range []string{clubToken, manyToken, botToken} {
		if strings.Contains(text, s) {
			c.t.Errorf("%s holds %s: %s", what, s, text)
		}
	}
}

// work does what is due.
func (c *club) work() {
	c.t.Helper()
	for n := 1; n > 0; {
		n = must(c.usher.Worker.Tick(c.t.Context()))
	}
}

// connected connects Ana's Club, and returns the connection's id.
func (c *club) connected() string {
	c.t.Helper()
	return must(c.ConnectCircle(c.as(anaEdits), &usherv1.ConnectCircleRequest{Token: clubToken, SpaceGroup: "43576"})).Connection.Id
}

func TestCommunities_connect(t *testing.T) {
	c := newClub(t)
	asked := &usherv1.ConnectCircleRequest{Token: clubToken, SpaceGroup: "43576"}
	made := must(c.ConnectCircle(c.keyed(anaEdits, "k"), asked))
	at := made.Connection
	if at.Service != usherv1.Service_SERVICE_CIRCLE || at.Dialect != "v2" || at.Community != "3512" || at.Name != "Ana's Club" || at.SpaceGroup != "43576" || at.TokenEndsIn != "wxyz" ||
		at.Health != usherv1.Health_HEALTH_OK || at.TokenSetAt == nil || at.ClosedAt != nil || len(made.Communities) != 1 || len(made.SpaceGroups) != 1 || made.SpaceGroups[0].Name != "Paid" {
		t.Errorf("connected %v", made)
	}
	c.clean("the answer", made.String())
	ctx, replayed := c.again(anaEdits, "k")
	if again := must(c.ConnectCircle(ctx, asked)); !proto.Equal(again, made) || !replayed() {
		t.Errorf("a repeat connects %v", again)
	}
	_, err := c.ListCommunities(c.as(anaSees), &usherv1.ListCommunitiesRequest{Connection: at.Id})
	refused(t, err, connect.CodeInvalidArgument, "invalid", "connection")

	second := must(c.ConnectCircle(c.as(anaEdits), &usherv1.ConnectCircleRequest{Token: manyToken}))
	if second.Connection.Community != "" || len(second.Communities) != 2 || len(second.SpaceGroups) != 0 {
		t.Errorf("a token of two opens %v", second)
	}
	if opens := must(c.ListCommunities(c.as(anaSees), &usherv1.ListCommunitiesRequest{Connection: second.Connection.Id})).Communities; len(opens) != 2 {
		t.Errorf("it opens %v", opens)
	}
	chosen := must(c.ChooseCommunity(c.as(anaEdits), &usherv1.ChooseCommunityRequest{Connection: second.Connection.Id, Community: "3513"}))
	if chosen.Connection.Community != "3513" || len(chosen.SpaceGroups) != 1 || chosen.SpaceGroups[0].Id != "7" {
		t.Errorf("chosen %v", chosen)
	}
	if edited := must(c.EditConnection(c.as(anaEdits), &usherv1.EditConnectionRequest{Connection: at.Id, MembersOnly: proto.Bool(true), CallsLimit: proto.Int64(5000), SpaceGroup: proto.String("")})).Connection; !edited.MembersOnly || edited.CallsLimit != 5000 || edited.SpaceGroup != "" {
		t.Errorf("edited %v", edited)
	}
	if checked := must(c.CheckConnection(c.as(anaEdits), &usherv1.CheckConnectionRequest{Connection: at.Id})).Connection; checked.Health != usherv1.Health_HEALTH_OK || checked.CheckedAt == nil {
		t.Errorf("checked %v", checked)
	}
	if got := must(c.GetConnection(c.as(anaSees), &usherv1.GetConnectionRequest{Connection: at.Id})); got.CallsUsed == 0 || got.Connection.CallsLimit != 5000 {
		t.Errorf("shown is %v", got)
	}
	if roles := must(c.ListChoices(c.as(anaSees), &usherv1.ListChoicesRequest{Connection: serverID})).Choices; !slices.ContainsFunc(roles, func(r *usherv1.Choice) bool { return r.Id == highRole && r.Refused != "" }) {
		t.Errorf("the roles are %v", roles)
	}
	var names []string
	for r := (&usherv1.ListConnectionsRequest{PageSize: 1}); ; {
		page := must(c.ListConnections(c.as(anaSees), r))
		names = append(names, page.Connections[0].Community)
		if r.PageToken = page.NextPageToken; r.PageToken == "" {
			break
		}
	}
	if slices.Sort(names); !slices.Equal(names, []string{"3512", "3513", "900000000000000001"}) {
		t.Errorf("listed are %q", names)
	}
	closed := must(c.Disconnect(c.as(anaEdits), &usherv1.DisconnectRequest{Connection: at.Id, Members: usherv1.Leaving_LEAVING_KEEP})).Connection
	if closed.ClosedAt == nil || closed.TokenSetAt != nil || closed.TokenEndsIn != "" || closed.Leaving != usherv1.Leaving_LEAVING_KEEP {
		t.Errorf("disconnected %v", closed)
	}
	link := must(c.ConnectDiscord(c.as(anaAll), &usherv1.ConnectDiscordRequest{}))
	secret, ours := strings.CutPrefix(link.Url, "https://keys.example.com/admin/link/")
	if _, seller, err := c.usher.Sessions.Open(t.Context(), secret); !ours || err != nil || seller != c.ana || link.ExpiresIn.AsDuration() != domain.PassLink.Lives() {
		t.Errorf("the link is %v, of %s, %v", link, seller, err)
	}
}

func TestAttachments_story(t *testing.T) {
	c := newClub(t)
	at := c.connected()
	c.sold("bo@example.com")
	c.goTo(noon.Add(time.Second))
	asked := &usherv1.AttachProductRequest{Product: "pen", Connection: at}
	made := must(c.AttachProduct(c.keyed(anaEdits, "k"), asked)).Attachment
	if made.Product != penID || made.Connection != at || !made.AllVariants || !slices.Equal(made.Gives, []string{"43576"}) || made.EndAction != usherv1.EndAction_END_ACTION_REMOVE_FROM_COMMUNITY || made.From == nil {
		t.Errorf("attached %v", made)
	}
	ctx, replayed := c.again(anaEdits, "k")
	if again := must(c.AttachProduct(ctx, asked)).Attachment; !proto.Equal(again, made) || !replayed() {
		t.Errorf("a repeat attaches %v", again)
	}
	everybody := &usherv1.EditAttachmentRequest{Attachment: made.Id, Rule: &usherv1.Rule{AllCustomers: true, EndAction: usherv1.EndAction_END_ACTION_NONE}}
	edited := must(c.EditAttachment(c.as(anaEdits), everybody)).Attachment
	if edited.Id != made.Id || edited.From != nil || edited.EndAction != usherv1.EndAction_END_ACTION_NONE || !slices.Equal(edited.Gives, made.Gives) {
		t.Errorf("edited %v", edited)
	}
	role := must(c.AttachProduct(c.keyed(anaEdits, "k2"), &usherv1.AttachProductRequest{
		Product: "team", Connection: serverID, Rule: &usherv1.Rule{Variants: []string{"Pro"}, Roles: []string{anasRole}},
	})).Attachment
	if role.AllVariants || !slices.Equal(role.Variants, []string{proID}) || !slices.Equal(role.Gives, []string{anasRole}) {
		t.Errorf("attached to a server %v", role)
	}
	toAll := &usherv1.EditAttachmentRequest{Attachment: role.Id, Rule: &usherv1.Rule{AllVariants: proto.Bool(true)}}
	moved := must(c.EditAttachment(c.keyed(anaEdits, "k3"), toAll)).Attachment
	if moved.Id == role.Id || !moved.AllVariants || len(moved.Variants) != 0 {
		t.Errorf("for new customers it is %v", moved)
	}
	if again := must(c.EditAttachment(c.keyed(anaEdits, "k3"), toAll)).Attachment; !proto.Equal(again, moved) {
		t.Errorf("a repeat edits %v", again)
	}
	all := must(c.ListAttachments(c.as(anaSees), &usherv1.ListAttachmentsRequest{Product: "pen"}))
	if len(all.Attachments) != 1 || !proto.Equal(all.Attachments[0], edited) || all.CurrentCustomers != 1 {
		t.Errorf("attached are %v", all)
	}
	if got := must(c.GetAttachment(c.as(anaSees), &usherv1.GetAttachmentRequest{Attachment: made.Id})).Attachment; !proto.Equal(got, edited) {
		t.Errorf("shown is %v", got)
	}
	gone := must(c.Detach(c.keyed(anaEdits, "k4"), &usherv1.DetachRequest{Attachment: made.Id})).Attachment
	ctx, replayed = c.again(anaEdits, "k4")
	if again := must(c.Detach(ctx, &usherv1.DetachRequest{Attachment: made.Id})).Attachment; !proto.Equal(gone, edited) || !proto.Equal(again, gone) || !replayed() {
		t.Errorf("detached %v", again)
	}
	_, err := c.Detach(c.as(anaEdits), &usherv1.DetachRequest{Attachment: made.Id})
	refused(t, err, connect.CodeNotFound, "attachment_not_found", "")
}

func TestPeople_whoWereTakenOutByHand(t *testing.T) {
	c := newClub(t)
	at := c.connected()
	must(c.AttachProduct(c.keyed(anaEdits, "k"), &usherv1.AttachProductRequest{Product: "pen", Connection: at}))
	for _, who := range []string{"bo@example.com", "cy@example.com"} {
		c.sold(who)
		c.work()
		c.circle.RemoveMember(3512, who)
	}
	if dry := must(c.Reconcile(c.as(anaEdits), &usherv1.ReconcileRequest{Connection: at, DryRun: true})); dry.Mended || len(dry.ShouldBeIn) != 2 {
		t.Errorf("found %v", dry)
	}
	if found := must(c.Reconcile(c.as(anaEdits), &usherv1.ReconcileRequest{Connection: at})); !found.Mended || len(found.ShouldBeIn) != 2 {
		t.Errorf("found %v", found)
	}
	out := must(c.ListPeople(c.as(anaSees), &usherv1.ListPeopleRequest{State: usherv1.ClaimState_CLAIM_STATE_NEEDS_SELLER, Connection: at, Product: "pen"})).People
	if len(out) != 2 || !slices.Equal(out[0].Choices, []string{"invite_again", "leave_out"}) || out[0].Cause != "removed_outside" || out[0].Product != penID || out[0].Purchase == "" {
		t.Fatalf("taken out are %v", out)
	}
	if got := must(c.GetPerson(c.as(anaSees), &usherv1.GetPersonRequest{Person: out[0].Id})).Person; !proto.Equal(got, out[0]) {
		t.Errorf("shown is %v", got)
	}
	for _, who := range out {
		if who.Email == "bo@example.com" {
			must(c.InvitePerson(c.as(anaEdits), &usherv1.InvitePersonRequest{Person: who.Id}))
			must(c.RetryPerson(c.as(anaEdits), &usherv1.RetryPersonRequest{Person: who.Id}))
			continue
		}
		must(c.LeaveOutPerson(c.as(anaEdits), &usherv1.LeaveOutPersonRequest{Person: who.Id}))
	}
	c.work()
	for who, want := range map[string]bool{"bo@example.com": true, "cy@example.com": false} {
		if _, in := c.circle.Member(3512, who); in != want {
			t.Errorf("%s is in: %v", who, in)
		}
	}
}

func TestBlocks(t *testing.T) {
	c := newClub(t)
	var want, got []string
	for n := range 3 {
		email := "b" + strconv.Itoa(n) + "@example.com"
		if kept := must(c.BlockEmail(c.as(anaEdits), &usherv1.BlockEmailRequest{Email: strings.ToUpper(email)})); kept.Email != email {
			t.Errorf("blocked %v", kept)
		}
		want = append(want, email)
	}
	for r := (&usherv1.ListBlocksRequest{PageSize: 2}); ; {
		page := must(c.ListBlocks(c.as(anaSees), r))
		got = append(got, page.Emails...)
		if r.PageToken = page.NextPageToken; r.PageToken == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("blocked are %q", got)
	}
	must(c.UnblockEmail(c.as(anaEdits), &usherv1.UnblockEmailRequest{Email: want[0]}))
	if left := must(c.ListBlocks(c.as(anaSees), &usherv1.ListBlocksRequest{})).Emails; !slices.Equal(left, want[1:]) {
		t.Errorf("blocked are %q", left)
	}
}

func TestCommunities_refuse(t *testing.T) {
	c := newClub(t)
	at := c.connected()
	attach := func(r *usherv1.AttachProductRequest) error {
		_, err := c.AttachProduct(c.keyed(anaEdits, "k"), r)
		return err
	}
	to := func(conn string, rule *usherv1.Rule) error {
		return attach(&usherv1.AttachProductRequest{Product: "team", Connection: conn, Rule: rule})
	}
	_, dialect := c.ConnectCircle(c.as(anaEdits), &usherv1.ConnectCircleRequest{Token: clubToken, Dialect: "v3"})
	_, wrong := c.ConnectCircle(c.as(anaEdits), &usherv1.ConnectCircleRequest{Token: "planted-nobodys"})
	_, scope := c.ConnectDiscord(c.as(anaEdits), &usherv1.ConnectDiscordRequest{})
	_, nothing := c.EditConnection(c.as(anaEdits), &usherv1.EditConnectionRequest{Connection: at})
	_, quota := c.EditConnection(c.as(anaEdits), &usherv1.EditConnectionRequest{Connection: at, CallsLimit: proto.Int64(-1)})
	_, choose := c.ChooseCommunity(c.as(anaEdits), &usherv1.ChooseCommunityRequest{Connection: at})
	_, chosen := c.ChooseCommunity(c.as(anaEdits), &usherv1.ChooseCommunityRequest{Connection: at, Community: "3513"})
	_, bot := c.Disconnect(c.as(anaEdits), &usherv1.DisconnectRequest{Connection: at, Members: usherv1.Leaving_LEAVING_KEEP, BotLeaves: true})
	_, members := c.Disconnect(c.as(anaEdits), &usherv1.DisconnectRequest{Connection: at})
	_, stranger := c.GetConnection(c.as(benAll), &usherv1.GetConnectionRequest{Connection: at})
	_, reads := c.CheckConnection(c.as(anaSees), &usherv1.CheckConnectionRequest{Connection: at})
	_, keyless := c.AttachProduct(c.as(anaEdits), &usherv1.AttachProductRequest{Product: "pen", Connection: at})
	_, state := c.ListPeople(c.as(anaSees), &usherv1.ListPeopleRequest{State: 77})
	_, people := c.ListPeople(c.as(benAll), &usherv1.ListPeopleRequest{Connection: at})
	_, blocked := c.BlockEmail(c.as(anaSees), &usherv1.BlockEmailRequest{Email: "bo@example.com"})
	_, nobody := c.BlockEmail(c.as(anaEdits), &usherv1.BlockEmailRequest{})
	for _, tt := range []struct {
		name          string
		got           error
		code          connect.Code
		detail, field string
	}{
		{"a dialect that is none", dialect, connect.CodeInvalidArgument, "invalid", "dialect"},
		{"a token that opens nothing", wrong, connect.CodeFailedPrecondition, "community_refused", ""},
		{"a link without the scope", scope, connect.CodePermissionDenied, "forbidden", ""},
		{"a change of nothing", nothing, connect.CodeInvalidArgument, "invalid", "space_group"},
		{"fewer calls than none", quota, connect.CodeInvalidArgument, "invalid", "calls_limit"},
		{"no community is chosen", choose, connect.CodeInvalidArgument, "invalid", "community"},
		{"another community is chosen", chosen, connect.CodeInvalidArgument, "invalid", "community"},
		{"a bot that is not there leaves", bot, connect.CodeInvalidArgument, "invalid", "bot_leaves"},
		{"what becomes of its members is not said", members, connect.CodeInvalidArgument, "invalid", "members"},
		{"another seller looks", stranger, connect.CodeNotFound, "connection_not_found", ""},
		{"a token without the scope checks", reads, connect.CodePermissionDenied, "forbidden", ""},
		{"attached without a key", keyless, connect.CodeInvalidArgument, "invalid", "idempotency_key"},
		{"attached to nothing", to("", nil), connect.CodeInvalidArgument, "invalid", "connection"},
		{"attached to what is not there", to("x", nil), connect.CodeNotFound, "connection_not_found", ""},
		{"a product that is not there", attach(&usherv1.AttachProductRequest{Product: "x", Connection: at}), connect.CodeNotFound, "product_not_found", ""},
		{"a variant that is not there", to(at, &usherv1.Rule{Variants: []string{"x"}}), connect.CodeNotFound, "variant_not_found", "variants"},
		{"all variants and one", to(at, &usherv1.Rule{AllVariants: proto.Bool(true), Variants: []string{"Pro"}}), connect.CodeInvalidArgument, "invalid", "variants"},
		{"a role of Circle", to(at, &usherv1.Rule{Roles: []string{anasRole}}), connect.CodeInvalidArgument, "invalid", "roles"},
		{"a space group of Discord", to(serverID, &usherv1.Rule{SpaceGroup: "7"}), connect.CodeInvalidArgument, "invalid", "space_group"},
		{"a role above the bot's", to(serverID, &usherv1.Rule{Roles: []string{highRole}}), connect.CodeInvalidArgument, "invalid", "roles"},
		{"an end that is none", to(at, &usherv1.Rule{EndAction: 77}), connect.CodeInvalidArgument, "invalid", "end_action"},
		{"people in a state that is none", state, connect.CodeInvalidArgument, "invalid", "state"},
		{"people of another's community", people, connect.CodeNotFound, "connection_not_found", ""},
		{"a block without the scope", blocked, connect.CodePermissionDenied, "forbidden", ""},
		{"a block of nobody", nobody, connect.CodeInvalidArgument, "invalid", "email"},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.got, tt.code, tt.detail, tt.field) })
	}
	nowhere := newClub(t, func(o *options) { o.rpc.PublicURL = "" })
	_, err := nowhere.ConnectDiscord(nowhere.as(anaAll), &usherv1.ConnectDiscordRequest{})
	refused(t, err, connect.CodeFailedPrecondition, "not_configured", "")
}
