package domain

import (
	"strings"
	"time"
)

// Service is a service that hosts communities.
type Service string

// The services.
const (
	Circle  Service = "circle"  // admits by invitation to an e-mail address
	Discord Service = "discord" // admits who presses Join, with a token of theirs
)

// Services returns every service.
func Services() []Service { return []Service{Circle, Discord} }

// Invites reports whether the service admits people without their doing: else
// somebody who is not in has to come and join.
func (s Service) Invites() bool { return s == Circle }

// Subject is what a service knows a person by: the e-mail address that Circle
// invited, the id of a Discord account. Empty: nobody is known yet.
type Subject string

// Health is how a connection does.
type Health string

// The healths. Of bot_missing and token_invalid nothing can be asked: the
// connection waits for its seller.
const (
	HealthOK           Health = "ok"
	HealthWarning      Health = "warning"       // works, but something that it will need is refused
	HealthBotMissing   Health = "bot_missing"   // the bot is not in the server, or the server is gone
	HealthTokenInvalid Health = "token_invalid" // the service does not accept the token, or the plan has no API
)

// Connection is a seller's link to one community: a Circle community or a
// Discord server. Another community is another connection.
type Connection struct {
	ID          ConnectionID
	SellerID    SellerID
	Service     Service
	Dialect     string   // of Circle: v1 or v2, which its token is for
	RemoteID    string   // the service's id of the community; empty: its seller has not chosen yet
	Name        string   // of the community
	Account     string   // name of the account that connected it
	AccountID   Subject  // that account, which is never taken out
	Target      TargetID // the space group of attachments that name none; empty: there is none
	MembersOnly bool     // also who was there before usher is removed in the end
	Quota       int64    // calls a month that the plan allows; 0: not known
	SecretEnd   string   // the last four characters of its token; empty: it has none
	SecretSetAt time.Time
	Health      Health
	Causes      Causes    // what is wrong, and its seller was told of
	CheckedAt   time.Time // zero: never
	Leaving     Leaving   // what becomes of who is in, once it is being disconnected; empty: it is not
	BotLeaves   bool      // the bot leaves the server at the end of that
	CreatedAt   time.Time
	ClosedAt    time.Time // when it was disconnected; zero: it is connected
}

// Paused reports whether nothing can be asked of the community until its seller
// has done something.
func (c Connection) Paused() bool {
	return c.Health == HealthBotMissing || c.Health == HealthTokenInvalid
}

// Ail returns the connection with something wrong, and whether its seller was
// not told of that yet: of each cause they are told once, until it is mended.
func (c Connection) Ail(cause Cause) (Connection, bool) {
	fresh := !c.Causes.Has(cause)
	c.Causes = c.Causes.With(cause)
	if h := cause.Health(); h != HealthOK && !c.Paused() {
		c.Health = h
	}
	return c, fresh
}

// Checked returns the connection as a check found it, with those causes, and
// whether it is no longer paused.
func (c Connection) Checked(found []Cause, at time.Time) (checked Connection, resumed bool) {
	was := c.Paused()
	c.Health, c.CheckedAt = HealthOK, Instant(at)
	told := c.Causes
	c.Causes = ""
	for _, cause := range found {
		c, _ = c.Ail(cause)
		if !told.Has(cause) {
			c.Causes = c.Causes.Without(cause) // to be told
		}
	}
	return c, was && !c.Paused()
}

// cause is why the connection is paused.
func (c Connection) cause() Cause {
	for _, cause := range []Cause{CauseSecretUnreadable, CausePlan, CauseTokenInvalid, CauseBotMissing} {
		if c.Causes.Has(cause) {
			return cause
		}
	}
	if c.Health == HealthBotMissing {
		return CauseBotMissing
	}
	return CauseTokenInvalid
}

// QuotaLow reports whether four fifths of the month's calls are used: then the
// seller is told.
func (c Connection) QuotaLow(used int64) bool { return c.Quota > 0 && used*5 >= c.Quota*4 }

// QuotaSpent reports whether only the last tenth of the month's calls is left: it
// is kept for those who pay, or pay no more.
func (c Connection) QuotaSpent(used int64) bool { return c.Quota > 0 && used*10 >= c.Quota*9 }

// Open reports whether it is connected, and is not being disconnected.
func (c Connection) Open() bool { return c.ClosedAt.IsZero() && c.Leaving == "" }

// Check refuses a connection whose fields break a rule of form, naming the field.
func (c Connection) Check() error {
	if err := first(checkID("id", string(c.ID)), checkID("seller", string(c.SellerID))); err != nil {
		return err
	}
	switch c.Service {
	case Circle:
		if c.Dialect != "v1" && c.Dialect != "v2" {
			return InvalidField("dialect", "must be v1 or v2")
		}
	case Discord:
		if c.Dialect != "" || c.RemoteID == "" {
			return InvalidField("server", "a Discord connection is one to a server, and has no dialect")
		}
	default:
		return InvalidField("service", "must be circle or discord")
	}
	switch c.Health {
	case HealthOK, HealthWarning, HealthBotMissing, HealthTokenInvalid:
	default:
		return InvalidField("health", "must be ok, warning, bot_missing or token_invalid")
	}
	switch {
	case c.Quota < 0:
		return InvalidField("quota", "must not be negative; 0 is unknown")
	case len(c.SecretEnd) > 4:
		return InvalidField("secret", "at most its last four characters are shown")
	case c.CreatedAt.IsZero():
		return InvalidField("created_at", "is missing")
	case !c.Leaving.known():
		return InvalidField("leaving", "must be keep, keep_until_end or remove")
	}
	return first(checkText("name", c.Name, 500), checkText("account", c.Account, 500),
		checkText("community", c.RemoteID, maxIDInBytes), checkText("account", string(c.AccountID), maxIDInBytes), checkText("target", string(c.Target), maxIDInBytes))
}

// Leaving is what becomes of the people who are in when their seller detaches or
// disconnects a community. The zero value: it stays.
type Leaving string

// The ways to leave.
const (
	KeepMembers   Leaving = "keep"           // they stay, and usher forgets that it let them in
	KeepUntilEnd  Leaving = "keep_until_end" // they stay until what they paid for ends
	RemoveMembers Leaving = "remove"         // they are removed now
)

func (l Leaving) known() bool {
	return l == "" || l == KeepMembers || l == KeepUntilEnd || l == RemoveMembers
}

// SecretEnd returns what may be shown of a secret: its last four characters, and
// nothing of one so short that they would be half of it.
func SecretEnd(secret string) string {
	if s := strings.TrimSpace(secret); len(s) >= 8 {
		return s[len(s)-4:]
	}
	return ""
}
