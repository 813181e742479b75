package discordtest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Op is one of the calls that usher makes.
type Op string

// The calls.
const (
	OpToken    Op = "token"     // POST /api/oauth2/token
	OpRevoke   Op = "revoke"    // POST /api/oauth2/token/revoke
	OpMe       Op = "me"        // GET /users/@me
	OpLeave    Op = "leave"     // DELETE /users/@me/guilds/{guild}
	OpGuild    Op = "guild"     // GET /guilds/{guild}
	OpMembers  Op = "members"   // GET /guilds/{guild}/members
	OpMember   Op = "member"    // GET /guilds/{guild}/members/{user}
	OpAdd      Op = "add"       // PUT the same
	OpKick     Op = "kick"      // DELETE the same
	OpGiveRole Op = "give_role" // PUT /guilds/{guild}/members/{user}/roles/{role}
	OpTakeRole Op = "take_role" // DELETE the same
	OpOther    Op = "other"     // whatever else is below /api
)

// Call is a call as it arrived, and what became of it. Visits to the authorize
// page are a person's, and no calls.
type Call struct {
	At     time.Time
	Op     Op
	Method string
	Path   string // with the query, as it was sent
	Header http.Header
	Body   string
	Form   url.Values // of a form; nil: it was none

	Actor  string // "bot", "user", "app", or empty: nobody known
	Bearer string // a user's token

	Guild, User, Role string // of the path

	Status int    // that was answered; 0: no answer was sent yet, or none at all
	Reply  string // its body
}

// Calls returns every call, in the order of arrival.
func (d *Discord) Calls() []Call {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]Call, 0, len(d.calls))
	for _, c := range d.calls {
		all = append(all, c.clone())
	}
	return all
}

// ForgetCalls empties the journal. What complaints are made of stays known.
func (d *Discord) ForgetCalls() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls = nil
}

// Answer has f answer every call instead of the model, until it returns nil:
// then the model answers. Complaints are made all the same. f must not call
// back while it holds a lock that another call of it needs.
func (d *Discord) Answer(f func(Call) *Reply) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer = f
}

func (c *Call) clone() Call {
	n := *c
	n.Header = c.Header.Clone()
	n.Form = maps.Clone(c.Form)
	for k, v := range n.Form {
		n.Form[k] = slices.Clone(v)
	}
	return n
}

// arrived makes a call of a request whose body was read.
func arrived(op Op, r *http.Request, body string) *Call {
	c := &Call{
		Op: op, Method: r.Method, Path: r.URL.RequestURI(), Header: r.Header.Clone(), Body: body,
		Guild: r.PathValue("guild"), User: r.PathValue("user"), Role: r.PathValue("role"),
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), formType) {
		c.Form, _ = url.ParseQuery(body) // what was readable of it
	}
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case scheme == "Bot" && value != "":
		c.Actor = "bot"
	case scheme == "Bearer" && value != "":
		c.Actor, c.Bearer = "user", value
	case scheme == "Basic" && value != "", c.Form.Get("client_secret") != "":
		c.Actor = "app"
	}
	return c
}

const formType = "application/x-www-form-urlencoded"
