package discord

import (
	"context"
	"errors"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// Community lets people into Discord servers. It is also what sets up a seller's
// server and a customer's consent.
type Community struct {
	client *Client
	now    ports.Clock // business time, which what waits is waited for in
}

var (
	_ ports.Community    = (*Community)(nil)
	_ ports.DiscordSetup = (*Community)(nil)
)

// NewCommunity returns what lets people in through a client. now is business
// time.
func NewCommunity(c *Client, now ports.Clock) *Community { return &Community{c, now} }

// auditReason is what the server's own log says of what usher does.
const auditReason = "usher: access to what was bought"

// through returns the client for calls through a door.
func (c *Community) through(d ports.Door) *Client {
	if d.Sweep {
		return c.client.Unhurried()
	}
	return c.client
}

// trouble is what an error of the client's means.
func (c *Community) trouble(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Trouble(c.now())
	}
	return err
}

// Look asks whether somebody is in, and for all their roles.
func (c *Community) Look(ctx context.Context, d ports.Door, who domain.Subject) (domain.Presence, error) {
	m, in, err := c.through(d).Member(ctx, d.RemoteID, string(who))
	switch {
	case err != nil:
		return domain.Presence{}, c.trouble(err)
	case !in:
		return domain.Presence{Seen: domain.Absent}, nil
	}
	return domain.Presence{Seen: domain.Present, Targets: targetsOf(m.Roles)}, nil
}

// Admit lets somebody in with their token, and with roles. Where a role is
// refused they come in without: of one role it is plain which, of several that
// is found out by giving each.
func (c *Community) Admit(ctx context.Context, d ports.Door, who domain.Subject, what domain.Targets, proof ports.Proof) (domain.Admission, error) {
	if proof == "" {
		return domain.Admission{}, &domain.Trouble{Party: domain.CustomerActs, Cause: domain.CauseProofRefused, Detail: "not sent"}
	}
	client, roles := c.through(d), rolesOf(what)
	a, err := client.Add(ctx, d.RemoteID, string(who), AccessToken(proof), roles)
	var refused domain.Targets
	if len(roles) > 0 && code(err) == codeMissingPerms {
		if len(roles) == 1 {
			refused = what
		}
		roles = nil
		a, err = client.Add(ctx, d.RemoteID, string(who), AccessToken(proof), nil)
	}
	if err != nil {
		return domain.Admission{}, c.trouble(err)
	}
	got := domain.Admission{Added: !a.Already, Missing: refused, Pending: a.Pending, Name: a.Name, Given: targetsOf(roles)}
	if a.Already {
		got.Given, got.Missing = c.giveAll(ctx, client, d, who, roles)
	}
	return got, nil
}

// giveAll gives roles to somebody who was in before they were let in. What has
// no answer is neither given nor missing, and is given once more.
func (c *Community) giveAll(ctx context.Context, client *Client, d ports.Door, who domain.Subject, roles []string) (given, missing domain.Targets) {
	for _, role := range roles {
		err := client.GiveRole(ctx, d.RemoteID, string(who), role, auditReason)
		switch {
		case err == nil:
			given = given.With(targetsOf([]string{role}))
		case code(err) == codeMissingPerms:
			missing = missing.With(targetsOf([]string{role}))
		default:
			return given, missing
		}
	}
	return given, missing
}

// Give gives a role. Discord does not tell whether they had it.
func (c *Community) Give(ctx context.Context, d ports.Door, who ports.Member, what domain.TargetID) (already bool, err error) {
	err = c.through(d).GiveRole(ctx, d.RemoteID, string(who.Subject), string(what), auditReason)
	if t, ok := c.refusedRole(err); ok {
		t.Cause = domain.CauseRoleRefused
		return false, t
	}
	return false, c.trouble(err)
}

// Take takes a role away.
func (c *Community) Take(ctx context.Context, d ports.Door, who ports.Member, what domain.TargetID) error {
	done, err := c.through(d).TakeRole(ctx, d.RemoteID, string(who.Subject), string(what), auditReason)
	if t, ok := c.refusedRole(err); ok {
		t.Cause, t.Blocker = domain.CauseRoleOrder, what
		return t
	}
	return c.taken(done, err)
}

// refusedRole is the trouble of a role that the bot may not give or take.
func (c *Community) refusedRole(err error) (*domain.Trouble, bool) {
	e, ok := errors.AsType[*Error](err)
	if !ok || code(err) != codeMissingPerms {
		return nil, false
	}
	return e.Trouble(c.now()), true
}

// Remove kicks somebody, and asks why if it is refused.
func (c *Community) Remove(ctx context.Context, d ports.Door, who ports.Member) error {
	client := c.through(d)
	done, err := client.Kick(ctx, d.RemoteID, string(who.Subject), auditReason)
	if code(err) != codeMissingPerms {
		return c.taken(done, err)
	}
	r, asked := client.WhyNotKicked(ctx, d.RemoteID, string(who.Subject))
	if asked != nil {
		return c.trouble(asked)
	}
	t := &domain.Trouble{Party: domain.SellerActs, Cause: r.Cause, Detail: "403 50013"}
	switch r.Cause {
	case domain.CauseLeft:
		return nil
	case domain.CauseOwner:
		t.Party = domain.NobodyCan
	case domain.CauseMissingPermission:
		t.Detail = r.Missing.Names()[0]
	case domain.CauseRoleOrder:
		t.Blocker = domain.TargetID(r.Above[0].ID)
	}
	return t
}

// taken is what came of taking away.
func (c *Community) taken(done Outcome, err error) error {
	if done == ServerGone {
		return &domain.Trouble{Party: domain.SellerActs, Cause: domain.CauseBotMissing, Done: true, Detail: "404 10004"}
	}
	return c.trouble(err)
}

// Leave takes the bot out of the server. Where it is not, it has left.
func (c *Community) Leave(ctx context.Context, d ports.Door) error {
	_, err := c.through(d).Leave(ctx, d.RemoteID)
	return c.trouble(err)
}

func rolesOf(what domain.Targets) []string {
	var roles []string
	for t := range what.All() {
		roles = append(roles, string(t))
	}
	return roles
}

func targetsOf(roles []string) domain.Targets {
	ids := make([]domain.TargetID, len(roles))
	for i, r := range roles {
		ids[i] = domain.TargetID(r)
	}
	return domain.MakeTargets(ids...)
}
