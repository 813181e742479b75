package discordtest

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

type userBody struct {
	ID         string  `json:"id"`
	Username   string  `json:"username,omitempty"`
	GlobalName *string `json:"global_name,omitempty"`
	Bot        bool    `json:"bot,omitempty"`
}

type roleBody struct {
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Position    int               `json:"position"`
	Permissions string            `json:"permissions"`
	Managed     bool              `json:"managed"`
	Tags        map[string]string `json:"tags,omitempty"`
}

type guildBody struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	OwnerID string     `json:"owner_id"`
	Roles   []roleBody `json:"roles"`
}

func (g *Guild) body() *guildBody {
	b := &guildBody{g.ID, g.Name, g.OwnerID, make([]roleBody, 0, len(g.Roles))}
	for _, r := range g.Roles {
		rb := roleBody{r.ID, r.Name, r.Position, strconv.FormatInt(int64(r.Permissions), 10), r.Managed, nil}
		if r.BotID != "" {
			rb.Tags = map[string]string{"bot_id": r.BotID}
		}
		b.Roles = append(b.Roles, rb)
	}
	return b
}

func (d *Discord) userBody(id string) userBody {
	if id == d.app.BotID {
		return userBody{ID: id, Username: "usher", Bot: true}
	}
	u := d.user(id)
	b := userBody{ID: u.ID, Username: u.Username}
	if u.GlobalName != "" {
		b.GlobalName = &u.GlobalName
	}
	return b
}

// me says who is asking.
func (d *Discord) me(c *Call) Reply {
	if c.Actor == "bot" {
		return ok(d.userBody(d.app.BotID))
	}
	t := d.tokens[c.Bearer]
	if !slices.Contains(t.Scopes, "identify") {
		return missingScope
	}
	return ok(d.userBody(t.UserID))
}

// within returns the guild that a call is about and the bot's place in it, or
// the refusal if the bot is not there.
func (d *Discord) within(c *Call) (*Guild, *Member, *Reply) {
	g, known := d.guilds[c.Guild]
	if !known {
		return nil, nil, &unknownGuild
	}
	bot, in := g.member(d.app.BotID)
	if !in {
		return nil, nil, &missingAccess
	}
	return g, bot, nil
}

func (d *Discord) showGuild(c *Call) Reply {
	g, _, refused := d.within(c)
	if refused != nil {
		return *refused
	}
	return ok(g.body())
}

// listMembers returns members by id, after one and up to a number of them.
func (d *Discord) listMembers(c *Call) Reply {
	g, _, refused := d.within(c)
	switch {
	case refused != nil:
		return *refused
	case !d.app.MembersIntent:
		return missingAccess
	}
	_, query, _ := strings.Cut(c.Path, "?")
	q, err := url.ParseQuery(query)
	limit := 1
	if s := q.Get("limit"); s != "" && err == nil {
		limit, err = strconv.Atoi(s)
	}
	if err != nil || limit < 1 || limit > 1000 {
		return badForm
	}
	after := cmp.Or(q.Get("after"), "0")
	page := []memberBody{}
	all := slices.Clone(g.Members)
	slices.SortFunc(all, func(a, b Member) int {
		return cmp.Or(cmp.Compare(len(a.UserID), len(b.UserID)), cmp.Compare(a.UserID, b.UserID))
	})
	for _, m := range all {
		if len(page) < limit && before(after, m.UserID) {
			page = append(page, d.memberBody(&m))
		}
	}
	return ok(page)
}

// leave takes the bot out, and with it the role that came with it.
func (d *Discord) leave(c *Call) Reply {
	g, known := d.guilds[c.Guild]
	if !known {
		return unknownGuild
	}
	if _, in := g.member(d.app.BotID); !in {
		return unknownGuild
	}
	g.remove(d.app.BotID)
	g.Roles = slices.DeleteFunc(g.Roles, func(r Role) bool { return r.Managed && r.BotID == d.app.BotID })
	return done()
}
