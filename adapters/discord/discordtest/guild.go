package discordtest

import (
	"fmt"
	"slices"
)

// Permission is a set of permissions, as Discord numbers them.
type Permission int64

// The permissions that matter here.
const (
	CreateInvite  Permission = 1 << 0 // CREATE_INSTANT_INVITE
	KickMembers   Permission = 1 << 1
	Administrator Permission = 1 << 3
	ManageGuild   Permission = 1 << 5
	ManageRoles   Permission = 1 << 28
)

// Guild is what people call a server.
type Guild struct {
	ID, Name, OwnerID string
	Roles             []Role   // with @everyone, whose id is the guild's; SetGuild adds it if it is missing
	Members           []Member // the owner and the bot among them, if they are in
	Bans              []string // user ids
	MaxMembers        int      // 0: no limit
	Screening         bool     // who is new must accept rules first
	Moderation2FA     bool     // moderators need two-factor authentication
}

// Role is a role of a guild.
type Role struct {
	ID, Name    string
	Position    int
	Permissions Permission
	Managed     bool   // it belongs to an application
	BotID       string // whose role it is; empty: nobody's
}

// Member is a person in a guild.
type Member struct {
	UserID  string
	Roles   []string // ids, without @everyone
	Pending bool     // has not accepted the rules yet
}

// SetGuild states a guild, in place of the one with that id.
func (d *Discord) SetGuild(g Guild) {
	d.mu.Lock()
	defer d.mu.Unlock()
	g = g.clone()
	if _, ok := g.role(g.ID); !ok {
		g.Roles = append([]Role{{ID: g.ID, Name: "@everyone"}}, g.Roles...)
	}
	d.guilds[g.ID] = &g
}

// Guild returns a guild as it is now, and false if there is none.
func (d *Discord) Guild(id string) (Guild, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	g, ok := d.guilds[id]
	if !ok {
		return Guild{}, false
	}
	return g.clone(), true
}

// DeleteGuild deletes a guild, as its owner may.
func (d *Discord) DeleteGuild(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.guilds, id)
}

// AddBot lets the bot into a guild, with a managed role of these permissions
// at position 1, which is where a new bot's role is; if the bot is there, its
// role's permissions become these. It reports false if there is no such guild.
func (d *Discord) AddBot(guild string, p Permission) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.addBot(guild, p)
}

func (d *Discord) addBot(guild string, p Permission) bool {
	g, ok := d.guilds[guild]
	if !ok {
		return false
	}
	at := slices.IndexFunc(g.Roles, func(r Role) bool { return r.Managed && r.BotID == d.app.BotID })
	if at < 0 {
		d.minted++
		g.Roles = append(g.Roles, Role{ID: fmt.Sprintf("7%017d", d.minted), Name: "usher", Position: 1, Managed: true, BotID: d.app.BotID})
		at = len(g.Roles) - 1
	}
	g.Roles[at].Permissions = p
	if _, in := g.member(d.app.BotID); !in {
		g.Members = append(g.Members, Member{UserID: d.app.BotID, Roles: []string{g.Roles[at].ID}})
	}
	return true
}

func (g *Guild) clone() Guild {
	c := *g
	c.Roles, c.Bans, c.Members = slices.Clone(g.Roles), slices.Clone(g.Bans), slices.Clone(g.Members)
	for i := range c.Members {
		c.Members[i].Roles = slices.Clone(c.Members[i].Roles)
	}
	return c
}

func (g *Guild) role(id string) (Role, bool) {
	at := slices.IndexFunc(g.Roles, func(r Role) bool { return r.ID == id })
	if at < 0 {
		return Role{}, false
	}
	return g.Roles[at], true
}

func (g *Guild) member(user string) (*Member, bool) {
	at := slices.IndexFunc(g.Members, func(m Member) bool { return m.UserID == user })
	if at < 0 {
		return nil, false
	}
	return &g.Members[at], true
}

// remove takes somebody out.
func (g *Guild) remove(user string) {
	g.Members = slices.DeleteFunc(g.Members, func(m Member) bool { return m.UserID == user })
}

// may reports whether a member has a permission. The owner has all.
func (g *Guild) may(m *Member, p Permission) bool {
	all := Permission(0)
	for _, id := range append([]string{g.ID}, m.Roles...) {
		r, _ := g.role(id)
		all |= r.Permissions
	}
	return m.UserID == g.OwnerID || all&Administrator != 0 || all&p == p
}

// top returns a member's highest role: @everyone if there is no other.
func (g *Guild) top(m *Member) Role {
	top, _ := g.role(g.ID)
	for _, id := range m.Roles {
		if r, ok := g.role(id); ok && r.above(top) {
			top = r
		}
	}
	return top
}

// above reports whether r outranks other.
func (r Role) above(other Role) bool {
	if r.Position != other.Position {
		return r.Position > other.Position
	}
	return before(r.ID, other.ID)
}

// before compares ids as the numbers that they are.
func before(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}
