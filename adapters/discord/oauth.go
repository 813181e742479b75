package discord

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
)

// Permissions that the bot is asked for: Manage Roles, Kick Members, Create
// Invite.
const Permissions = ManageRoles | KickMembers | CreateInvite

// AccessToken is a person's, used once and dropped. It prints as nothing that
// could be used.
type AccessToken string

// String hides it.
func (AccessToken) String() string { return "[access token]" }

// GoString hides it.
func (AccessToken) GoString() string { return "[access token]" }

// MarshalText hides it.
func (AccessToken) MarshalText() ([]byte, error) { return []byte("[access token]"), nil }

// LogValue hides it.
func (AccessToken) LogValue() slog.Value { return slog.StringValue("[access token]") }

// Grant is what a code was worth.
type Grant struct {
	Token  AccessToken
	Scopes []string
	Guild  *GrantedGuild // the server that the bot was added to; nil: none was
}

// GrantedGuild is a server as a token's answer names it.
type GrantedGuild struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	OwnerID string `json:"owner_id"`
}

// ConnectURL is where a seller agrees that the bot joins a server of theirs.
// state and verifier are one use's secrets; the verifier stays here.
func (c *Client) ConnectURL(state, verifier string) string {
	return c.authorizeURL("bot identify", state, verifier, url.Values{"permissions": {Permissions.String()}})
}

// ReconnectURL is the same for one server, which the seller cannot change.
func (c *Client) ReconnectURL(state, verifier, guild string) string {
	return c.authorizeURL("bot identify", state, verifier, url.Values{
		"permissions": {Permissions.String()}, "guild_id": {guild}, "disable_guild_select": {"true"},
	})
}

// JoinURL is where a customer agrees to be let into a server.
func (c *Client) JoinURL(state, verifier string) string {
	return c.authorizeURL("identify guilds.join", state, verifier, url.Values{})
}

func (c *Client) authorizeURL(scope, state, verifier string, q url.Values) string {
	q.Set("response_type", "code")
	q.Set("client_id", c.cfg.ClientID)
	q.Set("scope", scope)
	q.Set("redirect_uri", c.cfg.RedirectURI)
	q.Set("state", state)
	q.Set("code_challenge", Challenge(verifier))
	q.Set("code_challenge_method", "S256")
	return c.cfg.AuthorizeURL + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// Challenge is a verifier's, as RFC 7636 makes it with S256.
func Challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Exchange exchanges a code, which is good once: whatever comes of it, the same
// code must not be sent again, unless the error says that it was not Sent.
func (c *Client) Exchange(ctx context.Context, code, verifier string) (Grant, error) {
	q := request{
		op: opExchange, method: http.MethodPost, path: "/oauth2/token", by: app, hidden: []string{code, verifier},
		form: url.Values{
			"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {c.cfg.RedirectURI}, "code_verifier": {verifier},
		},
	}
	var said struct {
		Access string        `json:"access_token"`
		Type   string        `json:"token_type"`
		Scope  string        `json:"scope"`
		Guild  *GrantedGuild `json:"guild"`
	}
	status, err := c.call(ctx, q, &said)
	if err != nil {
		return Grant{}, err
	}
	if said.Access == "" || !strings.EqualFold(said.Type, "bearer") || said.Guild != nil && !snowflake(said.Guild.ID) {
		return Grant{}, c.broken(&q, &answer{status: status})
	}
	return Grant{AccessToken(said.Access), strings.Fields(said.Scope), said.Guild}, nil
}

// Revoke ends a token and all others of its authorization. Twice is once.
func (c *Client) Revoke(ctx context.Context, t AccessToken) error {
	_, err := c.call(ctx, request{
		op: opRevoke, method: http.MethodPost, path: "/oauth2/token/revoke", by: app, hidden: []string{string(t)},
		form: url.Values{"token": {string(t)}, "token_type_hint": {"access_token"}},
	}, nil)
	return err
}
