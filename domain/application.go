package domain

import (
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
