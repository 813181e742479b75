package discord

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
)

// Permission is a set of permissions, as Discord numbers them.
type Permission int64

// The permissions that matter here.
const (
	CreateInvite  Permission = 1 << 0
	KickMembers   Permission = 1 << 1
	Administrator Permission = 1 << 3
	ManageRoles   Permission = 1 << 28
)

// String is the number, as Discord writes it.
func (p Permission) String() string { return strconv.FormatInt(int64(p), 10) }

// Names are what Discord's own pages call the permissions that matter here.
func (p Permission) Names() []string {
	var names []string
	for _, n := range []struct {
		bit  Permission
		name string
	}{{CreateInvite, "Create Invite"}, {KickMembers, "Kick Members"}, {ManageRoles, "Manage Roles"}} {
		if p&n.bit != 0 {
			names = append(names, n.name)
		}
	}
	return names
}

// UnmarshalJSON reads the number that Discord writes as text.
func (p *Permission) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if s == "" {
		return nil
	}
	n, err := strconv.ParseUint(s, 10, 64) // there may be bits nobody has thought of
	*p = Permission(n)
	return err
}

// Standing is the bot's place in a server, as it was when it was asked for.
type Standing struct {
	Guild Guild
	Bot   Member
}

// Standing asks for the bot's place in a server.
func (c *Client) Standing(ctx context.Context, guild string) (Standing, error) {
	g, err := c.Guild(ctx, guild)
	if err != nil {
		return Standing{}, err
	}
	return c.standing(ctx, g)
}

func (c *Client) standing(ctx context.Context, g Guild) (Standing, error) {
	m, in, err := c.Member(ctx, g.ID, c.cfg.BotID)
	if err == nil && !in {
		err = &Error{Op: opMember, Class: Refused, Sent: true, Status: 404, Code: codeUnknownGuild, Message: "the bot is no member", by: bot}
	}
	return Standing{g, m}, err
}

// Missing returns what the bot may not do of what it is needed for.
func (s Standing) Missing(needed Permission) Permission {
	var all Permission
	for _, r := range s.Guild.Roles {
		if r.ID == s.Guild.ID || slices.Contains(s.Bot.Roles, r.ID) {
			all |= r.Permissions
		}
	}
	if all&Administrator != 0 || s.Bot.User.ID == s.Guild.OwnerID {
		return 0
	}
	return needed &^ all
}

// Role finds a role that can be given: everybody's own cannot.
func (s Standing) Role(id string) (Role, bool) {
	r, ok := s.Guild.role(id)
	return r, ok && id != s.Guild.ID
}

// Top returns the bot's highest role.
func (s Standing) Top() Role { return s.Guild.top(s.Bot) }

// Below reports whether the bot's highest role is above r, so that the bot may
// give and take it.
func (s Standing) Below(r Role) bool { return s.Top().above(r) }

// Outranked returns the roles of a member that are not below the bot's, the
// highest first. Whoever has one cannot be removed.
func (s Standing) Outranked(m Member) []Role {
	var over []Role
	for _, id := range m.Roles {
		if r, ok := s.Guild.role(id); ok && !s.Below(r) {
			over = append(over, r)
		}
	}
	slices.SortFunc(over, higher)
	return over
}

// Ranked returns the roles, the highest first.
func (g Guild) Ranked() []Role {
	all := slices.Clone(g.Roles)
	slices.SortFunc(all, higher)
	return all
}

func (g Guild) role(id string) (Role, bool) {
	at := slices.IndexFunc(g.Roles, func(r Role) bool { return r.ID == id })
	if at < 0 {
		return Role{}, false
	}
	return g.Roles[at], true
}

// top returns a member's highest role: everybody's if there is no other.
func (g Guild) top(m Member) Role {
	top, _ := g.role(g.ID)
	for _, id := range m.Roles {
		if r, ok := g.role(id); ok && r.above(top) {
			top = r
		}
	}
	return top
}

// above reports whether r outranks other.
func (r Role) above(other Role) bool { return higher(r, other) < 0 }

// higher sorts roles, the highest first: of equal positions the lower id.
func higher(a, b Role) int {
	switch {
	case a.Position != b.Position:
		return b.Position - a.Position
	case len(a.ID) != len(b.ID):
		return len(a.ID) - len(b.ID)
	case a.ID < b.ID:
		return -1
	case a.ID > b.ID:
		return 1
	}
	return 0
}
