package discord

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
)

// Class says what came of a call that failed.
type Class string

// The classes.
const (
	Held     Class = "held"      // it was not sent: the limiter says not now
	Invalid  Class = "invalid"   // it was not sent: it names what is no id
	NoAnswer Class = "no_answer" // the connection failed, or the deadline passed
	Refused  Class = "refused"   // Discord said no, in JSON
	HTML     Class = "html"      // something before Discord answered
	Broken   Class = "broken"    // an answer that cannot be read
)

// Error is a call that failed. It shows no secret.
type Error struct {
	Op    string // "kick", "exchange", …
	Class Class
	Sent  bool // false: it surely never left

	Status    int    // of HTTP; 0: no answer
	Code      int    // Discord's; 0: none
	OAuth     string // a token call's error, such as "invalid_grant"
	Message   string // what Discord said, for operators
	RequestID string // to quote to Discord's support

	RetryAfter time.Duration // until it may be sent (again); 0: nobody said
	Scope      string        // of a limit: "user", "shared", "global"
	Global     bool          // it is the bot's limit
	Bucket     string

	Err error // what the network said

	by   actor
	hold domain.Cause // why it was held
}

// Error says what happened, for operators.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "discord: %s: ", e.Op)
	switch e.Class {
	case Held:
		fmt.Fprintf(&b, "not sent (%s)", e.hold)
	case Invalid:
		b.WriteString("not sent: no id of Discord's")
	case NoAnswer:
		b.WriteString("no answer")
	default:
		fmt.Fprintf(&b, "%s, status %d", e.Class, e.Status)
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, ", code %d", e.Code)
	}
	for _, s := range []string{e.OAuth, e.Message} {
		if s != "" {
			fmt.Fprintf(&b, ", %q", s)
		}
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, ", request %s", e.RequestID)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, ", not for %s", e.RetryAfter)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap returns what the network said.
func (e *Error) Unwrap() error { return e.Err }

// code reports Discord's code of an error that is one; 0: none.
func code(err error) int {
	if e, ok := errors.AsType[*Error](err); ok && e.Class == Refused {
		return e.Code
	}
	return 0
}

// maxMessage is how many letters of Discord's text are kept.
const maxMessage = 200

// The codes of Discord that mean something here.
const (
	codeUnknownGuild   = 10004
	codeUnknownMember  = 10007
	codeUnknownRole    = 10011
	codeUnknownUser    = 10013
	codeTooManyGuilds  = 30001
	codeGuildFull      = 30019
	codeBanned         = 40007
	codeMissingAccess  = 50001
	codeMissingPerms   = 50013
	codeBadAccessToken = 50025
	codeMissingScope   = 50026
	codeNeeds2FA       = 60003
	codeOverloaded     = 130000
	codeAccountLimited = 340015
)
