package domain

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"
)

// Token is an access token: it lets a program act for its seller, within its
// scopes; or its holder for one sale, with what hangs on it; or somebody take
// the seat that they were invited to. Its secret is shown once and kept as a
// digest.
type Token struct{ s TokenState }

// TokenState is a Token at rest.
type TokenState struct {
	ID         TokenID
	SellerID   SellerID
	Name       string // what the seller calls it; empty on one that is no seller's
	Digest     Digest
	Scopes     Scopes     // of a seller's; empty on any other
	PurchaseID PurchaseID // the sale that it opens, and its membership
	SeatID     SeatID     // the seat that it invites to
	CreatedAt  time.Time
	RevokedAt  time.Time // zero: live. Only an invitation expires, see [Token.Invites].

	ApplicationID ApplicationID // that it was given to; empty: its seller made it
}

// Digest is the SHA-256 of a secret of 256 random bits, which no guess finds.
type Digest [sha256.Size]byte

// DigestOf returns the digest of a secret.
func DigestOf(secret string) Digest { return sha256.Sum256([]byte(secret)) }

// Scope is one thing that a token may do.
type Scope string

// The scopes, as sellers of the API that usher is compatible with know them.
const (
	ViewPublic          Scope = "view_public"
	EditProducts        Scope = "edit_products"
	ViewSales           Scope = "view_sales"
	MarkSalesAsShipped  Scope = "mark_sales_as_shipped"
	RefundSales         Scope = "refund_sales"
	ViewProfile         Scope = "view_profile"
	ViewPayouts         Scope = "view_payouts"
	AccountScope        Scope = "account" // everything
	maxTokenNameInBytes       = 200
	invitationFor             = 7 * 24 * time.Hour
)

var scopes = []Scope{AccountScope, EditProducts, MarkSalesAsShipped, RefundSales, ViewPayouts, ViewProfile, ViewPublic, ViewSales}

// AllScopes returns every scope, in alphabetical order.
func AllScopes() []Scope { return slices.Clone(scopes) }

// Scopes is a set of scopes: their names in alphabetical order, apart by one
// blank (RFC 6749, section 3.3).
type Scopes string

// MakeScopes makes the set; at least one is needed, and only known ones count.
func MakeScopes(of ...Scope) (Scopes, error) {
	var names []string
	for _, s := range scopes {
		if slices.Contains(of, s) {
			names = append(names, string(s))
		}
	}
	for _, s := range of {
		if !slices.Contains(scopes, s) {
			return "", InvalidField("scopes", "no scope is called "+string(s)+"; there are "+listed(scopes))
		}
	}
	if len(names) == 0 {
		return "", InvalidField("scopes", "at least one is needed, of "+listed(scopes))
	}
	return Scopes(strings.Join(names, " ")), nil
}

// All returns the scopes, in alphabetical order.
func (s Scopes) All() []Scope {
	var all []Scope
	for _, name := range strings.Fields(string(s)) {
		all = append(all, Scope(name))
	}
	return all
}

// Has reports whether the set allows s; [AccountScope] allows everything.
func (s Scopes) Has(scope Scope) bool {
	have := strings.Fields(string(s))
	return slices.Contains(have, string(scope)) || slices.Contains(have, string(AccountScope))
}

// NewToken returns a token for that secret, which the caller shows once.
func NewToken(id TokenID, seller SellerID, name, secret string, of Scopes, at time.Time) (*Token, error) {
	if strings.TrimSpace(name) == "" {
		return nil, InvalidField("name", "is missing")
	}
	if err := checkText("name", name, maxTokenNameInBytes); err != nil {
		return nil, err
	}
	return &Token{TokenState{ID: id, SellerID: seller, Name: name, Digest: DigestOf(secret), Scopes: of, CreatedAt: at}}, nil
}

// RestoreToken returns the Token that s describes.
func RestoreToken(s TokenState) *Token { return &Token{s} }

// State returns t at rest.
func (t *Token) State() TokenState { return t.s }

// Revoke ends the token at once. Twice is once.
func (t *Token) Revoke(at time.Time) {
	if t.s.RevokedAt.IsZero() {
		t.s.RevokedAt = at
	}
}

// NewSaleToken returns the token of a sale's own buyer, for that secret.
func NewSaleToken(id TokenID, p PurchaseState, secret string, at time.Time) *Token {
	return &Token{TokenState{ID: id, SellerID: p.SellerID, PurchaseID: p.ID, Digest: DigestOf(secret), CreatedAt: at}}
}

// NewInvitation returns the token that lets whoever has the secret claim a seat.
func NewInvitation(id TokenID, s Seat, secret string, at time.Time) *Token {
	return &Token{TokenState{ID: id, SellerID: s.SellerID, SeatID: s.ID, Digest: DigestOf(secret), CreatedAt: at}}
}

// Opens reports whether the token is the buyer's own of that sale, and live.
func (t *Token) Opens(id PurchaseID) bool {
	return id != "" && t.s.PurchaseID == id && t.s.RevokedAt.IsZero()
}

// Invites returns the seat that the token invites to, and false if it is no
// invitation, or is revoked or older than seven days: long enough for a weekend.
func (t *Token) Invites(at time.Time) (SeatID, bool) {
	return t.s.SeatID, t.s.SeatID != "" && t.s.RevokedAt.IsZero() && at.Before(t.s.CreatedAt.Add(invitationFor))
}

// Allow refuses a token that is revoked or no seller's with [ErrUnauthenticated]
// and one with none of the scopes with [ErrForbidden].
func (t *Token) Allow(scopes ...Scope) error {
	if !t.s.RevokedAt.IsZero() || t.s.Scopes == "" {
		return ErrUnauthenticated
	}
	if !slices.ContainsFunc(scopes, t.s.Scopes.Has) {
		return ErrForbidden
	}
	return nil
}

// Check refuses a token whose fields break a rule of form, naming the field.
func (s TokenState) Check() error {
	err := first(checkID("id", string(s.ID)), checkID("seller", string(s.SellerID)), checkText("name", s.Name, maxTokenNameInBytes))
	if err != nil {
		return err
	}
	if s.Scopes == "" {
		return s.checkHolder()
	}
	if s.PurchaseID != "" || s.SeatID != "" {
		return InvalidField("scopes", "belong to a seller's token, and to no other")
	}
	if strings.TrimSpace(s.Name) == "" {
		return InvalidField("name", "is missing")
	}
	if s.Digest == (Digest{}) {
		return InvalidField("digest", "is missing")
	}
	if s.CreatedAt.IsZero() {
		return first(s.Scopes.check(), InvalidField("created_at", "is missing"))
	}
	return s.Scopes.check()
}

// check refuses what [MakeScopes] does not make.
func (s Scopes) check() error {
	made, err := MakeScopes(s.All()...)
	if err == nil && made != s {
		err = InvalidField("scopes", "must be in alphabetical order, each once")
	}
	return err
}

// checkHolder checks a token that is no seller's.
func (s TokenState) checkHolder() error {
	switch {
	case (s.PurchaseID != "") == (s.SeatID != ""):
		return InvalidField("scopes", "at least one is needed, or a sale, or a seat")
	case s.ApplicationID != "":
		return InvalidField("application", "has a seller's tokens only")
	case s.Name != "":
		return InvalidField("name", "belongs to a seller's token, and to no other")
	case s.Digest == (Digest{}):
		return InvalidField("digest", "is missing")
	case s.CreatedAt.IsZero():
		return InvalidField("created_at", "is missing")
	}
	return first(checkText("purchase", string(s.PurchaseID), maxIDInBytes), checkText("seat", string(s.SeatID), maxIDInBytes))
}
