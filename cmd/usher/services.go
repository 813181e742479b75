package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/adapters/discord"
	"github.com/usherhq/usher/adapters/web"
	"github.com/usherhq/usher/adapters/webhook"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

const (
	discordSecretVariable = "USHER_DISCORD_CLIENT_SECRET" // of the Discord application
	discordTokenVariable  = "USHER_DISCORD_BOT_TOKEN"     // of its bot
)

// serviceFlags say how communities are reached. Circle needs nothing: each seller
// has a token of their own. The addresses are for stand-ins.
type serviceFlags struct {
	DiscordClientID    string     `name:"discord-client-id" help:"Client id of the Discord application whose bot lets people in; nobody joins a server without one." env:"USHER_DISCORD_CLIENT_ID" placeholder:"ID" group:"everywhere"`
	DiscordSecretsFile string     `help:"File of its client_secret and bot_token, a JSON object; discord.secrets in the data folder unless given, or USHER_DISCORD_CLIENT_SECRET and USHER_DISCORD_BOT_TOKEN." env:"USHER_DISCORD_SECRETS_FILE" placeholder:"FILE" group:"everywhere"`
	WebhooksToInternal bool       `name:"webhooks-to-internal-addresses" help:"Also call webhooks at addresses of this machine and of networks that are not the internet; for development." env:"USHER_WEBHOOKS_TO_INTERNAL_ADDRESSES" group:"everywhere"`
	CircleURL          standInURL `name:"circle-url" hidden:"" env:"USHER_TEST_CIRCLE_URL" placeholder:"URL" group:"everywhere"`
	DiscordURL         standInURL `name:"discord-url" hidden:"" env:"USHER_TEST_DISCORD_URL" placeholder:"URL" group:"everywhere"`
}

// standInURL is the address of a stand-in for a service, which may have a path.
type standInURL string

// UnmarshalText reads http://127.0.0.1:8091/circle.
func (s *standInURL) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("must be a web address, such as http://127.0.0.1:8091/circle")
	}
	*s = standInURL(strings.TrimRight(string(text), "/"))
	return nil
}

// services says how the services of communities are reached.
type services struct {
	publicURL string          // where pages are; empty: nobody has said
	circleURL string          // empty: Circle's own
	discord   *discord.Config // nil: Discord is not set up
	standIns  bool            // they are a demo's
	reach     webhook.Reach   // where webhooks may lead
}

// services finds out how communities are reached. publicURL is where the world
// reaches this server; else it is where it was said to be, if it was. A demo has
// its stand-ins, and so has every command that opens its folder, whatever the
// settings say.
func (c *call) services(publicURL string) (services, error) {
	publicURL = cmp.Or(publicURL, string(c.PublicURL))
	s := services{publicURL: publicURL, circleURL: string(c.CircleURL)}
	if c.WebhooksToInternal {
		s.reach = webhook.Anywhere
	}
	if c.standIns != nil {
		return standInServices(c.standIns.url, publicURL), nil
	}
	if c.ownSecrets { // a bench asks nobody
		return s, nil
	}
	if s, ok, err := c.demoServices(publicURL); ok || err != nil {
		return s, err
	}
	secrets, where, err := c.discordSecrets()
	switch {
	case err != nil:
		return s, err
	case c.DiscordClientID == "" && where != "" && !isThere(where):
		return s, nil
	case c.DiscordClientID == "":
		return s, wrongUse("discord-client-id", "is missing: Discord's secrets are of no use without it", "copy it from the application's page at Discord")
	case secrets.ClientSecret == "" || secrets.BotToken == "":
		missing, variable := "client secret", discordSecretVariable
		if secrets.ClientSecret != "" {
			missing, variable = "bot token", discordTokenVariable
		}
		return s, wrongUse("discord-secrets-file", "Discord's "+missing+" is missing",
			`set `+variable+`, or write {"client_secret": "...", "bot_token": "..."} into `+c.discordFile()+" and chmod 600 it")
	}
	s.discord = &discord.Config{
		ClientID: c.DiscordClientID, ClientSecret: secrets.ClientSecret, BotToken: secrets.BotToken,
		RedirectURI: s.publicURL + web.CallbackPath, Version: version(),
	}
	if c.DiscordURL != "" {
		s.discord.AuthorizeURL, s.discord.APIURL = string(c.DiscordURL)+"/oauth2/authorize", string(c.DiscordURL)+"/api"
	}
	return s, nil
}

// discordSecrets are the secrets of a Discord application.
type discordSecrets struct {
	ClientSecret string `json:"client_secret"`
	BotToken     string `json:"bot_token"`
}

func (c *call) discordFile() string {
	if c.DiscordSecretsFile != "" {
		return c.DiscordSecretsFile
	}
	return filepath.Join(c.Data, "discord.secrets")
}

// discordSecrets reads Discord's secrets: from the environment, or else from
// their file, whose name it returns then. A file that nobody named need not be
// there. No secret is shown when one cannot be read.
func (c *call) discordSecrets() (s discordSecrets, file string, err error) {
	s = discordSecrets{os.Getenv(discordSecretVariable), os.Getenv(discordTokenVariable)}
	if s != (discordSecrets{}) {
		if c.DiscordSecretsFile != "" {
			return s, "", wrongUse("discord-secrets-file", "Discord's secrets come from the environment already", "give one of the two")
		}
		return s, "", nil
	}
	file = c.discordFile()
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && c.DiscordSecretsFile == "" {
		return s, file, nil
	}
	if err != nil {
		return s, file, cannotOpen("Discord's secrets cannot be read: "+err.Error(), "name another file with --discord-secrets-file")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if d.Decode(&s) != nil || d.More() { // what is wrong with it may be a secret
		return discordSecrets{}, file, cannotOpen(file+" holds no secrets of Discord's", `it must be {"client_secret": "...", "bot_token": "..."}`)
	}
	s.ClientSecret, s.BotToken = strings.TrimSpace(s.ClientSecret), strings.TrimSpace(s.BotToken)
	if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o077 != 0 {
		c.say("(!) other users can read %s; chmod 600 it.", file)
	}
	return s, file, nil
}

// quiet reports whether nobody is compared by the day: a demo's clock goes through
// months of them, and its stand-ins have nobody in whom usher did not let in.
func quiet(s services) bool { return s.standIns }

// pagesAt is where pages are.
func pagesAt(s services) string { return s.publicURL }

// openCircle returns what lets people into Circle. One of one's own is asked as
// fast as it answers.
func openCircle(s services, store ports.Store) *circle.Client {
	return circle.New(&circle.Options{BaseURL: s.circleURL, Now: app.TestClock(store), Hurry: ownMachine(s.circleURL)})
}

// ownMachine reports whether an address is one of this machine.
func ownMachine(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost" || u.Hostname() == "::1")
}

// openDiscord returns what lets people into Discord; nil if it is not set up.
func openDiscord(s services, store ports.Store) (*discord.Community, error) {
	if s.discord == nil {
		return nil, nil
	}
	client, err := discord.New(*s.discord)
	if err != nil {
		return nil, err
	}
	return discord.NewCommunity(client, app.TestClock(store)), nil
}

// discordSetup is the same as what sets it up.
func discordSetup(d *discord.Community) ports.DiscordSetup {
	if d == nil {
		return nil // not one that holds nil
	}
	return d
}

// communityServices are those that people can be let into.
func communityServices(c *circle.Client, d *discord.Community) map[domain.Service]ports.Community {
	all := map[domain.Service]ports.Community{domain.Circle: c}
	if d != nil {
		all[domain.Discord] = d
	}
	return all
}
