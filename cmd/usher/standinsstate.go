package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/adapters/discord/discordtest"
)

// What is in the stand-ins from the beginning: a community and a server of Ana's,
// with something to give that is usher's to give.
const (
	standInsCommunity  = 3512
	standInsSpaceGroup = 43576
	standInsServer     = "900000000000000001"
	standInsRole       = "710000000000000001"
	standInsOwner      = "800000000000000099"
)

func (s *standIns) populate() {
	s.circle.SetCommunity(circletest.Community{ID: standInsCommunity, Name: "Ana's Club"})
	s.circle.SetSpaceGroup(standInsCommunity, circletest.SpaceGroup{ID: standInsSpaceGroup, Name: "Publishers"})
	s.circle.SetToken(circletest.Token{Secret: standInsToken, Kind: circletest.V2, Communities: []int64{standInsCommunity}})
	s.circle.SetMember(standInsCommunity, circletest.Member{Email: "ana@example.com", Active: true})
	for id, name := range map[string]string{"800000000000000001": "zoe", "800000000000000002": "bo", standInsOwner: "ana"} {
		s.discord.SetUser(discordtest.User{ID: id, Username: name})
	}
	s.discord.SetGuild(discordtest.Guild{
		ID: standInsServer, Name: "Ana's Server", OwnerID: standInsOwner, Members: []discordtest.Member{{UserID: standInsOwner}},
		Roles: []discordtest.Role{{ID: standInsServer, Name: "@everyone"}, {ID: standInsRole, Name: "Publishers"}},
	})
}

// standInsState is the file that stand-ins keep. Other processes find them by it.
type standInsState struct {
	mu   sync.Mutex
	path string

	URL     string              `json:"url"`
	Circle  []circletest.Member `json:"circle"`
	LastID  int64               `json:"last_id"` // of anybody who ever was in that community
	Discord discordtest.Guild   `json:"discord"`
}

// readStandIns reads the file; without one it fails with fs.ErrNotExist.
func readStandIns(path string) (*standInsState, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := &standInsState{path: path}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, err
	}
	if f.URL == "" || f.Discord.ID != standInsServer {
		return nil, errors.New("it is not whole")
	}
	return f, nil
}

// keepIn has everybody in who was when the file was last written, and keeps the
// file from now on.
func (s *standIns) keepIn(path string) error {
	f, err := readStandIns(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f = &standInsState{path: path}
	case err != nil:
		return cannotOpen("the state of the stand-ins cannot be read: "+err.Error(), "choose another file, or remove "+path)
	default:
		// Nobody gets the member id of another, although some who had one are gone.
		s.circle.SetMember(standInsCommunity, circletest.Member{ID: f.LastID, Email: "nobody@example.com"})
		for _, m := range s.circle.Members(standInsCommunity) {
			s.circle.RemoveMember(standInsCommunity, m.Email)
		}
		for _, m := range f.Circle {
			s.circle.SetMember(standInsCommunity, m)
		}
		s.discord.SetGuild(f.Discord)
	}
	s.state = f
	return s.save()
}

// save writes the file, if there is one to be kept.
func (s *standIns) save() error {
	f := s.state
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.URL, f.Circle = s.url, s.circle.Members(standInsCommunity)
	for _, m := range f.Circle {
		f.LastID = max(f.LastID, m.ID)
	}
	f.Discord, _ = s.discord.Guild(standInsServer)
	return writeFile(f.path, func(w io.Writer) error { return json.NewEncoder(w).Encode(f) })
}

// show says who is in.
func (s *standIns) show(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, s.whoIsIn()) // who is gone is gone
}

func (s *standIns) whoIsIn() string {
	var b strings.Builder
	b.WriteString("Stand-ins for Circle and Discord: nothing here reaches the real ones.\n\nIn Circle, Ana's Club:\n")
	for _, m := range s.circle.Members(standInsCommunity) {
		inLine(&b, m.Email, slices.Contains(m.SpaceGroups, standInsSpaceGroup))
	}
	b.WriteString("\nIn Discord, Ana's Server:\n")
	names := map[string]string{standInsApp.ClientID: "usher (the bot)"}
	for _, u := range s.discord.Users() {
		names[u.ID] = u.Username
	}
	g, _ := s.discord.Guild(standInsServer)
	for _, m := range g.Members {
		inLine(&b, cmp.Or(names[m.UserID], m.UserID), slices.Contains(m.Roles, standInsRole))
	}
	return b.String()
}

func inLine(b *strings.Builder, name string, publisher bool) {
	if publisher {
		name += " (Publishers)"
	}
	fmt.Fprintf(b, "  %s\n", name)
}
