package circletest

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// address is what Circle takes for an e-mail address, roughly.
var address = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]+$`)

// Why somebody was not added.
type refusal int

const (
	accepted refusal = iota
	badAddress
	blockedDomain
	dayIsFull
	communityIsFull
)

// add lets somebody in, or finds them in already, and puts them into those of
// the space groups that exist.
func (c *Circle) add(m *community, email string, groups []int64) (p *Member, known bool, _ refusal) {
	if !address.MatchString(email) {
		return nil, false, badAddress
	}
	p = m.member(email)
	known = p != nil
	if !known {
		day := c.now().UTC().Format(time.DateOnly)
		switch _, domain, _ := strings.Cut(email, "@"); {
		case slices.Contains(m.BlockedDomains, domain):
			return nil, false, blockedDomain
		case m.DailyLimit > 0 && m.added[day] >= m.DailyLimit:
			return nil, false, dayIsFull
		case m.MemberLimit > 0 && len(m.members) >= m.MemberLimit:
			return nil, false, communityIsFull
		}
		m.added[day]++
		p = &Member{ID: c.memberID(m, email), UserID: c.user(email), Email: email}
		m.members = append(m.members, p)
	}
	for _, id := range groups {
		if m.group(id) != nil {
			p.SpaceGroups = with(p.SpaceGroups, id)
		}
	}
	return p, known, accepted
}

// user is the id that a person has in every community.
func (c *Circle) user(email string) int64 {
	if c.users[email] == 0 {
		c.lastUser++
		c.users[email] = c.lastUser
	}
	return c.users[email]
}

// memberID is the id of a person in one community: the one of before, if they
// were in before.
func (c *Circle) memberID(m *community, email string) int64 {
	if m.ids[email] == 0 {
		c.lastMember++
		m.ids[email] = c.lastMember
	}
	return m.ids[email]
}

func (m *community) member(email string) *Member {
	i := slices.IndexFunc(m.members, func(p *Member) bool { return p.Email == email })
	if i < 0 {
		return nil
	}
	return m.members[i]
}

func (m *community) memberByID(id int64) *Member {
	i := slices.IndexFunc(m.members, func(p *Member) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return m.members[i]
}

func (m *community) remove(email string) {
	m.members = slices.DeleteFunc(m.members, func(p *Member) bool { return p.Email == email })
}

func (m *community) group(id int64) *SpaceGroup {
	i := slices.IndexFunc(m.groups, func(g SpaceGroup) bool { return g.ID == id })
	if i < 0 {
		return nil
	}
	return &m.groups[i]
}

func (m *community) accessGroup(id int64) *AccessGroup {
	i := slices.IndexFunc(m.access, func(g AccessGroup) bool { return g.ID == id })
	if i < 0 {
		return nil
	}
	return &m.access[i]
}

func with(ids []int64, id int64) []int64 {
	if slices.Contains(ids, id) {
		return ids
	}
	return append(ids, id)
}

func without(ids []int64, id int64) []int64 {
	return slices.DeleteFunc(ids, func(o int64) bool { return o == id })
}
