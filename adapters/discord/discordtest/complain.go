package discordtest

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Complaints returns what Discord's documentation forbids and was done, in
// order.
func (d *Discord) Complaints() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.complaints...)
}

// TakeComplaints returns the complaints and forgets them.
func (d *Discord) TakeComplaints() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	taken := d.complaints
	d.complaints = nil
	return taken
}

func (d *Discord) complain(c *Call, format string, args ...any) {
	d.complaints = append(d.complaints, c.Method+" "+c.plainPath()+": "+fmt.Sprintf(format, args...))
}

// plainPath is the path without the query, which is where secrets would be.
func (c *Call) plainPath() string {
	path, _, _ := strings.Cut(c.Path, "?")
	return path
}

var agent = regexp.MustCompile(`^DiscordBot \(https?://[^\s,]+, [^\s)]+\)( .+)?$`)

// inspect complains of a call as it arrives.
func (d *Discord) inspect(c *Call) {
	if ua := c.Header.Get("User-Agent"); !agent.MatchString(ua) {
		d.complain(c, "the User-Agent must be DiscordBot (url, version), and is %q", ua)
	}
	d.inspectAuth(c)
	d.inspectURL(c)
	for _, key := range pausesOf(c) {
		if until := d.pauses[key]; c.At.Before(until) {
			d.complain(c, "sent %s before retry_after has passed", until.Sub(c.At))
			break
		}
	}
	if c.Op != OpToken {
		return
	}
	if code := c.Form.Get("code"); code != "" {
		if d.exchanged[code] {
			d.complain(c, "a code is exchanged a second time")
		}
		d.exchanged[code] = true
	}
}

// inspectAuth complains of who says badly who they are.
func (d *Discord) inspectAuth(c *Call) {
	oauth := c.Op == OpToken || c.Op == OpRevoke
	if oauth && c.Form == nil {
		d.complain(c, "the body must be a form, and is %q", c.Header.Get("Content-Type"))
	}
	switch auth := c.Header.Get("Authorization"); {
	case oauth && (c.Actor == "bot" || c.Actor == "user"):
		d.complain(c, "the application shows its client secret, not a token")
	case oauth && c.Actor == "app", !oauth && (c.Actor == "bot" || c.Actor == "user"):
	case auth == "" && !oauth:
		d.complain(c, "nobody says who is asking")
	case auth != "":
		d.complain(c, "the Authorization header must begin with Bot, Bearer or (for tokens) Basic")
	}
}

// inspectURL complains of secrets in an address, where logs would have them.
func (d *Discord) inspectURL(c *Call) {
	plain, err := url.QueryUnescape(c.Path)
	if err != nil {
		plain = c.Path
	}
	secrets := map[string]string{d.app.BotToken: "the bot's token", d.app.ClientSecret: "the client secret", c.Bearer: "the access token"}
	for code := range d.codes {
		secrets[code] = "a code"
	}
	for code := range d.exchanged {
		secrets[code] = "a code"
	}
	for access, t := range d.tokens {
		secrets[access], secrets[t.Refresh] = "an access token", "a refresh token"
	}
	for s, what := range secrets {
		if len(s) >= 4 && (strings.Contains(c.Path, s) || strings.Contains(plain, s)) {
			d.complain(c, "%s is in the address", what)
		}
	}
}

// pausesOf names the pauses that bind a call: everybody's, the bot's, and its
// bucket's.
func pausesOf(c *Call) []string {
	keys := []string{"everything", c.bucketKey()}
	if c.Actor == "bot" {
		keys = append(keys, "bot")
	}
	return keys
}

// learn remembers what an answer asks of the calls to come.
func (d *Discord) learn(c *Call, r Reply) {
	if r.Status != http.StatusTooManyRequests || r.Closed {
		return
	}
	var body struct {
		RetryAfter float64 `json:"retry_after"`
		Global     bool    `json:"global"`
	}
	key := c.bucketKey()
	err := json.Unmarshal([]byte(r.Body), &body)
	switch {
	case err != nil:
		key = "everything"
	case body.Global || header(r, "X-RateLimit-Bucket") == "":
		key = "bot"
	}
	after, _ := strconv.ParseFloat(header(r, "Retry-After"), 64)
	if body.RetryAfter != 0 {
		after = body.RetryAfter // to the millisecond
	}
	until := d.now().Add(time.Duration(math.Round(after*1e6)) * time.Microsecond)
	if until.After(d.pauses[key]) {
		d.pauses[key] = until
	}
}

// header reads a header however its name is written.
func header(r Reply, name string) string {
	for k, v := range r.Header {
		if http.CanonicalHeaderKey(k) == http.CanonicalHeaderKey(name) && len(v) > 0 {
			return v[0]
		}
	}
	return ""
}
