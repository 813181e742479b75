package discord

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// User is somebody with an account.
type User struct {
	ID         string `json:"id"`
	Username   string `json:"username"`
	GlobalName string `json:"global_name"`
}

// Guild is what people call a server.
type Guild struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	OwnerID string `json:"owner_id"`
	Roles   []Role `json:"roles"`
}

// Role is a role of a guild. The one with the guild's id is everybody's.
type Role struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Position    int        `json:"position"`
	Permissions Permission `json:"permissions"`
	Managed     bool       `json:"managed"`
	Tags        struct {
		BotID string `json:"bot_id"`
	} `json:"tags"`
}

// Member is somebody in a guild.
type Member struct {
	User    User     `json:"user"`
	Roles   []string `json:"roles"` // ids, without everybody's
	Pending bool     `json:"pending"`
}

// Outcome is what a call that takes away came to. Each of them is done.
type Outcome string

// The outcomes.
const (
	Done       Outcome = "done"
	WasNotIn   Outcome = "was_not_in"  // the person, or on Leave the bot
	ServerGone Outcome = "server_gone" // or the bot is not in it
	RoleGone   Outcome = "role_gone"
)

// Me says whose token it is.
func (c *Client) Me(ctx context.Context, t AccessToken) (User, error) {
	return c.whose(ctx, request{op: opMe, by: person, token: t})
}

// Self says who the bot is, and so whether its token is good: it is asked even
// while calls are stopped because the token was not, and if it is good again
// they go on.
func (c *Client) Self(ctx context.Context) (User, error) {
	return c.whose(ctx, request{op: opSelf, by: bot, probe: true})
}

func (c *Client) whose(ctx context.Context, q request) (User, error) {
	q.method, q.path = http.MethodGet, "/v10/users/@me"
	var u User
	status, err := c.call(ctx, q, &u)
	if err == nil && !snowflake(u.ID) {
		err = c.broken(&q, &answer{status: status})
	}
	return u, err
}

// Guild returns a server that the bot is in.
func (c *Client) Guild(ctx context.Context, guild string) (Guild, error) {
	q := request{op: opGuild, method: http.MethodGet, by: bot, guild: guild}
	var g Guild
	status, err := c.about(ctx, &q, "", "", &g)
	if err == nil && g.ID != guild {
		err = c.broken(&q, &answer{status: status})
	}
	return g, err
}

// Leave takes the bot out of a server.
func (c *Client) Leave(ctx context.Context, guild string) (Outcome, error) {
	q := request{op: opLeave, method: http.MethodDelete, by: bot, path: "/v10/users/@me/guilds/" + guild}
	if !snowflake(guild) {
		return "", &Error{Op: q.op, Class: Invalid, by: bot}
	}
	_, err := c.call(ctx, q, nil)
	if code(err) == codeUnknownGuild {
		return WasNotIn, nil
	}
	return outcome(err)
}

// Members returns up to a thousand members with ids after the given one, by id;
// the empty id is before all. It needs the intent to list members.
func (c *Client) Members(ctx context.Context, guild, after string) ([]Member, error) {
	q := request{op: opMembers, method: http.MethodGet, by: bot, guild: guild}
	query := url.Values{"limit": {strconv.Itoa(MembersPage)}}
	if after != "" {
		query.Set("after", after)
	}
	var page []Member
	_, err := c.about(ctx, &q, "/members", "?"+query.Encode(), &page)
	return page, err
}

// MembersPage is how many members a full page has.
const MembersPage = 1000

// about makes a call about a guild, whose id it checks first.
func (c *Client) about(ctx context.Context, q *request, path, query string, out any) (int, error) {
	if !snowflake(q.guild) {
		return 0, &Error{Op: q.op, Class: Invalid, by: q.by}
	}
	q.path = "/v10/guilds/" + q.guild + path + query
	return c.call(ctx, *q, out)
}

func outcome(err error) (Outcome, error) {
	if err != nil {
		return "", err
	}
	return Done, nil
}
