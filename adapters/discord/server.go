package discord

import (
	"context"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Check asks for the bot's place in the server: what it may not do that is
// needed, which roles it cannot give, and which still stand above it. While
// calls are stopped because Discord did not know the bot's token, it first asks
// whether it does again: a check is what somebody does who has mended something.
func (c *Community) Check(ctx context.Context, d ports.Door, what ports.CheckUp) (ports.CheckedUp, error) {
	client := c.through(d)
	if why, open := client.Limiter().Breaker(); open && why == domain.CauseBotTokenInvalid {
		if _, err := client.Self(ctx); err != nil {
			return ports.CheckedUp{}, c.trouble(err)
		}
	}
	s, err := client.Standing(ctx, d.RemoteID)
	if err != nil {
		return ports.CheckedUp{}, c.trouble(err)
	}
	return ports.CheckedUp{Name: s.Guild.Name, Problems: s.problems(what)}, nil
}

func (s Standing) problems(what ports.CheckUp) []ports.Problem {
	needed := CreateInvite
	if what.Kicks {
		needed |= KickMembers
	}
	if what.Targets != "" {
		needed |= ManageRoles
	}
	var found []ports.Problem
	for _, name := range s.Missing(needed).Names() {
		found = append(found, ports.Problem{Cause: domain.CauseMissingPermission, Name: name})
	}
	for t := range what.Targets.With(what.Blockers).All() {
		r, there := s.Role(string(t))
		cause := s.refuses(r)
		switch {
		case !there && what.Targets.Has(t):
			found = append(found, ports.Problem{Cause: domain.CauseTargetMissing, Target: t})
		case there && (cause == domain.CauseRoleOrder || cause != "" && what.Targets.Has(t)):
			found = append(found, ports.Problem{Cause: cause, Target: t, Name: r.Name})
		}
	}
	return found
}

// refuses says why the bot cannot give a role; empty: it can.
func (s Standing) refuses(r Role) domain.Cause {
	switch {
	case !s.Below(r):
		return domain.CauseRoleOrder
	case r.Managed:
		return domain.CauseRoleRefused // an integration's or a bot's own
	}
	return ""
}

// Choices lists the server's roles, the highest first, without everybody's and
// those that belong to an integration, which nobody gives.
func (c *Community) Choices(ctx context.Context, d ports.Door) ([]ports.Choice, error) {
	s, err := c.through(d).Standing(ctx, d.RemoteID)
	if err != nil {
		return nil, c.trouble(err)
	}
	var all []ports.Choice
	for _, r := range s.Guild.Ranked() {
		if r.ID == s.Guild.ID || r.Managed {
			continue
		}
		choice := ports.Choice{ID: r.ID, Name: r.Name}
		if !s.Below(r) {
			choice.Refused = "it is above the role of the bot"
		}
		all = append(all, choice)
	}
	return all, nil
}

// Members lists a thousand members at a time, by id, without the bot. The
// cursor is the last id of the page before.
func (c *Community) Members(ctx context.Context, d ports.Door, cursor string) ([]ports.MemberSeen, string, error) {
	page, err := c.through(d).Members(ctx, d.RemoteID, cursor)
	if err != nil {
		return nil, "", c.trouble(err)
	}
	var seen []ports.MemberSeen
	next := ""
	for _, m := range page {
		if len(page) == MembersPage {
			next = m.User.ID
		}
		if m.User.ID == c.client.BotID() {
			continue
		}
		seen = append(seen, ports.MemberSeen{
			Subject: domain.Subject(m.User.ID), Name: m.User.Username, Targets: targetsOf(m.Roles), Listed: true,
		})
	}
	return seen, next, nil
}
