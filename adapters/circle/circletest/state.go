package circletest

import (
	"fmt"
	"slices"
	"strings"
)

// Dialect is one of Circle's two APIs, and the kind of token that it takes.
type Dialect string

// The dialects.
const (
	V1 Dialect = "v1" // Authorization: Token
	V2 Dialect = "v2" // Authorization: Bearer
)

// Plan is what a community pays Circle for. The zero Plan is high enough for
// whatever the token is.
type Plan string

// The plans. The v1 API begins with Professional, v2 with Business.
const (
	Basic        Plan = "basic"
	Professional Plan = "professional"
	Business     Plan = "business"
	Enterprise   Plan = "enterprise"
	PlusPlatform Plan = "plus_platform"
)

func (p Plan) allows(d Dialect) bool {
	return p != Basic && (d == V1 || p != Professional)
}

// Token lets a caller in. A v1 token sees all of its communities, a v2 token
// the first one only.
type Token struct {
	Secret      string
	Kind        Dialect
	Plan        Plan
	Communities []int64
	Revoked     bool
}

// Community is a community's settings.
type Community struct {
	ID             int64
	Name, Slug     string
	MemberLimit    int      // people the plan has room for; 0 = no limit
	DailyLimit     int      // people who can be added on one UTC day; 0 = no limit
	BlockedDomains []string // domains of e-mail addresses that are refused
	RefusesKnown   bool     // v2 answers 422 to adding a person who is in already, not 200
}

// SpaceGroup is a set of spaces that people can be let into.
type SpaceGroup struct {
	ID     int64
	Name   string
	Locked bool // nobody can be taken out of it
}

// AccessGroup is the other such set; v2 only.
type AccessGroup struct {
	ID   int64
	Name string
}

// Member is a person in a community.
type Member struct {
	ID           int64  // of the membership; one is invented for 0
	UserID       int64  // of the person; one is invented for 0
	Email        string // lower case
	Active       bool   // accepted the invitation
	Paying       bool   // has a subscription at Circle, which keeps v2 from removing them
	SpaceGroups  []int64
	AccessGroups []int64
}

type community struct {
	Community
	groups  []SpaceGroup
	access  []AccessGroup
	members []*Member        // in the order they came
	ids     map[string]int64 // member ids of all who ever were in
	added   map[string]int   // people added, by day
}

// SetCommunity makes a community, or changes the settings of the one with this
// id.
func (c *Circle) SetCommunity(s Community) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if have := c.find(s.ID); have != nil {
		have.Community = s
		return
	}
	c.communities = append(c.communities, &community{Community: s, ids: map[string]int64{}, added: map[string]int{}})
}

// SetSpaceGroup makes or changes a space group of a community.
func (c *Circle) SetSpaceGroup(communityID int64, g SpaceGroup) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.mustFind(communityID)
	m.groups = append(slices.DeleteFunc(m.groups, func(o SpaceGroup) bool { return o.ID == g.ID }), g)
}

// RemoveSpaceGroup deletes a space group, and with it everybody's place in it.
func (c *Circle) RemoveSpaceGroup(communityID, id int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.mustFind(communityID)
	m.groups = slices.DeleteFunc(m.groups, func(o SpaceGroup) bool { return o.ID == id })
	for _, p := range m.members {
		p.SpaceGroups = without(p.SpaceGroups, id)
	}
}

// SetAccessGroup makes or changes an access group of a community.
func (c *Circle) SetAccessGroup(communityID int64, g AccessGroup) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.mustFind(communityID)
	m.access = append(slices.DeleteFunc(m.access, func(o AccessGroup) bool { return o.ID == g.ID }), g)
}

// SetToken makes a token, or changes the one with this secret.
func (c *Circle) SetToken(t Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t.Communities = slices.Clone(t.Communities)
	c.tokens = append(slices.DeleteFunc(c.tokens, func(o *Token) bool { return o.Secret == t.Secret }), &t)
}

// RevokeToken makes a token worthless from now on. One that is not known is
// worthless already.
func (c *Circle) RevokeToken(secret string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.tokens {
		if t.Secret == secret {
			t.Revoked = true
		}
	}
}

// SetMember lets somebody in or changes who they are, without the API, and
// returns them with the ids that were invented.
func (c *Circle) SetMember(communityID int64, p Member) Member {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.mustFind(communityID)
	p.Email = strings.ToLower(p.Email)
	if p.UserID == 0 {
		p.UserID = c.user(p.Email)
	}
	c.users[p.Email] = p.UserID
	if p.ID == 0 {
		p.ID = c.memberID(m, p.Email)
	}
	m.ids[p.Email] = p.ID
	c.lastMember = max(c.lastMember, p.ID)
	p = p.clone()
	if have := m.member(p.Email); have != nil {
		*have = p
	} else {
		m.members = append(m.members, &p)
	}
	return p.clone()
}

// RemoveMember takes somebody out without the API, as a moderator does.
func (c *Circle) RemoveMember(communityID int64, email string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mustFind(communityID).remove(strings.ToLower(email))
}

// Member returns who is in a community under an address.
func (c *Circle) Member(communityID int64, email string) (Member, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.mustFind(communityID).member(strings.ToLower(email))
	if p == nil {
		return Member{}, false
	}
	return p.clone(), true
}

// Members returns who is in a community, in the order they came.
func (c *Circle) Members(communityID int64) []Member {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []Member
	for _, p := range c.mustFind(communityID).members {
		all = append(all, p.clone())
	}
	return all
}

func (p Member) clone() Member {
	p.SpaceGroups, p.AccessGroups = slices.Clone(p.SpaceGroups), slices.Clone(p.AccessGroups)
	return p
}

func (c *Circle) find(id int64) *community {
	for _, m := range c.communities {
		if m.ID == id {
			return m
		}
	}
	return nil
}

func (c *Circle) mustFind(id int64) *community {
	if m := c.find(id); m != nil {
		return m
	}
	panic(fmt.Sprintf("circletest: there is no community %d: SetCommunity comes first", id))
}
