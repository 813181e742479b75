package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// The numbers that usher exits with. They are permanent.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitNotFound    = 3
	exitForbidden   = 4
	exitConflict    = 5
	exitUnreachable = 6 // could not reach or open something
	exitDoubtful    = 7 // all was done, and something wants attention
	exitInterrupted = 130
)

// exitOf has the number for each kind of refusal.
var exitOf = map[domain.Kind]int{
	domain.Internal:        exitFailed,
	domain.Invalid:         exitUsage,
	domain.NotFound:        exitNotFound,
	domain.Conflict:        exitConflict,
	domain.Precondition:    exitFailed,
	domain.Declined:        exitFailed,
	domain.Unauthenticated: exitForbidden,
	domain.Forbidden:       exitForbidden,
	domain.Unavailable:     exitUnreachable,
}

// hints say what to do about a refusal, by its code.
var hints = map[string]string{
	domain.ErrSellerNotFound.Code:     `"usher sellers list" shows the sellers`,
	domain.ErrProductNotFound.Code:    `"usher products list" shows the products`,
	domain.ErrVariantNotFound.Code:    `"usher products variants PRODUCT" shows the variants`,
	domain.ErrPurchaseNotFound.Code:   `"usher purchases list" shows the purchases`,
	domain.ErrTokenNotFound.Code:      `"usher tokens list" shows the access tokens`,
	domain.ErrLicenseNotFound.Code:    "it may be another seller's, or have been replaced by a new key",
	domain.ErrLicenseDisabled.Code:    `"usher licenses enable" lets it verify again`,
	domain.ErrAccessRevoked.Code:      `"usher purchases unrevoke PURCHASE" gives access back`,
	domain.ErrPermalinkTaken.Code:     "choose another one",
	domain.ErrNotLicensed.Code:        `"usher products edit PRODUCT --licensed" switches license keys on`,
	domain.ErrNoSeats.Code:            "give the product --kind membership and --licensed",
	domain.ErrNotForSale.Code:         `"usher products edit PRODUCT --published" puts it on sale`,
	domain.ErrMembershipNotFound.Code: `"usher purchases list" shows the purchases; one that renews names its membership`,
	domain.ErrPaymentNotFound.Code:    `"usher payments list --purchase PURCHASE" shows the payments`,
	domain.ErrSeatNotFound.Code:       `"usher seats list MEMBERSHIP" shows the seats`,
	domain.ErrSeatTaken.Code:          `"usher seats list MEMBERSHIP" shows who has one`,
	domain.ErrSeatClaimed.Code:        `"usher seats revoke SEAT" frees it`,
	domain.ErrSeatRevoked.Code:        `"usher seats assign MEMBERSHIP --email EMAIL" names somebody for a free one`,
	domain.ErrSeatsAssigned.Code:      `"usher seats revoke SEAT" frees one`,
	domain.ErrNoSeatAvailable.Code:    `"usher memberships change MEMBERSHIP --seats N" buys more, "usher seats revoke SEAT" frees one`,
	domain.ErrMailNotFound.Code:       `"usher mail list" shows the mails`,
	domain.ErrJobNotFound.Code:        `"usher jobs list" shows what was given up`,
	domain.ErrNoTestClock.Code:        `"usher demo" has one, and "usher serve --test-clock now" makes a data folder with one`,
	domain.ErrChargedElsewhere.Code:   `"usher purchases report MEMBERSHIP ..." records what became of it`,
	domain.ErrQuoteStale.Code:         `"usher memberships quote", or "usher purchases quote", makes a new one`,
	domain.ErrQuoteExpired.Code:       `"usher memberships quote", or "usher purchases quote", makes a new one`,
	domain.ErrNotActive.Code:          `"usher memberships restart MEMBERSHIP" begins a new period`,
	domain.ErrCancelScheduled.Code:    `"usher memberships uncancel MEMBERSHIP" takes it back`,
	domain.ErrPaymentOverdue.Code:     `"usher memberships pay MEMBERSHIP" pays it`,
	domain.ErrHeld.Code:               `"usher hold --show" says why, and "usher hold --lift" lets charges go on`,
	domain.ErrConnectionNotFound.Code: `"usher communities list" shows the communities`,
	domain.ErrAttachmentNotFound.Code: `"usher communities attach PRODUCT --connection CONNECTION" attaches it`,
	domain.ErrClaimNotFound.Code:      `"usher communities people" shows who is let in`,
	domain.ErrNotConfigured.Code:      "set Discord up with --discord-client-id and its secrets",
	domain.ErrWrongSecret.Code:        "give the secrets that this database was made with: USHER_SECRETS or --secrets-file",

	domain.ErrApplicationNotFound.Code: `"usher tokens applications list" shows the applications`,
}

// fault is a failure as a person or a program is told about it.
type fault struct {
	exit  int
	Code  string `json:"code"` // stable
	Msg   string `json:"message"`
	Field string `json:"field"` // the input at fault, if one is
	Hint  string `json:"hint"`  // what to do, if usher knows
}

// Error returns the sentence with its field.
func (f *fault) Error() string {
	if f.Field != "" {
		return f.Field + ": " + f.Msg
	}
	return f.Msg
}

// wrongUse is a fault of the command line itself.
func wrongUse(field, msg, hint string) error {
	return &fault{exitUsage, "usage", msg, field, hint}
}

// cannotOpen is a fault of something that is not there or not to be had.
func cannotOpen(msg, hint string) error {
	return &fault{exitUnreachable, "cannot_open", msg, "", hint}
}

// describe says what any error is to the caller of a command.
func describe(err error) *fault {
	if f, ok := errors.AsType[*fault](err); ok {
		return f
	}
	if errors.Is(err, errInterrupted) || errors.Is(err, context.Canceled) {
		return &fault{exitInterrupted, "interrupted", "interrupted", "", ""}
	}
	if p, ok := errors.AsType[*kong.ParseError](err); ok {
		if isAbout(p.Context, "licenses") && strings.HasPrefix(p.Error(), "unexpected argument") {
			return errKeyAsArgument
		}
		if isAbout(p.Context, "connect-circle") && strings.HasPrefix(p.Error(), "unexpected argument") {
			return errTokenAsArgument
		}
		name := "usher"
		if p.Context != nil && p.Context.Selected() != nil {
			name = p.Context.Selected().FullPath()
		}
		return &fault{exitUsage, "usage", p.Error(), "", fmt.Sprintf("%q says more", name+" --help")}
	}
	e, ok := errors.AsType[*domain.Error](err)
	if !ok {
		return &fault{exitFailed, domain.CodeOf(err), err.Error(), "", ""}
	}
	f := &fault{exitOf[e.Kind], e.Code, e.Msg, e.Field, hints[e.Code]}
	if e.Err != nil {
		f.Msg += ": " + e.Err.Error()
	}
	if line, ok := errors.AsType[*app.LineError](err); ok {
		f.Msg, f.Field = strings.TrimPrefix(line.Error(), "usher: "), ""
		if e.Kind == domain.Invalid {
			f.exit = exitFailed // the command was right, the file is not
		}
	}
	return f
}

// isAbout reports whether the command line names that command, or one below it.
func isAbout(k *kong.Context, command string) bool {
	return k != nil && slices.ContainsFunc(k.Path, func(p *kong.Path) bool {
		return p.Command != nil && p.Command.Name == command
	})
}

// ended is the end of a command that has said itself what there is to say.
type ended int

// Error returns the number.
func (e ended) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// fail reports err, if it is one, and returns the number to exit with.
func (c *call) fail(err error) int {
	if err == nil {
		return exitOK
	}
	if e, ok := errors.AsType[ended](err); ok {
		return int(e)
	}
	if c.ctx != nil && c.ctx.Err() != nil && domain.KindOf(err) == domain.Internal {
		if _, own := errors.AsType[*fault](err); !own {
			err = context.Cause(c.ctx) // whatever else it says, this is why
		}
	}
	f := describe(err)
	if c.json {
		c.encode(struct {
			Success bool   `json:"success"`
			Error   *fault `json:"error"`
		}{false, f})
		return f.exit
	}
	c.say("usher: %s", f.Error())
	if f.Hint != "" {
		c.say("  %s", f.Hint)
	}
	return f.exit
}

// asksForJSON finds --json in arguments that may not parse.
func asksForJSON(args []string) bool {
	for _, a := range args {
		switch a {
		case "--json", "--jsonl", "--json=true", "--jsonl=true":
			return true
		case "--":
			return false
		}
	}
	return false
}

// encode prints v as one line of JSON.
func (c *call) encode(v any) {
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // a reader that went away is no fault of the command
}
