package domain

import (
	"strings"
	"testing"
	"time"
)

func TestMail_Check(t *testing.T) {
	for _, tt := range []struct {
		name  string
		mod   func(*Mail)
		field string // "": fine
	}{
		{"a mail", func(*Mail) {}, ""},
		{"without an id", func(m *Mail) { m.ID = "" }, "id"},
		{"without a seller", func(m *Mail) { m.SellerID = "" }, "seller"},
		{"without a cause", func(m *Mail) { m.Cause = "" }, "cause"},
		{"to nobody", func(m *Mail) { m.To = "" }, "email"},
		{"to two", func(m *Mail) { m.To = "bo@example.com,al@example.com" }, "email"},
		{"to somebody and a line that is not theirs", func(m *Mail) { m.To = "bo@example.com\r\nBcc:al@example.com" }, "email"},
		{"without a subject", func(m *Mail) { m.Subject = " " }, "subject"},
		{"with two lines of subject", func(m *Mail) { m.Subject = "Hello\nBcc: al@example.com" }, "subject"},
		{"with a long subject", func(m *Mail) { m.Subject = strings.Repeat("a", 1001) }, "subject"},
		{"without a text", func(m *Mail) { m.Text = "\n" }, "text"},
		{"with more text than is kept", func(m *Mail) { m.Text = strings.Repeat("a", 100_001) }, "text"},
		{"of no time", func(m *Mail) { m.CreatedAt = time.Time{} }, "created_at"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := Mail{ID: "1", SellerID: "ana", Cause: "receipt:sale", To: "bo@example.com", Subject: "Hello", Text: "Bo", CreatedAt: t0}
			tt.mod(&m)
			code := "invalid"
			if tt.field == "" {
				code = ""
			}
			wantError(t, m.Check(), code, tt.field)
		})
	}
}
