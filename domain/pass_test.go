package domain

import (
	"testing"
	"time"
)

func TestPassUse(t *testing.T) {
	browser, other := DigestOf("cookie"), DigestOf("another cookie")
	state := NewPass(PassJoin, "secret", "ana", t0)
	state.Browser = browser
	session := NewPass(PassSession, "secret", "ana", t0)
	spent, _ := state.Use(PassJoin, browser, t0)
	opened, _ := session.Use(PassSession, Digest{}, t0)
	for _, tt := range []struct {
		name    string
		pass    Pass
		kind    PassKind
		browser Digest
		after   time.Duration
		want    error
	}{
		{"a state in its browser", state, PassJoin, browser, time.Minute, nil},
		{"a state at its very end", state, PassJoin, browser, 10 * time.Minute, nil},
		{"a state that is too old", state, PassJoin, browser, 10*time.Minute + 1, ErrPassSpent},
		{"a state a second time", spent, PassJoin, browser, time.Minute, ErrPassSpent},
		{"a state in another browser is not there", state, PassJoin, other, time.Minute, ErrPassNotFound},
		{"a state in no browser is not there", state, PassJoin, Digest{}, time.Minute, ErrPassNotFound},
		{"a used state in another browser is not there either", spent, PassJoin, other, time.Minute, ErrPassNotFound},
		{"a state for something else is not there", state, PassConnect, browser, time.Minute, ErrPassNotFound},
		{"a customer's state opens no session", state, PassSession, browser, time.Minute, ErrPassNotFound},
		{"a session", session, PassSession, Digest{}, time.Hour, nil},
		{"a session again", opened, PassSession, Digest{}, time.Hour, nil},
		{"a session after half a day", opened, PassSession, Digest{}, 12*time.Hour + 1, ErrPassSpent},
	} {
		t.Run(tt.name, func(t *testing.T) {
			used, err := tt.pass.Use(tt.kind, tt.browser, t0.Add(tt.after))
			same(t, "error", err, tt.want)
			if err != nil {
				same(t, "pass", used, tt.pass)
				return
			}
			same(t, "used", used.UsedAt.IsZero(), false)
		})
	}
	same(t, "the first use of a session is kept", func() time.Time { p, _ := opened.Use(PassSession, Digest{}, t0.Add(time.Hour)); return p.UsedAt }(), Instant(t0))
	same(t, "the secret is not kept", state.Digest, DigestOf("secret"))
}
