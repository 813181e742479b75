package discordtest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// What the token calls refuse with.
var (
	invalidClient = oauthRefusal(401, "invalid_client", "")
	invalidGrant  = oauthRefusal(400, "invalid_grant", `Invalid "code" in request.`)
	invalidForm   = oauthRefusal(400, "invalid_request", "")
	otherGrant    = oauthRefusal(400, "unsupported_grant_type", "")
)

func oauthRefusal(status int, code, text string) Reply {
	return Reply{Status: status, Body: encode(struct {
		Error string `json:"error"`
		Text  string `json:"error_description,omitempty"`
	}{code, text})}
}

// byApp answers what only the application may ask, with its secret in the
// header or in the form.
func (d *Discord) byApp(do func(*Call) Reply) func(*Call) Reply {
	return func(c *Call) Reply {
		if c.Form == nil {
			return invalidForm
		}
		id, secret := c.Form.Get("client_id"), c.Form.Get("client_secret")
		if user, password, ok := (&http.Request{Header: c.Header}).BasicAuth(); ok {
			id, secret = unescaped(user), unescaped(password)
		}
		if id != d.app.ClientID || secret != d.app.ClientSecret {
			return invalidClient
		}
		if f, ok := d.fault(c.Op); ok {
			return d.apply(f, c, func() Reply { return do(c) })
		}
		return do(c)
	}
}

// unescaped undoes what RFC 6749 does to a client's id and secret.
func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

type tokenBody struct {
	Access  string     `json:"access_token"`
	Type    string     `json:"token_type"`
	Expires int64      `json:"expires_in"`
	Refresh string     `json:"refresh_token"`
	Scope   string     `json:"scope"`
	Guild   *guildBody `json:"guild,omitempty"`
}

// token exchanges a code.
func (d *Discord) token(c *Call) Reply {
	if c.Form.Get("grant_type") != "authorization_code" {
		return otherGrant
	}
	code, known := d.codes[c.Form.Get("code")]
	if !known {
		return invalidGrant
	}
	delete(d.codes, code.Code) // whatever comes of it
	switch redirect := c.Form.Get("redirect_uri"); {
	case !d.live(code.ExpiresAt),
		redirect == "", code.RedirectURI != "" && redirect != code.RedirectURI,
		code.Challenge != "" && code.Challenge != s256(c.Form.Get("code_verifier")):
		return invalidGrant
	}
	t := &Token{
		Access: d.mint("at"), UserID: code.UserID, Scopes: slices.Clone(code.Scopes),
		ExpiresAt: d.now().Add(tokenLife), grant: d.minted,
	}
	t.Refresh = d.mint("rt")
	d.tokens[t.Access] = t
	body := tokenBody{t.Access, "Bearer", int64(tokenLife / time.Second), t.Refresh, strings.Join(t.Scopes, " "), nil}
	if g, ok := d.guilds[code.GuildID]; ok && slices.Contains(code.Scopes, "bot") {
		body.Guild = g.body()
	}
	return ok(body)
}

// s256 is the challenge of a verifier.
func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// revoke ends every token of the authorization that one came of. One that is
// unknown is as good as revoked.
func (d *Discord) revoke(c *Call) Reply {
	for _, t := range d.tokens {
		if s := c.Form.Get("token"); s != "" && (t.Access == s || t.Refresh == s) {
			for access, other := range d.tokens {
				if other.grant == t.grant {
					delete(d.tokens, access)
				}
			}
			break
		}
	}
	return ok(struct{}{})
}
