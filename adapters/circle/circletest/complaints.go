package circletest

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// anyToken stands for all tokens of a caller.
const anyToken = "\x00any"

// patience is how long to wait after a 429 that names no time.
const patience = time.Minute

// complain notes what a well-behaved caller would not have done.
func (c *Circle) complain(call *Call) {
	what := call.Method + " " + c.route(call)
	say := func(format string, args ...any) {
		c.complaints = append(c.complaints, what+": "+fmt.Sprintf(format, args...))
	}
	switch {
	case call.Operation == Forbidden:
		say("must never be called")
	case call.Operation == Unknown:
		say("Circle has no such call")
	}
	if want := scheme[call.Dialect]; want != "" && call.Scheme != want {
		say("the Authorization header must begin with %q, a space and the token; it begins with %q", want, call.Scheme)
	}
	if c.hasSecret(call.Path, call.Token) {
		say("there is a secret in the URL")
	}
	if bareplus(call.Path) {
		say("a + in an e-mail address must be sent as %%2B")
	}
	for _, token := range []string{call.Token, anyToken} {
		if wait := c.early[token].Sub(call.At); wait > 0 {
			say("came %s before it was asked to", wait)
		}
	}
}

// scheme is the word that the token of a dialect comes after.
var scheme = map[Dialect]string{V1: "Token", V2: "Bearer"}

// route is the path of a call without what may be about a person.
func (c *Circle) route(call *Call) string {
	path, _, _ := strings.Cut(call.Path, "?")
	if call.Operation == Unknown {
		return "(some path of " + strconv.Itoa(len(path)) + " bytes)"
	}
	return path
}

// hasSecret looks for every token in a URL, as it is and decoded. A short one
// must be a whole part, since it may be part of a word by chance.
func (c *Circle) hasSecret(path, token string) bool {
	secrets := []string{token}
	for _, t := range c.tokens {
		secrets = append(secrets, t.Secret)
	}
	decoded, err := url.QueryUnescape(path)
	if err != nil {
		decoded = path
	}
	parts := strings.FieldsFunc(path+"&"+decoded, func(r rune) bool { return strings.ContainsRune("/?&=", r) })
	for _, s := range secrets {
		if len(s) >= 8 && (strings.Contains(path, s) || strings.Contains(decoded, s)) {
			return true
		}
		for _, p := range parts {
			if s != "" && p == s {
				return true
			}
		}
	}
	return false
}

// bareplus reports a + in an e-mail address of a query, which arrives as a
// space.
func bareplus(path string) bool {
	_, query, _ := strings.Cut(path, "?")
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		if name, err := url.QueryUnescape(key); err == nil && name == "email" && strings.Contains(value, "+") {
			return true
		}
	}
	return false
}

// limited remembers until when a caller who got this answer has to wait.
func (c *Circle) limited(token string, header http.Header, body string) {
	wait := patience
	if s, err := strconv.Atoi(header.Get("Retry-After")); err == nil {
		wait = time.Duration(s) * time.Second
	}
	if strings.HasPrefix(body, "<") {
		token = anyToken
	}
	c.early[token] = c.now().Add(wait)
}
