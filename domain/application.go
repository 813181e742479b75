package domain

import (
	"crypto/subtle"
	"strings"
	"time"
)

// Application is a program of a seller's that gets its own access tokens, with a
// secret (RFC 6749, section 4.4). Its id is its client_id. Its secret is shown
// once and kept as a digest.
type Application struct {
	ID        ApplicationID
	SellerID  SellerID
	Name      string
	Digest    Digest // of the secret
	Scopes    Scopes // the most that its tokens may do
	CreatedAt time.Time
	RevokedAt time.Time // zero: live. Tokens of one that is revoked are too.
}

// NewApplication returns an application with that secret, which the caller shows
// once.
func NewApplication(id ApplicationID, seller SellerID, name, secret string, most Scopes, at time.Time) (Application, error) {
	a := Application{ID: id, SellerID: seller, Name: name, Digest: DigestOf(secret), Scopes: most, CreatedAt: at}
	return a, a.Check()
}

// Admit refuses a secret that is not the application's, and any once it is
// revoked, with [ErrUnauthenticated].
func (a Application) Admit(secret string) error {
	given := DigestOf(secret)
	if a.ID == "" || subtle.ConstantTimeCompare(given[:], a.Digest[:]) != 1 || !a.RevokedAt.IsZero() {
		return ErrUnauthenticated
	}
	return nil
}

// Grant returns a token of the application for that secret: with the scopes asked
// for, or with all of its own if none are. More than it may have is [ErrForbidden].
func (a Application) Grant(id TokenID, secret string, asked Scopes, at time.Time) (*Token, error) {
	for _, s := range asked.All() {
		if !a.Scopes.Has(s) {
			return nil, ErrForbidden
		}
	}
	if asked == "" {
		asked = a.Scopes
	}
	return &Token{TokenState{
		ID: id, SellerID: a.SellerID, ApplicationID: a.ID, Name: a.Name, Digest: DigestOf(secret), Scopes: asked, CreatedAt: at,
	}}, nil
}

// Rotate gives the application another secret; the old one is nothing at once.
// Its tokens stay. One that is revoked is [ErrApplicationNotFound].
func (a *Application) Rotate(secret string) error {
	if !a.RevokedAt.IsZero() {
		return ErrApplicationNotFound
	}
	a.Digest = DigestOf(secret)
	return nil
}

// Revoke ends the application and its tokens. Twice is once.
func (a *Application) Revoke(at time.Time) {
	if a.RevokedAt.IsZero() {
		a.RevokedAt = at
	}
}

// Check refuses an application whose fields break a rule of form, naming the field.
func (a Application) Check() error {
	if err := first(checkID("id", string(a.ID)), checkID("seller", string(a.SellerID)), checkText("name", a.Name, maxTokenNameInBytes)); err != nil {
		return err
	}
	switch {
	case strings.TrimSpace(a.Name) == "":
		return InvalidField("name", "is missing")
	case a.Digest == (Digest{}):
		return InvalidField("digest", "is missing")
	case a.CreatedAt.IsZero():
		return InvalidField("created_at", "is missing")
	}
	return a.Scopes.check()
}
