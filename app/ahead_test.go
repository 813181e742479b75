package app_test

import (
	"errors"
	"testing"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

func TestAhead(t *testing.T) {
	at := func(s string) time.Time {
		got, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, tc := range []struct {
		name, from, by, want string
	}{
		{"a second", "2026-01-31T10:00:00Z", "1s", "2026-01-31T10:00:01Z"},
		{"minutes are m", "2026-01-31T10:00:00Z", "90m", "2026-01-31T11:30:00Z"},
		{"hours", "2026-01-31T10:00:00Z", "12h", "2026-01-31T22:00:00Z"},
		{"days", "2026-01-31T10:00:00Z", "31d", "2026-03-03T10:00:00Z"},
		{"weeks", "2026-01-31T10:00:00Z", "2w", "2026-02-14T10:00:00Z"},
		{"a month ends on the last day of a shorter one", "2026-01-31T10:00:00Z", "1mo", "2026-02-28T10:00:00Z"},
		{"two months come back to the 31st", "2026-01-31T10:00:00Z", "2mo", "2026-03-31T10:00:00Z"},
		{"a year after a leap day", "2028-02-29T10:00:00Z", "1y", "2029-02-28T10:00:00Z"},
		{"the farthest in years", "2026-01-01T00:00:00Z", "100y", "2126-01-01T00:00:00Z"},
		{"the farthest in days is no overflow", "2026-01-01T00:00:00Z", "36500d", "2125-12-08T00:00:00Z"},
		{"in UTC, whatever the zone was", "2026-01-01T01:00:00+02:00", "1d", "2026-01-01T23:00:00Z"},
		{"fractions stay on short steps", "2026-01-01T00:00:00.5Z", "1h", "2026-01-01T01:00:00.5Z"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := app.Ahead(at(tc.from), tc.by)
			if err != nil || !got.Equal(at(tc.want)) || got.Location() != time.UTC {
				t.Errorf("%s and %s is %v, %v, want %s", tc.from, tc.by, got, err, tc.want)
			}
		})
	}
}

func TestAheadRefuses(t *testing.T) {
	for name, by := range map[string]string{
		"nothing":                "",
		"no unit":                "31",
		"no number":              "d",
		"zero":                   "0d",
		"a step back":            "-1d",
		"a sign":                 "+1d",
		"a fraction":             "1.5h",
		"two steps":              "1h30m",
		"an unknown unit":        "3q",
		"a blank":                "1 d",
		"capitals":               "1MO",
		"more than a hundred":    "101y",
		"more months":            "1201mo",
		"more days":              "36501d",
		"an overflow of seconds": "4294967295w",
		"an overflow of numbers": "99999999999999999999s",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := app.Ahead(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), by)
			var e *domain.Error
			if !errors.As(err, &e) || e.Kind != domain.Invalid || e.Field != "by" || !got.IsZero() {
				t.Errorf("%q is %v, %v", by, got, err)
			}
		})
	}
}
