package discordtest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Consent is what somebody says to an application on the authorize page.
type Consent struct {
	UserID  string     // who says it
	GuildID string     // the server that the bot may join
	Without Permission // what was asked for the bot and unticked
}

// Agree does what a person does who opens an address of the authorize page and
// agrees, and returns the address that they are sent to. It fails where
// Discord shows them an error instead.
func (d *Discord) Agree(address string, c Consent) (redirect string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, err := d.asked(address)
	if err != nil {
		return "", err
	}
	return d.agree(a, c)
}

// Refuse does what a person does who opens it and presses Cancel.
func (d *Discord) Refuse(address string) (redirect string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, err := d.asked(address)
	if err != nil {
		return "", err
	}
	return a.refuse(), nil
}

// authorization is what an application asks a person for.
type authorization struct {
	redirect    url.URL
	uri         string // the redirect as it was sent
	state       string
	challenge   string
	scopes      []string
	permissions Permission
	guild       string // the server chosen beforehand
	fixed       bool   // no other may be chosen
}

// problem is what the authorize page shows instead of its question.
type problem string

// Error returns the sentence.
func (p problem) Error() string { return string(p) }

const (
	errUnknownClient problem = "Unknown application"
	errRedirect      problem = "Invalid OAuth2 redirect_uri"
	errQuery         problem = "Invalid OAuth2 request"
	errNobody        problem = "Choose who you are"
	errNotYourGuild  problem = "Choose a server that you may manage"
)

// asked reads an address of the authorize page.
func (d *Discord) asked(address string) (authorization, error) {
	u, err := url.Parse(address)
	if err != nil {
		return authorization{}, errQuery
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil || q.Get("response_type") != "code" {
		return authorization{}, errQuery
	}
	if q.Get("client_id") != d.app.ClientID {
		return authorization{}, errUnknownClient
	}
	a := authorization{
		uri: q.Get("redirect_uri"), state: q.Get("state"), scopes: scopes(q.Get("scope")),
		challenge: q.Get("code_challenge"), guild: q.Get("guild_id"), fixed: q.Get("disable_guild_select") == "true",
	}
	redirect, err := url.Parse(a.uri)
	if err != nil || !redirect.IsAbs() || len(d.app.RedirectURIs) > 0 && !slices.Contains(d.app.RedirectURIs, a.uri) {
		return authorization{}, errRedirect
	}
	a.redirect = *redirect
	if s := q.Get("permissions"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return authorization{}, errQuery
		}
		a.permissions = Permission(n)
	}
	plain := a.challenge != "" && q.Get("code_challenge_method") != "S256"
	if len(a.scopes) == 0 || plain || a.challenge == "" && q.Has("code_challenge_method") {
		return authorization{}, errQuery
	}
	return a, nil
}

// bot reports whether the bot asks to be let into a server.
func (a authorization) bot() bool { return slices.Contains(a.scopes, "bot") }

// agree gives a code to whoever comes back with it.
func (d *Discord) agree(a authorization, c Consent) (string, error) {
	if _, known := d.users[c.UserID]; !known {
		return "", errNobody
	}
	q := url.Values{}
	code := &Code{
		UserID: c.UserID, Scopes: slices.Clone(a.scopes), RedirectURI: a.uri, Challenge: a.challenge,
		ExpiresAt: d.now().Add(codeLife),
	}
	if a.bot() {
		g, there := d.guilds[c.GuildID]
		if !there || !g.managedBy(c.UserID) || a.fixed && c.GuildID != a.guild {
			return "", errNotYourGuild
		}
		granted := a.permissions &^ c.Without
		d.addBot(g.ID, granted)
		code.GuildID = g.ID
		q.Set("guild_id", g.ID)
		q.Set("permissions", strconv.FormatInt(int64(granted), 10))
	}
	code.Code = d.mint("code")
	d.codes[code.Code] = code
	q.Set("code", code.Code)
	return a.back(q), nil
}

func (a authorization) refuse() string {
	return a.back(url.Values{
		"error":             {"access_denied"},
		"error_description": {"The resource owner or authorization server denied the request"},
	})
}

// back is the address that a person is sent to, with the application's state.
func (a authorization) back(q url.Values) string {
	if a.state != "" {
		q.Set("state", a.state)
	}
	to := a.redirect
	to.RawQuery = strings.TrimPrefix(to.RawQuery+"&"+q.Encode(), "&")
	return to.String()
}

// managedBy reports whether somebody may let bots into the guild.
func (g *Guild) managedBy(user string) bool {
	if user == g.OwnerID {
		return true
	}
	m, in := g.member(user)
	return in && g.may(m, ManageGuild)
}

func (d *Discord) showAuthorize(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	a, err := d.asked(r.URL.RequestURI())
	v := d.view(a)
	d.mu.Unlock()
	if err != nil {
		showProblem(w, err)
		return
	}
	render(w, http.StatusOK, v)
}

// postAuthorize is what the page's buttons do.
func (d *Discord) postAuthorize(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		showProblem(w, errQuery)
		return
	}
	address, form := r.URL.RequestURI(), r.PostForm
	var to string
	var err error
	if form.Get("do") == "agree" {
		// Ticked boxes come, unticked ones do not.
		without := ^Permission(0)
		for _, s := range form["permission"] {
			n, _ := strconv.ParseInt(s, 10, 64) // nothing ticks nothing
			without &^= Permission(n)
		}
		to, err = d.Agree(address, Consent{UserID: form.Get("user"), GuildID: form.Get("guild"), Without: without})
	} else {
		to, err = d.Refuse(address)
	}
	if err != nil {
		showProblem(w, err)
		return
	}
	http.Redirect(w, r, to, http.StatusFound)
}
