package walk

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/test/walk/oracle"
)

// What the communities are called.
const (
	theCircle    = "circle"
	circleID     = 3
	owner        = "800000000000000099"
	botID        = "600000000000000001"
	redirectURI  = "https://usher.example/integrations/discord/callback"
	clientID     = "600000000000000002"
	clientSecret = "client-secret"
	botToken     = "bot-token"
)

var (
	guilds = []string{"900000000000000001", "900000000000000002"}
	groups = []string{"41", "42", "43"}
	roles  = []string{"500000000000000001", "500000000000000002", "500000000000000003"}
)

// state is who is in which community, with what.
type state map[string]map[string][]string

// services are the communities, and what they see.
type services struct {
	circle  *circletest.Circle
	discord *discordtest.Discord
	servers [2]*httptest.Server

	mu      sync.Mutex
	was     state
	saw     func(oracle.Seen)
	refused int // calls that got no answer, or a refusal that has nothing to do with them
}

func openServices(now func() time.Time) *services {
	s := &services{circle: circletest.New(now), was: state{}, saw: func(oracle.Seen) {}}
	s.discord = discordtest.New(discordtest.App{ClientID: clientID, ClientSecret: clientSecret, BotID: botID, BotToken: botToken, MembersIntent: true})
	s.discord.SetClock(now)
	s.circle.SetCommunity(circletest.Community{ID: circleID, Name: "Circle"})
	for _, g := range groups {
		id, _ := strconv.ParseInt(g, 10, 64)
		s.circle.SetSpaceGroup(circleID, circletest.SpaceGroup{ID: id, Name: "Group " + g})
	}
	s.discord.SetUser(discordtest.User{ID: owner, Username: "owner"})
	for _, id := range guilds {
		g := discordtest.Guild{ID: id, Name: "Server " + id[len(id)-1:], OwnerID: owner}
		for i, role := range roles {
			g.Roles = append(g.Roles, discordtest.Role{ID: role, Name: fmt.Sprint("role ", i), Position: i + 1})
		}
		g.Roles = append(g.Roles, discordtest.Role{ID: botRole(id), Name: "usher", Position: 20, Managed: true, BotID: botID,
			Permissions: discordtest.KickMembers | discordtest.ManageRoles | discordtest.CreateInvite})
		g.Members = []discordtest.Member{{UserID: owner}, {UserID: botID, Roles: []string{botRole(id)}}}
		s.discord.SetGuild(g)
	}
	s.servers[0] = httptest.NewServer(s.watched(s.circle, "circle"))
	s.servers[1] = httptest.NewServer(s.watched(s.discord, "discord"))
	s.was = s.look()
	return s
}

func botRole(guild string) string { return "7" + guild[1:] }

func (s *services) close() {
	s.circle.Close()
	for _, server := range s.servers {
		server.Close()
	}
}

// watched serves one call at a time, and tells what it did.
func (s *services) watched(h http.Handler, name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		unheard := true
		defer func() { // also if the connection ends without an answer
			if unheard {
				s.refused++
			}
			s.tell(true, unheard)
		}()
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		unheard = !heard(rec)
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		w.Write(rec.Body.Bytes())
	})
}

// heard reports whether an answer says what was done.
func heard(r *httptest.ResponseRecorder) bool {
	return r.Code < 500 && r.Code != http.StatusTooManyRequests && (r.Body.Len() == 0 || r.Body.String() != `{"id":` && r.Body.String() != "<html>oops</html>")
}

// tell tells what has changed since the last time.
func (s *services) tell(byUs, unheard bool) {
	is := s.look()
	for _, place := range sorted(is) {
		for _, who := range sorted(merged(s.was[place], is[place])) {
			before, wasIn := s.was[place][who]
			after, in := is[place][who]
			if wasIn != in || !slices.Equal(before, after) {
				s.saw(oracle.Seen{Place: place, Who: who, ByUs: byUs, Unheard: unheard, WasIn: wasIn, In: in, Before: before, After: after})
			}
		}
	}
	s.was = is
}

// now is who is in what, and how many answers nobody has heard so far.
func (s *services) now() (state, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.was, s.refused
}

// byHand has somebody in a community do something.
func (s *services) byHand(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
	s.tell(false, false)
}

// look returns who is in what now.
func (s *services) look() state {
	is := state{theCircle: {}}
	for _, m := range s.circle.Members(circleID) {
		has := []string{}
		for _, g := range m.SpaceGroups {
			has = append(has, strconv.FormatInt(g, 10))
		}
		slices.Sort(has)
		is[theCircle][m.Email] = has
	}
	for _, id := range guilds {
		is[id] = map[string][]string{}
		g, _ := s.discord.Guild(id)
		for _, m := range g.Members {
			if m.UserID != botID {
				has := append([]string{}, m.Roles...)
				slices.Sort(has)
				is[id][m.UserID] = has
			}
		}
	}
	return is
}

// guild changes a server by hand.
func (s *services) guild(id string, change func(*discordtest.Guild)) {
	s.byHand(func() {
		g, _ := s.discord.Guild(id)
		change(&g)
		s.discord.SetGuild(g)
	})
}

func sorted[V any](m map[string]V) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

func merged[V any](a, b map[string]V) map[string]V {
	all := map[string]V{}
	for k, v := range a {
		all[k] = v
	}
	for k, v := range b {
		all[k] = v
	}
	return all
}
