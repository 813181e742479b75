package discordtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// User is somebody with an account.
type User struct {
	ID, Username, GlobalName string
	Servers                  int  // how many they are in beside those of the model
	Nitro                    bool // may be in 200, not 100
	Limited                  bool // Discord lets the account join nothing
}

// Code is what an authorization gave to a browser. Once exchanged, it is gone.
type Code struct {
	Code        string
	UserID      string
	Scopes      []string
	GuildID     string    // the server that a bot was added to
	RedirectURI string    // the one that it was asked for with; empty: any will do
	Challenge   string    // S256 of the verifier; empty: none was sent
	ExpiresAt   time.Time // zero: never
}

// Token is a person's access token.
type Token struct {
	Access, Refresh string
	UserID          string
	Scopes          []string
	ExpiresAt       time.Time // zero: never
	grant           int       // what it came of; revoking one revokes all of them
}

// codeLife is how long a code lives.
const codeLife = 100 * time.Second

// tokenLife is how long an access token lives.
const tokenLife = 7 * 24 * time.Hour

// SetUser states a person, in place of the one with that id.
func (d *Discord) SetUser(u User) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.users[u.ID] = &u
}

// Users returns everybody, by id.
func (d *Discord) Users() []User {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.people()
}

func (d *Discord) people() []User {
	all := make([]User, 0, len(d.users))
	for _, u := range d.users {
		all = append(all, *u)
	}
	slices.SortFunc(all, func(a, b User) int {
		return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// SetCode states a code that a browser came back with.
func (d *Discord) SetCode(c Code) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c.Scopes = slices.Clone(c.Scopes)
	d.codes[c.Code] = &c
}

// SetToken states a person's access token.
func (d *Discord) SetToken(t Token) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.minted++
	t.grant, t.Scopes = d.minted, slices.Clone(t.Scopes)
	d.tokens[t.Access] = &t
}

// Tokens returns the live access tokens, by name.
func (d *Discord) Tokens() []Token {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []Token
	for _, t := range d.tokens {
		if d.live(t.ExpiresAt) {
			c := *t
			c.Scopes = slices.Clone(t.Scopes)
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b Token) int { return cmp.Compare(a.Access, b.Access) })
	return all
}

// live reports whether what expires then is still good.
func (d *Discord) live(expires time.Time) bool { return expires.IsZero() || d.now().Before(expires) }

// SetMint has f make codes and tokens, of a kind ("code", "at", "rt") the n-th, each
// another one; nil: they are the kind and the number.
func (d *Discord) SetMint(f func(kind string, n int) string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mints = f
}

// mint makes a text that was not there before.
func (d *Discord) mint(kind string) string {
	d.minted++
	if d.mints != nil {
		return d.mints(kind, d.minted)
	}
	return fmt.Sprintf("%s-%d", kind, d.minted)
}

// servers counts the servers that somebody is in.
func (d *Discord) servers(u *User) int {
	n := u.Servers
	for _, g := range d.guilds {
		if _, in := g.member(u.ID); in {
			n++
		}
	}
	return n
}

// user returns a person. Of somebody nobody stated, the id alone is known.
func (d *Discord) user(id string) *User {
	if u, ok := d.users[id]; ok {
		return u
	}
	return &User{ID: id, Username: "user" + id[max(0, len(id)-4):]}
}

// scopes splits what is asked for; Discord separates by blanks.
func scopes(s string) []string { return strings.Fields(s) }
