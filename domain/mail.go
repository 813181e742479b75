package domain

import (
	"strings"
	"time"
)

// Mail is a message to one person. It holds what its reader may see, a license
// key among it, so a store seals its text.
type Mail struct {
	ID        MailID
	SellerID  SellerID
	Cause     string // what it is about; a seller's server sends one mail for a cause
	To        string // an e-mail address
	Subject   string
	Text      string // plain text
	CreatedAt time.Time
}

// Check refuses a mail whose fields break a rule of form, naming the field.
func (m Mail) Check() error {
	err := first(checkID("id", string(m.ID)), checkID("seller", string(m.SellerID)), checkID("cause", m.Cause), checkEmail(m.To))
	switch {
	case err != nil:
		return err
	case strings.TrimSpace(m.Subject) == "" || strings.ContainsAny(m.Subject, "\r\n"):
		return InvalidField("subject", "must be one line of text")
	case strings.TrimSpace(m.Text) == "":
		return InvalidField("text", "is missing")
	case m.CreatedAt.IsZero():
		return InvalidField("created_at", "is missing")
	}
	return first(checkText("subject", m.Subject, 1000), checkText("text", m.Text, 100_000))
}
