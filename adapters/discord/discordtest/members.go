package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"
)

type memberBody struct {
	User    userBody `json:"user"`
	Roles   []string `json:"roles"`
	Pending bool     `json:"pending"`
}

func (d *Discord) memberBody(m *Member) memberBody {
	return memberBody{d.userBody(m.UserID), append([]string{}, m.Roles...), m.Pending}
}

func (d *Discord) showMember(c *Call) Reply {
	g, _, refused := d.within(c)
	if refused != nil {
		return *refused
	}
	m, in := g.member(c.User)
	if !in {
		return unknownMember
	}
	return ok(d.memberBody(m))
}

// add lets a person in who gave the application a token for it.
func (d *Discord) add(c *Call) Reply {
	var ask struct {
		AccessToken string   `json:"access_token"`
		Roles       []string `json:"roles"`
	}
	if json.Unmarshal([]byte(c.Body), &ask) != nil || ask.AccessToken == "" {
		return badForm
	}
	g, bot, refused := d.within(c)
	if refused != nil {
		return *refused
	}
	if !g.may(bot, CreateInvite) {
		return missingPermission
	}
	t, known := d.tokens[ask.AccessToken]
	switch {
	case !known || !d.live(t.ExpiresAt) || t.UserID != c.User:
		return badAccessToken
	case !slices.Contains(t.Scopes, "guilds.join"):
		return missingScope
	case slices.Contains(g.Bans, c.User):
		return banned
	}
	if _, in := g.member(c.User); in {
		return done()
	}
	if r := d.assignable(g, bot, ask.Roles); r != nil {
		return *r
	}
	u := d.user(c.User)
	most := 100
	if u.Nitro {
		most = 200
	}
	switch {
	case d.servers(u) >= most:
		return tooManyGuilds
	case u.Limited:
		return accountLimited
	case g.MaxMembers > 0 && len(g.Members) >= g.MaxMembers:
		return guildFull
	}
	m := Member{UserID: c.User, Roles: slices.Clone(ask.Roles), Pending: g.Screening}
	g.Members = append(g.Members, m)
	return Reply{Status: http.StatusCreated, Body: encode(d.memberBody(&m))}
}

// assignable refuses roles that are not there, and those that the bot may not
// give or take.
func (d *Discord) assignable(g *Guild, bot *Member, roles []string) *Reply {
	for _, id := range roles {
		if _, there := g.role(id); !there || id == g.ID {
			return &unknownRole
		}
	}
	for _, id := range roles {
		r, _ := g.role(id)
		if !g.may(bot, ManageRoles) || r.Managed || !g.top(bot).above(r) {
			return &missingPermission
		}
	}
	return nil
}

// moderated finds the member whom a moderator's call is about.
func (d *Discord) moderated(c *Call) (g *Guild, bot, m *Member, refused *Reply) {
	g, bot, refused = d.within(c)
	if refused != nil {
		return nil, nil, nil, refused
	}
	if g.Moderation2FA && !d.app.OwnerHas2FA {
		return nil, nil, nil, &needs2FA
	}
	m, in := g.member(c.User)
	if !in {
		return nil, nil, nil, &unknownMember
	}
	return g, bot, m, nil
}

// kick takes a member out.
func (d *Discord) kick(c *Call) Reply {
	g, bot, m, refused := d.moderated(c)
	if refused != nil {
		return *refused
	}
	if c.User == g.OwnerID || !g.may(bot, KickMembers) || !g.top(bot).above(g.top(m)) {
		return missingPermission
	}
	g.remove(c.User)
	return done()
}

func (d *Discord) giveRole(c *Call) Reply { return d.setRole(c, true) }

func (d *Discord) takeRole(c *Call) Reply { return d.setRole(c, false) }

// setRole sees to it that a member has a role, or has not.
func (d *Discord) setRole(c *Call, have bool) Reply {
	g, bot, m, refused := d.moderated(c)
	if refused == nil {
		refused = d.assignable(g, bot, []string{c.Role})
	}
	if refused != nil {
		return *refused
	}
	m.Roles = slices.DeleteFunc(m.Roles, func(id string) bool { return id == c.Role })
	if have {
		m.Roles = append(m.Roles, c.Role)
	}
	return done()
}
