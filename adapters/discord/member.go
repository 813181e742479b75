package discord

import (
	"context"
	"encoding/json"
	"net/http"
)

// Member looks somebody up, and reports false if they are not in.
func (c *Client) Member(ctx context.Context, guild, user string) (Member, bool, error) {
	q := request{op: opMember, method: http.MethodGet, by: bot, guild: guild}
	var m Member
	status, err := c.of(ctx, &q, user, "", &m)
	switch {
	case absent(err):
		return Member{}, false, nil
	case err == nil && m.User.ID != user:
		err = c.broken(&q, &answer{status: status})
	}
	return m, err == nil, err
}

// Added is what letting somebody in came to.
type Added struct {
	Already bool   // they were in, and got no roles by this
	Pending bool   // they have to accept the server's rules first
	Name    string // of the account; empty: not said
}

// Add lets somebody in with their own token, and with roles. Twice is once: the
// second time they are in already.
func (c *Client) Add(ctx context.Context, guild, user string, t AccessToken, roles []string) (Added, error) {
	var body struct {
		AccessToken string   `json:"access_token"`
		Roles       []string `json:"roles,omitempty"`
	}
	body.AccessToken, body.Roles = string(t), roles
	q := request{op: opAdd, method: http.MethodPut, by: bot, guild: guild, json: body, hidden: []string{string(t)}}
	var said json.RawMessage
	status, err := c.of(ctx, &q, user, "", &said)
	switch status {
	case http.StatusNoContent:
		return Added{Already: true}, nil
	case http.StatusCreated:
		var m Member
		json.Unmarshal(said, &m) // they are in, whatever else it says
		return Added{Pending: m.Pending, Name: m.User.Username}, nil
	case 0:
		return Added{}, err
	}
	return Added{}, c.broken(&q, &answer{status: status})
}

// Kick takes somebody out. The reason is for the server's audit log.
func (c *Client) Kick(ctx context.Context, guild, user, reason string) (Outcome, error) {
	q := request{op: opKick, method: http.MethodDelete, by: bot, guild: guild, reason: reason}
	_, err := c.of(ctx, &q, user, "", nil)
	return taken(err)
}

// GiveRole gives a member a role. Twice is once.
func (c *Client) GiveRole(ctx context.Context, guild, user, role, reason string) error {
	_, err := c.role(ctx, opGiveRole, http.MethodPut, guild, user, role, reason)
	return err
}

// TakeRole takes a role from a member. Twice is once.
func (c *Client) TakeRole(ctx context.Context, guild, user, role, reason string) (Outcome, error) {
	_, err := c.role(ctx, opTakeRole, http.MethodDelete, guild, user, role, reason)
	return taken(err)
}

func (c *Client) role(ctx context.Context, op, method, guild, user, role, reason string) (int, error) {
	if !snowflake(role) {
		return 0, &Error{Op: op, Class: Invalid, by: bot}
	}
	q := request{op: op, method: method, by: bot, guild: guild, reason: reason}
	return c.of(ctx, &q, user, "/roles/"+role, nil)
}

// of makes a call about somebody in a guild, whose id it checks first.
func (c *Client) of(ctx context.Context, q *request, user, path string, out any) (int, error) {
	if !snowflake(user) {
		return 0, &Error{Op: q.op, Class: Invalid, by: q.by}
	}
	return c.about(ctx, q, "/members/"+user+path, "", out)
}

// absent reports whether Discord says that somebody is not there.
func absent(err error) bool {
	c := code(err)
	return c == codeUnknownMember || c == codeUnknownUser
}

// taken reads the refusals of taking away that mean there is nothing to take.
func taken(err error) (Outcome, error) {
	switch {
	case absent(err):
		return WasNotIn, nil
	case code(err) == codeUnknownGuild:
		return ServerGone, nil
	case code(err) == codeUnknownRole:
		return RoleGone, nil
	}
	return outcome(err)
}
