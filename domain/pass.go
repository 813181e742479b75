package domain

import "time"

// PassKind is what a pass is for.
type PassKind string

// The kinds of pass. The states of an authorization are used once and live ten
// minutes; so does a link that opens a session, which lives half a day.
const (
	PassConnect PassKind = "connect_server" // state of a seller who connects a Discord server
	PassJoin    PassKind = "join"           // state of a customer who joins one
	PassSwitch  PassKind = "switch"         // the same, for another account than the one that has the claim
	PassLink    PassKind = "admin_link"     // opens a session of a seller's
	PassSession PassKind = "session"        // a seller at their pages
)

// Lives returns how long a pass of the kind lives.
func (k PassKind) Lives() time.Duration {
	if k == PassSession {
		return 12 * time.Hour
	}
	return 10 * time.Minute
}

// Once reports whether a pass of the kind is used up by its first use.
func (k PassKind) Once() bool { return k != PassSession }

// Pass is a secret that is good for a while: only its digest is kept. The state
// of an authorization is bound to the browser that it was made for (RFC 6749,
// section 10.12).
type Pass struct {
	Digest    Digest
	Kind      PassKind
	SellerID  SellerID
	ClaimID   ClaimID // for PassJoin
	Browser   Digest  // of the secret in the browser's cookie; the zero value: not bound to one
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero: not used yet
}

// NewPass returns the pass of a secret.
func NewPass(k PassKind, secret string, seller SellerID, at time.Time) Pass {
	at = Instant(at)
	return Pass{Digest: DigestOf(secret), Kind: k, SellerID: seller, CreatedAt: at, ExpiresAt: at.Add(k.Lives())}
}

// Use returns the pass as used. What is of another kind or browser is
// [ErrPassNotFound], so that nobody learns that it is there; what was used up or
// is too old is [ErrPassSpent].
func (p Pass) Use(k PassKind, browser Digest, at time.Time) (Pass, error) {
	switch {
	case p.Kind != k || p.Browser != (Digest{}) && p.Browser != browser:
		return p, ErrPassNotFound
	case !p.UsedAt.IsZero() && k.Once(), at.After(p.ExpiresAt):
		return p, ErrPassSpent
	case p.UsedAt.IsZero():
		p.UsedAt = Instant(at)
	}
	return p, nil
}
