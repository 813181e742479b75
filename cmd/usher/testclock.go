package main

import (
	"errors"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// clockFlag is the time at which a test clock stands, or now: the machine's
// time when it is made, and whatever time it is at when it is there.
type clockFlag struct {
	at    time.Time
	given bool
}

// UnmarshalText reads 2026-01-15T09:00:00Z, or now.
func (f *clockFlag) UnmarshalText(text []byte) error {
	f.given = true
	if string(text) == "now" {
		return nil
	}
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil || t.IsZero() {
		return errors.New("must be a time such as 2026-01-15T09:00:00Z, or now")
	}
	f.at = domain.Instant(t)
	return nil
}

// fresh returns the time at which a new test clock stands; zero: none.
func (f clockFlag) fresh() time.Time {
	if f.given && f.at.IsZero() {
		return domain.Instant(time.Now()).Truncate(time.Second)
	}
	return f.at
}

// check refuses a data folder whose clock is of the other kind, or stands
// elsewhere, and returns the time of its test clock.
func (f clockFlag) check(c *call, p *app.Usher, in folder) (time.Time, error) {
	at, test, err := p.Clock.Now(c.ctx)
	switch {
	case err != nil:
		return at, err
	case test && !f.given:
		return at, wrongUse("test-clock", in.path+" was made with a test clock, which stands at "+when(at), "add --test-clock now, or serve another folder")
	case !test && f.given:
		return at, wrongUse("test-clock", in.path+" was made without a test clock and goes by the machine's", "leave the flag out, or let it make a folder of its own with --data")
	case test && !f.at.IsZero() && !f.at.Equal(at):
		return at, wrongUse("test-clock", "the test clock of "+in.path+" stands at "+when(at), `add --test-clock now, and move it with "usher clock advance"`)
	case !test:
		return time.Time{}, nil
	}
	return at, nil
}

// frozen says what a test clock means to whoever starts a server on it.
func frozen(at time.Time) string {
	return "This is a test clock, which stands at " + when(at) + ". Nothing renews, expires or is tried again until it is moved: usher clock advance 31d"
}
