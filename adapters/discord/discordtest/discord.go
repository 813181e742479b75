package discordtest

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// App is an application registered with Discord.
type App struct {
	ClientID     string
	ClientSecret string
	BotID        string   // the bot's user id; empty: ClientID, as with new applications
	BotToken     string   // without the word Bot
	RedirectURIs []string // compared byte for byte; empty: any will do

	// MembersIntent says that the application may list members.
	MembersIntent bool
	// OwnerHas2FA says that the application's owner has two-factor
	// authentication, which some servers ask of moderators.
	OwnerHas2FA bool
}

// Discord is the model, and answers HTTP as Discord does. It is safe for
// concurrent use.
type Discord struct {
	app  App
	mux  *http.ServeMux
	stop chan struct{} // closed: nobody waits for a slow answer any more

	mu         sync.Mutex
	now        func() time.Time
	answer     func(Call) *Reply
	guilds     map[string]*Guild
	users      map[string]*User
	codes      map[string]*Code
	tokens     map[string]*Token
	minted     int // codes and tokens counted so far
	mints      func(kind string, n int) string
	faults     []*Fault
	calls      []*Call
	limits     map[Op]limit
	buckets    map[string]*bucket // by bucket and server
	sent       []time.Time        // of the last second, by the bot
	pauses     map[string]time.Time
	exchanged  map[string]bool
	complaints []string
}

// New returns a Discord with one application, where nobody is yet. Its clock is
// the machine's until SetClock.
func New(app App) *Discord {
	if app.BotID == "" {
		app.BotID = app.ClientID
	}
	d := &Discord{
		app: app, now: time.Now, stop: make(chan struct{}),
		guilds: map[string]*Guild{}, users: map[string]*User{}, codes: map[string]*Code{}, tokens: map[string]*Token{},
		limits: map[Op]limit{OpLeave: {1, time.Second}}, buckets: map[string]*bucket{},
		pauses: map[string]time.Time{}, exchanged: map[string]bool{},
	}
	d.mux = d.routes()
	return d
}

// App returns the application.
func (d *Discord) App() App {
	a := d.app
	a.RedirectURIs = slices.Clone(a.RedirectURIs)
	return a
}

// SetClock replaces the clock that codes, tokens, limits and the journal use.
// A slow answer takes the machine's time.
func (d *Discord) SetClock(now func() time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = now
}

// ServeHTTP answers as Discord does, below the paths /oauth2 and /api.
func (d *Discord) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.mux.ServeHTTP(w, r) }
