package rest

import (
	"testing"
	"time"
)

func TestTimeAgo(t *testing.T) {
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name string
		d    time.Duration // from 2025-03-10T12:00:00Z on: no leap day for three years
		want string
	}{
		{"no time at all", 0, "less than a minute ago"},
		{"29 seconds", 29 * time.Second, "less than a minute ago"},
		{"just under half a minute", 30*time.Second - 1, "less than a minute ago"},
		{"half a minute", 30 * time.Second, "1 minute ago"},
		{"1 minute 29 seconds", 89 * time.Second, "1 minute ago"},
		{"1 minute 30 seconds", 90 * time.Second, "2 minutes ago"},
		{"44 minutes 29 seconds", 44*time.Minute + 29*time.Second, "44 minutes ago"},
		{"44 minutes 30 seconds", 44*time.Minute + 30*time.Second, "about 1 hour ago"},
		{"89 minutes 29 seconds", 89*time.Minute + 29*time.Second, "about 1 hour ago"},
		{"89 minutes 30 seconds", 89*time.Minute + 30*time.Second, "about 2 hours ago"},
		{"2 hours 29 minutes", 149 * time.Minute, "about 2 hours ago"},
		{"2 hours 30 minutes", 150 * time.Minute, "about 3 hours ago"},
		{"a day less 31 seconds", day - 31*time.Second, "about 24 hours ago"},
		{"a day less 30 seconds", day - 30*time.Second, "1 day ago"},
		{"42 hours less 31 seconds", 42*time.Hour - 31*time.Second, "1 day ago"},
		{"42 hours less 30 seconds", 42*time.Hour - 30*time.Second, "2 days ago"},
		{"2 days 11 hours 59 minutes", 2*day + 12*time.Hour - time.Minute, "2 days ago"},
		{"2 days 12 hours", 2*day + 12*time.Hour, "3 days ago"},
		{"30 days less 31 seconds", 30*day - 31*time.Second, "30 days ago"},
		{"30 days less 30 seconds", 30*day - 30*time.Second, "about 1 month ago"},
		{"45 days less 31 seconds", 45*day - 31*time.Second, "about 1 month ago"},
		{"45 days less 30 seconds", 45*day - 30*time.Second, "about 2 months ago"},
		{"60 days less 31 seconds", 60*day - 31*time.Second, "about 2 months ago"},
		{"60 days less 30 seconds", 60*day - 30*time.Second, "2 months ago"},
		{"75 days", 75 * day, "3 months ago"},
		{"345 days", 345 * day, "12 months ago"},
		{"a year less 31 seconds", 365*day - 31*time.Second, "12 months ago"},
		{"a year less 30 seconds", 365*day - 30*time.Second, "about 1 year ago"},
		{"a year and a quarter less a minute", 365*day + 2190*time.Hour - time.Minute, "about 1 year ago"},
		{"a year and a quarter", 365*day + 2190*time.Hour, "over 1 year ago"},
		{"a year and three quarters less a minute", 365*day + 6570*time.Hour - time.Minute, "over 1 year ago"},
		{"a year and three quarters", 365*day + 6570*time.Hour, "almost 2 years ago"},
		{"two years less a minute", 730*day - time.Minute, "almost 2 years ago"},
		{"two years", 730 * day, "about 2 years ago"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			from := time.Date(2025, 3, 10, 12, 0, 0, 0, time.UTC)
			if got := timeAgo(from, from.Add(tt.d)); got != tt.want {
				t.Errorf("%v is %q, want %q", tt.d, got, tt.want)
			}
			if got := timeAgo(from.Add(tt.d), from); got != tt.want {
				t.Errorf("%v the other way round is %q, want %q", tt.d, got, tt.want)
			}
		})
	}
}

func TestTimeAgo_leapYears(t *testing.T) {
	for _, tt := range []struct{ name, from, to, want string }{
		{"five years with one leap day", "2020-03-01", "2025-03-01", "about 5 years ago"},
		{"twenty years with five leap days", "2004-03-01", "2024-03-01", "about 20 years ago"},
		{"365 days of a leap year are not yet a year", "2024-01-01", "2024-12-31", "almost 1 year ago"},
		{"a year across a leap day", "2024-01-01", "2025-01-01", "about 1 year ago"},
		{"a leap year's February counts when begun in it", "2024-02-29", "2025-03-01", "about 1 year ago"},
		{"the year begun in March does not count", "2024-03-01", "2025-03-01", "about 1 year ago"},
		{"the year ended in February does not count", "2023-02-28", "2024-02-28", "about 1 year ago"},
		{"the year ended in March counts: 639 days are 638", "2022-06-15", "2024-03-15", "over 1 year ago"},
		{"where it does not count, 639 days are 639", "2021-06-15", "2023-03-16", "almost 2 years ago"},
		{"a century that is no leap year", "1899-03-01", "1901-03-01", "about 2 years ago"},
		{"a century that is one", "1999-03-01", "2001-03-01", "about 2 years ago"},
		{"almost three years", "2022-05-10", "2025-03-10", "almost 3 years ago"},
		{"four hundred years", "1600-03-01", "2000-03-01", "about 400 years ago"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			from, err := time.Parse(time.DateOnly, tt.from)
			if err != nil {
				t.Fatal(err)
			}
			to, err := time.Parse(time.DateOnly, tt.to)
			if err != nil {
				t.Fatal(err)
			}
			if got := timeAgo(from, to); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestTimeAgo_fractions: what is left of a second is not worth one.
func TestTimeAgo_fractions(t *testing.T) {
	from := time.Date(2025, 3, 10, 12, 0, 0, 900_000_000, time.UTC)
	to := time.Date(2025, 3, 10, 12, 0, 30, 100_000_000, time.UTC)
	if got := timeAgo(from, to); got != "less than a minute ago" {
		t.Errorf("29.2 seconds are %q", got)
	}
}
