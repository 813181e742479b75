package circle_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/test/communitytest"
)

func TestCommunity_keepsItsPromises(t *testing.T) {
	for _, d := range []circle.Dialect{circle.V1, circle.V2} {
		t.Run(string(d), func(t *testing.T) {
			communitytest.Run(t, func(t *testing.T) communitytest.World {
				w := newWorld(t)
				w.SetMember(gumroad, circletest.Member{Email: ana, Active: true, SpaceGroups: []int64{8015}})
				later := http.Header{"Retry-After": {"90"}}
				return communitytest.World{
					Community: w.client, Hasty: circle.New(&circle.Options{BaseURL: w.URL, Hurry: true, Timeout: 1}), Door: doorOf(d), Now: w.now,
					Who: bob, Bystander: ana, Gives: "43576", Theirs: "8015",
					Refused: domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseTokenInvalid},
					Limits: []communitytest.Limit{
						{Name: "with seconds", Status: 429, Header: later, Body: `{"success":false,"message":"Too many requests."}`, Wait: 90 * time.Second},
						{Name: "with a date", Status: 429, Header: http.Header{"Retry-After": {"Sun, 01 Mar 2026 10:05:00 GMT"}}, Wait: 5 * time.Minute},
						{Name: "without a word", Status: 429, Wait: time.Minute},
						{Name: "as a page", Status: 429, Header: later, Body: "<html>Error 1015</html>", Wait: 90 * time.Second},
					},
					Secrets: []string{string(account(d).Token)}, Private: []string{bob},
					Service: service{w.Server},
				}
			})
		})
	}
}

// service is Circle as the suite sees it.
type service struct{ *circletest.Server }

func (s service) In(who domain.Subject) (domain.Targets, bool) {
	m, in := s.Member(gumroad, string(who))
	var all []domain.TargetID
	for _, g := range m.SpaceGroups {
		all = append(all, domain.TargetID(strconv.FormatInt(g, 10)))
	}
	return domain.MakeTargets(all...), in
}

func (s service) Lose(effect bool) {
	r := circletest.NotReached()
	if effect {
		r = circletest.ReplyLost()
	}
	s.Fail(1, r)
}

func (s service) Hold(arrived func()) {
	s.Script(func(circletest.Call) *circletest.Reply { arrived(); r := circletest.Slow(); return &r })
}

func (s service) Say(status int, header http.Header, body string) {
	r := circletest.Reply{Status: status, Body: body, Header: map[string]string{}}
	for name := range header {
		r.Header[name] = header.Get(name)
	}
	s.Script(func(circletest.Call) *circletest.Reply { return &r })
}

func (s service) Heal()      { s.Script(nil) }
func (s service) Refuse()    { s.RevokeToken(tokenV1); s.RevokeToken(tokenV2) }
func (s service) Calls() int { return len(s.Journal()) }
