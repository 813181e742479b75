package discord

import (
	"cmp"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"
)

// Where Discord is.
const (
	AuthorizeURL = "https://discord.com/oauth2/authorize"
	APIURL       = "https://discord.com/api"
)

// Config is an application registered with Discord, and how to reach it.
type Config struct {
	ClientID     string
	ClientSecret string
	BotToken     string // without the word Bot
	BotID        string // empty: as the token says, else ClientID
	RedirectURI  string // where people come back to, byte for byte as registered

	Version      string        // usher's, for the User-Agent; empty: "devel"
	AuthorizeURL string        // empty: Discord's
	APIURL       string        // that /v10 and /oauth2/token are below; empty: Discord's
	HTTP         *http.Client  // nil: one of its own. Redirects are never followed
	Timeout      time.Duration // of a call, in real time; 0: ten seconds
	Limiter      *Limiter      // nil: one of its own, with the machine's clock
}

// Client asks Discord. It is safe for concurrent use.
type Client struct {
	cfg       Config
	agent     string
	http      *http.Client
	limiter   *Limiter
	unhurried bool
}

// New returns a client. It calls nobody. It fails if something is missing.
func New(cfg Config) (*Client, error) {
	if cfg.ClientID == "" || cfg.ClientSecret == "" || cfg.BotToken == "" {
		return nil, errors.New("discord: client id, client secret and bot token are needed")
	}
	cfg.BotID = cmp.Or(cfg.BotID, botOf(cfg.BotToken), cfg.ClientID)
	cfg.Version = cmp.Or(cfg.Version, "devel")
	cfg.AuthorizeURL = cmp.Or(cfg.AuthorizeURL, AuthorizeURL)
	cfg.APIURL = strings.TrimSuffix(cmp.Or(cfg.APIURL, APIURL), "/")
	cfg.Timeout = cmp.Or(cfg.Timeout, 10*time.Second)
	if cfg.Limiter == nil {
		cfg.Limiter = NewLimiter(time.Now)
	}
	own := http.Client{Transport: http.DefaultTransport}
	if cfg.HTTP != nil {
		own = *cfg.HTTP
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{
		cfg: cfg, http: &own, limiter: cfg.Limiter,
		agent: "DiscordBot (https://github.com/usherhq/usher, " + cfg.Version + ")",
	}, nil
}

// Unhurried returns a client whose calls can wait: sweeps, and people who were
// customers before a server was connected. They stop long before the others
// when Discord refuses much.
func (c *Client) Unhurried() *Client {
	u := *c
	u.unhurried = true
	return &u
}

// BotID is the bot's user id.
func (c *Client) BotID() string { return c.cfg.BotID }

// Limiter is what decides when calls may be sent.
func (c *Client) Limiter() *Limiter { return c.limiter }

// botOf reads the bot's id from its token, whose first part it is.
func botOf(token string) string {
	first, _, _ := strings.Cut(token, ".")
	id, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(first, "="))
	if err != nil || !snowflake(string(id)) {
		return ""
	}
	return string(id)
}

// snowflake reports whether s looks like one of Discord's ids.
func snowflake(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != "" && len(s) <= 20
}
