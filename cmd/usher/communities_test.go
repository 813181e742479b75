package main

import (
	"cmp"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/adapters/discord/discordtest"
)

const (
	anasServer  = "900000000000000001"
	anasAccount = "800000000000000099"
	paidRole    = "700000000000000002"
)

// fakes starts a Circle and a Discord for a script, to which every usher of it
// goes. CIRCLE_TOKEN opens Ana's Club, whose space group 43576 is called Paid;
// Ana's Server has a role Paid below the bot's, and Mods above it.
//
//	fakes
func fakes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: fakes")
	}
	club, err := circletest.NewServer(nil)
	ts.Check(err)
	club.SetCommunity(circletest.Community{ID: 3512, Name: "Ana's Club"})
	club.SetSpaceGroup(3512, circletest.SpaceGroup{ID: 43576, Name: "Paid"})
	club.SetToken(circletest.Token{Secret: "planted-circle-token-wxyz", Kind: circletest.V2, Communities: []int64{3512}})
	rooms := discordtest.NewServer(discordtest.App{
		ClientID: "500000000000000001", ClientSecret: "planted-client-secret", BotToken: "planted-bot-token", MembersIntent: true,
	})
	for id, name := range map[string]string{anasAccount: "anaowner", "800000000000000001": "bo", "800000000000000002": "cleo"} {
		rooms.SetUser(discordtest.User{ID: id, Username: name})
	}
	rooms.SetGuild(discordtest.Guild{
		ID: anasServer, Name: "Ana's Server", OwnerID: anasAccount, Members: []discordtest.Member{{UserID: anasAccount}},
		Roles: []discordtest.Role{{ID: anasServer, Name: "@everyone"}, {ID: paidRole, Name: "Paid"}, {ID: "700000000000000003", Name: "Mods", Position: 9}},
	})
	ts.Defer(func() {
		club.Close()
		rooms.Close()
		for _, said := range append(club.TakeComplaints(), rooms.TakeComplaints()...) {
			ts.Logf("complaint: %s", said)
			ts.Fatalf("a service has something to complain about")
		}
	})
	world := scene{club, rooms}
	scenes(ts)[""] = world
	for name, value := range map[string]string{
		"USHER_TEST_CIRCLE_URL": club.URL, "USHER_TEST_DISCORD_URL": rooms.URL, "CIRCLE_TOKEN": "planted-circle-token-wxyz",
		"USHER_DISCORD_CLIENT_ID": "500000000000000001", "USHER_DISCORD_CLIENT_SECRET": "planted-client-secret", "USHER_DISCORD_BOT_TOKEN": "planted-bot-token",
	} {
		ts.Setenv(name, value)
	}
}

// scene is what fakes started.
type scene struct {
	circle  *circletest.Server
	discord *discordtest.Server
}

func scenes(ts *testscript.TestScript) map[string]scene { return ts.Value("scenes").(map[string]scene) }

func theScene(ts *testscript.TestScript) scene {
	s, ok := scenes(ts)[""]
	if !ok {
		ts.Fatalf("fakes comes first")
	}
	return s
}

// outside changes what a service knows, or looks at it.
//
//	outside in SERVICE WHO       somebody is in; "!" before it: is not
//	outside kick SERVICE WHO     a moderator takes somebody out
//	outside adds SERVICE WHO     a moderator lets somebody in
//	outside revoke               Circle's token is worthless from now on
func outside(ts *testscript.TestScript, neg bool, args []string) {
	s := theScene(ts)
	if len(args) == 1 && args[0] == "revoke" {
		s.circle.RevokeToken("planted-circle-token-wxyz")
		return
	}
	if len(args) != 3 {
		ts.Fatalf("usage: outside in|kick|adds circle|discord WHO, or outside revoke")
	}
	who, g := args[2], discordtest.Guild{}
	if args[1] == "discord" {
		g, _ = s.discord.Guild(anasServer)
	}
	is := func(m discordtest.Member) bool { return m.UserID == who }
	switch args[0] + " " + args[1] {
	case "in circle":
		if _, in := s.circle.Member(3512, who); in == neg {
			ts.Fatalf("%s is in: %v", who, in)
		}
	case "in discord":
		if in := slices.ContainsFunc(g.Members, is); in == neg {
			ts.Fatalf("%s is in: %v", who, in)
		}
	case "kick circle":
		s.circle.RemoveMember(3512, who)
	case "adds circle":
		s.circle.SetMember(3512, circletest.Member{Email: who})
	case "kick discord":
		g.Members = slices.DeleteFunc(g.Members, is)
		s.discord.SetGuild(g)
	case "adds discord":
		g.Members = append(g.Members, discordtest.Member{UserID: who})
		s.discord.SetGuild(g)
	default:
		ts.Fatalf("there is no %s", strings.Join(args, " "))
	}
}

var (
	buttons   = regexp.MustCompile(`<a class="button" href="([^"]+)">`)
	formToken = regexp.MustCompile(`<input type="hidden" name="token" value="([^"]+)">`)
	ticked    = regexp.MustCompile(`<input type="checkbox" name="permission" value="(\d+)" checked>`)
)

// browse is somebody with a browser, who presses the button of a page, agrees at
// Discord as WHO, and prints the page that comes of it.
//
//	browse WHO URL
func browse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: browse WHO URL")
	}
	page, err := visit(args[0], args[1])
	ts.Check(err)
	_, err = io.WriteString(ts.Stdout(), cmp.Or(html.UnescapeString(page), "nothing"))
	ts.Check(err)
}

// visit opens an address, presses the button there, and agrees to all that the
// authorize page asks somebody for.
func visit(who, address string) (page string, err error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", err
	}
	b := &http.Client{Timeout: patience, Jar: jar, Transport: client.Transport}
	read := func(res *http.Response, err error) (string, error) {
		if err != nil {
			return "", err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		return string(body), err
	}
	page, err = read(b.Get(address))
	if found := formToken.FindStringSubmatch(page); found != nil && strings.Contains(address, "/admin/link/") {
		page, err = read(b.PostForm(address, url.Values{"token": {found[1]}}))
	}
	found := buttons.FindStringSubmatch(page)
	if err != nil || found == nil {
		return page, err
	}
	to := html.UnescapeString(found[1])
	if page, err = read(b.Get(to)); err != nil {
		return page, err
	}
	agreed := url.Values{"user": {who}, "guild": {anasServer}, "do": {"agree"}}
	for _, box := range ticked.FindAllStringSubmatch(page, -1) {
		agreed.Add("permission", box[1])
	}
	return read(b.PostForm(to, agreed))
}
