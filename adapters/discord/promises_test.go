package discord_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
	"github.com/usherhq/usher/test/communitytest"
)

func TestCommunity_keepsItsPromises(t *testing.T) {
	communitytest.Run(t, func(t *testing.T) communitytest.World {
		w := newWorld(t)
		w.join(bob, extra)
		hasty, err := discord.New(discord.Config{
			ClientID: "500000000000000001", ClientSecret: "client-secret", BotToken: "bot-token", BotID: bot,
			RedirectURI: redirect, Version: "test", AuthorizeURL: w.AuthorizeURL(), APIURL: w.APIURL(), Timeout: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		header := func(scope string) http.Header {
			return http.Header{"Retry-After": {"90"}, "X-Ratelimit-Scope": {scope}, "X-Ratelimit-Reset-After": {"90"}, "Content-Type": {"application/json"}}
		}
		return communitytest.World{
			Community: w.community(), Hasty: discord.NewCommunity(hasty, func() time.Time { return business }), Door: door, Now: business,
			Who: ana, Proof: ports.Proof(token), Bystander: bob, Gives: paid, Theirs: extra,
			Refused: domain.Trouble{Party: domain.OperatorActs, Cause: domain.CauseBotTokenInvalid},
			Limits: []communitytest.Limit{
				{Name: "of a bucket", Status: 429, Header: header("user"), Body: `{"message":"You are being rate limited.","retry_after":90,"global":false}`, Wait: 90 * time.Second},
				{Name: "of a limit that others use up", Status: 429, Header: header("shared"), Body: `{"message":"You are being rate limited.","retry_after":90,"global":false}`, Wait: 90 * time.Second},
				{Name: "of the bot", Status: 429, Header: header("global"), Body: `{"message":"You are being rate limited.","retry_after":90,"global":true}`, Wait: 90 * time.Second},
				{Name: "as a page", Status: 429, Header: http.Header{"Retry-After": {"90"}, "Content-Type": {"text/html"}}, Body: "<html>Access denied</html>", Wait: 90 * time.Second},
			},
			Secrets: []string{"bot-token", "client-secret"},
			Service: service{w.Server},
		}
	})
}

// service is Discord as the suite sees it.
type service struct{ *discordtest.Server }

func (s service) In(who domain.Subject) (domain.Targets, bool) {
	g, _ := s.Guild(guild)
	for _, m := range g.Members {
		if m.UserID == string(who) {
			var all []domain.TargetID
			for _, r := range m.Roles {
				all = append(all, domain.TargetID(r))
			}
			return domain.MakeTargets(all...), true
		}
	}
	return "", false
}

func (s service) Lose(effect bool) {
	kind := discordtest.Closed
	if effect {
		kind = discordtest.Lost
	}
	s.Fail(discordtest.Fault{Kind: kind})
}

func (s service) Hold(arrived func()) {
	s.Answer(func(discordtest.Call) *discordtest.Reply { arrived(); return &discordtest.Reply{Delay: time.Hour} })
}

func (s service) Say(status int, header http.Header, body string) {
	s.Answer(func(discordtest.Call) *discordtest.Reply {
		return &discordtest.Reply{Status: status, Header: header, Body: body}
	})
}

func (s service) Heal() { s.Answer(nil) }
func (s service) Refuse() {
	s.Fail(discordtest.Fault{Kind: discordtest.Unauthorized, Times: discordtest.Always})
}
func (s service) Calls() int { return len(s.Server.Calls()) }
