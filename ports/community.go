package ports

import (
	"context"

	"github.com/usherhq/usher/domain"
)

// Community lets people into the communities of one service, and takes them out.
// It is called outside of every transaction: what is asked was written down
// before, and what is answered is written down after. It decides nothing: who is
// to be in, and what is done about a refusal, is the domain's.
//
// Every call is safe to repeat. An error is a [*domain.Trouble], and says who
// has to do something; one with Done says that what was asked for is so
// nonetheless. A call waits for nothing: what may not be sent yet is
// [domain.WaitActs] with the time, and was not sent. A call that has no answer
// after a while (10 seconds of the machine's clock) is given up as
// [domain.NobodyActs] with Lost.
type Community interface {
	// Look asks whether somebody is in. A service that cannot be asked answers
	// [domain.CannotTell], without a call.
	Look(context.Context, Door, domain.Subject) (domain.Presence, error)

	// Admit lets somebody in, with these targets. proof is the consent of a
	// person whom the service admits only with it, else empty. What targets are
	// refused may be left out (Missing), if the person gets in without them.
	Admit(ctx context.Context, d Door, who domain.Subject, what domain.Targets, proof Proof) (domain.Admission, error)

	// Give gives one target to somebody who is in; already says that they had
	// it, where the service tells. Somebody who is not in is [domain.CauseLeft].
	Give(ctx context.Context, d Door, who Member, what domain.TargetID) (already bool, err error)

	// Take takes one target away; somebody who has it no more, or is not in any
	// more, is done.
	Take(ctx context.Context, d Door, who Member, what domain.TargetID) error

	// Remove takes somebody out; who is not in is done. What the service refuses
	// without a reason is looked into: [domain.CauseOwner],
	// [domain.CauseMissingPermission], [domain.CauseRoleOrder].
	Remove(ctx context.Context, d Door, who Member) error

	// Check asks how the connection does: whether these targets are there and
	// can be given, and whether those who stood above the bot still do.
	Check(ctx context.Context, d Door, what CheckUp) (CheckedUp, error)

	// Members lists a page of who is in; the first for an empty cursor. A
	// service that does not let us list is [domain.CauseMissingPermission].
	Members(ctx context.Context, d Door, cursor string) (page []MemberSeen, next string, err error)

	// Choices lists the targets that a seller can choose from.
	Choices(context.Context, Door) ([]Choice, error)

	// Leave ends the connection at the service's side: a bot leaves the server.
	// A service with nothing to leave is done.
	Leave(context.Context, Door) error
}

// Door is a community as an adapter gets to it.
type Door struct {
	Connection domain.ConnectionID
	SellerID   domain.SellerID
	Dialect    string // of Circle: v1 or v2
	RemoteID   string // the community
	Secret     string // the seller's token; empty for a service with a bot of its own
	Sweep      bool   // the call is part of a sweep, which gives way to others

	// Counted is called for each request that was sent and counts towards the
	// calls of a month, where the service counts them; nil: nobody asks.
	Counted func()
}

// Member is somebody who is in.
type Member struct {
	Subject domain.Subject
	ID      string // the service's id of the member; empty: not known, or the subject
}

// Proof is a person's own consent to be let in: a token of theirs. It is used
// once and kept nowhere.
type Proof string

// MemberSeen is one of a list of members.
type MemberSeen struct {
	Subject  domain.Subject
	MemberID string
	Name     string
	Targets  domain.Targets
	Listed   bool // Targets counts
}

// Choice is something that a seller can choose, by the service's name of it.
type Choice struct {
	ID   string
	Name string
	// Refused says why it cannot be chosen; empty: it can be.
	Refused string
}

// CheckUp is what a health check is to find out.
type CheckUp struct {
	Kicks    bool           // people will be removed
	Targets  domain.Targets // that are given
	Blockers domain.Targets // roles that stood above the bot's
}

// CheckedUp is what it found.
type CheckedUp struct {
	Name     string // of the community, as it is called now
	Problems []Problem
}

// Problem is one thing that is wrong with a connection.
type Problem struct {
	Cause  domain.Cause
	Target domain.TargetID // that it is about; empty: none
	Name   string          // of the target, or of the permission as the service calls it
}

// CircleSetup finds out what a seller's Circle token is for.
type CircleSetup interface {
	// Detect tries the dialects in turn, or only the one that is named. It
	// answers the dialect that took the token and the communities that it opens:
	// of v2 exactly one.
	Detect(ctx context.Context, token, only string) (dialect string, communities []Choice, err error)
}

// DiscordSetup is the authorization of Discord (RFC 6749 with PKCE, RFC 7636).
type DiscordSetup interface {
	// AuthorizeURL is the address of Discord's page that asks a seller to let
	// the bot in (kind [domain.PassConnect]) or a customer to be let in
	// ([domain.PassJoin]). verifier is the PKCE verifier, of which the page gets
	// the challenge.
	AuthorizeURL(kind domain.PassKind, state, verifier string) string

	// Exchange turns the code of a callback into a token, once: it is never
	// repeated. A seller's answer names the server that was chosen.
	Exchange(ctx context.Context, code, verifier string) (Consent, error)

	// WhoIs asks whose token it is.
	WhoIs(ctx context.Context, token Proof) (Account, error)
}

// Consent is what somebody agreed to at a service.
type Consent struct {
	Token      Proof
	Scopes     string // apart by blanks
	ServerID   string // of a seller's; empty: none was chosen
	ServerName string
}

// Account is an account of a service.
type Account struct {
	ID   domain.Subject
	Name string
}
