package discordtest

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
)

const maxBody = 1 << 20

func (d *Discord) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /oauth2/authorize", d.showAuthorize)
	mux.HandleFunc("POST /oauth2/authorize", d.postAuthorize)

	mux.Handle("POST /api/oauth2/token", d.serve(OpToken, d.byApp(d.token)))
	mux.Handle("POST /api/oauth2/token/revoke", d.serve(OpRevoke, d.byApp(d.revoke)))

	const guild, member = "/api/v10/guilds/{guild}", "/api/v10/guilds/{guild}/members/{user}"
	mux.Handle("GET /api/v10/users/@me", d.serve(OpMe, d.byAnybody(d.me)))
	mux.Handle("DELETE /api/v10/users/@me/guilds/{guild}", d.serve(OpLeave, d.byBot(d.leave)))
	mux.Handle("GET "+guild, d.serve(OpGuild, d.byBot(d.showGuild)))
	mux.Handle("GET "+guild+"/members", d.serve(OpMembers, d.byBot(d.listMembers)))
	mux.Handle("GET "+member, d.serve(OpMember, d.byBot(d.showMember)))
	mux.Handle("PUT "+member, d.serve(OpAdd, d.byBot(d.add)))
	mux.Handle("DELETE "+member, d.serve(OpKick, d.byBot(d.kick)))
	mux.Handle("PUT "+member+"/roles/{role}", d.serve(OpGiveRole, d.byBot(d.giveRole)))
	mux.Handle("DELETE "+member+"/roles/{role}", d.serve(OpTakeRole, d.byBot(d.takeRole)))
	mux.Handle("/api/", d.serve(OpOther, func(*Call) Reply { return notFound }))
	return mux
}

// serve answers one kind of call: it is written down and looked at, and then
// answered by the test if it wants to, else by the model.
func (d *Discord) serve(op Op, model func(*Call) Reply) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "the body is too long", http.StatusRequestEntityTooLarge)
			return
		}
		c := arrived(op, r, string(body))
		d.mu.Lock()
		c.At = d.now()
		d.calls = append(d.calls, c)
		ray := fmt.Sprintf("%016x-TST", len(d.calls))
		d.inspect(c)
		answer, said := d.answer, c.clone()
		d.mu.Unlock()

		var p *Reply
		if answer != nil {
			p = answer(said)
		}
		d.mu.Lock()
		if p == nil {
			m := model(c)
			p = &m
		}
		d.learn(c, *p)
		if !p.Closed {
			c.Status, c.Reply = p.Status, p.Body
		}
		d.mu.Unlock()
		d.send(w, r, p.with(http.Header{"Cf-Ray": {ray}}))
	})
}

// byBot answers what only the application's bot may ask.
func (d *Discord) byBot(do func(*Call) Reply) func(*Call) Reply {
	return func(c *Call) Reply {
		if c.Actor != "bot" || c.Header.Get("Authorization") != "Bot "+d.app.BotToken {
			return unauthorized
		}
		return d.authorized(c, do)
	}
}

// byAnybody answers what the bot and every person may ask.
func (d *Discord) byAnybody(do func(*Call) Reply) func(*Call) Reply {
	return func(c *Call) Reply {
		switch {
		case c.Actor == "user":
			if t, ok := d.tokens[c.Bearer]; ok && d.live(t.ExpiresAt) {
				return d.authorized(c, do)
			}
			return unauthorized
		default:
			return d.byBot(do)(c)
		}
	}
}

// authorized answers a call of somebody known: with a fault, a limit, or what
// the call does.
func (d *Discord) authorized(c *Call, do func(*Call) Reply) Reply {
	act := func() Reply {
		h, refused := d.spend(c)
		if refused != nil {
			return *refused
		}
		if !agent.MatchString(c.Header.Get("User-Agent")) {
			return noNetwork.with(h)
		}
		if !c.wellFormed() {
			return badForm.with(h)
		}
		return do(c).with(h)
	}
	if f, ok := d.fault(c.Op); ok {
		return d.apply(f, c, act)
	}
	return act()
}

var snowflake = regexp.MustCompile(`^[0-9]{1,20}$`)

// wellFormed reports whether the ids of a path are ids.
func (c *Call) wellFormed() bool {
	for _, id := range []string{c.Guild, c.User, c.Role} {
		if id != "" && !snowflake.MatchString(id) {
			return false
		}
	}
	return true
}
