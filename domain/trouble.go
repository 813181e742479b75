package domain

import (
	"slices"
	"strings"
	"time"
)

// Cause says why somebody is not where they should be. Causes are machine
// readable and permanent.
type Cause string

// The causes.
const (
	CauseNone              Cause = ""
	CauseBanned            Cause = "banned"             // the server has banned the account
	CauseBotMissing        Cause = "bot_missing"        // the bot is not in the server, or the server is gone
	CauseBotTokenInvalid   Cause = "bot_token_invalid"  // the service does not know the bot's own token
	CauseCloudflareBan     Cause = "cloudflare_ban"     // this address asked for what was refused too often
	CauseEmailInvalid      Cause = "email_invalid"      // the address is refused
	CauseGaveUp            Cause = "gave_up"            // it was tried for three days
	CauseJoinLink          Cause = "join_link"          // the customer has to click
	CauseLeft              Cause = "left"               // the person is not in any more, by whoever's doing
	CauseMemberLimit       Cause = "member_limit"       // the community's plan is full
	CauseMissingPermission Cause = "missing_permission" // the bot lacks a permission
	CauseOwner             Cause = "owner"              // the member owns the server
	CausePlan              Cause = "plan"               // the community's plan has no API
	CauseProofRefused      Cause = "proof_refused"      // the customer's consent was not accepted; a fresh click is enough
	CauseQuotaLow          Cause = "quota_low"          // four fifths of the month's calls are used
	CauseRateLimited       Cause = "rate_limited"       // asked too often
	CauseRefused           Cause = "refused"            // the service takes the request for a mistake of ours
	CauseRemovalRefused    Cause = "removal_refused"    // the service refuses the removal for a reason of its own
	CauseRemovedOutside    Cause = "removed_outside"    // taken out by hand; not let in again
	CauseRoleOrder         Cause = "role_order"         // the bot's role is not above the member's
	CauseRoleRefused       Cause = "role_refused"       // the person came in, a role was refused
	CauseSecretUnreadable  Cause = "secret_unreadable"  // the stored token does not open
	CauseServerFull        Cause = "server_full"        // the server has no place left
	CauseTargetMissing     Cause = "target_missing"     // the role or space group is gone
	CauseTokenInvalid      Cause = "token_invalid"      // the service does not accept the seller's token
	CauseTooManyServers    Cause = "too_many_servers"   // the account is in as many servers as it may be
	CauseAccountLimited    Cause = "account_limited"    // the service limits the account
	CauseUnreachable       Cause = "unreachable"        // no answer, or one that cannot be read
)

// Health returns what a cause says of the whole connection; [HealthOK]: nothing.
func (c Cause) Health() Health {
	switch c {
	case CauseBotMissing:
		return HealthBotMissing
	case CauseTokenInvalid, CausePlan, CauseSecretUnreadable:
		return HealthTokenInvalid
	case CauseMissingPermission, CauseRoleOrder, CauseTargetMissing, CauseRoleRefused:
		return HealthWarning
	}
	return HealthOK
}

// Party is who has to do something about a [Trouble].
type Party string

// The parties.
const (
	NobodyActs   Party = "nobody"     // it is tried again, later each time
	WaitActs     Party = "wait"       // it is tried again at its time; this was no try
	CustomerActs Party = "customer"   // the person who would be let in
	SellerActs   Party = "seller"     // who has the community
	OperatorActs Party = "operator"   // who runs this server: nothing of the service works
	NobodyCan    Party = "nobody_can" // it stays as it is
)

// Trouble is how a community's service refused. It is an error, and names no
// person, token or address.
type Trouble struct {
	Party   Party
	Cause   Cause
	TryAt   time.Time     // for [WaitActs]: not before then (business time); zero: as soon as it suits
	Spread  time.Duration // and within so long after it, so that not all come at once
	Done    bool          // what was asked for is so nonetheless: who was to be removed is not in
	Blocker TargetID      // of [CauseRoleOrder]: the role that stands above the bot's
	Detail  string        // for operators: status and code, "403 50013"; what a permission is called
	Lost    bool          // nobody knows whether it was done
}

// Error says what is known for operators.
func (t *Trouble) Error() string {
	s := "community: " + string(t.Cause)
	if t.Detail != "" {
		s += " (" + t.Detail + ")"
	}
	return s
}

// Tries of what failed: 5 seconds after the first, twice as long after each
// that follows, at most 6 hours, for 3 days.
const (
	firstRetry   = 5 * time.Second
	longestRetry = 6 * time.Hour
	triesLast    = 3 * 24 * time.Hour
	longWait     = 15 * time.Minute // for who runs the server to mend something
	shortWait    = time.Second      // for what may not be sent yet, and goes soon
)

// retryAt returns when to try again after so many tries, and false if it was
// tried for long enough. share, from 0 to 1, is which part of the wait is
// waited: chance's, so that those who failed together do not come together.
func retryAt(tries int, since, at time.Time, share float64) (time.Time, bool) {
	wait := min(firstRetry<<min(max(tries-1, 0), 16), longestRetry)
	next := at.Add(time.Duration(float64(wait) * share))
	return next, next.Sub(since) <= triesLast
}

// Causes is a set of causes, in alphabetical order, apart by one blank.
type Causes string

// Has reports whether c is in the set.
func (s Causes) Has(c Cause) bool { return slices.Contains(strings.Fields(string(s)), string(c)) }

// With returns the set with c in it.
func (s Causes) With(c Cause) Causes {
	all := append(strings.Fields(string(s)), string(c))
	slices.Sort(all)
	return Causes(strings.Join(slices.Compact(all), " "))
}

// Without returns the set without c.
func (s Causes) Without(c Cause) Causes {
	all := slices.DeleteFunc(strings.Fields(string(s)), func(x string) bool { return x == string(c) })
	return Causes(strings.Join(all, " "))
}
